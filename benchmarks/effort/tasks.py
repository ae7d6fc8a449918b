"""`make effort`: six tasks by hand on the live portal, counted, beside the minutes published for today's portals.

Published: Ther Innov Regul Sci 2020;54:318 (web). Everybody is signed in, and begins on the page where the day begins.
What is read or talked through is not counted. A password has 12 characters, the least that is allowed.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect

import tests.factories as make
from authorizations.forms.pharmacy import Origin, code_of, strength_in_words
from authorizations.models import Authorization
from benchmarks.effort.hands import Hands
from benchmarks.effort.model import HOME, KEY, LOAD, POINT, PRESS, THINK, Counted
from patients.models import Enrollment
from rems_portal.accounts.models import User
from rems_portal.rules.vocabulary import RiskCategory
from tests.functional.people import PHONE, WIDE, PharmacistPerson, PrescriberPerson, utc

pytestmark = pytest.mark.django_db(transaction=True)

NOW = utc(2026, 9, 14)
SHORTEST_PASSWORD = 12
ROWS: list[tuple[str, float, Counted]] = []


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The server's clock stands near NOW."""
    with time_machine.travel(NOW, tick=True) as coordinates:
        yield coordinates


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    """Print the table when all tasks are done."""
    yield
    print("\n\nKeystroke-level model: seconds to press a key K (two typists), to point", end=" ")
    print(f"{POINT}, to press {PRESS}, to move the hand {HOME}, to think {THINK}, to load a page {LOAD}.")
    print("Published: Ther Innov Regul Sci 2020;54:318. Aim: half of it.\n")
    keys = list(KEY.items())
    print("K: " + "; ".join(f"{seconds} = {who}" for who, seconds in keys))
    head = f"{'task':<38}{'fields':>7}{'keys':>6}{'clicks':>7}{'hands':>6}{'thinks':>7}{'loads':>6}"
    print(f"{head}{'published':>11}" + "".join(f"{f'K={seconds}':>10}{'ratio':>7}" for _who, seconds in keys))
    for task, minutes, counted in ROWS:
        row = f"{task:<38}{counted.fields:>7}{counted.keys:>6}{counted.clicks:>7}{counted.homes:>6}"
        row += f"{counted.thoughts:>7}{counted.loads:>6}{minutes:>7.1f} min"
        for _who, seconds in keys:
            took = counted.seconds(seconds)
            row += f"{took:>8.1f} s{took / 60 / minutes:>7.2f}"
        print(row)


def doctor_at_work(new_page: Callable[..., Page], *, certified: bool = True) -> tuple[User, Page]:
    """A prescriber signed in, on the first page."""
    user = make.account(User.Role.PRESCRIBER, full_name="Ada Example", email="ada@elm.example")
    if certified:
        make.prescriber(user=user, at=NOW)
    window = new_page(viewport=WIDE)
    PrescriberPerson(window, user).sign_in()
    return user, window


def sign(hands: Hands, user: User) -> None:
    """Type what a signature asks for."""
    if hands.page.locator("main [name=user_name]").count():
        hands.type("user_name", user.email)
    hands.type("password", make.PASSWORD, counted_as=SHORTEST_PASSWORD)


def test_prescriber_enrollment(new_page: Callable[..., Page]) -> None:
    """Details, documents, signature."""
    user, window = doctor_at_work(new_page, certified=False)
    window.goto("/prescribers/certify/")
    hands = Hands(window)
    for name, text in (
        ("npi", make.npi()),
        ("credentials", "MD"),
        ("practice_name", "Elm Street Oncology"),
        ("phone", "617-555-0100"),
    ):
        hands.type(name, text)
    hands.tick_all("read")
    sign(hands, user)
    hands.enter()
    expect(window.get_by_role("heading", level=1)).to_have_text("Your certification")
    ROWS.append(("prescriber enrollment", 1.3, hands.counted))


def test_adult_male_enrollment(new_page: Callable[..., Page]) -> None:
    """The prescriber's part and the patient's, on one device."""
    user, window = doctor_at_work(new_page)
    window.goto("/my-patients/")
    hands = Hands(window)
    hands.press("Enroll a patient")
    hands.type("family_name", "Teller")
    hands.type("given_name", "Samuel")
    hands.type("email", "sam@mail.example")
    hands.type_day("birth_date", "3", "4", "1980")
    hands.choose("sex", "male")
    expect(window.get_by_text("Adult Male", exact=True).first).to_be_visible()
    sign(hands, user)
    hands.enter()
    hands.press("Sign here on this device")
    hands.type_day("birth_date", "3", "4", "1980")
    hands.enter()
    window.locator("main form button[type=submit]").last.wait_for()
    hands.click_last_button()
    window.wait_for_url("**/done/")
    assert Enrollment.objects.get().status == "enrolled"
    ROWS.append(("adult male enrollment, both sides", 6.7, hands.counted))


