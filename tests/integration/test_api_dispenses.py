"""The checklist, the dispense and giving a confirmation back, over REST."""

from typing import Any

import pytest

import tests.factories as make
from authorizations.models import Checklist, ComplianceCase, Confirmation, Dispense
from rems_portal.rules.vocabulary import RiskCategory
from tests.integration.api_calls import LABEL, System, at_now, items_of, system_of  # noqa: F401
from tests.integration.refusals import male

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

PICKED_UP = {"how": "picked_up", "done_at": "2026-06-15T11:00:00-04:00", "lot": "L1"}


@pytest.fixture
def held() -> Confirmation:
    return make.confirmation(male(), pharmacy=make.pharmacy())


@pytest.fixture
def system(held: Confirmation) -> System:
    return system_of(held.pharmacy)


@pytest.mark.rems("PH-03", "PH-04", "PH-05", "PH-06", "PH-10", "PH-09", "PH-19")
@pytest.mark.parametrize("category", make.CATEGORIES)
def test_checklist_then_dispense(category: RiskCategory) -> None:
    held = make.confirmation(make.authorization(make.enrollment(category)), pharmacy=make.pharmacy())
    system, path = system_of(held.pharmacy), f"confirmations/{held.number}"
    too_early = system.post(f"{path}/dispense", PICKED_UP)
    assert (too_early.status_code, too_early.json()["failed"]) == (422, ["DISP-01"])
    offered = [item["code"] for item in system.get(path).json()["checklist"]]
    assert offered == items_of(held)
    ticked = system.post(f"{path}/checklist", {"items": offered})
    assert (ticked.status_code, ticked.json()) == (200, {"confirmation_number": held.number, "status": "open"})
    done = system.post(f"{path}/dispense", PICKED_UP)
    assert done.status_code == 201
    assert done.json() == {
        "confirmation_number": held.number,
        "how": "picked_up",
        "done_at": "2026-06-15T15:00:00Z",
        "days_supply": 28,
        "in_time": True,
    }
    assert system.get(path).json()["status"] == "dispensed"
    dispense = Dispense.objects.get()
    assert dispense.recorded_by_name == Checklist.objects.get().completed_by_name == f"{LABEL} ({held.pharmacy})"
    assert dispense.history.get().channel == "api"


def test_checklist_with_an_item_missing_says_which(held: Confirmation, system: System) -> None:
    reply = system.post(f"confirmations/{held.number}/checklist", {"items": items_of(held)[1:]})
    assert (reply.status_code, reply.json()["failed"]) == (422, ["DISP-01"])
    assert len(reply.json()["findings"]) == 1
    assert not Checklist.objects.exists()


def test_checklist_with_an_unknown_item_is_malformed(held: Confirmation, system: System) -> None:
    reply = system.post(f"confirmations/{held.number}/checklist", {"items": ["made_up"]})
    assert (reply.status_code, [one["field"] for one in reply.json()["fields"]]) == (400, ["items"])


def tick(held: Confirmation, system: System) -> str:
    system.post(f"confirmations/{held.number}/checklist", {"items": items_of(held)})
    return f"confirmations/{held.number}/dispense"


def test_dispense_sent_twice_is_recorded_once(held: Confirmation, system: System) -> None:
    path = tick(held, system)
    first, again = system.post(path, PICKED_UP), system.post(path, PICKED_UP)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert Dispense.objects.count() == 1


@pytest.mark.parametrize("changes", [{"how": "shipped"}, {"lot": "L2"}, {"days_supply": 27}])
def test_another_dispense_of_the_same_confirmation_is_a_conflict(
    held: Confirmation, system: System, changes: dict[str, Any]
) -> None:
    path = tick(held, system)
    system.post(path, PICKED_UP)
    other = system.post(path, PICKED_UP | changes)
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert Dispense.objects.get().lot == "L1"


@pytest.mark.rems("PH-19")
def test_dispense_of_a_part_and_of_a_package(held: Confirmation, system: System) -> None:
    package = make.product(strength_mg="10")
    reply = system.post(tick(held, system), PICKED_UP | {"days_supply": 7, "ndc": package.ndc})
    assert (reply.status_code, reply.json()["days_supply"]) == (201, 7)
    assert Dispense.objects.get().product == package


def test_dispense_of_an_unknown_package_is_malformed(held: Confirmation, system: System) -> None:
    reply = system.post(tick(held, system), PICKED_UP | {"ndc": "00000-0000-00"})
    assert reply.json()["fields"] == [{"field": "ndc", "message": "This NDC is not in the product catalogue."}]
    assert reply.status_code == 400


@pytest.mark.parametrize("supply", [0, 29, -1, 10**9])
def test_dispense_of_an_impossible_supply_is_refused(held: Confirmation, system: System, supply: int) -> None:
    assert system.post(tick(held, system), PICKED_UP | {"days_supply": supply}).status_code == 422
    assert not Dispense.objects.exists()


def test_dispense_in_the_future_is_refused(held: Confirmation, system: System) -> None:
    later = system.post(tick(held, system), PICKED_UP | {"done_at": "2026-06-15T11:00:01-04:00"})
    assert later.status_code == 422
    assert not Dispense.objects.exists()


@pytest.mark.rems("PH-15", "PH-16")
def test_dispense_after_the_deadline_is_recorded_as_a_deviation(
    held: Confirmation,
    system: System,
    at_now: Any,  # noqa: F811
) -> None:
    path = tick(held, system)
    at_now.move_to(make.NOW + make.hours(30))
    reply = system.post(path, PICKED_UP | {"done_at": "2026-06-16T13:00:00-04:00"})
    assert (reply.status_code, reply.json()["in_time"]) == (201, False)
    assert ComplianceCase.objects.get().kind == "late_dispense"


def test_cancel_gives_the_authorization_back(held: Confirmation, system: System) -> None:
    path = f"confirmations/{held.number}/cancel"
    reply = system.post(path, {"reason": "The patient moved."})
    assert (reply.status_code, reply.json()["status"]) == (200, "cancelled")
    held.authorization.refresh_from_db()
    assert held.authorization.status == "active"
    written = held.history.latest("history_id")
    assert (written.channel, written.history_change_reason) == ("api", "The patient moved.")
    again = system.post(path, {"reason": "The patient moved."})
    assert (again.status_code, again.json()["code"]) == (422, "refused")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 251, 7, None, ["a"]])
def test_cancel_without_a_good_reason_is_malformed(held: Confirmation, system: System, reason: Any) -> None:
    reply = system.post(f"confirmations/{held.number}/cancel", {"reason": reason})
    assert (reply.status_code, [one["field"] for one in reply.json()["fields"]]) == (400, ["reason"])
    held.refresh_from_db()
    assert held.status == "open"
