"""Days, hours and zones: counted in New York, elapsed whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems_portal.rules import calendars
from tests.unit.rules.builders import NEW_YORK, instant


@pytest.mark.parametrize(
    ("written", "day"),
    [
        pytest.param("2026-06-15T03:59:59+00:00", date(2026, 6, 14), id="second before midnight in summer"),
        pytest.param("2026-06-15T04:00:00+00:00", date(2026, 6, 15), id="midnight in summer"),
        pytest.param("2026-12-15T04:59:59+00:00", date(2026, 12, 14), id="second before midnight in winter"),
        pytest.param("2026-12-15T05:00:00+00:00", date(2026, 12, 15), id="midnight in winter"),
        pytest.param("2027-03-14T04:59:59+00:00", date(2027, 3, 13), id="second before the spring night"),
        pytest.param("2027-03-15T03:59:59+00:00", date(2027, 3, 14), id="last second of the 23 hour day"),
        pytest.param("2026-11-01T03:59:59+00:00", date(2026, 10, 31), id="second before the autumn night"),
        pytest.param("2026-11-02T04:59:59+00:00", date(2026, 11, 1), id="last second of the 25 hour day"),
        pytest.param("2026-06-14T21:00:00-07:00", date(2026, 6, 15), id="evening in California is the next day"),
    ],
)
def test_program_day_is_the_day_in_new_york(written, day):
    assert calendars.program_day(instant(written)) == day


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        pytest.param("2027-03-13T12:00:00", "2027-03-14T12:00:00", 23, id="night when daylight saving begins"),
        pytest.param("2026-10-31T12:00:00", "2026-11-01T12:00:00", 25, id="night when daylight saving ends"),
        pytest.param("2026-06-14T12:00:00", "2026-06-15T12:00:00", 24, id="any other night"),
    ],
)
def test_elapsed_counts_real_hours(start, end, hours):
    local_start = datetime.fromisoformat(start).replace(tzinfo=NEW_YORK)
    local_end = datetime.fromisoformat(end).replace(tzinfo=NEW_YORK)
    assert calendars.elapsed(local_start, local_end) == timedelta(hours=hours)


def test_hours_after_a_local_instant_are_real_hours_in_utc():
    local = datetime(2026, 10, 31, 12, tzinfo=NEW_YORK)
    later = calendars.hours_after(local, 24)
    assert later == datetime(2026, 11, 1, 11, tzinfo=NEW_YORK)
    assert later.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "day", "ends"),
    [
        pytest.param("America/New_York", date(2027, 3, 14), "2027-03-15T04:00:00+00:00", id="New York, spring"),
        pytest.param("America/New_York", date(2026, 11, 1), "2026-11-02T05:00:00+00:00", id="New York, autumn"),
        pytest.param("America/Phoenix", date(2027, 3, 14), "2027-03-15T07:00:00+00:00", id="Phoenix, spring"),
        pytest.param("America/Phoenix", date(2026, 11, 1), "2026-11-02T07:00:00+00:00", id="Phoenix, autumn"),
        pytest.param("Pacific/Honolulu", date(2027, 3, 14), "2027-03-15T10:00:00+00:00", id="Honolulu, spring"),
        pytest.param("Pacific/Honolulu", date(2026, 11, 1), "2026-11-02T10:00:00+00:00", id="Honolulu, autumn"),
        pytest.param("America/Puerto_Rico", date(2027, 3, 14), "2027-03-15T04:00:00+00:00", id="Puerto Rico, spring"),
        pytest.param("America/Puerto_Rico", date(2026, 11, 1), "2026-11-02T04:00:00+00:00", id="Puerto Rico, autumn"),
        pytest.param("America/Los_Angeles", date(2027, 3, 14), "2027-03-15T07:00:00+00:00", id="Los Angeles, spring"),
        pytest.param("America/Los_Angeles", date(2026, 11, 1), "2026-11-02T08:00:00+00:00", id="Los Angeles, autumn"),
        pytest.param("America/Havana", date(2026, 10, 31), "2026-11-01T04:00:00+00:00", id="midnight comes twice"),
        pytest.param("America/Havana", date(2027, 3, 13), "2027-03-14T05:00:00+00:00", id="midnight is skipped"),
    ],
)
def test_end_of_day_is_the_midnight_in_the_zone(zone, day, ends):
    assert calendars.end_of_day(day, ZoneInfo(zone)) == instant(ends)


def test_start_and_end_of_a_day_are_counted_in_new_york_by_default():
    assert calendars.start_of_day(date(2026, 6, 15)) == instant("2026-06-15T00:00:00")
    assert calendars.end_of_day(date(2026, 6, 15)) == instant("2026-06-16T00:00:00")


@pytest.mark.rems("PN-08")
@pytest.mark.parametrize(
    ("day", "before"),
    [
        pytest.param(date(2026, 8, 31), date(2026, 2, 28), id="31 August reaches back to the end of February"),
        pytest.param(date(2028, 8, 31), date(2028, 2, 29), id="in a leap year to the 29th"),
        pytest.param(date(2026, 8, 29), date(2026, 2, 28), id="29 August too"),
        pytest.param(date(2026, 8, 28), date(2026, 2, 28), id="28 August as it is"),
        pytest.param(date(2026, 8, 27), date(2026, 2, 27), id="27 August a day less"),
        pytest.param(date(2026, 12, 31), date(2026, 6, 30), id="31 December"),
        pytest.param(date(2027, 5, 31), date(2026, 11, 30), id="31 May, over the new year"),
        pytest.param(date(2026, 6, 30), date(2025, 12, 30), id="30 June, over the new year"),
        pytest.param(date(2028, 2, 29), date(2027, 8, 29), id="29 February"),
        pytest.param(date(2027, 1, 15), date(2026, 7, 15), id="mid-month"),
    ],
)
def test_months_before_are_clipped_to_the_end_of_the_month(day, before):
    assert calendars.months_before(day, 6) == before


@pytest.mark.parametrize(
    ("day", "last"),
    [
        pytest.param(date(2026, 2, 28), date(2026, 8, 31), id="the end of February is good to the end of August"),
        pytest.param(date(2028, 2, 28), date(2028, 8, 28), id="28 February of a leap year only to the 28th"),
        pytest.param(date(2028, 2, 29), date(2028, 8, 31), id="29 February to the end of August"),
        pytest.param(date(2026, 8, 31), date(2027, 2, 28), id="31 August to the end of February"),
        pytest.param(date(2026, 8, 30), date(2027, 2, 28), id="30 August too"),
        pytest.param(date(2026, 6, 30), date(2026, 12, 31), id="30 June to the end of the year"),
        pytest.param(date(2026, 1, 15), date(2026, 7, 15), id="mid-month"),
    ],
)
def test_last_day_reaching_back_agrees_with_month_ends(day, last):
    assert calendars.last_day_reaching_back_to(day, 6) == last


@given(st.dates(date(1950, 1, 1), date(2900, 1, 1)), st.integers(1, 24))
def test_last_day_reaching_back_is_the_last_one(day, months):
    last = calendars.last_day_reaching_back_to(day, months)
    assert calendars.months_before(last, months) <= day < calendars.months_before(last + timedelta(days=1), months)


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param(datetime(2026, 6, 15, 12), id="naive"),
        pytest.param(datetime(2026, 6, 15, 12, tzinfo=NEW_YORK), id="local"),
    ],
)
def test_require_utc_refuses_what_would_be_counted_wrongly(refused):
    with pytest.raises(ValueError, match="instants in UTC"):
        calendars.require_utc(refused)


def test_require_utc_takes_any_spelling_of_utc():
    calendars.require_utc(datetime(2026, 6, 15, tzinfo=UTC), datetime(2026, 6, 15, tzinfo=ZoneInfo("UTC")))


def test_zone_named_refuses_an_unknown_name():
    with pytest.raises(ValueError, match="'Mars/Olympus' is not the name of a time zone"):
        calendars.zone_named("Mars/Olympus")
    assert calendars.zone_named("America/Boise") == ZoneInfo("America/Boise")


@pytest.mark.parametrize(
    ("written", "zone", "words"),
    [
        ("2026-05-10T15:04:59-04:00", "America/New_York", "May 10, 2026, 3:04 PM EDT"),
        ("2026-12-10T00:00:00-05:00", "America/New_York", "December 10, 2026, 12:00 AM EST"),
        ("2026-12-10T12:00:00-05:00", "America/New_York", "December 10, 2026, 12:00 PM EST"),
        ("2026-12-10T11:59:00-05:00", "Pacific/Honolulu", "December 10, 2026, 6:59 AM HST"),
    ],
)
def test_an_instant_in_words_names_its_zone(written, zone, words):
    assert calendars.instant_in_words(instant(written), ZoneInfo(zone)) == words
