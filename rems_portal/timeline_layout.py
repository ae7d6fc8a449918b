"""Where everything of a timeline goes: days become pixels, things that would overlap get rows of their own.

In: a `rems_portal.timeline.Timeline`. Out: a `Drawing`, plain coordinates for templates/components/timeline.html.
Pure, as the timeline itself; it must hold no colours and no markup.
"""

import datetime as dt
from dataclasses import dataclass

from rems_portal.timeline import Event, Lane, Look, Mark, Span, Timeline

WIDTH = 1016  # the drawing fills this when its days allow it
LEAST_PER_DAY, MOST_PER_DAY = 7.0, 22.0
DAYS_BEFORE, DAYS_AFTER, MARGIN = 112, 56, 3
AXIS, ROW, LANE_GAP, TITLES = 52, 44, 16, 112
LETTER = 6.5  # the mean width of a letter of a label
MARK = 11  # half of a mark


@dataclass(frozen=True, slots=True)
class DrawnEvent:
    """An event with the centre of its mark and the place of its label."""

    event: Event
    x: float
    y: float
    label_y: float


@dataclass(frozen=True, slots=True)
class DrawnSpan:
    """A span with its bar; `inside` tells whether the label fits into it."""

    span: Span
    x: float
    y: float
    width: float
    inside: bool
    text_x: float
    text_y: float


