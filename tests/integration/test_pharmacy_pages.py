"""The pages of a pharmacy's certification and staff: what is typed, shown again, refused, and scoped."""

from dataclasses import asdict
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

import tests.factories as make
from pharmacies.actions import add_staff, decertify_pharmacy, suspend_pharmacy
from pharmacies.facts import ENROLLMENT_FORM
from pharmacies.models import Pharmacy, PharmacyCertification, PharmacyStaff, QuizAttempt
from rems_portal.accounts.models import User
from rems_portal.audit.models import AccessEvent
from rems_portal.materials.models import MaterialReading
from rems_portal.rules.forms import fingerprint
from rems_portal.rules.programs import form_named
from rems_portal.signatures.models import SignedForm, SigningTry
from tests.integration.certifying import (
    MATERIALS,
    PROCESSES,
    answers_to,
    begun,
    identity,
    oversee,
    paper,
    quiz,
    reviewed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> Any:
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def person(client: Client, now: Any) -> User:
    user = make.account(User.Role.PHARMACIST, full_name="Pat Rx")
    client.force_login(user)
    return user


def typed(**changes: str) -> dict[str, str]:
    wanted = identity(npi="1234567893", ncpdp_id="7654321")
    return asdict(wanted) | changes


@pytest.mark.rems("PH-01", "PH-02")
def test_certification_through_the_pages(client: Client, person: User) -> None:
    assert client.get("/pharmacies/certify/", follow=True).redirect_chain[-1][0] == "/pharmacies/certify/new/"
    page = client.post("/pharmacies/certify/new/", typed(), follow=True)
    certification = PharmacyCertification.objects.get()
    here = f"/pharmacies/certify/{certification.pk}/"
    assert page.redirect_chain[-1][0] == here
    for material in MATERIALS:
        page = client.get(here)
        assert f"{here}materials/{material}/" in page.text
        page = client.post(f"{here}materials/{material}/", {"version": make.PROGRAM.version}, follow=True)
    assert "Pharmacy Certification Quiz" in page.text and "10 questions, 8 right answers" in page.text
    page = client.post(f"{here}quiz/", follow=True)
    first = QuizAttempt.objects.get()
    page = client.post(f"{here}quiz/{first.pk}/", answers_to(first, wrong=10), follow=True)
    assert "Not passed yet" in page.text and "0 of 10" in page.text
    asked = next(one for one in make.PROGRAM.quiz if one.code == first.paper[0]["question"])
    assert asked.explanation.replace("'", "&#x27;") in page.text
    assert "Begin the quiz" in client.get(here, follow=True).text
    client.post(f"{here}quiz/")
    second = QuizAttempt.objects.latest("pk")
    page = client.post(f"{here}quiz/{second.pk}/", answers_to(second), follow=True)
    assert "You passed the quiz" in page.text
    page = client.post(f"{here}sign/", signature(client, here), follow=True)
    assert "Sample" in page.text and "is certified" in page.text
    assert client.get("/counter/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"npi": "1234567890"}, "A digit of this NPI is mistyped"),
        ({"npi": "123"}, "this one has 3"),
        ({"ncpdp_id": "12345678"}, "this one has 8"),
        ({"ncpdp_id": "12x4567"}, "digits only"),
        ({"time_zone": ""}, "Choose the time zone"),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"phone": "555"}, "area code"),
        ({"name": ""}, "Type the pharmacy’s name"),
        ({"name": "x" * 1_000_000}, "longer than 150"),
        ({"name": "Good \u202eyhtrow"}, "invisible characters"),
    ],
)
def test_wrong_details_are_shown_again_with_a_sentence(
    client: Client, person: User, changes: dict[str, str], sentence: str
) -> None:
    page = client.post("/pharmacies/certify/new/", typed(**changes))
    assert page.status_code == 200
    assert sentence in page.text
    assert "1 Sample Street" in page.text
    assert len(page.content) < 60_000
    assert not Pharmacy.objects.exists()


def test_markup_in_a_name_is_text(client: Client, person: User) -> None:
    client.post("/pharmacies/certify/new/", typed(name="<script>alert(1)</script>"))
    page = client.get("/pharmacies/certify/", follow=True)
    page = client.get(f"/pharmacies/certify/{PharmacyCertification.objects.get().pk}/pharmacy/")
    assert "<script>alert" not in page.text and "&lt;script&gt;alert" in page.text


