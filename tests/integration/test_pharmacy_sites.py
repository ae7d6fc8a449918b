"""A chain's representative: many sites, read and examined once, each signed for by itself; and handing a site over."""

from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client

import tests.factories as make
from pharmacies.actions import (
    add_sites,
    add_staff,
    hand_over_pharmacy,
    reinstate_pharmacy,
    suspend_pharmacy,
    withdraw_hand_over,
)
from pharmacies.facts import is_certified
from pharmacies.models import HandOver, Pharmacy, PharmacyCertification, PharmacyStaff
from rems_portal.accounts.models import Invitation, User
from rems_portal.errors import ActRefused
from rems_portal.notifications.models import OutboxMessage
from rems_portal.signatures.models import SignedForm
from tests.integration.certifying import PROCESSES, answers_to, begun, identity, oversee, quiz, reviewed, sign

pytestmark = pytest.mark.django_db

ADDRESS = "/pharmacies/certify/sites/"


def line(name: str, zone: str = "Central", mark: str = "\t", **changes: str) -> str:
    site = {
        "npi": make.npi(),
        "ncpdp_id": make.ncpdp_id(),
        "phone": "312-555-0100",
        "address": "1 St, Chicago",
    } | changes
    return mark.join((name, site["npi"], site["ncpdp_id"], zone, site["phone"], site["address"]))


def hand_over(shop: Pharmacy, email: str, **changes: Any) -> HandOver:
    user = changes.pop("user", None) or shop.staff.get(is_representative=True, ends_on=None).user
    arguments = {"by": make.actor(user), "at": make.NOW, "user": user, "pharmacy": shop, "reason": "Moved on"}
    return hand_over_pharmacy(**arguments | changes, email=email)


def withdraw(handing: HandOver, user: User) -> HandOver:
    return withdraw_hand_over(by=make.actor(user), at=make.NOW, user=user, handing=handing)


def representatives(shop: Pharmacy) -> list[User]:
    return [row.user for row in shop.staff.filter(is_representative=True, ends_on=None)]


@pytest.mark.rems("PH-01", "PH-02")
def test_many_sites_are_begun_at_once_and_each_has_a_form_of_its_own() -> None:
    user = make.account(User.Role.PHARMACIST)
    sites = {place: identity(name=f"Site {place}") for place in range(3)}
    begun_now = add_sites(by=make.actor(user), at=make.NOW, user=user, sites=sites, program=make.PROGRAM)
    assert add_sites(by=make.actor(user), at=make.NOW, user=user, sites=sites, program=make.PROGRAM) == begun_now
    reviewed(user)
    quiz(user, begun_now[0])
    for certification in begun_now:
        sign(user, certification)
    assert SignedForm.objects.filter(code="pharmacy_enrollment").count() == 3
    assert {form.answers["name"] for form in SignedForm.objects.all()} == {"Site 0", "Site 1", "Site 2"}
    assert not PharmacyStaff.objects.filter(user=user, trained_at=None).exists()


def test_one_wrong_site_begins_none_and_is_named() -> None:
    there, user = make.pharmacy(), make.account(User.Role.PHARMACIST)
    sites = {
        1: identity(name="Good"),
        3: identity(name="Taken", npi=there.npi),
        4: identity(name="Odd", time_zone="Mars"),
    }
    with pytest.raises(ActRefused) as refused:
        add_sites(by=make.actor(user), at=make.NOW, user=user, sites=sites, program=make.PROGRAM)
    sentences = [one.sentence for one in refused.value.findings]
    assert sentences[0].startswith("Line 3, Taken: This NPI") and sentences[1].startswith("Line 4, Odd: Choose")
    assert Pharmacy.objects.count() == 1


