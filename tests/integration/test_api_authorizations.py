"""A prescriber's system asks for an authorization over REST: every verdict as on the page, and what is written down."""

from typing import Any

import pytest
from django.db import transaction

import tests.factories as make
from authorizations.models import Authorization, Decision
from rems_portal.audit.models import AccessEvent
from rems_portal.numbering import new_number
from rems_portal.rules.numbers import Kind
from rems_portal.rules.programs import PROGRAMS
from rems_portal.rules.questions import answer
from rems_portal.rules.vocabulary import RiskCategory
from tests.integration.api_calls import LABEL, at_now, authorization_ask, system_of  # noqa: F401
from tests.integration.authorization_refusals import MAN, REFUSALS, Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.mark.rems("PR-04", "PR-05", "PR-06", "PR-07", "PR-08", "PR-10", "PR-11", "PR-15", "PR-19", "PR-20", "PR-21")
@pytest.mark.parametrize("way", REFUSALS, ids=str)
def test_every_refusal_is_the_pages_and_the_decide_commands(way: Refusal) -> None:
    one = way.patient()
    with transaction.atomic():
        on_the_page = make.ask_authorization(one, **way.survey)
        transaction.set_rollback(True)
    reply = system_of(one.prescriber).post("authorizations", authorization_ask(one, **way.survey))
    stored = Decision.objects.filter(ask="authorization", outcome="refused").latest("pk")
    replayed = answer(stored.facts, PROGRAMS[stored.program])
    body = reply.json()
    assert (reply.status_code, body["code"]) == (422, "refused")
    assert set(body["failed"]) == way.failed
    assert body["failed"] == replayed["failed"] == stored.failed.split(",")
    assert body["findings"] == replayed["findings"]
    assert on_the_page.checks == stored.checks
    assert body["program_version"] == "2026-04-27"


@pytest.mark.rems("PR-09", "PR-18", "PG-06")
@pytest.mark.parametrize("category", make.CATEGORIES)
def test_granted_gives_number_category_and_last_day(category: RiskCategory) -> None:
    one = make.ready(make.enrollment(category))
    reply = system_of(one.prescriber).post("authorizations", authorization_ask(one))
    number = Authorization.objects.get()
    assert reply.status_code == 201
    assert reply.json() == {
        "outcome": "granted",
        "program_version": "2026-04-27",
        "authorization_number": number.number,
        "risk_category": category.value,
        "valid_through": "2026-06-22" if number.backing_test else "2026-07-15",
    }
    who = f"{LABEL} ({one.prescriber})"
    written = number.history.get()
    assert (written.actor_name, written.channel, written.history_user_id) == (who, "api", None)
    assert (number.decision.actor_name, number.decision.channel) == (who, "api")
    look = AccessEvent.objects.get()
    assert (look.record, look.outcome, look.actor_name) == (f"patient {one.patient.number}", "shown", who)


def test_replacing_voids_the_live_number_only_when_told() -> None:
    one = make.enrollment(MAN)
    first = make.authorization(one)
    system = system_of(one.prescriber)
    assert system.post("authorizations", authorization_ask(one)).json()["failed"] == ["AUTH-11"]
    again = system.post("authorizations", authorization_ask(one, replace_live_authorization=True))
    first.refresh_from_db()
    assert (again.status_code, first.status) == (201, "void")


@pytest.mark.parametrize("changes", [{"quantity": 1000}, {"days_of_therapy": 0}, {"days_of_therapy": 10**9}])
def test_numbers_that_are_no_prescriptions_are_refused(changes: dict[str, Any]) -> None:
    one = make.ready(make.enrollment(MAN))
    reply = system_of(one.prescriber).post("authorizations", authorization_ask(one, **changes))
    assert (reply.status_code, reply.json()["code"]) == (422, "refused")
    assert not Decision.objects.exists()


def test_refills_and_telephone_are_refused_by_the_rules() -> None:
    one = make.ready(make.enrollment(MAN))
    reply = system_of(one.prescriber).post("authorizations", authorization_ask(one, refills=1, by_telephone=True))
    assert reply.json()["failed"] == ["AUTH-10"]


def test_unknown_statement_is_malformed_and_the_known_ones_are_told() -> None:
    one = make.ready(make.enrollment(MAN))
    reply = system_of(one.prescriber).post("authorizations", authorization_ask(one, attested=["all of it"]))
    (field,) = reply.json()["fields"]
    assert (reply.status_code, field["field"]) == (400, "attested")
    assert "barrier_contraception" in field["message"]


# --- asked twice


def test_same_key_and_request_give_the_same_number() -> None:
    one = make.ready(make.enrollment(MAN))
    system = system_of(one.prescriber)
    replies = [system.post("authorizations", authorization_ask(one), key="k") for _ in range(3)]
    assert [reply.status_code for reply in replies] == [201, 201, 201]
    assert len({reply.content for reply in replies}) == 1
    assert Authorization.objects.count() == 1


def test_same_key_for_another_request_or_patient_is_a_conflict() -> None:
    one = make.ready(make.enrollment(MAN))
    other = make.ready(make.enrollment(MAN, prescriber=one.prescriber))
    system = system_of(one.prescriber)
    system.post("authorizations", authorization_ask(one), key="k")
    for body in (authorization_ask(one, quantity=28), authorization_ask(other)):
        reply = system.post("authorizations", body, key="k")
        assert (reply.status_code, reply.json()["code"]) == (409, "conflict")
    assert Authorization.objects.count() == 1


def test_another_prescribers_key_is_another_key() -> None:
    for one in (make.ready(make.enrollment(MAN)), make.ready(make.enrollment(MAN))):
        assert system_of(one.prescriber).post("authorizations", authorization_ask(one), key="k").status_code == 201


# --- whose patient


def test_another_prescribers_patient_is_not_found_and_written_down() -> None:
    one = make.ready(make.enrollment(MAN))
    system = system_of(make.prescriber())
    theirs = system.post("authorizations", authorization_ask(one))
    nobody = system.post("authorizations", authorization_ask(one, patient_number=new_number(Kind.PATIENT)))
    assert (theirs.status_code, nobody.status_code) == (404, 404)
    assert theirs.content == nobody.content
    first = AccessEvent.objects.earliest("pk")
    assert (first.record, first.outcome, first.channel) == (f"patient {one.patient.number}", "denied", "api")
    assert not Decision.objects.exists()
