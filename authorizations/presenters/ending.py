"""What an ended course shows: what holds in the weeks after treatment, and until when. Pure: records in, words out."""

from dataclasses import dataclass
from datetime import date, datetime

from authorizations.queries.safety import rule_group_at
from patients.models import Enrollment
from rems_portal.rules.calendars import program_day
from rems_portal.rules.forms import ItemKind
from rems_portal.rules.forms.checking import shown_items
from rems_portal.rules.programs import ProgramVersion, form_named


@dataclass(frozen=True, slots=True)
class AfterCare:
    """The care after treatment: through which program day, whether that is past, and what the patient was told."""

    until: date
    over: bool
    told: tuple[str, ...]


def after_care(enrollment: Enrollment, *, at: datetime, program: ProgramVersion) -> AfterCare | None:
    """Return the care after a course that has ended, as of `at` (UTC); None when there is none."""
    until = enrollment.after_care_until
    if until is None or enrollment.ended_at is None:
        return None
    group = rule_group_at(enrollment, enrollment.ended_at, program)
    said = {"reason": "completed", "group": group.value}
    items = shown_items(form_named(program, "discontinuation"), said)
    told = tuple(_still(item.text) for item in items if item.kind is ItemKind.TICK)
    return AfterCare(until, until < program_day(at), told)


def _still(text: str) -> str:
    """Return what was told without how long it holds: the page says until which day."""
    duration, colon, rest = text.partition(": ")
    return rest[:1].upper() + rest[1:] if colon and duration.endswith("weeks") else text