def test_two_lines_with_one_number_begin_none_and_both_are_named() -> None:
    user = make.account(User.Role.PHARMACIST)
    one, other, third = identity(name="One"), identity(name="Other"), identity(name="Third")
    sites = {
        2: one,
        4: replace(other, npi=one.npi),
        5: replace(third, npi=one.npi, ncpdp_id=other.ncpdp_id),
    }
    with pytest.raises(ActRefused) as refused:
        add_sites(by=make.actor(user), at=make.NOW, user=user, sites=sites, program=make.PROGRAM)
    sentences = [finding.sentence for finding in refused.value.findings]
    assert sentences[0].startswith(f"Lines 2, 4 and 5 have the same NPI, {one.npi}.")
    assert sentences[1].startswith(f"Lines 4 and 5 have the same NCPDP id, {other.ncpdp_id}.")
    assert not Pharmacy.objects.exists()


@pytest.mark.rems("PH-01")
def test_site_of_ones_own_with_other_details_is_refused_and_stays_as_it_was() -> None:
    user, open_one = begun(name="Old Name")
    there = open_one.pharmacy
    same = identity(name="Old Name", npi=there.npi, ncpdp_id=there.ncpdp_id)
    sites = {1: identity(name="New Site"), 2: replace(same, name="New Name")}
    with pytest.raises(ActRefused) as refused:
        add_sites(by=make.actor(user), at=make.NOW, user=user, sites=sites, program=make.PROGRAM)
    (only,) = refused.value.findings
    assert only.sentence.startswith("Line 2, New Name: This NPI is on your list already")
    assert [one.name for one in Pharmacy.objects.all()] == ["Old Name"]
    again = add_sites(by=make.actor(user), at=make.NOW, user=user, sites={2: same}, program=make.PROGRAM)
    assert again == [open_one]


def prepared(user: User, shop: Pharmacy) -> PharmacyCertification:
    """Let somebody read the documents and pass the quiz for a pharmacy; return its certification, ready to sign."""
    certification = PharmacyCertification.objects.get(pharmacy=shop)
    reviewed(user)
    quiz(user, certification)
    return certification


