"""The people of the stories, each with a window of their own: what they see is checked at every step they take.

A step ends with `look`, which scans the page for accessibility, checks that nothing scrolls sideways on a phone and,
with STORY_PICTURES naming a folder, keeps the page as pictures at 1280 and 360 px. Controls are found by their names
in the form, results by the words that people read.
"""

import os
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Locator, Page, expect

from rems_portal.accounts.models import User
from rems_portal.accounts.second_factor import used_key
from rems_portal.rules.certification import required_materials
from rems_portal.rules.vocabulary import Party, RiskCategory
from tests.factories import NOW, PASSWORD, PROGRAM, second_factor_code

PICTURES = os.environ.get("STORY_PICTURES", "")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
ADULT, CHILD = date(1980, 3, 4), date(2014, 3, 4)
PROGRAM_ZONE = ZoneInfo("America/New_York")


def look(page: Page, name: str) -> None:
    """Check the page that is shown now as every page is checked."""
    found = Axe().run(page).response["violations"]
    assert not found, [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found]
    before = page.viewport_size
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], f"{name} scrolls sideways"
    if PICTURES:
        for size in (PHONE, WIDE):
            page.set_viewport_size(size)
            page.screenshot(path=Path(PICTURES) / f"{name}-{size['width']}.png", full_page=True)
    page.set_viewport_size(before or WIDE)


def follow(page: Page, control: Locator) -> None:
    """Click what leads to a page, and wait until that page has come: what is looked at next is never the old one."""
    with page.expect_navigation():
        control.click()


def press(page: Page, words: str) -> None:
    """Press the button, or follow the link that looks like one."""
    target = page.get_by_role("button", name=words).or_(page.get_by_role("link", name=words))
    follow(page, target.first)


def choose(page: Page, name: str, value: str) -> None:
    """Choose one tile of a question."""
    page.locator(f"input[name={name}][value='{value}']").check(force=True)


def type_day(page: Page, name: str, day: date) -> None:
    """Type a day in its boxes."""
    for part, value in (("month", day.month), ("day", day.day), ("year", day.year)):
        page.locator(f"[name={name}_{part}]").fill(str(value))


def type_moment(page: Page, name: str, instant: datetime, zone: ZoneInfo = PROGRAM_ZONE) -> None:
    """Type an instant in its boxes, as the clocks of the zone show it."""
    local = instant.astimezone(zone)
    type_day(page, name, local.date())
    page.locator(f"[name={name}_time]").fill(f"{local:%H:%M}")


def sign_with_password(page: Page, user: User) -> None:
    """Type what every electronic signature asks for; the address only with the first one of a session."""
    if page.locator("[name=user_name]").count():
        page.locator("[name=user_name]").fill(user.email)
    page.locator("[name=password]").fill(PASSWORD)


@dataclass
class Person:
    """Somebody with an account and a window."""

    page: Page
    user: User

    def sign_in(self) -> None:
        """Sign in at the front door."""
        self.page.context.clear_cookies()
        self.page.goto("/")
        self.page.get_by_label("Email").fill(self.user.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        follow(self.page, self.page.get_by_role("main").get_by_role("button", name="Sign in", exact=True))
        self.shows_second_factor()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    def shows_second_factor(self) -> None:
        """Type the code that the app shows by the server's clock; one used a moment ago may be used again here."""
        code = second_factor_code(datetime.now(UTC))
        for key in (used_key(self.user, code), f"allauth.mfa.totp.used?user={self.user.pk}&code={code}"):
            cache.delete(key)
        self.page.get_by_label("Code", exact=True).fill(code)
        follow(self.page, self.page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).first)


