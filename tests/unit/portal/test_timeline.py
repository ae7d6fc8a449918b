"""The drawn timeline: nothing covers anything else, nothing leaves the drawing, and the list says all of it."""

from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rems_portal.timeline import Event, Lane, Look, Mark, Span, Timeline, as_rows
from rems_portal.timeline_layout import LEAST_PER_DAY, MOST_PER_DAY, bounds, draw, scale_of

TODAY = date(2026, 6, 15)


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def timeline(*lanes: Lane, **more: object) -> Timeline:
    return Timeline(TODAY, lanes, **more)  # type: ignore[arg-type]


days = st.integers(-90, 40)
events = st.builds(lambda on, mark: Event(day(on), "Jun 15", mark), days, st.sampled_from(Mark))
spans = st.builds(lambda start, long: Span(day(start), day(start + long), "28 days"), days, st.integers(0, 60))


@settings(max_examples=60, deadline=None)
@given(st.lists(events, max_size=12), st.lists(spans, max_size=5))
def test_drawing_keeps_everything_apart_and_inside(many: list[Event], long: list[Span]) -> None:
    drawing = draw(timeline(Lane("Tests", tuple(many), tuple(long))))
    lane = drawing.lanes[0]
    boxes = [(one.x, one.y, one.width) for one in lane.spans]
    for left, top, width in boxes:
        assert left >= 0 and left + width <= drawing.width + 6
        assert lane.y <= top <= lane.y + lane.height
    for (left, top, width), (other_left, other_top, other_width) in combinations(boxes, 2):
        assert top != other_top or left + width <= other_left or other_left + other_width <= left
    marks = [(one.x, one.y) for one in lane.events]
    for x, y in marks:
        assert 0 <= x <= drawing.width and lane.y <= y <= lane.y + lane.height
    for (x, y), (other_x, other_y) in combinations(marks, 2):
        assert y != other_y or abs(x - other_x) >= 22


def test_days_that_follow_each_other_share_a_row() -> None:
    supply = Lane("Supply", spans=(Span(day(-56), day(-29), "28 days"), Span(day(-28), day(-1), "28 days")))
    assert len({one.y for one in draw(timeline(supply)).lanes[0].spans}) == 1


def test_span_too_short_for_its_label_has_it_underneath() -> None:
    lane = Lane("Windows", spans=(Span(day(5), day(6), "Next pregnancy test"), Span(day(-60), day(-10), "Next test")))
    inside = {one.span.label: one.inside for one in draw(timeline(lane)).lanes[0].spans}
    assert inside == {"Next pregnancy test": False, "Next test": True}


def test_empty_timeline_shows_today() -> None:
    drawing = draw(timeline(Lane("Tests")))
    assert 0 < drawing.today_x < drawing.width and drawing.lanes[0].events == ()


def test_scale_stays_legible_from_a_week_to_years() -> None:
    short = scale_of(timeline(Lane("Tests", (Event(day(-1), "x"),))))
    long = scale_of(timeline(Lane("Tests", (Event(day(-1000), "x"),)), starts=day(-1000), ends=day(30)))
    assert short.per_day == MOST_PER_DAY and long.per_day == LEAST_PER_DAY


def test_what_lies_outside_the_drawing_stays_in_the_list() -> None:
    lane = Lane("Tests", (Event(day(-300), "Old test"), Event(day(-1), "New test")))
    assert [one.event.label for one in draw(timeline(lane)).lanes[0].events] == ["New test"]
    assert [row.text for row in as_rows(timeline(lane))] == ["Old test", "New test"]
    assert bounds(timeline(lane))[0] == day(-112)


def test_rows_are_in_the_order_of_days_and_tell_what_is_ahead() -> None:
    rows = as_rows(
        timeline(
            Lane("Supply", spans=(Span(day(-6), day(21), "28 days", detail="28 days dispensed"),)),
            Lane("Tests", (Event(day(14), "Due"), Event(day(-7), "Negative"))),
        )
    )
    assert [(row.text, row.ahead) for row in rows] == [("Negative", False), ("28 days dispensed", False), ("Due", True)]


def test_key_explains_each_sign_that_is_used_once() -> None:
    lane = Lane("Tests", (Event(day(1), "a", Mark.NEGATIVE), Event(day(3), "b", Mark.NEGATIVE)),
                (Span(day(5), day(9), "c", Look.AHEAD),))  # fmt: skip
    assert draw(timeline(lane)).key == (Mark.NEGATIVE, Look.AHEAD)


@pytest.mark.parametrize("sign", [*Mark, *Look])
def test_each_sign_has_words(sign: Mark | Look) -> None:
    assert sign.label


def test_months_and_mondays_are_marked() -> None:
    drawing = draw(timeline(Lane("Tests"), starts=date(2026, 5, 30), ends=date(2026, 7, 2)))
    assert [(tick.text, tick.wide) for tick in drawing.months] == [("May", False), ("June 2026", True), ("Jul", True)]
    assert [tick.text for tick in drawing.weeks] == ["1", "8", "15", "22", "29"]
