"""A pharmacy's system over REST: every verdict as at the counter, numbers, deadlines, what is written down."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.db import transaction

import tests.factories as make
from authorizations.models import Authorization, Confirmation, Decision
from rems_portal.audit.models import AccessEvent
from rems_portal.numbering import new_number
from rems_portal.rules.numbers import Kind
from rems_portal.rules.programs import PROGRAMS
from rems_portal.rules.questions import answer
from rems_portal.rules.vocabulary import RiskCategory
from tests.integration.api_calls import LABEL, at_now, confirmation_ask, system_of  # noqa: F401
from tests.integration.refusals import REFUSALS, male

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

at_the_counter = make.ask_confirmation


@pytest.fixture
def over_the_api(monkeypatch: pytest.MonkeyPatch) -> list[Decision]:
    """Let the ways of `refusals` ask over the API; return what the same question got at the counter just before."""
    counter: list[Decision] = []

    def ask(number: Authorization, *, pharmacy: Any = None, at: datetime = make.NOW, **changes: Any) -> Any:
        shop = pharmacy or make.pharmacy(at=at)
        with transaction.atomic():
            counter.append(at_the_counter(number, pharmacy=shop, at=at, user=make.pharmacist(shop, at=at), **changes))
            transaction.set_rollback(True)
        with time_machine.travel(at, tick=False):
            return system_of(shop, at=at).post("confirmations", confirmation_ask(number, **changes))

    monkeypatch.setattr(make, "ask_confirmation", ask)
    return counter


@pytest.mark.rems("PH-07", "PH-08", "PH-11", "PH-12", "PH-13", "PH-14", "PH-17", "PG-06")
@pytest.mark.parametrize("ask", REFUSALS)
def test_every_refusal_is_the_counters_and_the_decide_commands(
    ask: Callable[[], Any], over_the_api: list[Decision]
) -> None:
    reply, failed = ask()
    stored = Decision.objects.filter(ask="confirmation", outcome="refused").latest("pk")
    replayed = answer(stored.facts, PROGRAMS[stored.program])
    assert set(stored.failed.split(",")) == failed
    assert ",".join(replayed["failed"]) == stored.failed
    assert (over_the_api[-1].checks, over_the_api[-1].failed) == (stored.checks, stored.failed)
    body = reply.json()
    if "CONF-02" in failed:
        assert (reply.status_code, body["code"], body["findings"]) == (404, "not_found", [])
        return
    assert (reply.status_code, body["code"]) == (422, "refused")
    assert body["failed"] == replayed["failed"]
    assert body["findings"] == replayed["findings"]
    assert body["program_version"] == replayed["program_version"]
    assert all(finding["sentence"] in body["message"] for finding in body["findings"])


@pytest.mark.rems("PH-08", "PH-09", "PH-16")
@pytest.mark.parametrize("category", make.CATEGORIES)
def test_granted_gives_number_deadlines_and_checklist(category: RiskCategory) -> None:
    number, shop = make.authorization(make.enrollment(category)), make.pharmacy(time_zone="America/Chicago")
    reply = system_of(shop).post("confirmations", confirmation_ask(number))
    held = Confirmation.objects.get()
    same_day = category in (RiskCategory.AF_CAN, RiskCategory.FC_CAN)
    body = reply.json()
    assert reply.status_code == 201
    assert body.pop("checklist")
    assert body == {
        "outcome": "granted",
        "intact": True,
        "program_version": "2026-04-27",
        "confirmation_number": held.number,
        "authorization_number": number.number,
        "status": "open",
        "obtained_at": "2026-06-15T15:00:00Z",
        "ship_by": "2026-06-16T05:00:00Z" if same_day else "2026-06-16T15:00:00Z",
        "pick_up_by": "2026-06-16T15:00:00Z",
        "days_supply": 28,
    }


@pytest.mark.rems("PG-06")
def test_history_names_the_system_and_its_owner() -> None:
    number, shop = male(), make.pharmacy()
    system_of(shop).post("confirmations", confirmation_ask(number))
    held = Confirmation.objects.get()
    decision, written = held.decision, held.history.get()
    who = f"{LABEL} ({shop})"
    assert (decision.actor_name, decision.channel, decision.user_id) == (who, "api", None)
    assert (written.actor_name, written.channel, written.history_user_id) == (who, "api", None)
    assert written.history_date == make.NOW
    moved = number.history.latest("history_id")
    assert (moved.status, moved.actor_name, moved.channel) == ("confirmed", who, "api")
    assert moved.history_change_reason == "Confirmation number issued"


@pytest.mark.rems("PH-08")
def test_unknown_number_and_wrong_birth_date_are_one_answer_byte_for_byte() -> None:
    number, shop = male(), make.pharmacy()
    system = system_of(shop)
    wrong = system.post("confirmations", confirmation_ask(number, birth_date="1950-01-01"))
    unknown = new_number(Kind.AUTHORIZATION)
    missing = system.post("confirmations", confirmation_ask(number, authorization_number=unknown))
    assert (wrong.status_code, missing.status_code) == (404, 404)
    assert wrong.content == missing.content
    shown = {name: value for name, value in wrong.headers.items() if name != "X-Request-ID"}
    assert {name: missing.headers[name] for name in shown if name != "Content-Security-Policy"} == {
        name: value for name, value in shown.items() if name != "Content-Security-Policy"
    }
    denied = AccessEvent.objects.filter(outcome="denied").order_by("pk").values_list("record", "channel")
    assert list(denied) == [(f"authorization {number.number}", "api"), (f"authorization {unknown}", "api")]
    assert not Confirmation.objects.exists()


@pytest.mark.rems("PH-08")
def test_number_may_be_typed_as_people_type() -> None:
    number = male()
    typed = number.number.lower().replace("-", " ")
    reply = system_of(make.pharmacy()).post("confirmations", confirmation_ask(number, authorization_number=typed))
    assert reply.status_code == 201


def test_mistyped_number_is_told_on_its_field_and_asks_nothing() -> None:
    number = male()
    last = "2" if number.number[-1] != "2" else "3"
    slip = number.number[:-1] + last
    reply = system_of(make.pharmacy()).post("confirmations", confirmation_ask(number, authorization_number=slip))
    sentence = "A character is mistyped, or two are swapped; check the number against the document."
    assert reply.status_code == 400
    assert reply.json()["fields"] == [{"field": "authorization_number", "message": sentence}]
    assert not Decision.objects.filter(ask="confirmation").exists()


def test_other_kind_of_number_is_told_on_its_field() -> None:
    number = male()
    body = confirmation_ask(number, authorization_number=number.enrollment.patient.number)
    reply = system_of(make.pharmacy()).post("confirmations", body)
    (field,) = reply.json()["fields"]
    assert field["message"].startswith("This is a patient number; an authorization number is wanted here")


# --- asked twice


@pytest.mark.rems("PH-08")
def test_same_key_and_request_give_the_same_number() -> None:
    number, system = male(), system_of(make.pharmacy())
    first = system.post("confirmations", confirmation_ask(number), key="k-1")
    reordered = dict(reversed(confirmation_ask(number, strength_mg="10").items()))
    again = system.post("confirmations", reordered | {"strength_mg": "10.00"}, key="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Confirmation.objects.count() == 1


def test_same_key_and_another_request_is_a_conflict() -> None:
    number, system = male(), system_of(make.pharmacy())
    system.post("confirmations", confirmation_ask(number), key="k-1")
    other = system.post("confirmations", confirmation_ask(number, days_supply=14), key="k-1")
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert Confirmation.objects.count() == 1


def test_refusals_and_not_found_keep_their_key_too() -> None:
    number, system = male(), system_of(make.pharmacy())
    for changes, status in (({"refill": True}, 422), ({"birth_date": "1950-01-01"}, 404)):
        replies = [system.post("confirmations", confirmation_ask(number, **changes), key=f"k{status}") for _ in "12"]
        assert [reply.status_code for reply in replies] == [status, status]
        assert replies[0].content == replies[1].content
    assert Decision.objects.filter(ask="confirmation").count() == 2


def test_another_pharmacys_key_is_another_key() -> None:
    one, other = system_of(make.pharmacy()), system_of(make.pharmacy())
    assert one.post("confirmations", confirmation_ask(male()), key="k").status_code == 201
    assert other.post("confirmations", confirmation_ask(male()), key="k").status_code == 201


def test_without_a_key_the_second_is_refused() -> None:
    number, system = male(), system_of(make.pharmacy())
    system.post("confirmations", confirmation_ask(number))
    assert system.post("confirmations", confirmation_ask(number)).json()["failed"] == ["CONF-03", "CONF-10"]


# --- reading


def test_read_confirmation_writes_the_look_down_and_forbids_caches() -> None:
    shop = make.pharmacy()
    held = make.confirmation(male(), pharmacy=shop)
    reply = system_of(shop).get(f"confirmations/{held.number}")
    assert reply.status_code == 200
    assert "no-store" in reply.headers["Cache-Control"]
    assert reply.json()["status"] == "open"
    look = AccessEvent.objects.get()
    assert (look.record, look.outcome, look.channel) == (f"confirmation {held.number}", "shown", "api")
    assert look.actor_name == f"{LABEL} ({shop})"


def test_read_confirmation_whose_time_is_over_has_lapsed_before_the_sweep(at_now: Any) -> None:  # noqa: F811
    shop = make.pharmacy()
    held = make.confirmation(male(), pharmacy=shop)
    at_now.move_to(make.NOW + make.hours(25))
    assert system_of(shop).get(f"confirmations/{held.number}").json()["status"] == "lapsed"
    held.refresh_from_db()
    assert held.status == "open"


@pytest.mark.parametrize("act", ["", "/checklist", "/dispense", "/cancel"])
def test_another_pharmacys_confirmation_is_not_found_and_written_down(act: str) -> None:
    held = make.confirmation(male())
    other = system_of(make.pharmacy())
    bodies = {
        "/checklist": {"items": []},
        "/dispense": {"how": "shipped", "done_at": "2026-06-15T11:00:00-04:00"},
        "/cancel": {"reason": "Not ours"},
    }
    path = f"confirmations/{held.number}{act}"
    reply = other.post(path, bodies[act]) if act else other.get(path)
    nothing = other.post("confirmations", confirmation_ask(held.authorization, birth_date="1950-01-01"))
    assert (reply.status_code, reply.content) == (404, nothing.content)
    first = AccessEvent.objects.earliest("pk")
    assert (first.record, first.outcome) == (f"confirmation {held.number}", "denied")
    held.refresh_from_db()
    assert held.status == "open"
