"""Asking for an authorization: what is granted, every refusal of domain.md section 6, what is stored, asked twice."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

import tests.factories as make
from authorizations.actions import authorize as module
from authorizations.actions.authorize import authorize_prescription, missing_for_next_authorization
from authorizations.facts import facts_of_patients
from authorizations.models import Authorization, Decision
from patients.models import Enrollment
from rems_portal.audit.actors import Actor, Channel, acting_as
from rems_portal.errors import ActRefused, IdempotencyConflict
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.authorization import AUTHORIZATION_RULES
from rems_portal.rules.calendars import program_day
from rems_portal.rules.numbers import Kind, parse_number
from rems_portal.rules.programs import PROGRAMS
from rems_portal.rules.questions import answer
from rems_portal.rules.vocabulary import RiskCategory
from rems_portal.signatures.actions import Signing
from rems_portal.signatures.models import Method, SignedForm
from tests.integration.authorization_refusals import AFN, CAN, MAN, REFUSALS, SYSTEM, Refusal

pytestmark = pytest.mark.django_db

FCGP = (RiskCategory.AF_CAN, RiskCategory.FC_CAN)
EVERY_RULE = [rule.id for rule in AUTHORIZATION_RULES]


def replayed(decision: Decision) -> dict[str, Any]:
    """Ask the rules again, in plain JSON, with the facts that were stored."""
    return answer(json.loads(json.dumps(decision.facts)), PROGRAMS[decision.program])


def proof_of(by: Actor) -> Signing:
    """Return what shows who `by` is: a typed password, or the token of a system without an account."""
    method = Method.PASSWORD if by.user_id else Method.TOKEN
    return Signing(printed_name="Ada Example", method=method, at=make.NOW, user_id=by.user_id)


def ask_as(by: Actor, one: Enrollment, *, signing: Signing | None = None, **changes: Any) -> Decision:
    return authorize_prescription(
        by=by,
        at=make.NOW,
        prescriber=one.prescriber,
        enrollment=one,
        survey=make.prescriber_survey(**changes),
        program=make.PROGRAM,
        signing=signing or proof_of(by),
    )


# --- granted


@pytest.mark.rems("PR-09", "PR-18", "PR-04", "PG-06")
@pytest.mark.parametrize("category", list(RiskCategory))
def test_authorize_with_everything_there_issues_a_number(category: RiskCategory) -> None:
    one = make.ready(make.enrollment(category))
    decision = make.ask_authorization(one)
    number = decision.authorization
    assert parse_number(Kind.AUTHORIZATION, number.number) == number.number
    assert (number.category, number.status, number.issued_at) == (category, "active", make.NOW)
    today = program_day(make.NOW)
    if category in FCGP:
        test = one.pregnancy_tests.latest("collected_at")
        assert number.backing_test == test
        assert number.valid_through == program_day(test.collected_at) + timedelta(days=7)
    else:
        assert number.backing_test is None
        assert number.valid_through == today + timedelta(days=30)
    assert (number.days_supply, number.quantity, number.strength_mg) == (28, 21, Decimal(10))
    assert (number.days_of_therapy, number.transmission) == (21, "electronic")


@pytest.mark.rems("PG-06")
def test_authorize_stores_what_explains_the_decision() -> None:
    one = make.ready(make.enrollment(CAN))
    decision = make.ask_authorization(one)
    assert (decision.outcome, decision.failed, decision.ask) == ("granted", "", "authorization")
    assert decision.program_version == make.PROGRAM.version
    assert (decision.actor_name, decision.channel) == (one.prescriber.user.full_name, "page")
    assert (decision.user, decision.enrollment, decision.prescriber) == (one.prescriber.user, one, one.prescriber)
    assert [check["rule"] for check in decision.checks] == EVERY_RULE
    assert decision.facts["survey"] == {"days_of_therapy": 21, "transmission": "electronic"}
    again = replayed(decision)
    assert again["outcome"] == "granted"
    assert again["valid_through"] == decision.authorization.valid_through.isoformat()
    written = decision.authorization.history.get()
    assert (written.actor_name, written.channel) == (one.prescriber.user.full_name, "page")


@pytest.mark.rems("PR-04", "PF-11")
def test_authorize_after_a_dispense_needs_a_test_that_was_not_used_before() -> None:
    one = make.enrollment(CAN)
    make.treated(one)
    later = make.NOW + make.days(5)
    make.patient_survey(one, at=later - make.hours(1))
    assert set(make.ask_authorization(one, at=later).failed.split(",")) == {"AUTH-05"}
    make.pregnancy_test(one, collected_at=later - make.hours(1))
    decision = make.ask_authorization(one, at=later)
    assert decision.granted
    assert decision.authorization.backing_test.collected_at == later - make.hours(1)


# --- refused


@pytest.mark.rems("PR-04", "PR-05", "PR-06", "PR-07", "PR-08", "PR-10", "PR-11", "PR-15", "PR-19", "PR-20", "PR-21")
@pytest.mark.rems("PF-01", "PF-02", "PF-06", "PF-10", "PF-17", "PM-06", "PN-01", "PC-02", "PG-01")
@pytest.mark.parametrize("way", REFUSALS, ids=str)
def test_authorize_refused_says_everything_that_is_missing_and_is_stored(way: Refusal) -> None:
    one = way.patient()
    numbers = Authorization.objects.count()
    decision = make.ask_authorization(one, **way.survey)
    assert set(decision.failed.split(",")) == way.failed
    assert [check["rule"] for check in decision.checks] == EVERY_RULE
    for check in decision.checks:
        assert check["holds"] == (check["rule"] not in way.failed)
        if check["finding"]:
            assert check["finding"]["sentence"].strip()
            assert check["finding"]["obligations"]
    assert Authorization.objects.count() == numbers
    assert replayed(decision)["failed"] == sorted(way.failed)


def test_every_rule_has_a_refusal_here() -> None:
    assert set().union(*(way.failed for way in REFUSALS)) == set(EVERY_RULE)


@pytest.mark.rems("PR-10", "PR-11")
@pytest.mark.parametrize(
    ("changes", "rule"),
    [({"refills": 1}, "AUTH-10"), ({"strength_mg": Decimal("7.5")}, "AUTH-09"), ({"quantity": -3}, "AUTH-09")],
)
def test_authorize_what_no_page_offers_is_refused(changes: dict[str, Any], rule: str) -> None:
    decision = make.ask_authorization(make.ready(make.enrollment(MAN)), **changes)
    assert decision.failed == rule


@pytest.mark.parametrize("changes", [{"quantity": 1000}, {"days_of_therapy": 0}, {"days_of_therapy": 367}])
def test_authorize_with_numbers_no_row_can_hold_is_no_question(changes: dict[str, Any]) -> None:
    one = make.ready(make.enrollment(MAN))
    with pytest.raises(ActRefused, match="it must be"):
        make.ask_authorization(one, **changes)
    assert not Decision.objects.exists()
    assert not SignedForm.objects.filter(code__startswith="prescriber_survey").exists()


def test_authorize_by_the_delegate_is_not_allowed_and_stores_nothing() -> None:
    one = make.ready(make.enrollment(MAN))
    with pytest.raises(PermissionDenied):
        ask_as(make.actor(make.delegate_of(one.prescriber)), one)
    assert not Decision.objects.exists()


def test_authorize_by_another_prescriber_finds_no_such_patient() -> None:
    one, other = make.ready(make.enrollment(MAN)), make.prescriber()
    with pytest.raises(Enrollment.DoesNotExist):
        authorize_prescription(
            by=make.actor(other.user),
            at=make.NOW,
            prescriber=other,
            enrollment=one,
            survey=make.prescriber_survey(),
            program=make.PROGRAM,
            signing=make.signing(other.user),
        )
    assert not Decision.objects.exists()


def test_authorize_by_the_prescribers_own_system_names_it() -> None:
    one = make.ready(make.enrollment(MAN))
    decision = ask_as(Actor(name="Ordering system", channel=Channel.API), one)
    assert (decision.granted, decision.channel, decision.actor_name, decision.user) == (
        True,
        "api",
        "Ordering system",
        None,
    )


# --- signed


@pytest.mark.rems("PR-09", "PR-18")
def test_authorize_by_a_system_is_signed_with_its_token() -> None:
    one = make.ready(make.enrollment(MAN))
    signature = ask_as(Actor(name="Ordering system", channel=Channel.API), one).form.signatures.get()
    assert (signature.method, signature.user, signature.printed_name) == ("token", None, "Ada Example")


def test_authorize_with_anothers_proof_is_not_allowed() -> None:
    one = make.ready(make.enrollment(MAN))
    dr, system = make.actor(one.prescriber.user), Actor(name="Ordering system", channel=Channel.API)
    for by, proof in (
        (dr, make.signing(make.prescriber().user)),
        (dr, proof_of(system)),
        (system, make.link_signing("Robin")),
    ):
        with pytest.raises(PermissionDenied):
            ask_as(by, one, signing=proof)
    assert not Decision.objects.exists()


def test_authorize_with_the_form_of_another_moment_is_refused_under_the_lock() -> None:
    one = make.ready(make.enrollment(MAN))
    with pytest.raises(ActRefused, match="changed while you were filling it in"):
        make.ask_authorization(one, form_seen="0" * 64)
    assert not Decision.objects.exists()


def test_authorize_keeps_only_statements_that_were_asked() -> None:
    number = make.authorization(make.enrollment(MAN))
    said = number.decision.form.answers
    assert number.attested == sorted(code for code in number.attested if said[code])
    assert "four_weeks_contraception" not in number.attested


# --- asked twice


def test_authorize_with_the_same_key_gives_the_first_answer() -> None:
    one = make.ready(make.enrollment(MAN))
    first = make.ask_authorization(one, idempotency_key="key-1")
    again = make.ask_authorization(one, idempotency_key="key-1", at=make.NOW + make.hours(1))
    assert (again, again.authorization) == (first, first.authorization)
    assert Authorization.objects.count() == 1


def test_authorize_refused_with_the_same_key_stays_refused() -> None:
    one = make.enrollment(AFN)
    first = make.ask_authorization(one, idempotency_key="key-1")
    make.patient_survey(one)
    assert make.ask_authorization(one, idempotency_key="key-1") == first
    assert not first.granted


def test_authorize_with_a_used_key_and_another_request_is_a_conflict() -> None:
    one = make.ready(make.enrollment(MAN))
    other = make.ready(make.enrollment(MAN, prescriber=one.prescriber))
    make.ask_authorization(one, idempotency_key="key-1")
    with pytest.raises(IdempotencyConflict):
        make.ask_authorization(one, idempotency_key="key-1", days_supply=14)
    with pytest.raises(IdempotencyConflict):
        make.ask_authorization(other, idempotency_key="key-1")


def test_authorize_with_a_key_that_another_patient_takes_meanwhile_is_a_conflict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = make.ready(make.enrollment(MAN))
    other = make.ready(make.enrollment(MAN, prescriber=one.prescriber))
    make.ask_authorization(other, idempotency_key="key-1")
    look_up, calls = module.answered_before, []

    def blind_at_first(*args: Any, **kwargs: Any) -> Decision | None:
        calls.append(args)
        return None if len(calls) == 1 else look_up(*args, **kwargs)

    monkeypatch.setattr(module, "answered_before", blind_at_first)
    with pytest.raises(IdempotencyConflict):
        make.ask_authorization(one, idempotency_key="key-1")
    assert len(calls) == 2


def test_authorize_that_the_database_refuses_for_another_reason_fails_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = make.authorization(make.enrollment(MAN)).number
    one = make.ready(make.enrollment(MAN))
    monkeypatch.setattr(module, "new_number", lambda _kind: taken)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.ask_authorization(one, idempotency_key="key-1")
    assert not Decision.objects.filter(enrollment=one).exists()


# --- a live number there already


@pytest.mark.rems("PR-18")
def test_authorize_replacing_voids_the_live_number_and_names_it() -> None:
    one = make.enrollment(CAN)
    old = make.authorization(one)
    decision = make.ask_authorization(one, at=make.NOW + make.hours(1), replace_live_authorization=True)
    old.refresh_from_db()
    assert (old.status, old.ended_at) == ("void", make.NOW + make.hours(1))
    assert decision.authorization.replaces == old
    assert [row.status for row in old.history.order_by("history_id")] == ["active", "void"]


@pytest.mark.rems("PR-18", "PH-08")
def test_authorize_replacing_voids_the_confirmation_and_tells_the_pharmacy() -> None:
    one = make.enrollment(MAN)
    held = make.confirmation(make.authorization(one))
    decision = make.ask_authorization(one, at=make.NOW + make.hours(1), replace_live_authorization=True)
    held.refresh_from_db()
    assert decision.granted
    assert held.status == "void"
    staff = set(held.pharmacy.staff.values_list("user__email", flat=True))
    told = OutboxMessage.objects.filter(kind="confirmation_void")
    assert set(told.values_list("recipient", flat=True)) == staff
    assert one.patient.number not in told.first().body


def test_authorize_replacing_but_refused_leaves_the_live_number_alone() -> None:
    one = make.enrollment(MAN)
    old = make.authorization(one)
    assert not make.ask_authorization(one, replace_live_authorization=True, days_supply=29).granted
    old.refresh_from_db()
    assert old.status == "active"


@pytest.mark.rems("PR-18")
def test_authorize_after_the_last_day_of_a_number_settles_it_first() -> None:
    one = make.enrollment(MAN)
    old = make.authorization(one)
    later = make.NOW + make.days(31)
    decision = make.ask_authorization(one, at=later)
    old.refresh_from_db()
    assert decision.granted
    assert old.status == "expired"
    assert decision.authorization.replaces is None


# --- what is missing, and the facts


def test_missing_for_next_authorization_lists_it_all_and_stores_nothing() -> None:
    one = make.enrollment(CAN)
    preview = missing_for_next_authorization(one, at=make.NOW, program=make.PROGRAM)
    assert preview.failed == ("AUTH-05", "AUTH-06")
    assert not Decision.objects.exists()


def test_missing_for_next_authorization_takes_no_offence_at_a_live_number() -> None:
    one = make.enrollment(MAN)
    make.authorization(one)
    assert missing_for_next_authorization(one, at=make.NOW, program=make.PROGRAM).granted


def test_facts_of_patients_take_as_many_queries_for_many_as_for_one(django_assert_num_queries: Any) -> None:
    dr = make.prescriber()
    patients = [make.enrollment(category, prescriber=dr) for category in RiskCategory]
    make.treated(patients[0])
    with django_assert_num_queries(6):
        facts_of_patients(patients[:1])
    with django_assert_num_queries(6):
        facts_of_patients(patients)


def test_facts_of_an_earlier_course_count_only_for_the_supply() -> None:
    one = make.enrollment(MAN, birth_date=date(1970, 1, 2))
    gone = make.treated(one)
    one.status, one.ended_at = "discontinued", make.NOW
    one.ended_by_name, one.ended_reason = "Dr. Test", "Completed"
    with acting_as(SYSTEM):
        one.save()
        again = Enrollment.objects.create(
            patient=one.patient,
            program=one.program,
            prescriber=one.prescriber,
            status="enrolled",
            enrolled_at=make.NOW + make.hours(1),
        )
    facts = facts_of_patients([again])[again.pk]
    assert facts.dispenses == ()
    assert [one.dispensed_on for one in facts.earlier_course_dispenses] == [gone.dispensed_on]
