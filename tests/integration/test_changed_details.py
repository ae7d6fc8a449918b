"""Details of an enrolled pharmacy and of a certified prescriber change; what was signed stays, and still verifies."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client

import tests.factories as make
from pharmacies.actions import PharmacyDetails, change_pharmacy_details, correct_pharmacy_numbers
from pharmacies.facts import kept_answers
from pharmacies.models import Pharmacy, PharmacyCertification
from prescribers.actions import change_prescriber_details
from prescribers.facts import kept_answers as kept_of_prescriber
from prescribers.models import Prescriber, PrescriberCertification
from rems_portal.accounts.models import User
from rems_portal.errors import ActRefused
from rems_portal.signatures.presenters import shown_form
from tests.integration.certifying import begun
from tests.integration.offices import signed_in, text_of

pytestmark = pytest.mark.django_db
NEW = PharmacyDetails(
    name="Elm Street Pharmacy", time_zone="America/Los_Angeles", phone="213-555-0100", address="9 Elm Street"
)


def representative(shop: Pharmacy) -> User:
    return shop.staff.get(is_representative=True).user


def change(shop: Pharmacy, *, by: User | None = None, at: datetime = make.NOW, **changes: str) -> Pharmacy:
    return change_pharmacy_details(
        by=make.actor(by or representative(shop)), at=at, pharmacy=shop, details=replace(NEW, **changes)
    )


def correct(shop: Pharmacy, user: User | None = None, **changes: str) -> Pharmacy:
    boss = user or make.administrator()
    wanted = {"npi": make.npi(), "ncpdp_id": make.ncpdp_id(), "reason": "Two digits were swapped"} | changes
    return correct_pharmacy_numbers(by=make.actor(boss), at=make.NOW, user=boss, pharmacy=shop, **wanted)


def is_whole(shop: Pharmacy) -> bool:
    certification = PharmacyCertification.objects.get(pharmacy=shop)
    return shown_form(certification.form, kept=kept_answers(certification)).integrity.holds


@pytest.mark.rems("PH-01")
class TestPharmacy:
    """What the representative changes, and the numbers that only program staff correct."""

    def test_change_is_kept_with_actor_old_and_new_and_the_signed_form_is_whole(self) -> None:
        shop = make.pharmacy(name="Corner Pharmacy")
        form = shop.certifications.get().form.document
        change(shop)
        now, before = Pharmacy.objects.get().history.all()[:2]
        assert (before.name, now.name) == ("Corner Pharmacy", "Elm Street Pharmacy")
        assert (now.actor_name, now.history_date) == (representative(shop).full_name, make.NOW)
        certification = shop.certifications.get()
        assert (certification.form.document, certification.status) == (form, "certified")
        assert is_whole(shop)

    def test_form_signed_after_a_change_is_held_against_the_new_details(self) -> None:
        shop = make.pharmacy()
        change(shop)
        certification = PharmacyCertification.objects.get()
        certification.signed_at = make.NOW + make.hours(1)
        problems = shown_form(certification.form, kept=kept_answers(certification)).integrity.problems
        assert len(problems) == 1 and "address" in problems[0]

    @pytest.mark.parametrize("column", ["name", "npi", "ncpdp_id", "address", "phone", "time_zone"])
    @pytest.mark.parametrize("changed_before", [False, True])
    def test_column_that_no_act_wrote_still_shows_as_broken(self, column: str, changed_before: bool) -> None:
        shop = make.pharmacy()
        if changed_before:
            change(shop)
            correct(shop)
        assert is_whole(shop)
        other = {"npi": make.npi(), "ncpdp_id": "7777777"}
        Pharmacy.objects.update(**{column: other.get(column, "Tampered")})
        assert not is_whole(shop)

    def test_same_again_writes_nothing(self) -> None:
        shop = make.pharmacy()
        change(shop)
        change(shop)
        npi, ncpdp_id = make.npi(), make.ncpdp_id()
        correct(shop, npi=npi, ncpdp_id=ncpdp_id)
        correct(shop, npi=npi, ncpdp_id=ncpdp_id)
        assert shop.history.count() == 3

    @pytest.mark.parametrize("changes", [{"name": ""}, {"phone": ""}, {"address": ""}, {"time_zone": "Mars/Phobos"}])
    def test_what_is_missing_or_no_zone_is_refused(self, changes: dict[str, str]) -> None:
        shop = make.pharmacy()
        with pytest.raises(ActRefused):
            change(shop, **changes)
        assert shop.history.count() == 1

    def test_nobody_else_changes_details(self) -> None:
        shop = make.pharmacy()
        for user in (make.pharmacist(shop), representative(make.pharmacy()), make.administrator()):
            with pytest.raises(PermissionDenied):
                change(shop, by=user)

    def test_numbers_are_corrected_by_an_administrator_with_a_reason_in_the_history(self) -> None:
        shop = make.pharmacy()
        npi = make.npi()
        correct(shop, npi=npi)
        shop.refresh_from_db()
        assert shop.npi == npi
        assert shop.history.latest().history_change_reason == "Two digits were swapped"
        assert is_whole(shop)
        for user in (make.case_manager(), make.auditor(), representative(shop)):
            with pytest.raises(PermissionDenied):
                correct(shop, user)

    def test_wrong_taken_and_unexplained_numbers_are_refused(self) -> None:
        shop, other = make.pharmacy(), make.pharmacy()
        for changes in (
            {"npi": "1234567890"},
            {"ncpdp_id": "123"},
            {"npi": other.npi},
            {"ncpdp_id": other.ncpdp_id},
            {"reason": " "},
            {"reason": "x" * 101},
        ):
            with pytest.raises(ActRefused):
                correct(shop, **changes)
        assert shop.history.count() == 1

    def test_form_is_still_found_for_whom_it_certifies_after_its_number_was_corrected(self) -> None:
        shop = make.pharmacy(name="Corner Pharmacy")
        form = shop.certifications.get().form
        correct(shop)
        with time_machine.travel(make.NOW, tick=False):
            page = text_of(Client().get("/verify/", {"number": form.number}))
        assert "The program has this document" in page and "Corner Pharmacy" in page

    @pytest.mark.rems("PH-16")
    def test_new_zone_leaves_a_granted_deadline_and_counts_from_the_next_confirmation_on(self) -> None:
        shop = make.pharmacy(time_zone="America/New_York")
        held = make.confirmation(make.authorization(make.enrollment()), pharmacy=shop)
        assert held.ship_by == datetime(2026, 6, 16, 4, 0, tzinfo=UTC)  # midnight in New York
        change(shop)
        held.refresh_from_db()
        assert held.ship_by == datetime(2026, 6, 16, 4, 0, tzinfo=UTC)
        late = datetime(2026, 6, 16, 4, 30, tzinfo=UTC)  # still the same day in Los Angeles
        assert not make.dispense(held, at=late, done_at=late, how="shipped").in_time
        shop.refresh_from_db()
        after = make.confirmation(make.authorization(make.enrollment()), pharmacy=shop)
        assert after.ship_by == datetime(2026, 6, 16, 7, 0, tzinfo=UTC)  # midnight in Los Angeles

    def test_pages_change_show_and_refuse(self) -> None:
        with time_machine.travel(make.NOW, tick=False):
            shop = make.pharmacy(name="Corner Pharmacy")
            client, pk = signed_in(representative(shop)), shop.certifications.get().pk
            here = f"/pharmacies/certify/{pk}/"
            assert f"{here}details/" in client.get(here).text
            typed = {"name": "Elm Street Pharmacy", "time_zone": "America/Chicago", "phone": "1", "address": "9 Elm"}
            page = client.post(f"{here}details/", typed).text
            assert "needs its area code" in page and 'value="Elm Street Pharmacy"' in page
            page = text_of(client.post(f"{here}details/", typed | {"phone": "312-555-0100"}, follow=True))
            assert "Name: Corner Pharmacy → Elm Street Pharmacy" in page
            assert f"EDT, {representative(shop).full_name}" in page or "CDT" in page
            assert "does not match its signature" not in page

    def test_before_the_signature_the_details_are_still_those_of_the_form(self) -> None:
        with time_machine.travel(make.NOW, tick=False):
            user, certification = begun()
            here = f"/pharmacies/certify/{certification.pk}/"
            answer = signed_in(user).get(f"{here}details/")
            assert answer.headers["Location"] == f"{here}pharmacy/"

    def test_admin_button_asks_for_both_numbers_and_the_reason(self) -> None:
        with time_machine.travel(make.NOW, tick=False):
            shop = make.pharmacy()
            client = signed_in(make.administrator())
            here = f"/admin/pharmacies/pharmacy/{shop.pk}/act/numbers/"
            assert f'value="{shop.npi}"' in client.get(here).text
            npi = make.npi()
            typed = {"npi": f"{npi[:4]} {npi[4:]}", "ncpdp_id": shop.ncpdp_id}
            assert client.post(here, typed).status_code == 422
            assert client.post(here, typed | {"reason": "Mistyped"}).status_code == 302
            shop.refresh_from_db()
            assert shop.npi == npi
            assert "Mistyped" in client.get(f"/admin/pharmacies/pharmacy/{shop.pk}/history/").text


def change_prescriber(dr: Prescriber, *, by: User | None = None, **changes: str) -> Prescriber:
    wanted = {"practice_name": "Elm Clinic", "credentials": "DO", "phone": "617-555-0100"} | changes
    return change_prescriber_details(by=make.actor(by or dr.user), at=make.NOW, prescriber=dr, **wanted)


@pytest.mark.rems("PR-02")
class TestPrescriber:
    """Practice, credentials and telephone; never name and NPI."""

    def is_whole(self) -> bool:
        one = PrescriberCertification.objects.get()
        return shown_form(one.form, kept=kept_of_prescriber(one)).integrity.holds

    def test_change_is_kept_and_the_signed_form_is_whole_but_tampering_shows(self) -> None:
        dr = make.prescriber()
        change_prescriber(dr)
        change_prescriber(dr)
        assert [row.practice_name for row in dr.history.all()] == ["Elm Clinic", "Maple Street Oncology"]
        assert dr.history.latest().actor_name == dr.user.full_name
        assert self.is_whole()
        Prescriber.objects.update(practice_name="Tampered")
        assert not self.is_whole()

    def test_only_in_person_and_whole(self) -> None:
        dr = make.prescriber()
        for user in (make.delegate_of(dr), make.prescriber().user):
            with pytest.raises(PermissionDenied):
                change_prescriber(dr, by=user)
        for empty in ({"practice_name": ""}, {"phone": ""}):
            with pytest.raises(ActRefused):
                change_prescriber(dr, **empty)

    def test_pages_change_show_and_refuse(self) -> None:
        here = "/prescribers/certify/"
        with time_machine.travel(make.NOW, tick=False):
            dr = make.prescriber()
            client = signed_in(dr.user)
            assert f"{here}details/" in client.get(here).text
            typed: dict[str, Any] = {"practice_name": "", "credentials": "MD", "phone": "617-555-0100"}
            assert "Type the name of your practice" in client.post(f"{here}details/", typed).text
            page = text_of(client.post(f"{here}details/", typed | {"practice_name": "Elm Clinic"}, follow=True))
            assert "Practice name: Maple Street Oncology → Elm Clinic" in page
            assert "does not match its signature" not in page
            unsigned = signed_in(make.prescriber(certified=False).user).get(f"{here}details/")
            assert unsigned.headers["Location"] == here

    def test_what_was_put_right_before_the_signature_is_no_change_of_the_details(self) -> None:
        with time_machine.travel(make.NOW, tick=False):
            dr = make.prescriber()
            change_prescriber(dr)
            client = signed_in(dr.user)
            assert "Changes of the details: 1" in text_of(client.get("/prescribers/certify/"))
            dr.history.update(history_date=make.NOW - make.days(400))
            assert "Changes of the details" not in text_of(client.get("/prescribers/certify/"))
