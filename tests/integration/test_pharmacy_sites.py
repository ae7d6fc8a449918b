"""A chain's representative: many sites, read and examined once, each signed for by itself; and handing a site over."""

from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client

import tests.factories as make
from pharmacies.actions import add_sites, add_staff, hand_over_pharmacy
from pharmacies.models import Pharmacy, PharmacyCertification, PharmacyStaff
from rems_portal.accounts.models import User
from rems_portal.errors import ActRefused
from rems_portal.notifications.models import OutboxMessage
from rems_portal.signatures.models import SignedForm
from tests.integration.certifying import PROCESSES, begun, identity, quiz, reviewed, sign

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


def hand_over(shop: Pharmacy, email: str, **changes: Any) -> PharmacyStaff:
    user = changes.pop("user", None) or shop.staff.get(is_representative=True, ends_on=None).user
    arguments = {"by": make.actor(user), "at": make.NOW, "user": user, "pharmacy": shop, "reason": "Moved on"}
    return hand_over_pharmacy(**arguments | changes, email=email)


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


class TestHandingOver:
    """Another representative, by the old one or by an administrator."""

    def test_old_one_ends_and_new_one_begins_with_the_training_there_is(self) -> None:
        shop = make.pharmacy()
        old, new = representatives(shop)[0], make.pharmacist(make.pharmacy())
        row = hand_over(shop, f" {new.email.upper()}")
        assert representatives(shop) == [new]
        assert (row.starts_on, row.trained_version) == (make.NOW.date(), make.PROGRAM.version)
        ended = shop.staff.get(user=old)
        assert (ended.ends_on, ended.is_representative) == (make.NOW.date(), True)
        assert ended.history.latest().history_change_reason == "Moved on"
        assert {message.user_id for message in OutboxMessage.objects.all()} == {old.pk, new.pk}
        assert shop.certifications.get().status == "certified"
        with pytest.raises(PermissionDenied):
            hand_over(shop, old.email, user=old)

    def test_old_one_may_stay_as_staff(self) -> None:
        shop = make.pharmacy()
        old = representatives(shop)[0]
        hand_over(shop, make.pharmacist(shop).email, stays=True)
        row = shop.staff.get(user=old, ends_on=None)
        assert (row.is_representative, row.trained_version) == (False, make.PROGRAM.version)
        assert shop.staff.filter(ends_on=None).count() == 2

    def test_twice_is_once(self) -> None:
        shop = make.pharmacy()
        old, new = representatives(shop)[0], make.pharmacist(shop)
        row = hand_over(shop, new.email)
        assert hand_over(shop, new.email, user=new) == row
        assert shop.staff.count() == 3 and representatives(shop) == [new] and old != new

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

    def test_administrator_may_and_nobody_else(self) -> None:
        shop = make.pharmacy()
        new = make.account(User.Role.PHARMACIST)
        for user in (make.case_manager(), make.pharmacist(shop), representatives(make.pharmacy())[0]):
            with pytest.raises(PermissionDenied):
                hand_over(shop, new.email, user=user)
        assert hand_over(shop, new.email, user=make.administrator()).user == new

    def test_new_representative_signs_only_after_reading_and_passing_in_person(self) -> None:
        user, certification = begun()
        reviewed(user)
        quiz(user, certification)
        new = make.account(User.Role.PHARMACIST)
        hand_over(certification.pharmacy, new.email)
        with pytest.raises(PermissionDenied):
            sign(user, certification)
        with pytest.raises(ActRefused) as refused:
            sign(new, certification)
        assert [one.rule for one in refused.value.findings] == ["CERT-11", "CERT-12"]


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
        with django_assert_num_queries(7):
            page = client.get("/pharmacies/certify/")
        assert "2 untrained" in page.text
        for _ in range(4):
            begun(person)
        with django_assert_num_queries(7):
            client.get("/pharmacies/certify/")

    def test_handing_over_through_the_page(self, client: Client, person: User) -> None:
        _, certification = begun(person)
        new = make.account(User.Role.PHARMACIST, full_name="New Rep")
        here = f"/pharmacies/certify/{certification.pk}/representative/"
        assert "no pharmacy account" in client.post(here, {"email": "no@example.com", "reason": "x"}).text
        assert "Give the reason" in client.post(here, {"email": new.email}).text
        page = client.post(here, {"email": new.email, "reason": "Left the chain"}, follow=True)
        assert "New Rep is the authorized representative" in page.text
        assert client.get(here).status_code == 404
