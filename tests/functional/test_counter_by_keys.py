"""The counter by scanner and keyboard in a real browser: where Enter leads, and what going back after it shows."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect

import tests.factories as make
from authorizations.forms.pharmacy import code_of
from authorizations.models import Authorization, Dispense
from rems_portal.rules.vocabulary import RiskCategory
from tests.functional import people

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True), pytest.mark.rems("PH-07", "PH-10")]

NOW = people.utc(2026, 9, 14)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """The server's clock, running from NOW."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def issued() -> Authorization:
    one = make.enrollment(RiskCategory.AM, at=NOW - timedelta(days=40))
    return make.authorization(one, at=NOW - timedelta(hours=1))


@pytest.fixture
def counter(new_page: Callable[..., Page]) -> Page:
    shop = make.pharmacy(at=NOW)
    make.product()
    person = people.PharmacistPerson(new_page(viewport=people.WIDE), shop.staff.get().user)
    person.sign_in()
    person.page.goto("/counter/")
    return person.page


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def scan(page: Page, issued: Authorization) -> None:
    """A scanner types the prescription's code into the box that has the cursor, and Enter."""
    page.keyboard.insert_text(code_of(issued.number, issued.category, issued.strength_mg, issued.days_supply))
    keys(page, "Enter")


def confirm(page: Page, issued: Authorization) -> None:
    scan(page, issued)
    people.type_day(page, "birth_date", issued.enrollment.patient.birth_date)
    keys(page, "Tab", "Space")
    with page.expect_navigation():
        keys(page, "Enter")


def test_scan_leads_to_the_first_question_that_the_code_leaves_open(counter: Page, issued: Authorization) -> None:
    scan(counter, issued)
    expect(counter.locator("[name=birth_date_month]")).to_be_focused()
    expect(counter.locator("[name=authorization_number]")).to_have_value(issued.number)
    expect(counter.locator("[name=category]:checked")).to_have_value("AM")
    expect(counter.locator("[name=days_supply]")).to_have_value(str(issued.days_supply))
    expect(counter.locator("[name=origin]:checked")).to_have_count(0)


def test_enter_after_a_typed_number_goes_to_the_next_question(counter: Page, issued: Authorization) -> None:
    counter.keyboard.insert_text(issued.number)
    keys(counter, "Enter")
    expect(counter.locator("[name=category]").first).to_be_focused()


def test_enter_goes_to_the_list_through_it_and_never_out_of_it(counter: Page, issued: Authorization) -> None:
    confirm(counter, issued)
    boxes = counter.locator("[name=items]")
    keys(counter, "Enter")
    expect(boxes.first).to_be_focused()
    expect(boxes.first).not_to_be_checked()
    keys(counter, "Enter", "Enter", "Tab", "Tab")
    with counter.expect_navigation():
        counter.get_by_role("button", name="Record it").click()
    expect(counter.locator("[data-focus]")).to_be_focused()
    keys(counter, "Enter")
    expect(boxes.nth(2)).to_be_focused()
    keys(counter, *["Enter"] * (boxes.count() + 3))
    expect(boxes.last).to_be_focused()
    expect(counter.locator("[name=items]:checked")).to_have_count(boxes.count())
    assert not Dispense.objects.exists()


def test_going_back_after_the_record_shows_the_record_and_no_form(counter: Page, issued: Authorization) -> None:
    confirm(counter, issued)
    keys(counter, "Enter", *["Enter"] * counter.locator("[name=items]").count(), "Tab")
    with counter.expect_navigation():
        keys(counter, "Enter")
    said = counter.get_by_text("The dispense is recorded")
    expect(said).to_be_visible()
    expect(counter.locator("[name=authorization_number]")).to_be_focused()
    counter.reload()
    expect(said).to_have_count(0)
    counter.go_back()
    expect(counter.get_by_role("heading", name="What was dispensed")).to_be_visible()
    expect(said).to_have_count(0)
    assert Dispense.objects.count() == 1
