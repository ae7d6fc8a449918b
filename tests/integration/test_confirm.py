"""Asking for a confirmation number: every refusal of domain.md section 7, what is stored, and what is asked twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

import tests.factories as make
from authorizations.actions import confirm
from authorizations.actions.confirm import cancel_confirmation, confirm_dispense
from authorizations.actions.decisions import request_hash
from authorizations.actions.upkeep import settle_enrollment
from authorizations.models import Confirmation, Decision
from pharmacies.models import Pharmacy
from rems_portal.audit.actors import Actor, Channel
from rems_portal.errors import ActRefused, IdempotencyConflict
from rems_portal.rules.calendars import end_of_day, zone_named
from rems_portal.rules.dispensing import CONFIRMATION_RULES
from rems_portal.rules.programs import PROGRAMS
from rems_portal.rules.questions import answer
from rems_portal.rules.vocabulary import RiskCategory
from tests.integration.refusals import REFUSALS, SYSTEM, Asked, female, male, unknown_number, wrong_birth_date

pytestmark = pytest.mark.django_db

EVERY_RULE = {rule.id for rule in CONFIRMATION_RULES}


@pytest.mark.rems("PH-07", "PH-08", "PH-11", "PH-12", "PH-13", "PH-14", "PH-17")
@pytest.mark.parametrize("ask", REFUSALS)
def test_confirm_refused_says_everything_that_is_wrong_and_is_stored(ask: Callable[[], Asked]) -> None:
    decision, failed = ask()
    assert not decision.granted
    assert set(decision.failed.split(",")) == failed
    assert [check["rule"] for check in decision.checks] == sorted(EVERY_RULE)
    for check in decision.checks:
        assert check["holds"] == (check["rule"] not in failed)
        if check["finding"]:
            assert check["finding"]["sentence"].endswith(".")
            assert check["finding"]["move"] in ("prescriber", "patient", "pharmacy", "program")
            assert check["finding"]["obligations"]
    assert decision.program_version == make.PROGRAM.version
    assert not hasattr(decision, "confirmation")


def test_every_rule_has_a_refusal_here() -> None:
    assert set().union(*(ask()[1] for ask in REFUSALS)) == EVERY_RULE


@pytest.mark.rems("PH-08")
def test_unknown_number_and_wrong_birth_date_are_one_answer_without_a_patient() -> None:
    unknown, _ = unknown_number()
    wrong, _ = wrong_birth_date()
    assert unknown.checks == wrong.checks
    assert unknown.failed == wrong.failed
    for decision in (unknown, wrong):
        assert decision.enrollment_id is None
        assert decision.facts["patient"] is None
        assert decision.facts["authorization"] is None
        assert "1950" not in str(decision.facts)
    assert (unknown.facts["request"]["number_known"], wrong.facts["request"]["number_known"]) == (False, True)


@pytest.mark.rems("PG-06")
@pytest.mark.parametrize("ask", [*REFUSALS, lambda: (make.ask_confirmation(female()), set())])
def test_stored_facts_replay_to_the_same_answer(ask: Callable[[], Asked]) -> None:
    decision, _ = ask()
    replayed = answer(decision.facts, PROGRAMS[decision.program])
    assert replayed["outcome"] == decision.outcome
    assert ",".join(replayed["failed"]) == decision.failed


@pytest.mark.rems("PH-08", "PH-09", "PH-16")
@pytest.mark.parametrize("zone", ["America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "Pacific/Guam"])
def test_confirm_fcgp_ships_the_same_day_in_the_pharmacys_zone(zone: str) -> None:
    held = make.confirmation(female(), pharmacy=make.pharmacy(time_zone=zone))
    assert held.obtained_at == make.NOW
    assert held.pick_up_by == make.NOW + timedelta(hours=24)
    there = zone_named(zone)
    assert held.ship_by == end_of_day(make.NOW.astimezone(there).date(), there)
    assert held.lapses_at == max(held.ship_by, held.pick_up_by)
    assert (held.status, held.authorization.status, held.rule_group) == ("open", "confirmed", "FCGP")


@pytest.mark.rems("PH-15")
@pytest.mark.parametrize("category", [RiskCategory.AF_CANNOT, RiskCategory.FC_CANNOT, RiskCategory.AM, RiskCategory.MC])
def test_confirm_others_ship_within_24_hours(category: RiskCategory) -> None:
    held = make.confirmation(make.authorization(make.enrollment(category)))
    assert held.ship_by == held.pick_up_by == make.NOW + timedelta(hours=24)


@pytest.mark.rems("PH-15", "PH-16")
@pytest.mark.parametrize(
    ("at", "day_lasts"),
    [
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), timedelta(hours=23.5)),  # 1:30 AM EDT; the day has 25 hours
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), timedelta(hours=22.5)),  # 1:30 AM EST, the second time
        (datetime(2027, 3, 14, 6, 59, tzinfo=UTC), timedelta(hours=21, minutes=1)),  # the day has 23 hours
    ],
)
def test_confirm_on_the_nights_when_clocks_change(at: datetime, day_lasts: timedelta) -> None:
    one = make.enrollment(RiskCategory.AF_CAN, prescriber=make.prescriber(at=at), at=at - make.days(20))
    held = make.confirmation(make.authorization(one, at=at), pharmacy=make.pharmacy(at=at), at=at)
    assert held.pick_up_by - at == timedelta(hours=24)
    assert held.ship_by - at == day_lasts


@pytest.mark.rems("PH-12")
def test_confirm_with_seven_days_left_is_granted() -> None:
    one = make.enrollment(RiskCategory.AM)
    make.treated(one)
    later = make.NOW + make.days(21)
    assert make.ask_confirmation(make.authorization(one, at=later), at=later).granted


@pytest.mark.rems("PH-12")
def test_confirm_counts_supply_of_an_earlier_course_at_another_pharmacy() -> None:
    one = make.enrollment(RiskCategory.AM)
    make.treated(one)
    make.discontinued(one)
    who = {name: getattr(one.patient, name) for name in ("given_name", "family_name", "birth_date")}
    again = make.enrollment(RiskCategory.AM, at=make.NOW, prescriber=one.prescriber, **who)
    assert again.patient == one.patient
    later = make.NOW + make.days(3)
    decision = make.ask_confirmation(make.authorization(again, at=later), at=later)
    assert decision.failed == "CONF-09"
    assert decision.facts["patient"]["dispenses"] == []
    assert len(decision.facts["patient"]["earlier_course_dispenses"]) == 1


@pytest.mark.rems("PH-08")
def test_same_request_with_the_same_key_gives_the_same_number() -> None:
    number, shop = male(), make.pharmacy()
    first = make.ask_confirmation(number, pharmacy=shop, idempotency_key="k1")
    second = make.ask_confirmation(number, pharmacy=shop, at=make.NOW + make.hours(1), idempotency_key="k1")
    assert first.pk == second.pk
    assert Confirmation.objects.count() == 1


def test_other_request_with_the_same_key_is_a_conflict() -> None:
    number, shop = male(), make.pharmacy()
    make.ask_confirmation(number, pharmacy=shop, idempotency_key="k1")
    with pytest.raises(IdempotencyConflict):
        make.ask_confirmation(number, pharmacy=shop, idempotency_key="k1", days_supply=7)


def test_key_of_another_pharmacy_is_not_shared() -> None:
    one, other = make.pharmacy(), make.pharmacy()
    first = make.ask_confirmation(male(), pharmacy=one, idempotency_key="k1")
    second = make.ask_confirmation(male(), pharmacy=other, idempotency_key="k1")
    assert first.granted and second.granted and first.pk != second.pk


def test_refusals_are_kept_under_their_key_too() -> None:
    number, shop = male(), make.pharmacy()
    first = make.ask_confirmation(number, pharmacy=shop, idempotency_key="k1", refill=True)
    assert make.ask_confirmation(number, pharmacy=shop, idempotency_key="k1", refill=True).pk == first.pk


@pytest.mark.parametrize("arrange", ["untrained", "left", "stranger", "prescriber"])
def test_confirm_by_somebody_untrained_is_denied_and_stores_nothing(arrange: str) -> None:
    number, shop = male(), make.pharmacy()
    somebody = {
        "untrained": lambda: make.pharmacist(shop, trained=False),
        "left": lambda: _leaves(shop),
        "stranger": lambda: make.pharmacist(make.pharmacy()),
        "prescriber": lambda: number.prescriber.user,
    }[arrange]()
    before = Decision.objects.count()
    with pytest.raises(PermissionDenied):
        make.ask_confirmation(number, pharmacy=shop, user=somebody)
    assert Decision.objects.count() == before


def _leaves(shop: Pharmacy) -> Any:
    user = make.pharmacist(shop)
    shop.staff.filter(user=user).update(ends_on=make.NOW.date())
    return user


def test_confirm_by_the_pharmacys_own_system() -> None:
    number, shop = male(), make.pharmacy()
    decision = confirm_dispense(
        by=SYSTEM, at=make.NOW, pharmacy=shop, request=make.confirmation_request(number), program=make.PROGRAM
    )
    assert decision.granted
    assert (decision.actor_name, decision.channel, decision.user_id) == ("Dispensing system", "api", None)
    assert decision.confirmation.history.get().actor_name == "Dispensing system"


def test_lapsed_confirmation_gives_way_without_waiting_for_the_sweep() -> None:
    number = male()
    first = make.confirmation(number)
    second = make.confirmation(number, at=make.NOW + make.hours(25))
    first.refresh_from_db()
    assert (first.status, second.status) == ("lapsed", "open")


def test_confirmation_holds_until_the_last_instant_of_its_deadline() -> None:
    number = male()
    make.confirmation(number)
    assert make.ask_confirmation(number, at=make.NOW + make.hours(24)).failed == "CONF-03,CONF-10"


@pytest.mark.rems("PH-08")
def test_authorization_of_another_program_is_unknown() -> None:
    number = male()
    other = replace(make.PROGRAM, program="other")
    decision = confirm_dispense(
        by=SYSTEM, at=make.NOW, pharmacy=make.pharmacy(), request=make.confirmation_request(number), program=other
    )
    assert "CONF-02" in decision.failed and decision.enrollment_id is None


def test_the_second_of_two_at_the_same_moment_gets_the_first_ones_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    number, shop = male(), make.pharmacy()
    first = make.ask_confirmation(number, pharmacy=shop, idempotency_key="k1")

    def collide(**_: Any) -> None:
        raise IntegrityError("decision_once_per_key_of_pharmacy")

    monkeypatch.setattr(confirm, "_confirm", collide)
    assert make.ask_confirmation(number, pharmacy=shop, idempotency_key="k1").pk == first.pk
    with pytest.raises(IntegrityError):
        make.ask_confirmation(number, pharmacy=shop, idempotency_key="k2")


def test_request_that_has_no_plain_form_is_no_request() -> None:
    with pytest.raises(TypeError, match="object has no plain form"):
        request_hash({"what": object()})


# ---- giving a confirmation back ----


def cancel(held: Confirmation, **changes: Any) -> Confirmation:
    arguments = {
        "by": make.actor(held.pharmacy.staff.first().user),
        "at": make.NOW + make.hours(1),
        "pharmacy": held.pharmacy,
        "number": held.number,
        "reason": "The patient did not come",
    }
    return cancel_confirmation(**arguments | changes)


def test_cancel_makes_the_authorization_live_again() -> None:
    held = make.confirmation(male())
    cancelled = cancel(held)
    held.authorization.refresh_from_db()
    assert (cancelled.status, cancelled.ended_reason) == ("cancelled", "The patient did not come")
    assert held.authorization.status == "active"
    assert make.ask_confirmation(held.authorization, at=make.NOW + make.hours(2)).granted


def test_cancel_after_the_last_valid_day_expires_the_authorization() -> None:
    number = male()
    last = datetime.combine(number.valid_through, datetime.min.time(), tzinfo=UTC) + make.hours(23)
    held = make.confirmation(number, at=last)
    cancel(held, at=last + make.hours(10))
    number.refresh_from_db()
    assert number.status == "expired"


@pytest.mark.parametrize("reason", ["", "   "])
def test_cancel_without_a_reason_is_refused(reason: str) -> None:
    held = make.confirmation(male())
    with pytest.raises(ActRefused, match="Say why"):
        cancel(held, reason=reason)
    held.refresh_from_db()
    assert held.status == "open"


def test_cancel_twice_and_cancel_what_is_over_are_refused() -> None:
    held = make.confirmation(male())
    cancel(held)
    with pytest.raises(ActRefused, match="no longer open: it is cancelled"):
        cancel(held)
    lapsed = make.confirmation(male())
    with pytest.raises(ActRefused, match="no longer open: it is lapsed"):
        cancel(lapsed, at=make.NOW + make.hours(25))


def test_cancel_another_pharmacys_confirmation_is_not_there() -> None:
    held, other = make.confirmation(male()), make.pharmacy()
    with pytest.raises(Confirmation.DoesNotExist):
        cancel(held, pharmacy=other, by=make.actor(other.staff.first().user))


def test_cancel_by_somebody_untrained_is_denied() -> None:
    held = make.confirmation(male())
    with pytest.raises(PermissionDenied):
        cancel(held, by=make.actor(make.pharmacist(held.pharmacy, trained=False)))


def test_regular_job_lapses_confirmations_and_expires_authorizations() -> None:
    held = make.confirmation(male())
    job = Actor(name="Regular job", channel=Channel.JOB)
    settle_enrollment(by=job, at=make.NOW + make.hours(25), enrollment_id=held.enrollment_id)
    held.refresh_from_db()
    assert held.status == "lapsed"
    assert held.history.latest().actor_name == "Regular job"


def test_confirm_asks_few_questions_of_the_database(django_assert_max_num_queries: Any) -> None:
    number, shop = female(), make.pharmacy()
    by, request = make.actor(shop.staff.first().user), make.confirmation_request(number)
    with django_assert_max_num_queries(13):  # two of them begin and end the transaction's savepoint
        decision = confirm_dispense(
            by=by, at=make.NOW, pharmacy=shop, request=request, program=make.PROGRAM, idempotency_key="k"
        )
    assert decision.granted