class PrescriberPerson(Person):
    """A prescriber at the office's computer."""

    def becomes_certified(self, npi: str) -> None:
        """Go through certification from beginning to end (PR-01 to PR-03)."""
        page = self.page
        page.goto("/prescribers/certify/")
        for name, value in (
            ("npi", npi),
            ("full_name", self.user.full_name),
            ("credentials", "MD"),
            ("practice_name", "Elm Street Oncology"),
            ("phone", "617-555-0100"),
        ):
            page.locator(f"[name={name}]").fill(value)
        for document in page.locator("[name=read]").all():
            document.check()
        sign_with_password(page, self.user)
        look(page, "certify-prescriber")
        press(page, "Sign and become certified")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your certification")
        look(page, "certify-prescriber-done")

    def enrolls(self, category: RiskCategory, family_name: str) -> str:
        """Sign the form for a patient; that of this category must be the one that fits. Return the patient's number."""
        page = self.page
        page.goto("/patients/enroll/")
        look(page, "enroll-empty")
        page.locator("[name=family_name]").fill(family_name)
        page.locator("[name=given_name]").fill("Sam")
        type_day(page, "birth_date", birth_date_of(category))
        choose(page, "sex", "male" if category in (RiskCategory.AM, RiskCategory.MC) else "female")
        if category in (RiskCategory.AF_CAN, RiskCategory.FC_CAN):
            choose(page, "can_get_pregnant", "yes")
            choose(page, "menstrual_cycles", "regular")
        if category in (RiskCategory.AF_CANNOT, RiskCategory.FC_CANNOT):
            choose(page, "can_get_pregnant", "no")
            basis = "hysterectomy" if category is RiskCategory.AF_CANNOT else "menses_not_begun"
            choose(page, "cannot_basis", basis)
        # The form that fits comes by itself as soon as it is known.
        expect(page.get_by_text(category.label, exact=True).first).to_be_visible()
        sign_with_password(page, self.user)
        look(page, f"enroll-{category}")
        follow(page, page.get_by_role("button", name="Sign", exact=True))
        expect(page.get_by_role("heading", level=1)).to_have_text("Let the patient’s side sign")
        look(page, f"hand-over-form-{category}")
        found = re.search(r"my-patients/(P-[0-9A-Z-]+)/", page.url)
        assert found, page.url
        return found[1]

    def hands_over_form(self, number: str) -> str:
        """Make the link to the form that waits and return its path."""
        page = self.page
        page.goto(f"/my-patients/{number}/")
        look(page, "patient-pending")
        press(page, "Hand over the form")
        press(page, "Show a code to scan")
        look(page, "signing-link")
        return "/a/" + page.locator(".address").inner_text().split("/a/")[1].strip()

    def records_test(self, number: str, collected_at: datetime, result: str = "negative") -> None:
        """Record a pregnancy test from the patient's page."""
        page = self.page
        page.goto(f"/my-patients/{number}/")
        press(page, "Record a pregnancy test")
        type_moment(page, "collected_at", collected_at)
        choose(page, "method", "serum")
        choose(page, "result", result)
        page.locator("[name=laboratory]").fill("Elm Street Laboratory")
        look(page, "record-test")
        press(page, "Record the test")
        if result == "negative":
            expect(page.get_by_role("heading", level=1)).to_contain_text("Sam")

    def hands_over_survey(self, number: str) -> str:
        """Make the link to the survey and return its path."""
        page = self.page
        page.goto(f"/my-patients/{number}/")
        press(page, "Hand over the survey link")
        if page.locator(".address").count() == 0:
            look(page, "survey-link-before")
            follow(page, page.locator("main form button[type=submit]").first)
        look(page, "survey-link")
        return "/s/" + page.locator(".address").inner_text().split("/s/")[1].strip()

    def asks_for_authorization(self, number: str, *, first: bool) -> str:
        """Fill in the prescriber survey and return the authorization number."""
        page = self.page
        page.goto(f"/my-patients/{number}/")
        look(page, f"patient-ready-{'first' if first else 'later'}")
        press(page, "Ask for an authorization")
        choose(page, "strength", "10")
        page.locator("[name=quantity]").fill("21")
        page.locator("[name=days_of_therapy]").fill("21")
        for box in page.locator("input[name=attested]").all():
            box.check(force=True)
        sign_with_password(page, self.user)
        look(page, f"authorize-{'first' if first else 'later'}")
        press(page, "Sign and get the answer")
        expect(page.get_by_role("heading", level=1)).to_have_text("Authorized")
        look(page, "authorized")
        sheet = page.get_by_role("link", name="Prescription sheet (PDF)").first.get_attribute("href")
        answer = page.request.get(str(sheet))
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.body().startswith(b"%PDF")
        found = re.search(r"authorizations/(A-[0-9A-Z-]+)/", page.url)
        assert found, page.url
        return found[1]


