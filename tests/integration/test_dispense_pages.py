"""From the number to the patient through the pages: the list, the checklist, the record, cancelling, and who may."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

import tests.factories as make
from authorizations.models import Checklist, ComplianceCase, Dispense
from pharmacies.models import Pharmacy
from rems_portal.rules.dispensing import checklist_items
from rems_portal.rules.vocabulary import RiskCategory, RuleGroup
from tests.integration.holding import CHICAGO, NOW, at_path, counseled, held_by, items_of, later, when

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(client: Client, clock: Any) -> Pharmacy:
    made = make.pharmacy(time_zone="America/Chicago")
    client.force_login(made.staff.get().user)
    return made


# ---- the whole way ----


@pytest.mark.rems("PH-03", "PH-04", "PH-05", "PH-06", "PH-09", "PH-10", "PH-19")
@pytest.mark.parametrize("category", make.CATEGORIES)
def test_from_the_list_to_the_recorded_dispense(
    client: Client, shop: Pharmacy, clock: Any, category: RiskCategory
) -> None:
    held, product = held_by(shop, category), make.product()
    listed = client.get("/confirmations/").text
    assert held.number in listed and "Go through the checklist" in listed and "left</time>" in listed
    page = client.post(at_path(held, "dispense/"), counseled(held), follow=True)
    assert page.redirect_chain[-1][0] == at_path(held, "dispense/")
    assert "Record the dispense" in client.get("/confirmations/").text
    assert "Chicago time" in page.text and "It left earlier" in page.text
    clock.shift(120)
    page = client.post(
        at_path(held, "dispense/"), when(NOW.astimezone(CHICAGO), product=product.pk, lot="L7"), follow=True
    )
    done = Dispense.objects.get()
    assert (done.done_at, done.product, done.lot, done.in_time) == (NOW, product, "L7", True)
    assert "Nothing is left to do" in page.text and held.number in page.text
    assert product.ndc in client.get(at_path(held)).text
    record = client.get(at_path(held, "record/")).text
    for words in (held.number, "10:00 AM CDT", product.ndc, shop.npi, category.label, "Checklist"):
        assert words in record
    for item in checklist_items(RuleGroup(held.rule_group), make.PROGRAM):
        assert item.sentence.replace("'", "&#x27;") in record


def test_pages_show_the_patients_number_and_no_more(client: Client, shop: Pharmacy) -> None:
    held = held_by(shop, RiskCategory.AF_CAN)
    patient = held.enrollment.patient
    for page in ("", "record/", "dispense/", "cancel/"):
        text = client.get(at_path(held, page)).text
        assert patient.family_name not in text
        assert f"{patient.birth_date.year}" not in text
        assert "pregnancy test" not in text.lower().replace("the pregnancy tests and when they are due", "")
    assert patient.number in client.get(at_path(held)).text


# ---- the checklist ----


@pytest.mark.rems("PH-10")
def test_checklist_left_open_keeps_what_was_ticked(client: Client, shop: Pharmacy) -> None:
    held = held_by(shop)
    ticked = items_of(held)[:-2]
    page = client.post(at_path(held, "dispense/"), counseled(held, ticked))
    assert f"2 of {len(items_of(held))} items are not ticked" in page.text
    assert page.context["counseling"]["items"].value() == ticked
    assert not Checklist.objects.exists()
    assert "items are not ticked" in client.post(at_path(held, "dispense/"), counseled(held, [])).text


def test_checklist_sent_twice_is_one_and_leads_on(client: Client, shop: Pharmacy) -> None:
    held = held_by(shop)
    for _ in range(2):
        page = client.post(at_path(held, "dispense/"), counseled(held))
        assert page.headers["Location"] == at_path(held, "dispense/")
    assert Checklist.objects.count() == 1


@pytest.mark.rems("PH-10")
def test_dispense_without_the_checklist_is_not_recorded(client: Client, shop: Pharmacy) -> None:
    held = held_by(shop)
    page = client.post(at_path(held, "dispense/"), when(NOW, lot="LOT-77"))
    assert "items are not ticked" in page.text and "LOT-77" in page.text
    assert not Dispense.objects.exists()


@pytest.mark.rems("PH-09", "PH-10", "PH-19")
def test_checklist_and_dispense_are_recorded_with_one_sending(client: Client, shop: Pharmacy, clock: Any) -> None:
    held, product = held_by(shop), make.product()
    clock.shift(60)
    form = client.get(at_path(held, "dispense/")).context["form"]
    begun = {name: form[name].value() for name in ("how", "days_supply", "product")}
    assert begun == {"how": "picked_up", "days_supply": 28, "product": str(product.pk)}
    sent = counseled(held) | begun
    sent.pop("only_counseling")
    page = client.post(at_path(held, "dispense/"), sent, follow=True)
    done = Dispense.objects.get()
    assert (done.done_at, done.how, done.product) == (NOW + make.hours(1 / 60), "picked_up", product)
    assert done.checklist.items == sorted(items_of(held))
    assert page.redirect_chain == [("/counter/", 302)] and "Nothing is left to do" in page.text


def test_wrong_dispense_keeps_the_ticks_and_stores_neither(client: Client, shop: Pharmacy) -> None:
    held = held_by(shop)
    sent = when(NOW.astimezone(CHICAGO), done_at_time="23:59") | counseled(held)
    sent.pop("only_counseling")
    page = client.post(at_path(held, "dispense/"), sent)
    assert "lies in the future" in page.text
    assert page.context["counseling"]["items"].value() == items_of(held)
    assert not Checklist.objects.exists() and not Dispense.objects.exists()


@pytest.mark.rems("PH-10")
def test_checklist_that_changed_meanwhile_is_shown_again_with_its_ticks(client: Client, shop: Pharmacy) -> None:
    held = held_by(shop)
    page = client.post(at_path(held, "dispense/"), counseled(held) | {"form_seen": "an older wording"})
    assert "The checklist changed while you had it open" in page.text
    assert page.context["counseling"]["items"].value() == items_of(held)
    assert not Checklist.objects.exists()


def test_over_confirmation_wants_the_time(client: Client, shop: Pharmacy, clock: Any) -> None:
    held = held_by(shop)
    make.checklist(held, at=NOW)
    later(client, clock, shop, NOW + make.days(2))
    typed = when(NOW) | dict.fromkeys(("done_at_month", "done_at_day", "done_at_year", "done_at_time"), "")
    assert "Say when it left" in client.post(at_path(held, "dispense/"), typed).text
    assert not Dispense.objects.exists()


# ---- the record ----


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"how": ""}, "Say whether it was shipped or picked up"),
        ({"done_at_time": ""}, "needs a time"),
        ({"done_at_day": "31", "done_at_month": "2"}, "is not in the calendar"),
        ({"done_at_time": "23:59"}, "lies in the future"),
        ({"done_at_time": "09:59"}, "nothing may leave before"),
        ({"product": ""}, "Choose the product"),
        ({"product": "999"}, "Choose a product of the list"),
        ({"days_supply": "29"}, "28 days’ supply at most were confirmed"),
        ({"days_supply": "0"}, "at most were confirmed"),
        ({"days_supply": "lots"}, "type a whole number"),
        ({"lot": "x" * 41}, "longer than 40"),
    ],
)
def test_bad_input_is_told_and_nothing_typed_is_lost(
    client: Client, shop: Pharmacy, changes: dict[str, str], sentence: str
) -> None:
    held = held_by(shop)
    make.checklist(held, at=NOW)
    typed = when(NOW.astimezone(CHICAGO), lot="LOT-77") | changes
    page = client.post(at_path(held, "dispense/"), typed)
    assert sentence in page.text
    assert "LOT-77" in page.text or "lot" in changes
    assert not Dispense.objects.exists()


def test_product_of_another_strength_is_not_offered(client: Client, shop: Pharmacy) -> None:
    held = held_by(shop)
    make.checklist(held, at=NOW)
    right, other = make.product(strength_mg="10"), make.product(strength_mg="25")
    text = client.get(at_path(held, "dispense/")).text
    assert right.ndc in text and other.ndc not in text
    page = client.post(at_path(held, "dispense/"), when(NOW.astimezone(CHICAGO), product=other.pk))
    assert "Choose a product of the list" in page.text


@pytest.mark.rems("PH-15", "PH-16")
def test_late_dispense_is_asked_about_once_and_recorded_as_a_deviation(
    client: Client, shop: Pharmacy, clock: Any
) -> None:
    held = held_by(shop, RiskCategory.AF_CAN)
    make.checklist(held, at=NOW)
    later(client, clock, shop, NOW + make.hours(15))  # 1:00 AM in Chicago: the day is over, the 24 hours are not
    late = when((NOW + make.hours(15)).astimezone(CHICAGO), how="shipped")
    page = client.post(at_path(held, "dispense/"), late)
    assert "That is after the deadline" in page.text and "late_is_right" in page.text
    assert not Dispense.objects.exists()
    page = client.post(at_path(held, "dispense/"), late | {"late_is_right": "on"}, follow=True)
    assert "recorded as a deviation" in page.text
    assert not Dispense.objects.get().in_time
    assert ComplianceCase.objects.get().kind == "late_dispense"


@pytest.mark.rems("PH-16")
def test_handed_over_the_next_morning_is_in_time(client: Client, shop: Pharmacy, clock: Any) -> None:
    held = held_by(shop, RiskCategory.AF_CAN)
    make.checklist(held, at=NOW)
    later(client, clock, shop, NOW + make.hours(23))
    client.post(at_path(held, "dispense/"), when((NOW + make.hours(23)).astimezone(CHICAGO)))
    assert Dispense.objects.get().in_time


@pytest.mark.rems("PH-15")
def test_lapsed_confirmation_says_so_and_takes_what_left_in_time(client: Client, shop: Pharmacy, clock: Any) -> None:
    held = held_by(shop)
    make.checklist(held, at=NOW)
    later(client, clock, shop, NOW + make.days(2))
    text = client.get(at_path(held)).text
    assert "The deadline has passed" in text and "It left: record it" in text
    listed = client.get("/confirmations/").text
    assert "Nothing waits to be dispensed" in listed and "Did it leave?" in listed
    client.post(at_path(held, "dispense/"), when((NOW + make.hours(5)).astimezone(CHICAGO)))
    assert Dispense.objects.get().in_time
    held.refresh_from_db()
    assert held.status == "dispensed"


# ---- the nights when clocks change ----


@pytest.mark.rems("PH-15")
def test_hour_that_comes_twice_is_read_as_the_one_after_the_number(client: Client) -> None:
    obtained = datetime(2026, 11, 1, 7, 30, 20, tzinfo=UTC)  # 1:30 AM CST, the second 1:30 of that night
    with time_machine.travel(obtained, tick=False) as clock:
        shop = make.pharmacy(time_zone="America/Chicago", at=obtained)
        client.force_login(shop.staff.get().user)
        held = held_by(shop, at=obtained)
        make.checklist(held, at=obtained)
        assert "1:30 AM CST" in client.get(at_path(held)).text
        clock.shift(20 * 60)
        page = client.post(at_path(held, "dispense/"), when(datetime(2026, 11, 1, 1, 45)))
        assert page.status_code == 302
    assert Dispense.objects.get().done_at == datetime(2026, 11, 1, 7, 45, tzinfo=UTC)


def test_hour_that_is_skipped_is_told(client: Client) -> None:
    obtained = datetime(2027, 3, 14, 7, 0, tzinfo=UTC)
    with time_machine.travel(obtained, tick=False) as clock:
        shop = make.pharmacy(time_zone="America/Chicago", at=obtained)
        client.force_login(shop.staff.get().user)
        held = held_by(shop, at=obtained)
        make.checklist(held, at=obtained)
        later(client, clock, shop, obtained + make.hours(3))
        page = client.post(at_path(held, "dispense/"), when(datetime(2027, 3, 14, 2, 30)))
    assert "the clocks skip that time" in page.text


@pytest.mark.rems("PH-16")
@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Pacific/Honolulu", "11:59 PM HST"), ("America/Phoenix", "11:59 PM MST"), ("Pacific/Guam", "11:59 PM ChST")],
)
def test_deadline_is_shown_on_the_pharmacys_own_clock(client: Client, clock: Any, zone: str, shown: str) -> None:
    shop = make.pharmacy(time_zone=zone)
    client.force_login(shop.staff.get().user)
    assert shown in client.get(at_path(held_by(shop, RiskCategory.AF_CAN))).text


def test_after_shipping_is_over_handing_over_comes_first(client: Client, shop: Pharmacy, clock: Any) -> None:
    held = held_by(shop, RiskCategory.AF_CAN)
    later(client, clock, shop, NOW + make.hours(15))
    text = client.get(at_path(held)).text
    assert "<dt>Hand over by</dt>" in text and "<dt>Ship by</dt>" not in text
