"""When the next pregnancy test of the treatment schedule is due."""

from datetime import date, datetime

import pytest

from rems_portal.rules.categories import MenstrualCycles, RiskCategory
from rems_portal.rules.pregnancy_testing import next_test_due
from rems_portal.rules.vocabulary import TestResult
from tests.unit.rules.builders import NEW_YORK, NOON, PROGRAM, dispense, instant, patient, pregnancy_test

pytestmark = pytest.mark.rems("PR-12", "PR-13", "PR-14", "PF-09")

# Treatment starts on 1 May; the weekly phase is over on 29 May.
STARTED = (dispense("2026-05-28"), dispense("2026-05-01"))


def due(tests=(), at=NOON, category=RiskCategory.AF_CAN, **changes):
    who = patient(category, **{"dispenses": STARTED, "pregnancy_tests": tuple(tests), **changes})
    return next_test_due(who, at, PROGRAM)


@pytest.mark.parametrize(
    ("last", "regular", "irregular"),
    [
        pytest.param("2026-04-30T23:59:59", date(2026, 5, 8), date(2026, 5, 8), id="last second before the start"),
        pytest.param("2026-05-01T00:00:00", date(2026, 5, 8), date(2026, 5, 8), id="day of the start"),
        pytest.param("2026-05-08T12:00:00", date(2026, 5, 15), date(2026, 5, 15), id="first weekly test"),
        pytest.param("2026-05-28T23:59:00", date(2026, 6, 4), date(2026, 6, 4), id="27th day, last minute"),
        pytest.param("2026-05-28T23:59:59", date(2026, 6, 4), date(2026, 6, 4), id="27th day, last second"),
        pytest.param("2026-05-29T00:00:00", date(2026, 6, 26), date(2026, 6, 12), id="28th day, first second"),
        pytest.param("2026-05-29T00:01:00", date(2026, 6, 26), date(2026, 6, 12), id="28th day, a minute on"),
        pytest.param("2026-06-15T12:00:00", date(2026, 7, 13), date(2026, 6, 29), id="at that instant"),
        pytest.param("2026-06-15T12:00:01", date(2026, 5, 8), date(2026, 5, 8), id="a second in the future"),
    ],
)
def test_next_test_follows_the_last_one(last, regular, irregular):
    tests = [pregnancy_test(last)]
    assert due(tests) == regular
    assert due(tests, menstrual_cycles=MenstrualCycles.IRREGULAR) == irregular


def test_the_latest_test_counts_whatever_the_order():
    tests = [pregnancy_test(f"2026-05-{day:02}T12:00:00") for day in (15, 22, 8)]
    assert due(tests) == date(2026, 5, 29)


@pytest.mark.parametrize("result", list(TestResult))
def test_a_test_of_any_result_counts_as_taken(result):
    assert due([pregnancy_test("2026-05-08T12:00:00", result, cleared=True, sensitivity_miu_ml=200)]) == date(
        2026, 5, 15
    )


def test_without_a_test_since_the_start_the_first_is_due_after_a_week():
    assert due() == date(2026, 5, 8)


def test_a_missed_test_stays_due_through_an_interruption():
    assert due([pregnancy_test("2026-05-15T12:00:00")], at=instant("2026-12-01T12:00:00")) == date(2026, 5, 22)


@pytest.mark.parametrize(
    ("started", "tested", "next_one"),
    [
        pytest.param("2026-10-25", "2026-11-01T23:59:59", date(2026, 11, 8), id="weekly, night the clocks go back"),
        pytest.param("2027-03-07", "2027-03-14T23:59:59", date(2027, 3, 21), id="weekly, night the clocks go ahead"),
        pytest.param("2028-02-01", "2028-02-28T12:00:00", date(2028, 3, 6), id="weekly over 29 February"),
        pytest.param("2028-02-01", "2028-02-29T12:00:00", date(2028, 3, 28), id="four-weekly from 29 February"),
    ],
)
def test_days_are_program_days(started, tested, next_one):
    at = instant(f"{next_one.isoformat()}T12:00:00")
    assert due([pregnancy_test(tested)], at=at, dispenses=(dispense(started),)) == next_one


def test_no_schedule_before_the_first_dispense():
    assert due(dispenses=()) is None


def test_no_schedule_once_treatment_is_discontinued():
    assert due(enrolled=False) is None


@pytest.mark.parametrize("category", list(RiskCategory))
def test_a_schedule_runs_only_for_females_who_can_get_pregnant(category):
    runs = category in (RiskCategory.AF_CAN, RiskCategory.FC_CAN)
    assert (due(category=category) is not None) is runs


def test_schedule_begins_when_the_basis_no_longer_fits():
    girl = {"birth_date": date(2008, 6, 15), "category": RiskCategory.FC_CANNOT}
    assert due(at=instant("2026-06-14T23:59:59"), **girl) is None
    assert due(at=instant("2026-06-15T00:00:00"), **girl) == date(2026, 5, 8)


def test_local_instants_are_refused():
    with pytest.raises(ValueError, match="UTC"):
        due(at=datetime(2026, 6, 15, 12, tzinfo=NEW_YORK))
    with pytest.raises(ValueError, match="UTC"):
        due([pregnancy_test(datetime(2026, 6, 15, 12, tzinfo=NEW_YORK))])