def test_details_can_be_corrected_before_signing(client: Client, person: User) -> None:
    client.post("/pharmacies/certify/new/", typed())
    here = f"/pharmacies/certify/{PharmacyCertification.objects.get().pk}/pharmacy/"
    assert client.post(here, typed(name="Corrected Pharmacy")).status_code == 302
    assert Pharmacy.objects.get().name == "Corrected Pharmacy"
    taken = make.pharmacy()
    page = client.post(here, typed(npi=taken.npi))
    assert "another pharmacy" in page.text


def signature(client: Client, here: str, **changes: Any) -> dict[str, Any]:
    """Return what the signing page sends when everything is ticked and the password is typed."""
    shown = client.get(f"{here}sign/").context
    first = {"user_name": shown["signing"].request.user.email} if "user_name" in shown["signing"].fields else {}
    seen = shown["form"].wording
    return {"processes": sorted(PROCESSES), "wording": seen, "password": make.PASSWORD} | first | changes


def ready_to_sign(person: User, **changes: str) -> tuple[PharmacyCertification, str]:
    user, certification = begun(person, **changes)
    reviewed(user)
    quiz(user, certification)
    return certification, f"/pharmacies/certify/{certification.pk}/"


@pytest.mark.rems("PH-02")
def test_signing_leaves_nothing_out(client: Client, person: User) -> None:
    certification, here = ready_to_sign(person)
    page = client.post(f"{here}sign/", signature(client, here, processes=sorted(PROCESSES)[:1]))
    assert "All 3 processes are needed" in page.text
    page = client.post(f"{here}sign/", signature(client, here, password=""))
    assert "Type your password to sign" in page.text
    certification.refresh_from_db()
    assert certification.status == "in_progress"


def test_wrong_password_is_counted_and_nothing_ticked_is_lost(client: Client, person: User) -> None:
    certification, here = ready_to_sign(person)
    page = client.post(f"{here}sign/", signature(client, here, password="not it"))
    assert "Nothing was signed" in page.text and page.text.count("checked") == 3
    assert SigningTry.objects.get().right is False
    certification.refresh_from_db()
    assert certification.status == "in_progress" and not SignedForm.objects.exists()


def test_form_that_changed_meanwhile_is_shown_again(client: Client, person: User) -> None:
    certification, here = ready_to_sign(person)
    page = client.post(f"{here}sign/", signature(client, here, wording="of another"))
    assert "The form changed while you were filling it in" in page.text and page.text.count("checked") == 3
    assert not SigningTry.objects.exists()
    certification.refresh_from_db()
    assert certification.status == "in_progress"


@pytest.mark.rems("PH-01", "PH-02")
def test_signed_form_is_shown_with_its_signature_and_whether_it_is_intact(client: Client, person: User) -> None:
    certification, here = ready_to_sign(person, name="Signed Pharmacy", time_zone="America/Denver")
    page = client.post(f"{here}sign/", signature(client, here), follow=True)
    certification.refresh_from_db()
    form = certification.form
    assert form is not None and form.number in page.text
    assert "Pat Rx" in page.text and "authorized representative" in page.text and "MDT" in page.text
    assert "does not match its signature" not in page.text
    assert (form.about, form.code) == (f"pharmacy {certification.pharmacy.npi}", "pharmacy_enrollment")
    assert {code for code, answer in form.answers.items() if answer is True} == PROCESSES
    assert form.answers["name"] == "Signed Pharmacy"
    Pharmacy.objects.update(ncpdp_id="7777777")
    assert "does not match its signature" in client.get(here).text
    Pharmacy.objects.update(ncpdp_id=form.answers["ncpdp_id"])
    SignedForm.objects.update(document=form.document.replace("Signed Pharmacy", "Signed Pharmacx"))
    assert "does not match its signature" in client.get(here).text


