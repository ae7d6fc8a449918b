"""Signing in, as a browser does it: a passkey, a session that ends over a half-filled form, a device handed over."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

import tests.factories as make
from rems_portal.accounts.models import User
from tests.functional import people

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]
BEGIN = people.utc(2026, 6, 1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The server's clock, running from BEGIN; the browser keeps its own."""
    with time_machine.travel(BEGIN, tick=True) as coordinates:
        yield coordinates


def password_only(page: Page, user: User) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.locator("[name=password]").fill(make.PASSWORD)
    people.follow(page, page.get_by_role("main").get_by_role("button", name="Sign in", exact=True))


def give_authenticator(page: Page) -> None:
    """Let the browser have a device that holds passkeys and knows its owner by finger or PIN."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_passkey_is_set_up_first_and_then_signs_in_by_itself(new_page: Callable[..., Page]) -> None:
    page = new_page(viewport=people.WIDE)
    give_authenticator(page)
    user = make.account(second_factor=False)
    password_only(page, user)
    expect(page.get_by_role("heading", level=1)).to_have_text("Protect your account")
    people.look(page, "second-factor")
    people.press(page, "Set up a passkey")
    page.get_by_label("Name of this passkey").fill("Office computer")
    people.look(page, "passkey-add")
    people.press(page, "Add the passkey")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    people.look(page, "recovery-codes")
    page.goto("/accounts/")
    expect(page.get_by_role("main")).to_contain_text("Office computer")
    people.look(page, "your-account")
    people.follow(page, page.get_by_role("button", name="Sign out").first)
    page.goto("/accounts/login/")
    people.look(page, "sign-in")
    people.press(page, "Sign in with a passkey")
    expect(page.get_by_role("button", name="Sign out").first).to_be_visible()
    page.goto("/accounts/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")


def test_passkey_is_also_the_second_step_after_the_password(new_page: Callable[..., Page]) -> None:
    page = new_page(viewport=people.WIDE)
    give_authenticator(page)
    user = make.account(second_factor=False)
    password_only(page, user)
    people.press(page, "Set up a passkey")
    people.press(page, "Add the passkey")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.context.clear_cookies()
    password_only(page, user)
    people.look(page, "second-step")
    people.press(page, "Use a passkey")
    expect(page.get_by_role("button", name="Sign out").first).to_be_visible()


def test_enrollment_form_survives_the_end_of_the_session(
    new_page: Callable[..., Page], clock: time_machine.Traveller
) -> None:
    doctor = people.PrescriberPerson(new_page(viewport=people.WIDE), make.prescriber().user)
    page = doctor.page
    doctor.sign_in()
    page.goto("/patients/enroll/")
    page.locator("[name=family_name]").fill("O’Halfway")
    page.locator("[name=given_name]").fill("Sam")
    people.type_day(page, "birth_date", people.ADULT)
    people.choose(page, "sex", "male")
    clock.shift(timedelta(minutes=31))
    people.follow(page, page.locator("main form button[type=submit]").last)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    assert "Halfway" not in page.url
    page.get_by_label("Email").fill(doctor.user.email)
    page.locator("[name=password]").fill(make.PASSWORD)
    people.follow(page, page.get_by_role("main").get_by_role("button", name="Sign in", exact=True))
    doctor.shows_second_factor()
    expect(page.get_by_text("Nothing has been sent yet").first).to_be_visible()
    expect(page.locator("[name=family_name]")).to_have_value("O’Halfway")
    expect(page.locator("[name=given_name]")).to_have_value("Sam")
    expect(page.locator("[name=birth_date_year]")).to_have_value(str(people.ADULT.year))
    expect(page.locator("input[name=sex][value=male]")).to_be_checked()
    people.look(page, "form-came-back")


def test_warning_two_minutes_before_keeps_the_session_or_the_form(
    new_page: Callable[..., Page], clock: time_machine.Traveller, settings: Any
) -> None:
    page = new_page(viewport=people.WIDE)
    doctor = people.PrescriberPerson(page, make.prescriber().user)
    doctor.sign_in()
    page.clock.install()
    page.goto("/patients/enroll/")
    page.locator("[name=family_name]").fill("O’Asleep")
    clock.shift(timedelta(minutes=28, seconds=5))
    page.clock.fast_forward("28:05")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    people.look(page, "session-warning")
    page.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_be_hidden()
    clock.shift(timedelta(minutes=29, seconds=58))
    page.clock.fast_forward("28:30")
    expect(dialog).to_be_visible()
    page.clock.fast_forward("01:30")
    page.wait_for_url("**/accounts/login/**")
    page.get_by_label("Email").fill(doctor.user.email)
    page.locator("[name=password]").fill(make.PASSWORD)
    people.follow(page, page.get_by_role("main").get_by_role("button", name="Sign in", exact=True))
    doctor.shows_second_factor()
    expect(page.locator("[name=family_name]")).to_have_value("O’Asleep")


def half_filled(page: Page, name: str) -> Page:
    page.goto("/patients/enroll/")
    page.locator("[name=family_name]").fill(name)
    return page


def comes_back_after_signing_in(doctor: people.Person, first: Page, second: Page) -> None:
    """Sign in in the first window: a form of this address comes back in it, the one kept first; then the other one."""
    first.get_by_label("Email").fill(doctor.user.email)
    first.locator("[name=password]").fill(make.PASSWORD)
    people.follow(first, first.get_by_role("main").get_by_role("button", name="Sign in", exact=True))
    doctor.shows_second_factor()
    expect(first.locator("[name=family_name]")).to_have_value(re.compile("window$"))
    others = {"O’Onewindow", "O’Otherwindow"} - {first.locator("[name=family_name]").input_value()}
    second.context.new_page().goto("/my-patients/")
    second.reload()  # the sign-in page of the second window leads back, since its owner is signed in
    expect(second.locator("[name=family_name]")).to_have_value(others.pop())
    expect(second.get_by_text("Nothing has been sent yet").first).to_be_visible()


def test_two_windows_forms_both_come_back_when_sent_too_late(
    new_page: Callable[..., Page], clock: time_machine.Traveller
) -> None:
    doctor = people.PrescriberPerson(new_page(viewport=people.WIDE), make.prescriber().user)
    doctor.sign_in()
    first = half_filled(doctor.page, "O’Onewindow")
    second = half_filled(doctor.page.context.new_page(), "O’Otherwindow")
    clock.shift(timedelta(minutes=31))
    for page in (first, second):
        people.follow(page, page.locator("main form.enroll button[type=submit]").last)
        expect(page.get_by_text("What you typed is kept")).to_be_visible()
    comes_back_after_signing_in(doctor, first, second)


def test_two_windows_forms_both_come_back_after_the_warning_ran_out(
    new_page: Callable[..., Page], clock: time_machine.Traveller
) -> None:
    doctor = people.PrescriberPerson(new_page(viewport=people.WIDE), make.prescriber().user)
    doctor.sign_in()
    doctor.page.context.clock.install()
    first = half_filled(doctor.page, "O’Onewindow")
    second = half_filled(doctor.page.context.new_page(), "O’Otherwindow")
    clock.shift(timedelta(minutes=29, seconds=57))
    for page in (first, second):
        page.clock.fast_forward("28:30")
        expect(page.get_by_role("dialog")).to_be_visible()
    for page in (first, second):
        page.clock.fast_forward("01:30")
        page.wait_for_url("**/accounts/login/**")
    comes_back_after_signing_in(doctor, first, second)


class TwoWindows:
    """One person's browser: a half-filled form in one window, and another window in which somebody signs in."""

    def __init__(self, page: Page, user: User) -> None:
        self.page, self.other = page, page.context.new_page()
        self.owner = people.PrescriberPerson(page, user)
        self.owner.sign_in()
        page.goto("/patients/enroll/")
        page.locator("[name=family_name]").fill("O’Twowindows")

    def signs_in_elsewhere(self, user: User) -> None:
        """Sign out and in in the other window."""
        self.other.goto("/accounts/")
        people.follow(self.other, self.other.get_by_role("button", name="Sign out").first)
        again = people.PrescriberPerson(self.other, user)
        password_only(self.other, user)
        again.shows_second_factor()
        expect(self.other.get_by_role("button", name="Sign out").first).to_be_visible()

    def comes_back(self) -> None:
        """Go back to the first window; the test's browser counts all windows as in front, so it must be told."""
        self.page.bring_to_front()
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    @property
    def send(self) -> Any:
        """The button that sends the form."""
        return self.page.locator("main form.enroll button[type=submit]").last


