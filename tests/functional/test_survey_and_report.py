"""The survey and the pregnancy report on a small phone and without scripts, each page scanned for accessibility."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Page, expect

import tests.factories as make
from patients.models import PatientSurvey, SafetyCase
from rems_portal.rules.vocabulary import RiskCategory
from tests.functional import people

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True), pytest.mark.rems("PF-17", "PR-21")]
NewPage = Callable[..., Page]


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(make.NOW, tick=True):
        yield


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_answer_that_means_danger_says_what_to_do_and_leads_to_the_report(new_page: NewPage, scripts: bool) -> None:
    number = make.authorization(make.enrollment(RiskCategory.AF_CAN))
    secret = make.invitation(number.enrollment)[1]
    phone = new_page(viewport={"width": 320, "height": 640}, java_script_enabled=scripts)
    phone.goto(reverse("authorizations:patient-survey", args=[secret]))
    people.choose(phone, "who", "patient")
    people.type_day(phone, "birth_date", number.enrollment.patient.birth_date)
    people.press(phone, "Start")
    for place in range(1, 7):
        expect(phone.get_by_text(f"Question {place} of 6")).to_be_visible()
        people.follow(phone, phone.get_by_role("button", name="Yes", exact=True))
    assert heading(phone) == "Check your answers"
    phone.go_back()
    assert heading(phone).startswith("Do you use two methods")
    people.follow(phone, phone.get_by_role("button", name="Yes", exact=True))
    people.press(phone, "Send the answers")
    expect(phone.get_by_text("Stop the medicine now")).to_be_visible()
    expect(phone.get_by_role("link", name="Call 555-0100")).to_have_attribute("href", "tel:555-0100")
    if scripts:
        people.look(phone, "survey-danger")
    number.refresh_from_db()
    assert number.status == "void"
    people.follow(phone, phone.get_by_role("link", name="Report a pregnancy"))
    people.choose(phone, "what", "pregnant")
    people.press(phone, "Continue")
    if scripts:
        people.look(phone, "report-by-link-confirm")
    people.press(phone, "Send the report now")
    assert heading(phone) == "The report is sent"
    if scripts:
        people.look(phone, "report-by-link-sent")
    assert SafetyCase.objects.get(kind="pregnancy").reports.count() == 2


def test_a_survey_goes_on_after_the_phone_was_put_away_and_a_dead_link_is_kind(new_page: NewPage) -> None:
    one = make.enrollment(RiskCategory.MC)
    path = reverse("authorizations:patient-survey", args=[make.invitation(one)[1]])
    phone = new_page(viewport=people.PHONE)
    for _ in range(2):
        phone.context.clear_cookies()
        phone.goto(path)
        people.choose(phone, "who", "guardian")
        people.type_day(phone, "birth_date", one.patient.birth_date)
        people.press(phone, "Start")
        asked = heading(phone)
        people.follow(phone, phone.get_by_role("button", name="Yes", exact=True))
        assert heading(phone) != asked
    expect(phone.get_by_text("Question 3 of 6")).to_be_visible()
    people.look(phone, "survey-question-guardian")
    make.invitation(one)
    people.follow(phone, phone.get_by_role("button", name="Yes", exact=True))
    assert heading(phone) == "This link does not work any more"
    people.look(phone, "survey-link-gone")
    assert not PatientSurvey.objects.exists()


def test_a_guardian_answers_signs_and_reports_in_spanish(new_page: NewPage) -> None:
    one = make.enrollment(RiskCategory.FC_CANNOT, language="es")
    phone = new_page(viewport=people.PHONE)
    phone.goto(reverse("authorizations:patient-survey", args=[make.invitation(one)[1]]))
    people.choose(phone, "who", "guardian")
    people.type_day(phone, "birth_date", one.patient.birth_date)
    people.look(phone, "survey-start-es")
    people.press(phone, "Empezar")
    while heading(phone).startswith("¿"):
        alarming = "regla" in heading(phone) or "embarazada" in heading(phone)
        people.follow(phone, phone.get_by_role("button", name="No" if alarming else "Sí", exact=True))
    phone.locator("[name=name]").fill("Suharto")
    people.press(phone, "Firmar y enviar")
    people.look(phone, "survey-check-one-name-es")
    phone.get_by_label("Este es mi nombre completo").check(force=True)
    people.press(phone, "Firmar y enviar")
    assert heading(phone) == "Gracias. Sus respuestas ya se enviaron."
    people.look(phone, "survey-sent-es")
    people.press(phone, "Avisar de un embarazo")
    people.press(phone, "Continuar")
    people.look(phone, "report-missing-es")
    people.choose(phone, "what", "menses")
    phone.locator("textarea").fill("Desde el lunes")
    people.press(phone, "Continuar")
    people.look(phone, "report-confirm-es")
    people.press(phone, "English")
    assert heading(phone) == "Send this report?"
    expect(phone.get_by_text("Desde el lunes")).to_be_visible()
    people.press(phone, "Español")
    people.press(phone, "Enviar el aviso ahora")
    assert heading(phone) == "El aviso está enviado"
    people.look(phone, "report-sent-es")
    assert SafetyCase.objects.get().kind == SafetyCase.Kind.MENSES_BEGAN


def test_a_prescriber_reports_from_the_foot_of_a_page(new_page: NewPage) -> None:
    held = make.confirmation(make.authorization(make.enrollment(RiskCategory.AF_CAN)))
    doctor = people.Person(new_page(viewport=people.WIDE), held.enrollment.prescriber.user)
    doctor.sign_in()
    page = doctor.page
    people.follow(page, page.get_by_role("contentinfo").get_by_role("link", name="Report a pregnancy"))
    people.look(page, "report-find")
    people.follow(page, page.get_by_role("link", name=held.enrollment.patient.full_name))
    people.press(page, "Continue")
    expect(page.get_by_role("alert")).to_contain_text("choose one")
    people.choose(page, "what", "suspected")
    page.locator("textarea").fill("Missed period")
    people.look(page, "report-form")
    people.press(page, "Continue")
    people.look(page, "report-confirm")
    people.press(page, "Change it")
    expect(page.locator("textarea")).to_have_value("Missed period")
    people.press(page, "Continue")
    people.press(page, "Send the report now")
    expect(page.get_by_text(held.number)).to_be_visible()
    people.look(page, "report-sent")
    held.refresh_from_db()
    assert held.status == "void"


def test_a_pharmacist_reports_by_a_number_and_staff_see_the_outbox(new_page: NewPage) -> None:
    manager, shop = make.case_manager(), make.pharmacy()
    held = make.confirmation(make.authorization(make.enrollment(RiskCategory.AM)), pharmacy=shop)
    pharmacist = people.Person(new_page(viewport=people.PHONE), make.pharmacist(shop))
    pharmacist.sign_in()
    page = pharmacist.page
    page.goto(reverse("authorizations:report-pregnancy"))
    people.look(page, "report-identify")
    page.locator("[name=number]").fill(held.number.lower())
    people.press(page, "Continue")
    people.choose(page, "what", "partner_suspected")
    people.press(page, "Continue")
    people.press(page, "Send the report now")
    expect(page.get_by_text("The treatment goes on")).to_be_visible()
    people.look(page, "report-sent-pharmacist")
    staff = people.Person(new_page(viewport=people.WIDE), manager)
    staff.sign_in()
    staff.page.goto(reverse("notifications:outbox"))
    expect(staff.page.get_by_text("A case needs you").first).to_be_visible()
    people.look(staff.page, "outbox")
    staff.page.goto(reverse("notifications:mailbox"))
    people.look(staff.page, "mailbox")