class TestHandingOver:
    """Another representative, asked for by the old one or by an administrator; done by the new one's own signature."""

    def test_nothing_changes_until_the_new_one_has_read_passed_and_signed(self) -> None:
        shop = make.pharmacy()
        old, new = representatives(shop)[0], make.account(User.Role.PHARMACIST)
        before = shop.certifications.get()
        handing = hand_over(shop, f" {new.email.upper()}")
        assert (handing.to, handing.done_at, representatives(shop)) == (new, None, [old])
        assert {message.user_id for message in OutboxMessage.objects.all()} == {old.pk, new.pk}
        with pytest.raises(ActRefused) as refused:
            sign(new, PharmacyCertification.objects.get(pharmacy=shop))
        assert [one.rule for one in refused.value.findings] == ["CERT-11", "CERT-12"]
        certification = prepared(new, shop)
        assert representatives(shop) == [old]
        assert is_certified(shop, make.PROGRAM, make.NOW)
        sign(new, certification)
        assert representatives(shop) == [new]
        certification.refresh_from_db()
        assert (certification.status, certification.signed_name) == ("certified", new.full_name)
        assert certification.form_id != before.form_id
        handing.refresh_from_db()
        assert (handing.done_at, shop.staff.get(user=new).trained_version) == (make.NOW, make.PROGRAM.version)
        ended = shop.staff.get(user=old)
        assert (ended.ends_on, ended.is_representative) == (make.NOW.date(), True)
        assert ended.history.latest().history_change_reason == "Moved on"
        with pytest.raises(PermissionDenied):
            hand_over(shop, old.email, user=old)

    def test_one_site_signed_leaves_the_other_waiting(self) -> None:
        first, second = make.pharmacy(), make.pharmacy()
        new = make.account(User.Role.PHARMACIST)
        for shop in (first, second):
            hand_over(shop, new.email)
        sign(new, prepared(new, first))
        assert (representatives(first), new in representatives(second)) == ([new], False)
        sign(new, PharmacyCertification.objects.get(pharmacy=second))
        assert representatives(second) == [new]

    def test_old_one_may_stay_as_staff(self) -> None:
        shop = make.pharmacy()
        old, new = representatives(shop)[0], make.pharmacist(shop)
        hand_over(shop, new.email, stays=True)
        sign(new, prepared(new, shop))
        row = shop.staff.get(user=old, ends_on=None)
        assert (row.is_representative, row.trained_version) == (False, make.PROGRAM.version)
        assert shop.staff.filter(ends_on=None).count() == 2

    def test_where_nothing_is_signed_it_is_done_at_once(self) -> None:
        user, certification = begun()
        reviewed(user)
        quiz(user, certification)
        new = make.account(User.Role.PHARMACIST)
        handing = hand_over(certification.pharmacy, new.email)
        assert (handing.done_at, representatives(certification.pharmacy)) == (make.NOW, [new])
        with pytest.raises(PermissionDenied):
            sign(user, certification)
        with pytest.raises(ActRefused) as refused:
            sign(new, certification)
        assert [one.rule for one in refused.value.findings] == ["CERT-11", "CERT-12"]

    def test_twice_is_once_and_a_second_one_waits_for_the_first_to_be_taken_back(self) -> None:
        shop = make.pharmacy()
        old, new, other = representatives(shop)[0], make.pharmacist(shop), make.pharmacist(shop)
        handing = hand_over(shop, new.email)
        assert hand_over(shop, new.email) == handing
        with pytest.raises(ActRefused, match="waits already"):
            hand_over(shop, other.email)
        with pytest.raises(ActRefused, match="represents the pharmacy already"):
            withdraw(handing, old)
            hand_over(shop, old.email)
        assert hand_over(shop, other.email).to == other

    def test_taken_back_by_either_side_or_an_administrator_it_can_not_be_signed(self) -> None:
        shop, new = make.pharmacy(), make.account(User.Role.PHARMACIST)
        old = representatives(shop)[0]
        for who in (old, new, make.administrator()):
            handing = hand_over(shop, new.email)
            OutboxMessage.objects.all().delete()
            done = withdraw(handing, who)
            assert (done.withdrawn_at, done.withdrawn_by_name) == (make.NOW, who.full_name)
            assert {message.user_id for message in OutboxMessage.objects.all()} == {old.pk, new.pk}
            assert withdraw(handing, who).history.count() == 2
        reviewed(new)
        with pytest.raises(PermissionDenied):
            sign(new, shop.certifications.get())
        assert representatives(shop) == [old]

    def test_nobody_else_takes_it_back_and_not_once_it_is_done(self) -> None:
        shop, new = make.pharmacy(), make.account(User.Role.PHARMACIST)
        handing = hand_over(shop, new.email)
        for user in (make.case_manager(), make.pharmacist(shop), representatives(make.pharmacy())[0]):
            with pytest.raises(PermissionDenied):
                withdraw(handing, user)
        sign(new, prepared(new, shop))
        with pytest.raises(ActRefused, match="has signed"):
            withdraw(handing, new)

    def test_suspended_site_is_signed_only_when_it_is_reinstated(self) -> None:
        shop, new = make.pharmacy(), make.account(User.Role.PHARMACIST)
        hand_over(shop, new.email)
        certification = prepared(new, shop)
        oversee(suspend_pharmacy, shop)
        with pytest.raises(ActRefused, match="suspended"):
            sign(new, certification)
        oversee(reinstate_pharmacy, shop)
        sign(new, certification)
        assert representatives(shop) == [new]

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 101])
    def test_needs_a_reason(self, reason: str) -> None:
        shop = make.pharmacy()
        with pytest.raises(ActRefused, match="Give the reason"):
            hand_over(shop, make.pharmacist(shop).email, reason=reason)

    def test_needs_a_pharmacy_account(self) -> None:
        shop = make.pharmacy()
        for email in ("nobody@example.com", make.account(User.Role.DELEGATE).email):
            with pytest.raises(ActRefused, match="no pharmacy account"):
                hand_over(shop, email)
        assert len(representatives(shop)) == 1

    def test_waits_until_the_new_one_has_accepted_the_invitation_to_their_account(self) -> None:
        _, unsigned = begun()
        for shop in (make.pharmacy(), unsigned.pharmacy):
            before, new = representatives(shop), make.account(User.Role.PHARMACIST)
            invitation = Invitation.objects.create(
                account=new,
                invited_by=make.administrator(),
                invited_at=make.NOW,
                expires_at=make.NOW + make.hours(24),
                token_hash=new.email,
            )
            with pytest.raises(ActRefused, match="not accepted the invitation"):
                hand_over(shop, new.email)
            assert representatives(shop) == before and not shop.hand_overs.exists()
            invitation.accepted_at = make.NOW
            invitation.save()
            assert hand_over(shop, new.email).to == new

    def test_administrator_may_ask_and_nobody_else(self) -> None:
        shop = make.pharmacy()
        new = make.account(User.Role.PHARMACIST)
        for user in (make.case_manager(), make.pharmacist(shop), representatives(make.pharmacy())[0]):
            with pytest.raises(PermissionDenied):
                hand_over(shop, new.email, user=user)
        assert hand_over(shop, new.email, user=make.administrator()).to == new


