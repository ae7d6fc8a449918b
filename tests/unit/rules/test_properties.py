"""What is true of every decision, whatever the facts."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rems_portal.rules import pregnancy_testing
from rems_portal.rules.authorization import AUTHORIZATION_RULES, decide_authorization
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import RuleGroup
from rems_portal.rules.dispensing import CONFIRMATION_RULES, decide_confirmation, supply_ends_on
from rems_portal.rules.lifecycles import AuthorizationStatus
from rems_portal.rules.questions import answer
from rems_portal.rules.surveys import next_survey_due
from rems_portal.rules.vocabulary import TestResult
from rems_portal.rules.wire import authorization_request, confirmation_request, patient_fields
from tests.unit.rules import second_reading, strategies
from tests.unit.rules.builders import LENALIDOMIDE, PROGRAM, pregnancy_test

authorizations, confirmations = strategies.authorizations(), strategies.confirmations()
a_lot = settings(max_examples=100, deadline=None)


def decide(facts):
    return (decide_authorization if hasattr(facts, "prescription") else decide_confirmation)(facts, PROGRAM)


def with_patient(facts, **changes):
    return replace(facts, patient=replace(facts.patient, **changes))


@a_lot
@given(authorizations | confirmations)
def test_granted_exactly_when_there_is_no_finding_and_every_rule_is_evaluated(facts):
    decision = decide(facts)
    rules = AUTHORIZATION_RULES if decision.ask == "authorization" else CONFIRMATION_RULES
    assert [check.rule for check in decision.checks] == [rule.id for rule in rules]
    assert decision.granted is (decision.findings == ()) is (decision.failed == ())
    assert decision.granted is (decision.outcome == "granted")
    assert list(decision.failed) == sorted(check.rule for check in decision.checks if not check.holds)
    outputs = (decision.valid_through or decision.ship_by) is not None
    assert outputs is decision.granted


@a_lot
@given(authorizations | confirmations, st.randoms(use_true_random=False))
def test_the_same_facts_in_any_order_give_the_same_decision(facts, shuffle: random.Random):
    shuffled = {}
    for name in ("dispenses", "pregnancy_tests", "surveys", "earlier_course_dispenses"):
        rows = list(getattr(facts.patient, name))
        shuffle.shuffle(rows)
        shuffled[name] = tuple(rows)
    assert decide(facts) == decide(facts)
    assert decide(with_patient(facts, **shuffled)).failed == decide(facts).failed


@pytest.mark.rems("PG-01")
@a_lot
@given(
    authorizations | confirmations,
    st.sampled_from([TestResult.POSITIVE, TestResult.INDETERMINATE]),
    st.integers(-3600, 20 * 86400),
)
def test_a_test_that_is_not_negative_never_turns_refused_to_granted(facts, result, seconds_before):
    test = pregnancy_test(facts.at - timedelta(seconds=seconds_before), result)
    before, after = decide(facts), decide(with_patient(facts, pregnancy_tests=(*facts.patient.pregnancy_tests, test)))
    assert set(before.failed) <= set(after.failed)
    assert result == TestResult.INDETERMINATE or not after.granted


@pytest.mark.rems("PG-01", "PR-21", "PH-17")
@a_lot
@given(authorizations | confirmations)
def test_nothing_is_granted_under_a_hold(facts):
    held = decide(with_patient(facts, pregnancy_hold=True))
    assert not held.granted
    assert set(decide(facts).failed) <= set(held.failed)


@pytest.mark.rems("PG-01", "PR-04", "PR-10", "PR-19")
@a_lot
@given(authorizations)
def test_a_granted_authorization_keeps_every_promise(facts):
    decision = decide(facts)
    if decision.granted:
        assert facts.prescriber_certified
        assert facts.patient.agreement.category == decision.category
        assert 1 <= facts.prescription.days_supply <= 28
        assert not facts.patient.live_authorization or facts.replace_live_authorization
        days = (decision.valid_through - program_day(facts.at)).days
        backing = decision.backing_test
        assert (backing is not None) is (decision.group == RuleGroup.FCGP)
        assert 0 <= days <= 7 if backing else days == 30
        assert backing is None or (backing.result == TestResult.NEGATIVE and backing.collected_at <= facts.at)


@pytest.mark.rems("PG-01", "PH-08", "PH-11", "PH-12", "PH-15", "PH-16")
@a_lot
@given(confirmations)
def test_a_granted_confirmation_keeps_every_promise(facts):
    decision = decide(facts)
    if decision.granted:
        assert facts.pharmacy.certified
        assert facts.prescriber_certified
        assert facts.authorization.status == AuthorizationStatus.ACTIVE
        assert 1 <= facts.request.days_supply <= min(28, facts.authorization.days_supply)
        ends = supply_ends_on(facts.patient)
        assert ends is None or (ends - program_day(facts.at)).days <= 7
        assert decision.pick_up_by - facts.at == timedelta(hours=24)
        assert facts.at < decision.ship_by <= facts.at + timedelta(hours=25)
        assert decision.ship_by == decision.pick_up_by or decision.group == RuleGroup.FCGP


@pytest.mark.rems("PG-01", "PR-09", "PR-18", "PH-08", "PR-12", "PR-13", "PR-14")
@settings(max_examples=300, deadline=None)
@given(authorizations | confirmations)
def test_a_second_reading_of_the_specification_agrees(facts):
    asked = authorization_request(facts) if hasattr(facts, "prescription") else confirmation_request(facts)
    for request in (asked, {**asked, "ask": "next-test"}):
        expected = second_reading.answer(request)
        given_answer = answer(request, LENALIDOMIDE)
        assert {name: given_answer.get(name) for name in expected} == expected


@a_lot
@given(authorizations | confirmations)
def test_facts_written_down_give_the_same_answer_when_asked_again(facts):
    decision = decide(facts)
    written = authorization_request(facts) if decision.ask == "authorization" else confirmation_request(facts)
    replayed = answer(written, LENALIDOMIDE)
    assert replayed["outcome"] == decision.outcome
    assert replayed["failed"] == list(decision.failed)
    assert replayed["findings"] == [finding.as_dict() for finding in decision.findings]
    assert replayed.get("ship_by") == (decision.ship_by.isoformat() if decision.ship_by else None)
    assert replayed.get("valid_through") == (decision.valid_through.isoformat() if decision.valid_through else None)


@a_lot
@given(authorizations)
def test_the_schedules_answer_for_every_patient(facts):
    due = pregnancy_testing.next_test_due(facts.patient, facts.at, PROGRAM)
    asked = {"ask": "next-test", "at": facts.at.isoformat(), "patient": patient_fields(facts.patient)}
    assert answer(asked, LENALIDOMIDE)["due"] == (due.isoformat() if due else None)
    began = min((one.dispensed_on for one in facts.patient.dispenses), default=None)
    assert due is None or due >= began + timedelta(days=7)
    for window in pregnancy_testing.test_windows(facts.patient, facts.at, PROGRAM):
        assert window.opens < window.closes
    next_survey = next_survey_due(facts.patient, facts.at, PROGRAM)
    assert next_survey is None or began is not None


def test_the_invented_facts_are_granted_and_refused_often_enough():
    outcomes = {"authorization": set(), "confirmation": set()}

    @settings(max_examples=150, database=None, derandomize=True, deadline=None)
    @given(authorizations | confirmations)
    def collect(facts):
        decision = decide(facts)
        outcomes[decision.ask].add((decision.outcome, decision.group))

    collect()
    assert all({"granted", "refused"} == {outcome for outcome, _ in seen} for seen in outcomes.values())
