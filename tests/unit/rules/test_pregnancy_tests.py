"""Which pregnancy tests back a prescription: every window from just before to just after."""

from datetime import date

import pytest

from rems_portal.rules import pregnancy_testing
from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.vocabulary import TestResult
from tests.unit.rules.builders import NOON, PROGRAM, authorize, dispense, instant, pregnancy_test, ready, sentences

FCGP = [RiskCategory.AF_CAN, RiskCategory.FC_CAN]
NOT_FCGP = [category for category in RiskCategory if category not in FCGP]
EARLY, LATE = pregnancy_test("2026-06-04T09:00:00"), pregnancy_test("2026-06-15T09:00:00")

pytestmark = pytest.mark.rems("PG-01", "PR-09", "PR-18")


def is_backed(tests, at=NOON, category=RiskCategory.AF_CAN, first=True):
    decision = authorize(ready(category, first=first, pregnancy_tests=tuple(tests)), at=at)
    return "AUTH-05" not in decision.failed


@pytest.mark.rems("PR-04", "PF-02")
@pytest.mark.parametrize("category", FCGP)
@pytest.mark.parametrize(
    ("collected_at", "holds"),
    [
        pytest.param("2026-05-31T23:59:59", False, id="15 days before, last second"),
        pytest.param("2026-06-01T00:00:00", True, id="14 days before, first second"),
        pytest.param("2026-06-01T00:01:00", True, id="14 days before, a minute on"),
        pytest.param("2026-06-03T12:00:00", True, id="12 days before"),
        pytest.param("2026-06-05T23:59:00", True, id="10 days before, last minute"),
        pytest.param("2026-06-05T23:59:59", True, id="10 days before, last second"),
        pytest.param("2026-06-06T00:00:00", False, id="9 days before, first second"),
        pytest.param("2026-06-05T20:59:59-07:00", True, id="10 days before, written in California"),
        pytest.param("2026-06-05T21:00:00-07:00", False, id="9 days before, written in California"),
    ],
)
def test_first_of_two_tests_lies_10_to_14_program_days_before(category, collected_at, holds):
    assert is_backed([pregnancy_test(collected_at), LATE], category=category) is holds


@pytest.mark.rems("PR-04", "PF-02")
@pytest.mark.parametrize("category", FCGP)
@pytest.mark.parametrize(
    ("collected_at", "holds"),
    [
        pytest.param("2026-06-14T11:59:00", False, id="24 hours and a minute before"),
        pytest.param("2026-06-14T11:59:59", False, id="24 hours and a second before"),
        pytest.param("2026-06-14T12:00:00", True, id="24 hours before"),
        pytest.param("2026-06-14T12:00:01", True, id="a second less than 24 hours before"),
        pytest.param("2026-06-15T11:59:00", True, id="a minute before"),
        pytest.param("2026-06-15T12:00:00", True, id="at that instant"),
        pytest.param("2026-06-15T12:00:01", False, id="a second later: not yet collected"),
    ],
)
def test_second_of_two_tests_lies_within_24_hours_before(category, collected_at, holds):
    assert is_backed([EARLY, pregnancy_test(collected_at)], category=category) is holds


@pytest.mark.rems("PR-04", "PF-02")
@pytest.mark.parametrize(
    ("at", "collected_at", "holds"),
    [
        pytest.param("2027-03-14T12:00:00", "2027-03-13T11:00:00", True, id="spring: same wall clock less an hour"),
        pytest.param("2027-03-14T12:00:00", "2027-03-13T10:59:59", False, id="spring: a second more"),
        pytest.param("2026-11-01T12:00:00", "2026-10-31T13:00:00", True, id="autumn: same wall clock and an hour"),
        pytest.param("2026-11-01T12:00:00", "2026-10-31T12:59:59", False, id="autumn: a second more"),
    ],
)
def test_24_hours_are_elapsed_hours_when_the_clocks_change(at, collected_at, holds):
    when = instant(at)
    first = pregnancy_test(instant("2027-03-02T12:00:00" if when.year == 2027 else "2026-10-20T12:00:00"))
    assert is_backed([first, pregnancy_test(collected_at)], at=when) is holds