class PharmacistPerson(Person):
    """A pharmacist at the counter."""

    def certifies_pharmacy(self, npi: str, ncpdp_id: str, name: str) -> None:
        """Go through the pharmacy's certification from beginning to end (PH-01, PH-02)."""
        page = self.page
        page.goto("/pharmacies/certify/new/")
        for field, value in (("name", name), ("npi", npi), ("ncpdp_id", ncpdp_id), ("phone", "312-555-0100")):
            page.locator(f"[name={field}]").fill(value)
        page.locator("[name=address]").fill("1 Sample Street, Chicago, IL 60601")
        page.locator("[name=time_zone]").select_option("America/Chicago")
        look(page, "certify-pharmacy-identity")
        press(page, "Continue")
        review_materials(page, Party.PHARMACY)
        expect(page.get_by_role("heading", level=1)).to_have_text("Pharmacy Certification Quiz")
        look(page, "certify-pharmacy-quiz-begin")
        press(page, "Begin the quiz")
        asked = {box.get_attribute("name") for box in page.locator("main input[type=radio]").all()}
        for question in PROGRAM.quiz:
            if question.code in asked:
                choose(page, question.code, question.right)
        look(page, "certify-pharmacy-quiz")
        press(page, "Send my answers")
        expect(page.get_by_role("heading", level=1)).to_have_text("You passed the quiz")
        look(page, "certify-pharmacy-quiz-result")
        press(page, "Go on to the signature")
        expect(page.get_by_role("heading", level=1)).to_have_text("Pharmacy Enrollment Form")
        for box in page.locator("input[name=processes]").all():
            box.check(force=True)
        sign_with_password(page, self.user)
        look(page, "certify-pharmacy-sign")
        press(page, "Sign and certify the pharmacy")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        look(page, "certify-pharmacy-done")

    def confirms(self, authorization: str, category: RiskCategory) -> str:
        """Ask for a confirmation number at the counter and return it."""
        page = self.page
        page.goto("/counter/")
        page.locator("[name=authorization_number]").fill(authorization.lower().replace("-", " "))
        type_day(page, "birth_date", birth_date_of(category))
        choose(page, "category", category)
        page.locator("[name=days_supply]").fill("28")
        self._choose_strength()
        choose(page, "origin", "new")
        look(page, "counter")
        follow(page, page.locator("main form button[type=submit]").last)
        expect(page.get_by_text(re.compile(r"C-[0-9A-Z]{4}-")).first).to_be_visible()
        look(page, f"confirmed-{category}")
        found = re.search(r"C-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}", page.content())
        assert found
        return found[0]

    def _choose_strength(self) -> None:
        drop_down = self.page.locator("select[name=strength]")
        if drop_down.count():
            drop_down.select_option("10")
        else:
            choose(self.page, "strength", "10")

    def dispenses(self, confirmation: str, how: str) -> None:
        """Complete the checklist and record the dispense."""
        page = self.page
        page.goto("/confirmations/")
        look(page, "open-confirmations")
        page.goto(f"/confirmations/{confirmation}/dispense/")
        boxes = page.locator("input[name=items]")
        page.keyboard.press("Enter")
        expect(boxes.first).to_be_focused()
        expect(page.locator("input[name=items]:checked")).to_have_count(0)
        for _ in (*boxes.all(), "one Enter too many"):
            page.keyboard.press("Enter")
        expect(page.locator("input[name=items]:not(:checked)")).to_have_count(0)
        expect(boxes.last).to_be_focused()
        choose(page, "how", how)
        page.locator("input[name=product]").first.check(force=True)
        page.locator("[name=lot]").fill("L123")
        look(page, "dispense")
        press(page, "Record it")
        expect(page.get_by_role("heading", level=1)).to_have_text("Confirm a prescription")
        expect(page.get_by_role("status").get_by_text(confirmation)).to_be_visible()
        expect(page.locator("[name=authorization_number]")).to_be_focused()
        look(page, "counter-recorded")
        press(page, "See what was recorded")
        expect(page.get_by_role("heading", name="What was dispensed")).to_be_visible()
        look(page, "dispensed")


def family_signs(page: Page, path: str, category: RiskCategory) -> None:
    """Read and sign the form on a phone: the patient, or the guardian and then the child (PF-05, PM-03)."""
    page.goto(path)
    type_day(page, "birth_date", birth_date_of(category))
    look(page, "sign-start")
    press(page, "Open the form")
    expect(page.get_by_text(category.label).first).to_be_visible()
    if category.is_child:
        page.locator("[name=name]").fill("Maria Story")
        choose(page, "relation", "Parent")
    look(page, f"sign-form-{category}")
    press(page, "I have read this and agree")
    if category.is_child:
        expect(page.get_by_text("Now hand the phone to Sam.")).to_be_visible()
        look(page, f"sign-child-{category}")
        press(page, "Yes, I agree")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. The form is signed.")
    look(page, "sign-done")


def patient_answers(page: Page, path: str, category: RiskCategory) -> None:
    """Complete the survey on a phone: one question a screen, each answered as the record says (PF-06, PM-09)."""
    page.goto(path)
    choose(page, "who", "guardian" if category.is_child else "patient")
    type_day(page, "birth_date", birth_date_of(category))
    look(page, "survey-start")
    press(page, "Start")
    for place in range(30):
        heading = page.get_by_role("heading", level=1).inner_text()
        if heading == "Check your answers":
            break
        if place == 0:
            look(page, "survey-question")
        asked = next(one for one in PROGRAM.survey_questions if one.sentence == heading)
        follow(page, page.get_by_role("button", name="No" if asked.alarming else "Yes", exact=True))
    look(page, "survey-check")
    press(page, "Sign and send the answers")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    look(page, "survey-sent")


def review_materials(page: Page, audience: Party) -> None:
    """Read each material that certification asks for, one after the other, and say so."""
    for material in required_materials(audience, NOW, PROGRAM):
        expect(page.get_by_role("heading", level=1)).to_have_text(material.title)
        look(page, f"material-{material.code}")
        press(page, "I have reviewed this document")


def birth_date_of(category: RiskCategory) -> date:
    """Return the birth date of the story's patient of a category."""
    return CHILD if category.is_child else ADULT


def utc(year: int, month: int, day: int, hour: int = 15) -> datetime:
    """Return an instant for a story to begin at."""
    return datetime(year, month, day, hour, tzinfo=UTC)


def ago(now: datetime, **time: Any) -> datetime:
    """Return an instant before `now`."""
    return now - timedelta(**time)