def test_nobody_signs_with_anothers_password() -> None:
    user, certification = begun()
    reviewed(user)
    quiz(user, certification)
    with pytest.raises(PermissionDenied, match="own password"):
        sign(user, certification, signing=make.signing(make.account()))
    with pytest.raises(PermissionDenied, match="own password"):
        sign(user, certification, signing=make.link_signing("Pat"))


def test_new_colleague_brings_the_training_of_another_pharmacy() -> None:
    shop, person = make.pharmacy(), make.pharmacist(make.pharmacy())
    by = make.actor(representatives(shop)[0])
    row = add_staff(by=by, at=make.NOW, pharmacy=shop, email=person.email)
    assert row.trained_version == make.PROGRAM.version


class TestPages:
    """The pages of a chain."""

    @pytest.fixture(autouse=True)
    def now(self) -> Any:
        with time_machine.travel(make.NOW, tick=False) as traveller:
            yield traveller

    @pytest.fixture
    def person(self, client: Client) -> User:
        user = make.account(User.Role.PHARMACIST, full_name="Chain Rep")
        client.force_login(user)
        return user

    @pytest.mark.rems("PH-01", "PH-02")
    def test_lines_from_a_spreadsheet_become_sites_that_are_signed_one_after_another(
        self, client: Client, person: User
    ) -> None:
        typed = "\n".join((line("First Site"), "", line("Second Site", "pacific", ";"), line("Third", "America/Boise")))
        page = client.post(ADDRESS, {"sites": typed}, follow=True)
        assert "Sites begun: 3" in page.text and page.text.count("Materials, Quiz, Sign") == 3
        zones = set(Pharmacy.objects.values_list("time_zone", flat=True))
        assert zones == {"America/Chicago", "America/Los_Angeles", "America/Boise"}
        reviewed(person)
        quiz(person, PharmacyCertification.objects.earliest("pk"))
        page = client.get("/pharmacies/certify/")
        assert "3 sites wait" in page.text
        left = ["2 more sites wait", "One more site waits", "is certified"]
        address = page.context["to_sign"][0].certification.pk
        for words in left:
            here = f"/pharmacies/certify/{address}/sign/"
            shown = client.get(here).context
            sent = {"processes": sorted(PROCESSES), "wording": shown["form"].wording, "password": make.PASSWORD}
            if "user_name" in shown["signing"].fields:
                sent["user_name"] = person.email
            page = client.post(here, sent, follow=True)
            assert words in page.text
            address = page.context["certification"].pk
        assert PharmacyCertification.objects.filter(status="certified").count() == 3
        page = client.get("/pharmacies/certify/")
        assert page.text.count("Nothing") == 3 and "untrained" not in page.text

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("", "Paste at least one line"),
            ("Only a name", "Line 1 has 1 column; six are needed"),
            (lambda: f"{line('Good')}\n\n \n{line('Bad', 'Mars')}", "Line 4: Time zone: Select a valid choice"),
            (lambda: line("Bad", npi="1234567890"), "Line 1: NPI of the pharmacy: A digit"),
            (lambda: line("Long", address="x" * 251), "Line 1: Address: Address is longer than 250 characters"),
            (lambda: line("Bad", mark=","), "Line 1 has 7 columns; six are needed"),
            (lambda: f"{line('Good')}\tmore", "Line 1 has 7 columns; six are needed"),
            (lambda: "\n".join(line("Many " + "x" * 140) for _ in range(51)), "At most 50 sites"),
            ("x" * 100_001, "longer than 100,000 characters, and only its beginning is shown here"),
            ("x\n" * 51, "At most 50 sites at a time; these are 51"),
            (
                lambda: "\n\n".join([line("Twin", npi="1234567893"), line("Twin", npi="1234567893")]),
                "Lines 1 and 3 have the same NPI, 1234567893",
            ),
        ],
    )
    def test_wrong_lines_are_shown_again_each_with_its_number(
        self, client: Client, person: User, typed: Any, words: str
    ) -> None:
        sent = typed() if callable(typed) else typed
        page = client.post(ADDRESS, {"sites": sent}, follow=True)
        assert words in page.text
        assert page.context["form"]["sites"].value() == sent[:100_000]
        assert not Pharmacy.objects.exists()

    def test_six_long_lines_become_six_whole_sites(self, client: Client, person: User) -> None:
        address = "1200 North Michigan Avenue, Suite 400, Chicago, IL 60611"
        typed = "\n".join(line(f"Fictional Chain, Site {place}", address=address) for place in range(6))
        assert len(typed) > 600
        assert "Sites begun: 6" in client.post(ADDRESS, {"sites": typed}, follow=True).text
        assert set(Pharmacy.objects.values_list("address", flat=True)) == {address}
        assert Pharmacy.objects.count() == 6

    def test_sites_that_are_on_the_list_already_are_not_counted_as_begun(self, client: Client, person: User) -> None:
        typed = line("First")
        client.post(ADDRESS, {"sites": typed})
        page = client.post(ADDRESS, {"sites": f"{typed}\n{line('Second')}"}, follow=True)
        assert "Sites begun: 1. On your list already, unchanged: 1." in page.text

    def test_commas_do_where_an_address_is_quoted(self, client: Client, person: User) -> None:
        typed = f'{line("Quoted", mark=",", address="")}"1 Main Street, Chicago"'
        assert "Sites begun: 1" in client.post(ADDRESS, {"sites": typed}, follow=True).text
        assert Pharmacy.objects.get().address == "1 Main Street, Chicago"

    def test_taken_number_is_told_with_the_site(self, client: Client, person: User) -> None:
        there = make.pharmacy()
        page = client.post(ADDRESS, {"sites": line("Mine", npi=there.npi)})
        assert "Line 1, Mine: This NPI or NCPDP id already belongs to another pharmacy" in page.text

    def test_overview_counts_untrained_staff_and_stays_small(
        self, client: Client, person: User, django_assert_num_queries: Any
    ) -> None:
        begun(person)
        _, second = begun(person)
        make.pharmacist(second.pharmacy, trained=False)
        client.get("/pharmacies/certify/")
        with django_assert_num_queries(8):
            page = client.get("/pharmacies/certify/")
        assert "2 untrained" in page.text
        for _ in range(4):
            begun(person)
        with django_assert_num_queries(8):
            client.get("/pharmacies/certify/")

    def test_removing_asks_once(self, client: Client, person: User) -> None:
        _, one = begun(person, name="Wrong Site")
        here = f"/pharmacies/certify/{one.pk}/remove/"
        assert here in client.get(f"/pharmacies/certify/{one.pk}/pharmacy/").text
        assert here in client.get(f"/pharmacies/certify/{one.pk}/", follow=True).text
        assert "Remove Wrong Site?" in client.get(here).text
        assert Pharmacy.objects.exists()
        assert "Wrong Site is removed." in client.post(here, follow=True).text
        assert not Pharmacy.objects.exists()

    def test_handing_over_through_the_page(self, client: Client, person: User) -> None:
        _, certification = begun(person)
        new = make.account(User.Role.PHARMACIST, full_name="New Rep")
        here = f"/pharmacies/certify/{certification.pk}/representative/"
        assert "no pharmacy account" in client.post(here, {"email": "no@example.com", "reason": "x"}).text
        assert "Give the reason" in client.post(here, {"email": new.email}).text
        page = client.post(here, {"email": new.email, "reason": "Left the chain"}, follow=True)
        assert "New Rep is the authorized representative" in page.text
        assert client.get(here).status_code == 404

    def test_both_see_what_waits_and_the_new_one_signs_through_the_pages(self, client: Client, person: User) -> None:
        shop = make.pharmacy(name="Corner Pharmacy")
        here = f"/pharmacies/certify/{shop.certifications.get().pk}/"
        old = Client()
        old.force_login(representatives(shop)[0])
        page = old.post(f"{here}representative/", {"email": person.email, "reason": "Moved on"}, follow=True)
        assert "Chain Rep was asked. Until they have signed, you represent Corner Pharmacy." in page.text
        assert "asked Chain Rep on" in page.text and "Take the hand-over back" in page.text
        page = client.get("/pharmacies/certify/")
        assert "You are asked to represent a pharmacy" in page.text and "Corner Pharmacy" in page.text
        asker = representatives(shop)[0].full_name
        assert f"{asker} asks you, for this reason: Moved on" in page.text
        assert "The reason given: Moved on" in old.get(here).text
        assert client.get(f"{here}form/").status_code == client.get(f"{here}details/").status_code == 404
        assert client.get(f"{here}representative/").status_code == 404
        page = client.get(here)
        for material in ("pharmacy_guide", "pharmacy_training"):
            page = client.post(f"{here}materials/{material}/", {"version": make.PROGRAM.version}, follow=True)
        page = client.post(f"{here}quiz/", follow=True)
        attempt = page.context["attempt"]
        client.post(f"{here}quiz/{attempt.pk}/", answers_to(attempt))
        shown = client.get(f"{here}sign/")
        assert "You take this pharmacy over" in shown.text
        sent = {"processes": sorted(PROCESSES), "wording": shown.context["form"].wording, "password": make.PASSWORD}
        page = client.post(f"{here}sign/", sent | {"user_name": person.email}, follow=True)
        assert "You represent Corner Pharmacy from now on" in page.text and "A hand-over waits" not in page.text
        assert representatives(shop) == [person]
        assert old.get(here).status_code == 404

    def test_either_side_takes_it_back_through_the_pages(self, client: Client, person: User) -> None:
        shop = make.pharmacy()
        here = f"/pharmacies/certify/{shop.certifications.get().pk}/"
        old = Client()
        old.force_login(representatives(shop)[0])
        for browser in (client, old):
            hand_over(shop, person.email)
            page = browser.post(f"{here}representative/withdraw/", follow=True)
            assert "is taken back" in page.text
            assert not HandOver.objects.pending().exists()
        assert "No hand-over waits here" in old.post(f"{here}representative/withdraw/", follow=True).text
        assert client.get(here).status_code == 404

    def test_administration_asks_and_takes_back(self, client: Client, person: User) -> None:
        shop = make.pharmacy()
        staff = Client()
        staff.force_login(make.administrator())
        answers = {"email": person.email, "reason": "Left the chain"}
        page = staff.post(f"/admin/pharmacies/pharmacy/{shop.pk}/act/representative/", answers, follow=True)
        assert "The new representative is asked" in page.text
        here = f"/admin/pharmacies/handover/{HandOver.objects.get().pk}/"
        assert "Take this hand-over back" in staff.get(f"{here}change/").text
        page = staff.post(f"{here}act/withdraw/", {"reason": "Asked by mistake"}, follow=True)
        assert "The hand-over is taken back." in page.text
        assert HandOver.objects.get().history.latest().history_change_reason == "Asked by mistake"
