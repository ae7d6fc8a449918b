"""Who is in the weeks after treatment, and in which of them: for the reminders, and for the office's list of tasks.

Reads the stored last days under their partial index, so that the cost follows who is in after-care. Writes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet

from patients.models import Enrollment
from prescribers.permissions import scope
from rems_portal.rules.calendars import program_day
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.rules.programs import ProgramVersion

if TYPE_CHECKING:
    from rems_portal.accounts.models import User

BATCH = 500
WEEK = 7


@dataclass(frozen=True, slots=True)
class WeekAfter:
    """One week after one course: the week's number from 1, and the last program day. `email` is the patient's."""

    pk: int
    week: int
    until: date
    number: str
    prescriber_id: int
    email: str


def in_after_care(first: date, last: date) -> QuerySet[Enrollment]:
    """Return ended courses whose care after treatment ends from `first` to `last`, unless treatment began again."""
    again = Enrollment.objects.enrolled().filter(patient=OuterRef("patient"), program=OuterRef("program"))
    rows: QuerySet[Enrollment] = (
        Enrollment.objects.filter(status=EnrollmentStatus.DISCONTINUED, after_care_until__range=(first, last))
        .exclude(Exists(again))
        .select_related("patient")
    )
    return rows


def weeks_after(today: date, program: ProgramVersion) -> Iterator[list[WeekAfter]]:
    """Return, in batches, each ended course with the week that `today` is in, those reminded already among them.

    A reminder falls due at the end of each week. The last one is made up for within a week of the last day.
    """
    weeks = program.after_treatment_days // WEEK
    furthest = today + timedelta(days=program.after_treatment_days - WEEK)
    rows: Any = in_after_care(today - timedelta(days=WEEK - 1), furthest).order_by("pk")
    last = 0
    while True:
        batch = list(rows.filter(pk__gt=last)[:BATCH])
        if batch:
            yield [_week_of(one, today, weeks, program) for one in batch]
        if len(batch) < BATCH:
            return
        last = batch[-1].pk


def _week_of(one: Enrollment, today: date, weeks: int, program: ProgramVersion) -> WeekAfter:
    until = one.after_care_until or today
    passed = program.after_treatment_days - (until - today).days
    return WeekAfter(
        pk=one.pk,
        week=min(weeks, passed // WEEK),
        until=until,
        number=one.patient.number,
        prescriber_id=one.prescriber_id,
        email=one.patient.email,
    )


def after_care_of(user: "User", *, program: ProgramVersion, at: datetime) -> QuerySet[Enrollment]:
    """Return the patients of the offices this account works in who are in the weeks after treatment at `at`."""
    today = program_day(at)
    rows = in_after_care(today, today + timedelta(days=program.after_treatment_days)).filter(program=program.program)
    mine: QuerySet[Enrollment] = scope(rows, user, today).order_by("after_care_until", "pk")
    return mine
