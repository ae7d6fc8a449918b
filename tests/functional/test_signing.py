"""A guardian and a child sign an agreement on a small phone, end to end from the prescriber's page."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from playwright.sync_api import Page, expect

import tests.factories as make
from patients.actions import invite_to_sign
from patients.models import Agreement
from rems_portal.rules.vocabulary import RiskCategory
from tests.functional import people

pytestmark = [
    pytest.mark.functional,
    pytest.mark.pango,
    pytest.mark.django_db(transaction=True),
    pytest.mark.rems("PR-08", "PF-05", "PC-03", "PM-03"),
]
NewPage = Callable[..., Page]


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(people.utc(2026, 6, 1), tick=True):
        yield


def doctor_of(new_page: NewPage) -> people.PrescriberPerson:
    dr = make.prescriber(full_name="Ada Example", at=people.utc(2026, 6, 1))
    doctor = people.PrescriberPerson(new_page(viewport=people.WIDE), dr.user)
    doctor.sign_in()
    return doctor


def test_guardian_and_child_sign_on_a_phone_and_keep_a_copy(new_page: NewPage) -> None:
    doctor, phone = doctor_of(new_page), new_page(viewport=people.PHONE)
    number = doctor.enrolls(RiskCategory.FC_CAN, "Story")
    path = doctor.hands_over_form(number)
    people.family_signs(phone, path, RiskCategory.FC_CAN)
    copy = phone.get_by_role("link", name="Keep a copy (PDF)").get_attribute("href")
    answer = phone.request.get(str(copy))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")
    phone.go_back()
    phone.reload()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you. The form is signed.")

    page = doctor.page
    page.goto(f"/my-patients/{number}/")
    expect(page.get_by_text("Maria Story").first).to_be_visible()
    people.look(page, "patient-signed-by-family")
    people.press(page, "Read the form")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Female Child Who Can Get Pregnant")
    people.look(page, "signed-form")
    assert [one.signer for one in Agreement.objects.get().form.signatures.all()] == ["prescriber", "guardian", "child"]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_adult_signs_on_the_device_of_the_office_which_opens_nothing_else(new_page: NewPage, scripts: bool) -> None:
    dr = make.prescriber(full_name="Ada Example", at=people.utc(2026, 6, 1))
    one = make.pending_enrollment(
        RiskCategory.AM, prescriber=dr, at=people.utc(2026, 6, 1), birth_date=people.ADULT, given_name="Sam"
    )
    doctor = people.PrescriberPerson(new_page(viewport=people.PHONE, java_script_enabled=scripts), dr.user)
    doctor.sign_in()
    page = doctor.page
    page.goto(f"/my-patients/{one.patient.number}/form/")
    people.press(page, "Sign here on this device")
    expect(page.get_by_role("heading", level=1)).to_have_text("Read and sign a form")
    secret_path = page.url.split("/a/")[1]
    people.type_day(page, "birth_date", people.ADULT)
    people.press(page, "Open the form")
    people.press(page, "I have read this and agree")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. The form is signed.")
    if scripts:
        people.look(page, "sign-done-on-the-device")
    page.goto("/my-patients/")
    assert "/my-patients/" not in page.url.split("?")[0]
    page.goto(f"/a/{secret_path}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. The form is signed.")


def test_spanish_form_on_a_phone(new_page: NewPage) -> None:
    one = make.pending_enrollment(
        RiskCategory.FC_CAN, at=people.utc(2026, 6, 1), birth_date=people.CHILD, language="es", given_name="Sam"
    )
    waiting = make.waiting_agreement(one)
    by = make.actor(one.prescriber.user)
    _link, secret = invite_to_sign(by=by, at=people.utc(2026, 6, 1), agreement=waiting)
    phone = new_page(viewport=people.PHONE)
    phone.goto(f"/a/{secret}/")
    people.type_day(phone, "birth_date", people.CHILD)
    people.look(phone, "sign-start-es")
    people.press(phone, "Abrir el formulario")
    phone.locator("[name=name]").fill("María Story")
    people.choose(phone, "relation", "Parent")
    people.look(phone, "sign-form-es")
    people.press(phone, "Lo leí y estoy de acuerdo")
    people.look(phone, "sign-child-es")
    people.press(phone, "Sí, estoy de acuerdo")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Gracias. El formulario está firmado.")
    people.look(phone, "sign-done-es")