@dataclass(frozen=True, slots=True)
class DrawnLane:
    """A lane with its band and what is on it; `title` is broken into lines with their heights."""

    title: tuple[tuple[float, str], ...]
    y: float
    height: float
    events: tuple[DrawnEvent, ...]
    spans: tuple[DrawnSpan, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A line on the axis with its words; `wide` ticks begin a month."""

    x: float
    text: str
    wide: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything the template needs, in pixels."""

    width: float
    height: float
    titles: float
    axis: float
    today_x: float
    future_width: float
    lanes: tuple[DrawnLane, ...]
    months: tuple[Tick, ...]
    weeks: tuple[Tick, ...]
    key: tuple[Mark | Look, ...]
    summary: str


def bounds(timeline: Timeline) -> tuple[dt.date, dt.date]:
    """Return the first and last day shown: what was asked for, else what fits, at most 16 weeks back and 8 ahead."""
    days = [timeline.today]
    for lane in timeline.lanes:
        days += [event.on for event in lane.events]
        days += [span.starts for span in lane.spans] + [span.ends for span in lane.spans]
    margin = dt.timedelta(days=MARGIN)
    first = max(min(days) - margin, timeline.today - dt.timedelta(days=DAYS_BEFORE))
    last = min(max(days) + margin, timeline.today + dt.timedelta(days=DAYS_AFTER))
    return timeline.starts or first, timeline.ends or last


@dataclass(frozen=True, slots=True)
class Scale:
    """Days to pixels."""

    first: dt.date
    last: dt.date
    per_day: float

    @property
    def width(self) -> float:
        """The width of all days."""
        return round(((self.last - self.first).days + 1) * self.per_day, 1)

    def left(self, day: dt.date) -> float:
        """Return where a day begins."""
        return round((day - self.first).days * self.per_day, 1)

    def middle(self, day: dt.date) -> float:
        """Return the middle of a day."""
        return round(self.left(day) + self.per_day / 2, 1)


def scale_of(timeline: Timeline) -> Scale:
    """Return the scale at which the days fill the drawing, within what stays legible."""
    first, last = bounds(timeline)
    per_day = WIDTH / ((last - first).days + 1)
    return Scale(first, last, round(min(max(per_day, LEAST_PER_DAY), MOST_PER_DAY), 2))


def text_width(text: str) -> float:
    """Return about how wide a label is."""
    return len(text) * LETTER


class Tracks:
    """Rows of one lane: each thing goes on the first row where it covers nothing that is there already."""

    def __init__(self) -> None:
        self.taken: list[list[tuple[float, float]]] = []

    def place(self, left: float, right: float, gap: float = 0) -> int:
        """Return the row for something that reaches from `left` to `right` with a gap on both sides, and take it."""
        for number, row in enumerate(self.taken):
            if all(right + gap <= start or left - gap >= end for start, end in row):
                row.append((left, right))
                return number
        self.taken.append([(left, right)])
        return len(self.taken) - 1


def draw_span(span: Span, scale: Scale, tracks: Tracks, top: float) -> DrawnSpan:
    """Lay out one span, its label inside the bar where it fits, else under it."""
    left, right = max(scale.left(span.starts), 0), min(scale.left(span.ends) + scale.per_day, scale.width)
    width, words = max(round(right - left, 1), 6.0), text_width(span.label)
    inside = words + 14 <= width
    text_x = left + 8 if inside else min(max(left, 2), max(scale.width - words - 2, 2))
    row = tracks.place(min(left, text_x), max(left + width, text_x + words), 0 if inside else 6)
    y = top + row * ROW
    return DrawnSpan(span, left + 1, y + 1, width - 2, inside, round(text_x, 1), y + (16 if inside else 37))


def draw_event(event: Event, scale: Scale, tracks: Tracks, top: float) -> DrawnEvent:
    """Lay out one event: the mark on its day, the label centred under it."""
    half = max(text_width(event.label) / 2, MARK)
    x = min(max(scale.middle(event.on), half), scale.width - half)
    y = top + tracks.place(x - half, x + half, 4) * ROW
    return DrawnEvent(event, round(x, 1), y + MARK + 1, y + 37)


def title_lines(title: str, y: float) -> tuple[tuple[float, str], ...]:
    """Return a lane's title broken into lines of at most 14 letters, each with its height."""
    lines: list[str] = []
    for word in title.split():
        if lines and len(lines[-1]) + len(word) < 14:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return tuple((y + 17 + 17 * number, line) for number, line in enumerate(lines))


def draw_lane(lane: Lane, scale: Scale, top: float) -> DrawnLane:
    """Lay out one lane from `top` down, as high as its rows need."""
    tracks = Tracks()
    inner = top + LANE_GAP / 2
    spans = [
        draw_span(span, scale, tracks, inner)
        for span in sorted(lane.spans, key=lambda span: span.starts)
        if span.ends >= scale.first and span.starts <= scale.last
    ]
    events = [
        draw_event(event, scale, tracks, inner)
        for event in sorted(lane.events, key=lambda event: event.on)
        if scale.first <= event.on <= scale.last
    ]
    height = max(len(tracks.taken), 1) * ROW + LANE_GAP
    return DrawnLane(title_lines(lane.title, inner), top, height, tuple(events), tuple(spans))


def months_of(scale: Scale) -> tuple[Tick, ...]:
    """Return a tick for each month shown; one that would be cut short at the right end has no words."""
    ticks: list[Tick] = []
    day = scale.first
    while day <= scale.last:
        following = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        room = scale.left(min(following, scale.last + dt.timedelta(days=1))) - scale.left(day)
        words = next((text for text in (f"{day:%B %Y}", f"{day:%b}") if text_width(text) + 10 <= room), "")
        ticks.append(Tick(scale.left(day), words, day.day == 1))
        day = following
    return tuple(ticks)


def weeks_of(scale: Scale) -> tuple[Tick, ...]:
    """Return a tick for each Monday shown, with its day of the month."""
    monday = scale.first + dt.timedelta(days=-scale.first.weekday() % 7)
    count = (scale.last - monday).days // 7 + 1
    days = [monday + dt.timedelta(weeks=week) for week in range(count)]
    return tuple(Tick(scale.left(day), str(day.day), False) for day in days)


def signs_in(timeline: Timeline) -> tuple[Mark | Look, ...]:
    """Return the marks and looks that the timeline uses, in the order in which they are defined."""
    used = {event.mark for lane in timeline.lanes for event in lane.events}
    looks = {span.look for lane in timeline.lanes for span in lane.spans}
    return (*(mark for mark in Mark if mark in used), *(look for look in Look if look in looks))


def draw(timeline: Timeline) -> Drawing:
    """Return the timeline as coordinates. Days outside its bounds are left out of the drawing, not out of the list."""
    scale = scale_of(timeline)
    lanes: list[DrawnLane] = []
    top: float = AXIS
    for lane in timeline.lanes:
        lanes.append(draw_lane(lane, scale, top))
        top += lanes[-1].height
    today = scale.middle(timeline.today)
    return Drawing(
        width=scale.width,
        height=top + 2,
        titles=TITLES,
        axis=AXIS,
        today_x=today,
        future_width=round(scale.width - today, 1),
        lanes=tuple(lanes),
        months=months_of(scale),
        weeks=weeks_of(scale),
        key=signs_in(timeline),
        summary=timeline.summary,
    )
