"""Form fields for days and moments, typed in boxes as people say them (month, day, year, time).

Whatever was typed is shown again when it is refused. A moment is the wall clock of one time zone and comes out as an
aware UTC instant. Whether a value may lie in the future is for the form to say: nothing here reads the clock.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from rems_portal.clockwork import zone_named

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?\s*([ap])?\.?\s*(?:m\.?)?", re.IGNORECASE)


class Boxes(forms.MultiWidget):
    """Several short text boxes side by side, each with its own label. Also reads one ISO string under `name`."""

    template_name = "components/boxes.html"
    boxes: tuple[tuple[str, str, dict[str, str]], ...] = ()
    note = ""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({key: forms.TextInput(extra) for key, _label, extra in self.boxes}, attrs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        for subwidget, (key, label, _extra) in zip(context["widget"]["subwidgets"], self.boxes, strict=True):
            subwidget["label"], subwidget["key"] = label, key
        context["widget"]["note"] = self.note
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        typed = super().value_from_datadict(data, files, name)
        whole = data.get(name)
        if whole and not any(typed):
            return list(self.decompress(whole) or [])
        return [str(part or "").strip() for part in typed]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and super().value_omitted_from_data(data, files, name)


def digits(placeholder_length: int) -> dict[str, str]:
    """Return the attributes of a box for so many digits."""
    return {"inputmode": "numeric", "maxlength": str(placeholder_length), "autocomplete": "off"}


DAY_BOXES = (("month", "Month", digits(9)), ("day", "Day", digits(2)), ("year", "Year", digits(4)))


class DayBoxes(Boxes):
    """Month, day and year of a calendar day."""

    boxes: tuple[tuple[str, str, dict[str, str]], ...] = DAY_BOXES

    def decompress(self, value: Any) -> list[str]:
        if isinstance(value, str):
            year, _, rest = value.partition("-")
            month, _, day = rest.partition("-")
            return [month, day[:2], year]
        return [str(value.month), str(value.day), str(value.year)] if value else ["", "", ""]


class MomentBoxes(Boxes):
    """Month, day, year and time of day, as the clocks of `zone` show them."""

    boxes = (*DAY_BOXES, ("time", "Time", {"type": "time", "autocomplete": "off"}))
    zone: str | dt.tzinfo | None = None

    @property
    def note(self) -> str:  # type: ignore[override]
        """The zone in words, shown after the time box: "New York time"."""
        return str(zone_named(self.zone)).rpartition("/")[2].replace("_", " ") + " time"

    def decompress(self, value: Any) -> list[str]:
        if isinstance(value, str):
            day, _, time = value.replace("T", " ").partition(" ")
            return [*DayBoxes().decompress(day), time]
        if not value:
            return ["", "", "", ""]
        local = value.astimezone(zone_named(self.zone))
        return [str(local.month), str(local.day), str(local.year), f"{local:%H:%M}"]


def day_of(parts: list[str], thing: str) -> dt.date:
    """Return the day that month, day and year spell; raise ValidationError with what to do when there is none."""
    month_text, day_text, year_text = parts
    missing = [name for name, text in zip(("month", "day", "year"), parts, strict=True) if not text]
    if missing:
        raise ValidationError(f"{thing} must include a {' and a '.join(missing)}.", code="incomplete")
    if month_text[:3].lower() in MONTHS:
        month_text = str(MONTHS.index(month_text[:3].lower()) + 1)
    if not all(part.isascii() and part.isdigit() for part in (month_text, day_text, year_text)):
        raise ValidationError(f"{thing} must be typed in digits, for example 11 3 2026.", code="invalid")
    if len(year_text) != 4:
        raise ValidationError(f"{thing} needs a year of four digits, for example 2026.", code="invalid")
    try:
        return dt.date(int(year_text), int(month_text), int(day_text))
    except (ValueError, OverflowError):
        typed = f"{month_text[:4]}/{day_text[:4]}/{year_text}"
        raise ValidationError(f"{thing} must be a real date; {typed} is not in the calendar.", code="invalid") from None


def time_of(text: str, thing: str) -> dt.time:
    """Return the time of day in "16:30", "4:30 pm" or "4 pm"; raise ValidationError when it is none."""
    found = CLOCK.fullmatch(text.strip())
    if not found:
        raise ValidationError(f"{thing} needs a time, for example 4:30 pm.", code="invalid")
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if (half and not 1 <= hour <= 12) or hour > 23 or minute > 59:
        raise ValidationError(f"{thing} needs a time that a clock shows, for example 4:30 pm.", code="invalid")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return dt.time(hour, minute)


class BoxesField(forms.Field):
    """What day and moment fields share: empty means nothing typed in any box."""

    def thing(self) -> str:
        """Return the words that begin this field's messages: its label, without punctuation."""
        return str(self.label or "The date").rstrip("?:. ")

    def is_empty(self, value: Any) -> bool:
        return value in self.empty_values or (isinstance(value, list) and not any(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != self.to_python(initial))
        except ValidationError:
            return True


class DayField(BoxesField):
    """A calendar day. In: three boxes, an ISO string or a date. Out: `datetime.date` or None when nothing was typed."""

    widget = DayBoxes

    def to_python(self, value: Any) -> dt.date | None:
        if self.is_empty(value):
            return None
        if isinstance(value, dt.date):
            return value
        parts = DayBoxes().decompress(value) if isinstance(value, str) else value
        return day_of(parts, self.thing())


class MomentField(BoxesField):
    """A moment on the wall clock of `zone` (default: the program's). Out: an aware UTC datetime, or None when empty.

    A time that the clocks skip is refused; of a time that they show twice the earlier is taken, which never makes a
    result look fresher than it is. `zone` may be set on a form's own field before it is shown.
    """

    widget = MomentBoxes

    def __init__(self, *, zone: str | dt.tzinfo | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.zone = zone

    @property
    def zone(self) -> str | dt.tzinfo | None:
        """The time zone in which the boxes are read."""
        return self._zone

    @zone.setter
    def zone(self, zone: str | dt.tzinfo | None) -> None:
        self._zone = self.widget.zone = zone

    def to_python(self, value: Any) -> dt.datetime | None:
        if self.is_empty(value):
            return None
        if isinstance(value, dt.datetime):
            return value
        parts = MomentBoxes().decompress(value) if isinstance(value, str) else value
        day, time = day_of(parts[:3], self.thing()), time_of(parts[3], self.thing())
        zone = zone_named(self.zone)
        instant = dt.datetime.combine(day, time, zone).astimezone(dt.UTC)
        if instant.astimezone(zone).replace(tzinfo=None) != dt.datetime.combine(day, time):
            raise ValidationError(
                f"{self.thing()}: the clocks skip that time on that night; give the time they showed.", code="invalid"
            )
        return instant
