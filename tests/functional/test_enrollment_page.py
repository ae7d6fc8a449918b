"""What scripts add to the enrollment page: the form that fits at once, and no answer sent that nobody sees."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

import tests.factories as make
from patients.models import Enrollment
from prescribers.models import Prescriber
from rems_portal.accounts.models import User
from rems_portal.rules.categories import RiskCategory
from tests.factories import NOW

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def form(page: Page, client: Client, live_server: Any) -> Page:
    """The enrollment page, opened by a certified prescriber."""
    client.force_login(make.prescriber(user=make.account(User.Role.PRESCRIBER, email="doctor@example.com")).user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page.goto("/patients/enroll/")
    page.locator("[name=family_name]").fill("Teller")
    for part, value in (("month", "3"), ("day", "4"), ("year", "1960")):
        page.locator(f"[name=birth_date_{part}]").fill(value)
    return page


def choose(form: Page, name: str, value: str) -> None:
    form.locator(f"[name={name}][value={value}]").check(force=True)


@pytest.mark.rems("PR-08")
def test_adult_male_is_signed_for_on_one_page_with_one_click(form: Page) -> None:
    loads: list[str] = []
    form.on("framenavigated", lambda frame: loads.append(frame.url))
    choose(form, "sex", "male")
    expect(form.get_by_role("heading", name="Your signature")).to_be_visible()
    expect(form.get_by_text("Adult Male", exact=True)).to_be_visible()
    form.locator("[name=user_name]").fill("doctor@example.com")
    form.locator("[name=password]").fill(make.PASSWORD)
    form.get_by_role("button", name="Sign", exact=True).click()
    expect(form.get_by_text("You signed the form.")).to_be_visible()
    assert len(loads) == 1
    assert Enrollment.objects.get().agreements.get().category == "AM"


def test_only_questions_that_matter_show_and_hidden_answers_are_taken_back(form: Page) -> None:
    expect(form.get_by_text("Can she get pregnant?")).to_be_hidden()
    choose(form, "sex", "female")
    expect(form.get_by_text("Are her cycles regular?")).to_be_hidden()
    choose(form, "can_get_pregnant", "yes")
    choose(form, "menstrual_cycles", "irregular")
    expect(form.get_by_text("Adult Female Who Can Get Pregnant", exact=True)).to_be_visible()
    choose(form, "can_get_pregnant", "no")
    expect(form.get_by_text("Are her cycles regular?")).to_be_hidden()
    choose(form, "cannot_basis", "hysterectomy")
    expect(form.get_by_text("Adult Female Who Can Not Get Pregnant", exact=True)).to_be_visible()
    choose(form, "sex", "male")
    expect(form.get_by_text("Adult Male", exact=True)).to_be_visible()
    assert form.locator(".only-female input:checked").count() == 0


def test_signature_typed_before_a_correction_stays(form: Page) -> None:
    choose(form, "sex", "male")
    expect(form.locator("[name=user_name]")).to_be_visible()
    form.locator("[name=user_name]").fill("doctor@example.com")
    form.locator("[name=birth_date_year]").fill("2015")
    form.locator("[name=family_name]").focus()
    expect(form.get_by_text("Male Child", exact=True)).to_be_visible()
    expect(form.locator("[name=user_name]")).to_have_value("doctor@example.com")


def test_patient_enrolled_again_keeps_who_she_is_and_the_form_follows_her_answers(form: Page) -> None:
    one = make.discontinued(make.enrollment(RiskCategory.AF_CAN, prescriber=Prescriber.objects.get()))
    form.goto(f"/patients/enroll/again/{one.patient.number}/")
    expect(form.get_by_text(one.patient.full_name)).to_be_visible()
    expect(form.locator("[name=family_name]")).to_be_hidden()
    expect(form.get_by_text("Can she get pregnant?")).to_be_visible()
    choose(form, "can_get_pregnant", "no")
    choose(form, "cannot_basis", "hysterectomy")
    expect(form.get_by_text("Adult Female who can not get pregnant", exact=False).first).to_be_visible()
    form.locator("[name=user_name]").fill("doctor@example.com")
    form.locator("[name=password]").fill(make.PASSWORD)
    form.get_by_role("button", name="Sign", exact=True).click()
    expect(form.get_by_text("You signed the form.")).to_be_visible()
    assert [course.status for course in one.patient.enrollments.order_by("pk")] == ["discontinued", "pending"]