def test_three_prescriber_surveys(new_page: Callable[..., Page]) -> None:
    """Three patients in treatment, one after the other, from the list."""
    user, window = doctor_at_work(new_page)
    dr = user.prescriber
    numbers = []
    for _one in range(3):
        one = make.enrollment(RiskCategory.AM, prescriber=dr, at=NOW - timedelta(days=40))
        make.treated(one, at=NOW - timedelta(days=26))
        make.patient_survey(one, at=NOW - timedelta(hours=2))
        numbers.append(one.patient.number)
    window.goto("/my-patients/")
    hands = Hands(window)
    for number in numbers:
        hands.follow(f"/my-patients/{number}/")
        hands.press("Ask for an authorization")
        fill_if_empty(hands, ("quantity", "21"), ("days_of_therapy", "21"))
        if not window.locator("main [name=strength]:checked").count():
            hands.choose("strength", "10")
        hands.tick_all("attested")
        sign(hands, user)
        hands.enter()
        expect(window.get_by_role("heading", level=1)).to_have_text("Authorized")
        hands.press("My patients")
    ROWS.append(("three prescriber surveys", 3.1, hands.counted))


def fill_if_empty(hands: Hands, *boxes: tuple[str, str]) -> None:
    """Fill in the boxes that the portal has not filled in."""
    for name, text in boxes:
        if not hands.page.locator(f"main [name={name}]").input_value():
            hands.type(name, text)


def test_male_patient_survey(new_page: Callable[..., Page]) -> None:
    """On a phone, from the link."""
    one = make.enrollment(RiskCategory.AM, at=NOW - timedelta(days=40))
    make.treated(one, at=NOW - timedelta(days=26))
    _invitation, secret = make.invitation(one, at=NOW)
    window = new_page(viewport=PHONE)
    window.goto(f"/s/{secret}/")
    hands = Hands(window)
    if window.locator("main [name=who]").count():
        hands.choose("who", "patient")
    born = one.patient.birth_date
    hands.type_day("birth_date", str(born.month), str(born.day), str(born.year))
    hands.enter()
    while window.locator("main button[name=answer]").count():
        hands.press("Yes")
    hands.press("Sign and send the answers")
    window.wait_for_url("**/sent/")
    ROWS.append(("male patient survey", 1.3, hands.counted))


@pytest.fixture
def counter(new_page: Callable[..., Page]) -> Page:
    """The counter of a pharmacy at work, with a pharmacist signed in."""
    shop = make.pharmacy(at=NOW)
    make.product()
    person = PharmacistPerson(new_page(viewport=WIDE), shop.staff.get().user)
    person.sign_in()
    person.page.goto("/counter/")
    return person.page


def five_issued() -> list[Authorization]:
    """Authorizations of five men in treatment, an hour old."""
    men = [make.enrollment(RiskCategory.AM, at=NOW - timedelta(days=40)) for _one in range(5)]
    return [make.authorization(one, at=NOW - timedelta(hours=1)) for one in men]


def test_five_pharmacy_dispenses(counter: Page) -> None:
    """Number, counseling and record, five times; the prescription's code is scanned."""
    confirming, whole = Hands(counter), Counted()
    for one in five_issued():
        confirm(confirming, one)
        started = replace(confirming.counted)
        counsel_and_record(confirming)
        add_difference(whole, started, confirming.counted)
    numbers = difference(confirming.counted, whole)
    ROWS.append(("five confirmation numbers", 1.7, numbers))
    ROWS.append(("five, with checklist and dispense", 1.7, confirming.counted))


def test_five_numbers_without_a_code(counter: Page) -> None:
    """The same five numbers with nothing to scan: all that the prescription shows is typed."""
    hands = Hands(counter)
    for one in five_issued():
        hands.type("authorization_number", one.number.replace("-", ""))
        hands.choose_by_keys("category", one.category)
        hands.type("days_supply", str(one.days_supply))
        hands.choose_by_keys("strength", strength_in_words(one.strength_mg))
        born = one.enrollment.patient.birth_date
        hands.type_day("birth_date", str(born.month), str(born.day), str(born.year))
        hands.choose_by_keys("origin", Origin.NEW)
        hands.enter()
        counter.goto("/counter/")
        hands.counted.loads -= 1
    ROWS.append(("five numbers typed, nothing to scan", 1.7, hands.counted))


def confirm(hands: Hands, one: Authorization) -> None:
    """Scan the prescription's code, type the birth date, say how the prescription came."""
    born = one.enrollment.patient.birth_date
    hands.scan("authorization_number", code_of(one.number, one.category, one.strength_mg, one.days_supply))
    hands.type_day("birth_date", str(born.month), str(born.day), str(born.year), there=True)
    hands.choose_by_keys("origin", Origin.NEW)
    hands.enter()


def counsel_and_record(hands: Hands) -> None:
    """Go through the checklist and record that it is handed over now, as is filled in; that leads to the counter."""
    hands.enter_each("items")
    hands.tab_to("how")
    hands.enter()
    expect(hands.page.get_by_role("heading", level=1)).to_have_text("Confirm a prescription")


COUNTS = ("fields", "keys", "clicks", "homes", "thoughts", "loads")


def difference(more: Counted, less: Counted) -> Counted:
    """What the one has beyond the other."""
    return Counted(**{name: getattr(more, name) - getattr(less, name) for name in COUNTS})


def add_difference(to: Counted, before: Counted, after: Counted) -> None:
    """Add what was done between two moments."""
    for name in COUNTS:
        setattr(to, name, getattr(to, name) + getattr(after, name) - getattr(before, name))