@pytest.mark.rems("PR-04", "PF-02")
@pytest.mark.parametrize(
    ("at", "collected_at", "holds"),
    [
        pytest.param("2027-03-14T23:59:59", "2027-02-28T00:00:00", True, id="14 days before the spring night"),
        pytest.param("2027-03-14T23:59:59", "2027-02-27T23:59:59", False, id="15 days before the spring night"),
        pytest.param("2027-03-15T00:00:00", "2027-03-05T23:59:59", True, id="10 days before the day after"),
        pytest.param("2026-11-01T23:59:59", "2026-10-18T00:00:00", True, id="14 days before the autumn night"),
        pytest.param("2026-11-01T23:59:59", "2026-10-22T23:59:59", True, id="10 days before the autumn night"),
        pytest.param("2026-11-01T23:59:59", "2026-10-23T00:00:00", False, id="9 days before the autumn night"),
        pytest.param("2028-03-05T12:00:00", "2028-02-24T23:59:59", True, id="10 days over 29 February"),
        pytest.param("2028-03-05T12:00:00", "2028-02-20T00:00:00", True, id="14 days over 29 February"),
        pytest.param("2028-03-05T12:00:00", "2028-02-19T23:59:59", False, id="15 days over 29 February"),
    ],
)
def test_first_window_counts_calendar_days_whatever_the_clocks_do(at, collected_at, holds):
    when = instant(at)
    assert is_backed([pregnancy_test(collected_at), pregnancy_test(when)], at=when) is holds


@pytest.mark.rems("PF-11")
@pytest.mark.parametrize("category", FCGP)
@pytest.mark.parametrize(
    ("collected_at", "holds"),
    [
        pytest.param("2026-06-07T23:59:00", False, id="8 days before, last minute"),
        pytest.param("2026-06-07T23:59:59", False, id="8 days before, last second"),
        pytest.param("2026-06-08T00:00:00", True, id="7 days before, first second"),
        pytest.param("2026-06-08T00:01:00", True, id="7 days before, a minute on"),
        pytest.param("2026-06-15T12:00:00", True, id="at that instant"),
        pytest.param("2026-06-15T12:00:01", False, id="a second later: not yet collected"),
    ],
)
def test_later_test_lies_at_most_7_program_days_before(category, collected_at, holds):
    assert is_backed([pregnancy_test(collected_at)], category=category, first=False) is holds


@pytest.mark.rems("PF-11")
def test_a_test_that_backed_a_dispensed_authorization_backs_no_other():
    used = pregnancy_test("2026-06-14T12:00:00", backed_dispensed_authorization=True)
    assert not is_backed([used], first=False)
    assert is_backed([used, pregnancy_test("2026-06-08T12:00:00")], first=False)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("sensitivity", "holds"), [pytest.param(49, True), pytest.param(50, True), pytest.param(51, False)]
)
def test_a_test_less_sensitive_than_50_never_counts(sensitivity, holds, first):
    late = pregnancy_test("2026-06-15T09:00:00", sensitivity_miu_ml=sensitivity)
    assert is_backed([EARLY, late], first=first) is holds


@pytest.mark.parametrize(
    ("sensitivity", "holds"), [pytest.param(49, True), pytest.param(50, True), pytest.param(51, False)]
)
def test_the_first_of_two_tests_is_as_sensitive(sensitivity, holds):
    early = pregnancy_test("2026-06-04T09:00:00", sensitivity_miu_ml=sensitivity)
    assert is_backed([early, LATE]) is holds


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("result", [TestResult.POSITIVE, TestResult.INDETERMINATE])
@pytest.mark.parametrize(
    ("collected_at", "holds"),
    [
        pytest.param("2026-06-15T08:59:59", True, id="a second before the backing test"),
        pytest.param("2026-06-15T09:00:00", True, id="with the backing test"),
        pytest.param("2026-06-15T09:00:01", False, id="a second after the backing test"),
        pytest.param("2026-06-15T12:00:00", False, id="at the instant of the authorization"),
        pytest.param("2026-06-15T12:00:01", False, id="dated in the future"),
    ],
)
def test_nothing_after_the_backing_test_may_be_other_than_negative(first, result, collected_at, holds):
    assert is_backed([EARLY, LATE, pregnancy_test(collected_at, result)], first=first) is holds


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("result", [TestResult.POSITIVE, TestResult.INDETERMINATE])
def test_a_cleared_test_is_left_out_of_account(first, result):
    cleared = pregnancy_test("2026-06-15T10:00:00", result, cleared=True)
    assert is_backed([EARLY, LATE, cleared], first=first)
    assert not is_backed([EARLY, pregnancy_test("2026-06-15T09:00:00", cleared=True)], first=first)