def test_signed_form_and_certificate_are_given_as_pdf(client: Client, person: User) -> None:
    certification, here = ready_to_sign(person)
    assert client.get(f"{here}form/").status_code == client.get(f"{here}certificate/").status_code == 404
    client.post(f"{here}sign/", signature(client, here))
    for document in ("form", "certificate"):
        answer = client.get(f"{here}{document}/")
        assert answer.headers["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    oversee(suspend_pharmacy, certification.pharmacy)
    assert client.get(f"{here}form/").status_code == 200
    assert client.get(f"{here}certificate/").status_code == 404


def test_signing_too_early_says_what_is_missing(client: Client, person: User) -> None:
    _, certification = begun(person)
    here = f"/pharmacies/certify/{certification.pk}/"
    page = client.get(f"{here}sign/", follow=True)
    assert page.redirect_chain[-1][0] == f"{here}materials/{MATERIALS[0]}/"
    assert "Before you sign: materials first." in page.text
    sent = {"processes": sorted(PROCESSES), "password": make.PASSWORD, "user_name": person.email}
    page = client.post(f"{here}sign/", sent | {"wording": fingerprint(form_named(make.PROGRAM, ENROLLMENT_FORM))})
    assert "Not reviewed yet" in page.text and "not passed yet" in page.text
    assert "CERT-11" in page.text and "CERT-12" in page.text
    assert page.text.count("(done)") == 1


def test_quiz_half_answered_says_which_questions(client: Client, person: User) -> None:
    user, certification = begun(person)
    attempt = paper(user, certification)
    here = f"/pharmacies/certify/{certification.pk}/quiz/{attempt.pk}/"
    page = client.post(here, dict(list(answers_to(attempt).items())[2:]))
    assert "Answer question 1." in page.text and "Answer question 2." in page.text
    assert page.text.count("checked") == 8
    attempt.refresh_from_db()
    assert attempt.taken_at is None


def test_another_pharmacys_certification_is_not_there_and_that_is_written_down(client: Client, person: User) -> None:
    certification = make.pharmacy().certifications.get()
    names = ("pharmacy", "identity", "quiz", "sign", "form", "certificate", "hand-over")
    for name in names:
        assert client.get(reverse(f"pharmacies:certify-{name}", args=[certification.pk])).status_code == 404
    denied = AccessEvent.objects.filter(outcome="denied", user=person)
    assert denied.count() == len(names)
    assert denied.first().record == f"pharmacy certification {certification.pk}"


@pytest.mark.parametrize("make_user", [lambda: make.prescriber().user, make.case_manager])
def test_other_roles_are_shown_the_door(client: Client, now: Any, make_user: Any) -> None:
    client.force_login(make_user())
    for name in ("certify", "certify-new", "staff"):
        assert client.get(reverse(f"pharmacies:{name}")).status_code == 403


@pytest.mark.parametrize("status", ["suspended", "decertified"])
def test_page_says_what_a_suspension_means(client: Client, now: Any, status: str) -> None:
    shop = make.pharmacy()
    oversee(suspend_pharmacy if status == "suspended" else decertify_pharmacy, shop)
    client.force_login(shop.staff.get().user)
    page = client.get("/pharmacies/certify/", follow=True)
    assert "can’t obtain confirmation numbers" in page.text


def test_staff_page_adds_trains_and_removes(client: Client, now: Any) -> None:
    shop, person = make.pharmacy(), make.account(User.Role.PHARMACIST, full_name="New Colleague")
    client.force_login(shop.staff.get().user)
    page = client.post("/pharmacies/staff/", {"pharmacy": shop.pk, "email": "nobody@example.com"})
    assert "Type the person’s name" in page.text and "nobody@example.com" in page.text
    page = client.post("/pharmacies/staff/", {"pharmacy": shop.pk, "email": person.email}, follow=True)
    assert "New Colleague" in page.text and "Not trained yet" in page.text
    row = PharmacyStaff.objects.get(user=person)
    client.force_login(person)
    page = client.get("/counter/")
    assert page.status_code == 403 and "Complete your training" in page.text
    training = f"/pharmacies/staff/{row.pk}/training/"
    assert "to its end" in client.post(training, {}).text
    assert "training record" in client.post(training, {"reviewed": "on"}, follow=True).text
    assert "You completed this training" in client.get(training).text
    assert client.get("/counter/").status_code == 200
    assert client.post(f"/pharmacies/staff/{row.pk}/end/").status_code == 404
    client.force_login(shop.staff.get(is_representative=True).user)
    assert client.get(training).status_code == 404
    leaving = f"/pharmacies/staff/{row.pk}/end/"
    asked = client.get(leaving)
    assert "Remove New Colleague from" in asked.text and "Worked here before (" not in asked.text
    row.refresh_from_db()
    assert row.ends_on is None
    page = client.post(leaving, follow=True)
    row.refresh_from_db()
    assert row.ends_on == make.NOW.date()
    left = " ".join(page.text.partition("Worked here before (1)")[2].partition("</ul>")[0].split())
    assert "New Colleague: from" in left and f"version {make.PROGRAM.version}" in left
    own = shop.staff.get(is_representative=True)
    assert "can’t be removed" in client.post(f"/pharmacies/staff/{own.pk}/end/", follow=True).text
    assert client.post("/pharmacies/staff/", {"pharmacy": 999, "email": person.email}).status_code == 404


@pytest.mark.rems("PH-01")
def test_training_read_in_the_library_counts_wherever_the_person_works(client: Client, now: Any) -> None:
    shop, other = make.pharmacy(), make.pharmacy()
    person = make.pharmacist(shop, trained=False)
    client.force_login(person)
    assert client.get("/counter/").status_code == 403
    client.post("/materials/pharmacy_training/en/", {"version": make.PROGRAM.version})
    row = shop.staff.get(user=person)
    assert (row.trained_at, row.trained_version) == (make.NOW, make.PROGRAM.version)
    assert client.get("/counter/").status_code == 200
    assert row.history.filter(trained_version=make.PROGRAM.version, history_user_id=person.pk).exists()
    shop.staff.filter(user=person).update(ends_on=make.NOW.date())
    boss = other.staff.get(is_representative=True).user
    again = add_staff(by=make.actor(boss), at=make.NOW, pharmacy=other, email=person.email)
    assert again.trained_version == make.PROGRAM.version


def test_training_read_before_need_not_be_read_again(client: Client, now: Any) -> None:
    shop = make.pharmacy()
    person = make.pharmacist(shop, trained=False)
    client.force_login(person)
    here = f"/pharmacies/staff/{shop.staff.get(user=person).pk}/training/"
    assert "You need not read it again" not in client.get(here).text
    MaterialReading.objects.create(
        user=person,
        program=make.PROGRAM.program,
        material="pharmacy_training",
        version=make.PROGRAM.version,
        language="en",
        read_at=make.NOW,
    )
    page = client.get(here).text
    assert "You need not read it again" in page and '<input type="hidden" name="reviewed"' in page
    assert "is complete" in client.post(here, {"reviewed": "on"}, follow=True).text


def test_pages_ask_the_same_number_of_questions_however_many_people(
    client: Client, now: Any, django_assert_num_queries: Any
) -> None:
    shop = make.pharmacy()
    client.force_login(shop.staff.get().user)
    client.get("/pharmacies/staff/")
    with django_assert_num_queries(6):
        client.get("/pharmacies/staff/")
    for _ in range(6):
        make.pharmacist(shop)
    with django_assert_num_queries(6):
        assert client.get("/pharmacies/staff/").text.count("Remove") == 6


def test_somebody_of_several_pharmacies_sees_them_all(client: Client, now: Any) -> None:
    shop, other = make.pharmacy(name="First Pharmacy"), make.pharmacy(name="Second Pharmacy")
    user = shop.staff.get().user
    make.pharmacist(other, user=user, trained=False)
    client.force_login(user)
    page = client.get("/pharmacies/certify/")
    assert "First Pharmacy" in page.text and "Second Pharmacy" in page.text
    assert "Authorized representative" in page.text and "Complete your training" in page.text
    assert f"/pharmacies/certify/{shop.certifications.get().pk}/" in page.text
    assert f"/pharmacies/certify/{other.certifications.get().pk}/" not in page.text


def test_signed_form_is_read_and_no_longer_filled_in(client: Client, now: Any) -> None:
    shop = make.pharmacy(time_zone="America/Kentucky/Louisville")
    client.force_login(shop.staff.get().user)
    certification = shop.certifications.get()
    here = f"/pharmacies/certify/{certification.pk}/"
    assert client.get(f"{here}pharmacy/").headers["Location"] == here
    assert client.get(f"{here}sign/").headers["Location"] == here
    assert "Louisville" in client.get(here).text
    assert "You reviewed this version" in client.get(f"{here}materials/pharmacy_guide/").text
    assert client.get(f"{here}materials/welcome_letter/").status_code == 404
    page = client.post(f"{here}materials/pharmacy_guide/", {"version": "2021-05-21"})
    assert "not the one to read now" in page.text


def test_number_of_another_pharmacy_is_told_beside_the_number(client: Client, person: User) -> None:
    there = make.pharmacy()
    page = client.post("/pharmacies/certify/new/", typed(npi=there.npi))
    assert "already belongs to another pharmacy" in page.text and "O’Neil" in page.text


def test_zone_of_a_pharmacy_that_is_not_in_the_list_stays(client: Client, person: User) -> None:
    _, certification = begun(person, time_zone="America/Kentucky/Louisville")
    page = client.get(f"/pharmacies/certify/{certification.pk}/pharmacy/")
    assert 'value="America/Kentucky/Louisville" selected' in page.text
