"""A pharmacy becomes certified, names its staff, and is overseen (PH-01, PH-02; domain.md section 10)."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

import tests.factories as make
from pharmacies.actions import (
    add_staff,
    complete_training,
    decertify_pharmacy,
    end_staff,
    reinstate_pharmacy,
    reopen_pharmacy_certification,
    start_certification,
    suspend_pharmacy,
)
from pharmacies.models import Pharmacy, PharmacyStaff
from rems_portal.accounts.models import User
from rems_portal.errors import ActRefused
from rems_portal.notifications.models import OutboxMessage
from rems_portal.signatures.models import SignedForm
from tests.integration.certifying import begun, identity, oversee, quiz, reviewed, sign

pytestmark = pytest.mark.django_db


@pytest.mark.rems("PH-01", "PH-02")
def test_complete_means_certified_at_once_and_the_representative_is_trained() -> None:
    user, certification = begun()
    staff = PharmacyStaff.objects.get(user=user)
    assert (staff.is_representative, staff.trained_at) == (True, None)
    reviewed(user)
    assert quiz(user, certification).passed
    done = sign(user, certification)
    staff.refresh_from_db()
    assert (done.status, done.certified_at, done.program_version) == ("certified", make.NOW, make.PROGRAM.version)
    assert done.attests_supply_left and done.attests_supply_limit and done.attests_number_and_category
    assert staff.trained_at == make.NOW
    assert sign(user, certification).pk == done.pk
    assert done.history.latest().history_user_id == user.pk


@pytest.mark.rems("PH-01", "PH-02")
def test_signing_with_everything_missing_lists_it_all() -> None:
    user, certification = begun()
    with pytest.raises(ActRefused) as refused:
        sign(user, certification, processes=frozenset())
    assert [finding.rule for finding in refused.value.findings] == ["CERT-11", "CERT-12", "CERT-13"]
    certification.refresh_from_db()
    assert (certification.status, certification.form) == ("in_progress", None)
    assert not SignedForm.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"npi": "1234567890"}, "check digit"),
        ({"ncpdp_id": "12345"}, "seven digits"),
        ({"time_zone": "Mars/Olympus"}, "time zone"),
        ({"time_zone": ""}, "time zone"),
        ({"address": ""}, "address"),
    ],
)
def test_wrong_details_are_refused(changes: dict[str, str], words: str) -> None:
    with pytest.raises(ActRefused, match=words):
        begun(**changes)
    assert not Pharmacy.objects.exists()


def test_form_sent_twice_makes_one_pharmacy_and_can_be_corrected() -> None:
    user, first = begun(npi="1234567893", ncpdp_id="7654321")
    _, second = begun(user, npi="1234567893", ncpdp_id="7654321", name="Corrected")
    assert first.pk == second.pk
    assert Pharmacy.objects.get().name == "Corrected"


def test_number_of_another_pharmacy_is_refused() -> None:
    there = make.pharmacy()
    with pytest.raises(ActRefused, match="another pharmacy"):
        begun(npi=there.npi)
    with pytest.raises(ActRefused, match="another pharmacy"):
        begun(ncpdp_id=there.ncpdp_id)


def test_details_of_a_signed_form_stay() -> None:
    shop = make.pharmacy()
    user = shop.staff.get().user
    with pytest.raises(ActRefused, match="Change its details on the pharmacy’s own page"):
        start_certification(
            by=make.actor(user),
            at=make.NOW,
            user=user,
            identity=identity(npi=shop.npi, ncpdp_id=shop.ncpdp_id),
            program=make.PROGRAM,
        )


@pytest.mark.parametrize("role", [User.Role.PRESCRIBER, User.Role.DELEGATE])
def test_only_pharmacy_accounts_certify_a_pharmacy(role: str) -> None:
    with pytest.raises(ActRefused, match="Only the account of pharmacy staff"):
        begun(make.account(role))


def test_only_the_representative_certifies() -> None:
    user, certification = begun()
    other = make.pharmacist(certification.pharmacy)
    for act in (
        lambda: quiz(other, certification),
        lambda: sign(other, certification),
        lambda: add_staff(by=make.actor(other), at=make.NOW, pharmacy=certification.pharmacy, email=user.email),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_staff_are_added_once_trained_by_themselves_and_ended() -> None:
    shop, person = make.pharmacy(), make.account(User.Role.PHARMACIST)
    representative = make.actor(shop.staff.get().user)
    row = add_staff(by=representative, at=make.NOW, pharmacy=shop, email=f" {person.email.upper()} ")
    assert add_staff(by=representative, at=make.NOW, pharmacy=shop, email=person.email) == row
    with pytest.raises(ActRefused, match="their own training"):
        complete_training(by=representative, at=make.NOW, staff=row, reviewed=True, program=make.PROGRAM)
    with pytest.raises(ActRefused, match="to its end"):
        complete_training(by=make.actor(person), at=make.NOW, staff=row, reviewed=False, program=make.PROGRAM)
    trained = complete_training(by=make.actor(person), at=make.NOW, staff=row, reviewed=True, program=make.PROGRAM)
    again = complete_training(
        by=make.actor(person), at=make.NOW + make.days(1), staff=row, reviewed=True, program=make.PROGRAM
    )
    assert trained.trained_at == again.trained_at == make.NOW
    ended = end_staff(by=representative, at=make.NOW, staff=row)
    assert ended.ends_on == make.NOW.date()
    number = make.authorization(make.enrollment(make.CATEGORIES[4]))
    with pytest.raises(PermissionDenied):
        make.ask_confirmation(number, pharmacy=shop, user=person)
    with pytest.raises(ActRefused, match="no longer work"):
        complete_training(by=make.actor(person), at=make.NOW, staff=row, reviewed=True, program=make.PROGRAM)


def test_staff_need_a_pharmacy_account_and_the_representative_stays() -> None:
    shop = make.pharmacy()
    representative = make.actor(shop.staff.get().user)
    for email, why in (
        ("nobody@example.com", "Type the person’s name"),
        (make.account(User.Role.PRESCRIBER).email, "of another role"),
    ):
        with pytest.raises(ActRefused, match=why):
            add_staff(by=representative, at=make.NOW, pharmacy=shop, email=email)
    with pytest.raises(ActRefused, match="can’t be removed"):
        end_staff(by=representative, at=make.NOW, staff=shop.staff.get())


def test_program_staff_suspend_reinstate_decertify_and_let_apply_again() -> None:
    shop = make.pharmacy()
    assert oversee(suspend_pharmacy, shop).status == "suspended"
    assert oversee(reinstate_pharmacy, shop).status == "certified"
    assert oversee(decertify_pharmacy, shop).status == "decertified"
    again = oversee(reopen_pharmacy_certification, shop)
    assert (again.status, again.signed_name, again.certified_at, again.attests_supply_left) == (
        "in_progress",
        "",
        None,
        False,
    )
    assert again.history.latest().history_change_reason == "Audit finding"
    assert {message.user_id for message in OutboxMessage.objects.all()} == {shop.staff.get().user_id}
    user = shop.staff.get().user
    with pytest.raises(ActRefused, match="Not attested"):
        sign(user, again, processes=frozenset())


def test_oversight_needs_a_reason_an_administrator_and_a_move_that_is_allowed() -> None:
    shop = make.pharmacy()
    with pytest.raises(ActRefused, match="Give the reason"):
        oversee(suspend_pharmacy, shop, reason=" ")
    with pytest.raises(PermissionDenied):
        oversee(suspend_pharmacy, shop, user=make.case_manager())
    with pytest.raises(ActRefused, match="Only a suspended"):
        oversee(reinstate_pharmacy, shop)
    with pytest.raises(ActRefused, match="can’t become in progress"):
        oversee(reopen_pharmacy_certification, shop)


def test_suspended_pharmacy_does_not_sign_itself_back() -> None:
    shop = make.pharmacy()
    certification = oversee(suspend_pharmacy, shop)
    with pytest.raises(ActRefused, match="is suspended"):
        sign(shop.staff.get().user, certification)


def test_two_pharmacies_with_one_number_at_the_same_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    def collide(*_: object, **__: object) -> None:
        raise IntegrityError("pharmacy npi")

    monkeypatch.setattr(Pharmacy, "save", collide)
    with pytest.raises(ActRefused, match="another pharmacy"):
        begun()


def test_ending_somebodys_work_twice_is_once() -> None:
    shop = make.pharmacy()
    representative, person = make.actor(shop.staff.get().user), make.pharmacist(shop)
    row = shop.staff.get(user=person)
    end_staff(by=representative, at=make.NOW, staff=row)
    assert end_staff(by=representative, at=make.NOW + make.days(3), staff=row).ends_on == make.NOW.date()
