"""Pregnancy tests: which ones back a prescription, and when the next one is due.

Only females who can get pregnant are concerned (group FCGP). Tests that lie in the future of the question are no
evidence; but a test that counts against the patient always counts, unless program staff have cleared it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from rems_portal.rules.calendars import (
    days_after,
    elapsed,
    end_of_day,
    hours_after,
    program_day,
    require_utc,
    start_of_day,
)
from rems_portal.rules.categories import group_of
from rems_portal.rules.enrollment import category_of
from rems_portal.rules.facts import PatientFacts, PregnancyTestFacts, require_patient_in_utc, treatment_began_on
from rems_portal.rules.programs.definition import ProgramVersion
from rems_portal.rules.vocabulary import MenstrualCycles, RuleGroup, TestResult

__all__ = [
    "BackingEvidence",
    "PregnancyTestFacts",
    "TestResult",
    "TestWindow",
    "WindowKind",
    "authorization_days_after_first_test",
    "backing_evidence",
    "first_test_window",
    "later_test_window",
    "next_test_due",
    "second_test_window",
    "test_windows",
]


@dataclass(frozen=True, slots=True)
class BackingEvidence:
    """The tests a prescription can rest on.

    `early`: the first of the two tests before a first prescription (None later on, where it is not needed).
    `backing`: the latest test that backs the prescription. `against`: the latest uncleared positive or indeterminate
    test collected after the backing one, if there is one.
    """

    early: PregnancyTestFacts | None
    backing: PregnancyTestFacts | None
    against: PregnancyTestFacts | None


class WindowKind(StrEnum):
    """The windows in which a pregnancy test counts for something."""

    FIRST = "first"
    SECOND = "second"
    LATER = "later"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True)
class TestWindow:
    """A stretch of time for the drawn timeline, from `opens` to `closes` (UTC); where days count, `closes` is midnight.

    `met_by` is the latest negative test that lies in it, if any.
    """

    kind: WindowKind
    label: str
    opens: datetime
    closes: datetime
    met_by: PregnancyTestFacts | None


def first_test_window(day: date, program: ProgramVersion) -> tuple[date, date]:
    """First and last program day for the first of two tests, for an authorization on a program day (PR-04, PF-02)."""
    return days_after(day, -program.first_test_earliest_days), days_after(day, -program.first_test_latest_days)


def second_test_window(at: datetime, program: ProgramVersion) -> tuple[datetime, datetime]:
    """First and last instant (UTC) for the second of two tests, for an authorization at an instant (PR-04, PF-02)."""
    return hours_after(at, -program.second_test_within_hours), hours_after(at, 0)


def later_test_window(day: date, program: ProgramVersion) -> tuple[date, date]:
    """First and last program day for the test that backs a later prescription on a program day (PF-11)."""
    return days_after(day, -program.later_test_within_days), day


def authorization_days_after_first_test(test_day: date, program: ProgramVersion) -> tuple[date, date]:
    """First and last program day for which a first test collected on `test_day` is good (PR-04)."""
    return days_after(test_day, program.first_test_latest_days), days_after(test_day, program.first_test_earliest_days)


def backing_evidence(patient: PatientFacts, at: datetime, program: ProgramVersion) -> BackingEvidence:
    """The tests that a prescription at an instant (UTC) can rest on (PR-04, PR-09, PF-02, PF-11).

    First prescription of a course: a negative test 10 to 14 calendar days before and another within 24 elapsed hours
    before. Later: a negative test at most 7 calendar days before that has not backed a dispensed authorization.
    """
    negative = [test for test in patient.pregnancy_tests if _is_evidence(test, at, program)]
    day = program_day(at)
    early = None
    if patient.dispenses:
        opens, _ = later_test_window(day, program)
        backing = _latest(
            [
                test
                for test in negative
                if not test.backed_dispensed_authorization and program_day(test.collected_at) >= opens
            ]
        )
    else:
        opens, closes = first_test_window(day, program)
        early = _latest([test for test in negative if opens <= program_day(test.collected_at) <= closes])
        longest = timedelta(hours=program.second_test_within_hours)
        backing = _latest([test for test in negative if elapsed(test.collected_at, at) <= longest])
    return BackingEvidence(early, backing, _against(patient, backing))


def _is_evidence(test: PregnancyTestFacts, at: datetime, program: ProgramVersion) -> bool:
    return (
        test.result == TestResult.NEGATIVE
        and test.collected_at <= at
        and test.sensitivity_miu_ml <= program.max_test_sensitivity_miu_ml
        and not test.cleared
    )


def _against(patient: PatientFacts, backing: PregnancyTestFacts | None) -> PregnancyTestFacts | None:
    if backing is None:
        return None
    return _latest(
        [
            test
            for test in patient.pregnancy_tests
            if test.result != TestResult.NEGATIVE and not test.cleared and test.collected_at > backing.collected_at
        ]
    )


def _latest(tests: list[PregnancyTestFacts]) -> PregnancyTestFacts | None:
    return max(tests, key=lambda test: test.collected_at, default=None)


def next_test_due(patient: PatientFacts, at: datetime, program: ProgramVersion) -> date | None:
    """The program day on which the next test of the treatment schedule is due (PR-12, PR-13, PR-14, PF-09).

    None where no schedule runs: not a female who can get pregnant at that instant (UTC), not enrolled, or no dispense
    yet. The schedule runs on through interruptions; a test of any result counts as taken.
    """
    require_utc(at)
    require_patient_in_utc(patient)
    began = treatment_began_on(patient)
    today = program_day(at)
    if began is None or not patient.enrolled or group_of(category_of(patient, today, program)) != RuleGroup.FCGP:
        return None
    taken = (program_day(test.collected_at) for test in patient.pregnancy_tests if test.collected_at <= at)
    last = max((day for day in taken if day >= began), default=None)
    if last is None:
        return days_after(began, program.weekly_test_interval_days)
    if last < days_after(began, program.weekly_tests_for_days):
        return days_after(last, program.weekly_test_interval_days)
    if patient.menstrual_cycles == MenstrualCycles.IRREGULAR:
        return days_after(last, program.irregular_test_interval_days)
    return days_after(last, program.regular_test_interval_days)


def test_windows(patient: PatientFacts, at: datetime, program: ProgramVersion) -> tuple[TestWindow, ...]:
    """The windows to draw on the patient's timeline, for an authorization at an instant (UTC); empty outside FCGP."""
    today = program_day(at)
    if group_of(category_of(patient, today, program)) != RuleGroup.FCGP:
        return ()
    evidence = backing_evidence(patient, at, program)
    if not patient.dispenses:
        first, last = first_test_window(today, program)
        opens, closes = second_test_window(at, program)
        return (
            TestWindow(WindowKind.FIRST, "First test", start_of_day(first), end_of_day(last), evidence.early),
            TestWindow(WindowKind.SECOND, "Second test", opens, closes, evidence.backing),
        )
    first, last = later_test_window(today, program)
    backing = TestWindow(
        WindowKind.LATER, "Test for the next prescription", start_of_day(first), end_of_day(last), evidence.backing
    )
    due = next_test_due(patient, at, program)
    if due is None:
        return (backing,)
    return backing, TestWindow(WindowKind.SCHEDULE, "Next test due", start_of_day(due), end_of_day(due), None)
