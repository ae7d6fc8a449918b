"""Instants and deadlines in words: the zone always said, both daylight-saving nights, the tone of what is left."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rems_portal.clockwork import day_in_words, instant_in_words, span_in_words, time_left

NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "zone", "words"),
    [
        (datetime(2026, 6, 15, 15, 0, tzinfo=UTC), None, "Mon, Jun 15, 2026, 11:00 AM EDT"),
        (datetime(2026, 6, 15, 4, 5, tzinfo=UTC), None, "Mon, Jun 15, 2026, 12:05 AM EDT"),
        (datetime(2026, 6, 15, 16, 0, tzinfo=UTC), None, "Mon, Jun 15, 2026, 12:00 PM EDT"),
        (datetime(2026, 6, 15, 3, 0, tzinfo=UTC), "America/Los_Angeles", "Sun, Jun 14, 2026, 8:00 PM PDT"),
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), None, "Sun, Nov 1, 2026, 1:30 AM EDT"),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), None, "Sun, Nov 1, 2026, 1:30 AM EST"),
        (datetime(2026, 3, 8, 7, 0, tzinfo=UTC), None, "Sun, Mar 8, 2026, 3:00 AM EDT"),
    ],
)
def test_instant_in_words_names_day_time_and_zone(instant: datetime, zone: str | None, words: str) -> None:
    assert instant_in_words(instant, zone) == words


def test_day_in_words_has_no_leading_zero() -> None:
    assert day_in_words(date(2026, 2, 1)) == "Sun, Feb 1, 2026"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=3, minutes=20), "3 h 20 min"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=1, minutes=59), "1 day"),
        (timedelta(days=2, hours=4, minutes=9), "2 days 4 h"),
    ],
)
def test_span_in_words_says_its_two_largest_parts(length: timedelta, words: str) -> None:
    assert span_in_words(length.total_seconds()) == words


@pytest.mark.parametrize(
    ("left", "words", "tone"),
    [
        (timedelta(hours=3, minutes=1), "3 h 1 min left", "neutral"),
        (timedelta(hours=3), "3 h left", "warning"),
        (timedelta(0), "less than a minute left", "warning"),
        (timedelta(seconds=-1), "less than a minute past the deadline", "danger"),
        (timedelta(hours=-2, minutes=-30), "2 h 30 min past the deadline", "danger"),
    ],
)
def test_time_left_warns_in_the_last_three_hours_and_after(left: timedelta, words: str, tone: str) -> None:
    assert time_left(NOW + left, NOW) == (words, tone)