def test_an_indeterminate_test_refuses_until_a_later_negative_one():
    unclear = pregnancy_test("2026-06-15T10:00:00", TestResult.INDETERMINATE)
    decision = authorize(ready(RiskCategory.AF_CAN, pregnancy_tests=(EARLY, LATE, unclear)))
    assert decision.failed == ("AUTH-05",)
    assert sentences(decision, "AUTH-05") == [
        "The test collected on June 15, 2026 is indeterminate; a later negative test is needed."
    ]
    assert is_backed([EARLY, LATE, unclear, pregnancy_test("2026-06-15T11:00:00")])


def test_both_tests_missing_are_said_together():
    decision = authorize(ready(RiskCategory.AF_CAN, pregnancy_tests=()))
    assert sentences(decision, "AUTH-05") == [
        "A negative pregnancy test collected from June 1, 2026 through June 5, 2026 (10 to 14 days before) is missing. "
        "A negative pregnancy test collected within the 24 hours before June 15, 2026, 12:00 PM EDT is missing."
    ]


def test_later_test_missing_is_said_with_its_days():
    decision = authorize(ready(RiskCategory.AF_CAN, first=False, pregnancy_tests=()))
    assert sentences(decision, "AUTH-05") == [
        "A negative pregnancy test collected from June 8, 2026 through June 15, 2026, and not yet used for an earlier "
        "dispense, is missing. Record one."
    ]


@pytest.mark.parametrize("category", NOT_FCGP)
@pytest.mark.parametrize("first", [True, False])
def test_other_groups_need_no_pregnancy_test(category, first):
    assert authorize(ready(category, first=first)).granted


@pytest.mark.rems("PR-04")
def test_first_test_tells_for_which_days_it_is_good():
    assert pregnancy_testing.authorization_days_after_first_test(date(2026, 6, 1), PROGRAM) == (
        date(2026, 6, 11),
        date(2026, 6, 15),
    )


def test_windows_before_the_first_prescription_are_drawn_for_the_instant():
    first, second = pregnancy_testing.test_windows(ready(RiskCategory.AF_CAN), NOON, PROGRAM)
    assert (first.kind, first.opens, first.closes) == (
        "first",
        instant("2026-06-01T00:00:00"),
        instant("2026-06-06T00:00:00"),
    )
    assert first.met_by == EARLY
    assert (second.kind, second.opens, second.closes) == ("second", instant("2026-06-14T12:00:00"), NOON)
    assert second.met_by == LATE


def test_windows_during_treatment_are_the_next_prescription_and_the_schedule():
    later, due = pregnancy_testing.test_windows(ready(RiskCategory.FC_CAN, first=False), NOON, PROGRAM)
    assert (later.kind, later.opens, later.closes, later.met_by) == (
        "later",
        instant("2026-06-08T00:00:00"),
        instant("2026-06-16T00:00:00"),
        LATE,
    )
    assert (due.kind, due.opens, due.met_by) == ("schedule", instant("2026-07-13T00:00:00"), None)


def test_windows_after_treatment_ended_have_no_schedule():
    ended = ready(RiskCategory.AF_CAN, first=False, enrolled=False)
    assert [window.kind for window in pregnancy_testing.test_windows(ended, NOON, PROGRAM)] == ["later"]


@pytest.mark.parametrize("category", NOT_FCGP)
def test_no_windows_are_drawn_for_other_groups(category):
    assert pregnancy_testing.test_windows(ready(category, dispenses=(dispense("2026-06-01"),)), NOON, PROGRAM) == ()