def test_form_is_sent_although_the_same_person_signed_in_again_elsewhere(new_page: Callable[..., Page]) -> None:
    user = make.prescriber().user
    windows = TwoWindows(new_page(viewport=people.WIDE), user)
    windows.signs_in_elsewhere(user)
    windows.comes_back()
    people.follow(windows.page, windows.send)
    expect(windows.page.get_by_role("heading", level=1)).to_have_text("Enroll a patient")
    expect(windows.page.locator("[name=family_name]")).to_have_value("O’Twowindows")
    expect(windows.page.get_by_role("main")).to_contain_text("birth")


def test_form_is_never_sent_in_the_name_of_somebody_else(new_page: Callable[..., Page]) -> None:
    user, stranger = make.prescriber().user, make.prescriber().user
    windows = TwoWindows(new_page(viewport=people.WIDE), user)
    page = windows.page
    windows.signs_in_elsewhere(stranger)
    windows.comes_back()
    warning = page.get_by_role("alert").filter(has_text="Somebody else is signed in now")
    expect(warning).to_be_visible()
    people.look(page, "somebody-else")
    windows.send.click()
    expect(warning).to_be_focused()
    expect(page.locator("[name=family_name]")).to_have_value("O’Twowindows")
    with page.expect_navigation():  # as a browser without scripts would send it
        page.evaluate("document.querySelector('form.enroll').submit()")
    expect(page.get_by_role("heading", level=1)).to_have_text("The page had grown old")
    expect(page.get_by_role("main")).not_to_contain_text("Twowindows")
    people.look(page, "page-had-grown-old")


def test_form_goes_again_once_its_owner_is_back(new_page: Callable[..., Page]) -> None:
    user, stranger = make.prescriber().user, make.prescriber().user
    windows = TwoWindows(new_page(viewport=people.WIDE), user)
    windows.signs_in_elsewhere(stranger)
    windows.comes_back()
    warning = windows.page.get_by_role("alert").filter(has_text="Somebody else is signed in now")
    expect(warning).to_be_visible()
    windows.signs_in_elsewhere(user)
    windows.comes_back()
    expect(warning).to_be_hidden()
    people.follow(windows.page, windows.send)
    expect(windows.page.locator("[name=family_name]")).to_have_value("O’Twowindows")


def test_password_can_be_looked_at_and_pasted(new_page: Callable[..., Page]) -> None:
    page = new_page(viewport=people.WIDE)
    page.goto("/accounts/login/")
    box = page.locator("[name=password]")
    box.fill("what I typed")
    assert box.get_attribute("type") == "password"
    page.get_by_role("button", name="Show what you typed").click()
    assert box.get_attribute("type") == "text"
    page.get_by_role("button", name="Show what you typed").click()
    assert box.get_attribute("type") == "password"
