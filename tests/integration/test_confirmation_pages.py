"""A confirmation's own pages: the list, stop, giving it back, the clock it is shown on, and who may see it."""

import re
from typing import Any

import pytest
import time_machine
from django.test import Client

import tests.factories as make
from authorizations.models import ComplianceCase, Dispense
from pharmacies.models import Pharmacy
from rems_portal.audit.models import AccessEvent
from rems_portal.rules.vocabulary import RiskCategory
from tests.integration.holding import CHICAGO, NOW, at_path, held_by, items_of, later, stop, when

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


# ---- stop ----


@pytest.mark.rems("PH-17")
def test_voided_number_says_stop_everywhere(client: Client, shop: Pharmacy, clock: Any) -> None:
    held = held_by(shop, RiskCategory.AF_CAN)
    later(client, clock, shop, NOW + make.hours(1))
    stop(held, NOW + make.hours(1))
    for path in (at_path(held), "/confirmations/", f"/counter/decisions/{held.decision_id}/"):
        text = client.get(path).text
        assert "Stop: do not dispense" in text and "tone-danger" in text
    assert "Go through the checklist" not in client.get(at_path(held)).text
    for page in ("dispense/", "cancel/"):
        assert client.get(at_path(held, page)).headers["Location"] == at_path(held)


@pytest.mark.rems("PH-17", "PH-19")
def test_product_that_left_before_the_void_can_be_recorded(client: Client, shop: Pharmacy, clock: Any) -> None:
    held = held_by(shop, RiskCategory.AF_CAN)
    make.checklist(held, at=NOW)
    stop(held, NOW + make.hours(1))
    later(client, clock, shop, NOW + make.hours(2))
    assert "Did it leave before that moment?" in client.get(at_path(held)).text
    too_late = when((NOW + make.hours(1.5)).astimezone(CHICAGO))
    assert "was voided. Do not dispense" in client.post(at_path(held, "dispense/"), too_late).text
    client.post(at_path(held, "dispense/"), when((NOW + make.hours(0.5)).astimezone(CHICAGO)))
    assert ComplianceCase.objects.get().kind == "void_dispense"


# ---- giving it back ----


def test_cancel_needs_a_reason_and_happens_once(client: Client, shop: Pharmacy) -> None:
    held = held_by(shop)
    assert "Say why it is not dispensed" in client.post(at_path(held, "cancel/"), {"reason": " "}).text
    page = client.post(at_path(held, "cancel/"), {"reason": "The patient did not come"}, follow=True)
    assert "The confirmation is cancelled" in page.text and "The patient did not come" in page.text
    held.refresh_from_db()
    assert (held.status, held.ended_reason) == ("cancelled", "The patient did not come")
    again = client.post(at_path(held, "cancel/"), {"reason": "Twice"}, follow=True)
    assert "Twice" not in again.text
    listed = client.get("/confirmations/").text
    assert "Cancelled" in listed and "The patient did not come" in listed


def test_reason_of_a_million_letters_is_told(client: Client, shop: Pharmacy) -> None:
    page = client.post(at_path(held_by(shop), "cancel/"), {"reason": "x" * 1_000_000})
    assert "longer than 200" in page.text and len(page.content) < 60_000


# ---- who may ----


@pytest.mark.parametrize("page", ["", "record/", "record.pdf", "checklist.pdf", "dispense/", "cancel/"])
def test_another_pharmacys_number_is_not_there_and_that_is_written_down(
    client: Client, shop: Pharmacy, page: str
) -> None:
    held = held_by(make.pharmacy())
    assert client.get(at_path(held, page)).status_code == 404
    assert client.post(at_path(held, page), {"reason": "x", "items": items_of(held)}).status_code == 404
    held.refresh_from_db()
    assert held.status == "open"
    denied = AccessEvent.objects.filter(outcome="denied")
    assert {event.record for event in denied} == {f"confirmation {held.number}"}
    assert denied.count() == 2


def test_look_at_a_confirmation_is_written_down(client: Client, shop: Pharmacy) -> None:
    held = held_by(shop)
    client.get(at_path(held))
    assert AccessEvent.objects.filter(outcome="shown", record=f"confirmation {held.number}").count() == 1


@pytest.mark.parametrize("page", ["", "record/", "record.pdf", "checklist.pdf", "dispense/", "cancel/"])
def test_untrained_staff_see_nothing_of_it(client: Client, shop: Pharmacy, page: str) -> None:
    held = held_by(shop)
    client.force_login(make.pharmacist(shop, trained=False))
    answer = client.get(at_path(held, page))
    assert answer.status_code == 403
    assert held.number not in answer.text and "Complete your training" in answer.text


def test_suspended_pharmacy_still_records_what_left(client: Client, shop: Pharmacy) -> None:
    held = held_by(shop)
    make.checklist(held, at=NOW)
    shop.certifications.update(status="suspended")
    assert client.post(at_path(held, "dispense/"), when(NOW.astimezone(CHICAGO))).status_code == 302
    assert Dispense.objects.exists()


# ---- the list ----


def test_list_has_pages_and_says_which_pharmacy(client: Client, shop: Pharmacy) -> None:
    other = make.pharmacy(name="Second Pharmacy")
    make.pharmacist(other, user=shop.staff.get().user)
    for _ in range(21):
        held_by(shop)
    held_by(other)
    first = client.get("/confirmations/").text
    assert "1–20 of 22 open confirmations" in first and "Corner Pharmacy" in first
    assert "21–22 of 22 open confirmations" in client.get("/confirmations/?page=2").text


def test_list_asks_the_same_number_of_questions_however_long(
    client: Client, shop: Pharmacy, django_assert_num_queries: Any
) -> None:
    make.dispense(held_by(shop), at=NOW)
    held_by(shop)
    client.get("/confirmations/")
    with django_assert_num_queries(8):
        client.get("/confirmations/")
    for category in make.CATEGORIES:
        make.dispense(held_by(shop, category), at=NOW)
        held_by(shop, category)
    with django_assert_num_queries(8):
        text = client.get("/confirmations/").text
    assert len(set(re.findall(r"C-[0-9A-Z]{4}-[0-9A-Z-]+", text))) == 14
