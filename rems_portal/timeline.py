"""What a drawn timeline holds: lanes of events, spans and windows ahead on one axis of days.

Pure: no ORM, no clock, no markup. In: calendar days (already in the zone they are counted in) and short words.
Out: `as_rows` gives what is in it in words; `rems_portal.timeline_layout.draw` gives the coordinates of the drawing.
It must not know what a pregnancy test or a dispense is; the presenters say which mark and look each one gets.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """The sign of an event, told by shape as well as colour."""

    DONE = "done"
    NEGATIVE = "negative"
    POSITIVE = "positive"
    UNCLEAR = "unclear"
    STOPPED = "stopped"
    START = "start"

    @property
    def label(self) -> str:
        """The words of the key under the drawing."""
        return MARK_LABELS[self]


class Look(StrEnum):
    """How a span is drawn: in force, over, expected ahead, missed, withdrawn."""

    LIVE = "live"
    PAST = "past"
    AHEAD = "ahead"
    LATE = "late"
    VOID = "void"

    @property
    def label(self) -> str:
        """The words of the key under the drawing."""
        return LOOK_LABELS[self]


MARK_LABELS = {
    Mark.DONE: "Done",
    Mark.NEGATIVE: "Negative test",
    Mark.POSITIVE: "Positive test",
    Mark.UNCLEAR: "Unclear test",
    Mark.STOPPED: "Stopped",
    Mark.START: "Start",
}
LOOK_LABELS = {
    Look.LIVE: "In force",
    Look.PAST: "Over",
    Look.AHEAD: "Ahead",
    Look.LATE: "Late",
    Look.VOID: "Void",
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or is due, on one day. `label` is short; `detail` is for the list and the tooltip."""

    on: dt.date
    label: str
    mark: Mark = Mark.DONE
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasts from the day `starts` to the end of the day `ends`."""

    starts: dt.date
    ends: dt.date
    label: str
    look: Look = Look.LIVE
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of the drawing."""

    title: str
    events: tuple[Event, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole drawing. `starts` and `ends` bound what is shown; without them the drawing fits what it holds."""

    today: dt.date
    lanes: tuple[Lane, ...]
    summary: str = ""
    starts: dt.date | None = None
    ends: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list that says the same as the drawing."""

    on: dt.date
    ends: dt.date | None
    lane: str
    text: str
    ahead: bool


def as_rows(timeline: Timeline) -> list[Row]:
    """Return everything in the timeline as lines of a list, in the order of the days."""
    rows: list[Row] = []
    for lane in timeline.lanes:
        for event in lane.events:
            text = event.detail or event.label
            rows.append(Row(event.on, None, lane.title, text, event.on > timeline.today))
        for span in lane.spans:
            text = span.detail or span.label
            rows.append(Row(span.starts, span.ends, lane.title, text, span.starts > timeline.today))
    return sorted(rows, key=lambda row: (row.on, row.ends or row.on))
