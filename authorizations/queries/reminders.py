"""What falls due and who is to be reminded: tests, surveys, unused authorizations, children who come of age.

Reads the stored due days under their partial indexes, one day at a time and in batches, so that the cost follows what
is due and not how many patients there are. It must not write or send.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from authorizations.models import Authorization
from patients.models import Enrollment
from prescribers.models import Delegation, Prescriber
from rems_portal.accounts.models import User
from rems_portal.rules.lifecycles import AuthorizationStatus

BATCH = 500
DAYS_AHEAD = 3
# A sweep that was missed for up to a week still says that something is late.
DAYS_LATE = 7


class Phase(StrEnum):
    """When a reminder is sent: once in each phase, whatever day of the phase the sweep runs on."""

    MONTH = "month"
    WEEK = "week"
    SOON = "soon"
    TODAY = "today"
    LATE = "late"


# How many days it is until the thing falls due, in each phase; below 0 for what is late.
Windows = Mapping[Phase, range]
AHEAD: Windows = {Phase.TODAY: range(1), Phase.SOON: range(1, DAYS_AHEAD + 1)}
ALWAYS: Windows = {Phase.LATE: range(-DAYS_LATE, 0), **AHEAD}
DAYS_IN_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that falls due: where it is found, and the page on which the prescriber's office does it."""

    name: str
    rows: QuerySet[Any]
    day_field: str
    number: str
    email: str
    page: str
    windows: Windows
    patient_too: bool = False


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing that falls due on a program day. `email` is the patient's, where the patient is reminded too."""

    kind: Kind
    phase: Phase
    due: date
    pk: int
    number: str
    prescriber_id: int
    email: str


def kinds(warning_days: int) -> tuple[Kind, ...]:
    """Return what the sweep looks for (PR-12 to PR-14, PF-14, PN-08, PC-10, PM-09, PR-18, PR-08).

    `warning_days`: how many days ahead the program version announces that a child comes of age.
    """
    enrolled = Enrollment.objects.enrolled()
    unused = Authorization.objects.filter(status=AuthorizationStatus.ACTIVE)
    birthday: Windows = {
        Phase.TODAY: range(-DAYS_LATE, 1),
        Phase.WEEK: range(1, DAYS_IN_A_WEEK + 1),
        Phase.MONTH: range(DAYS_IN_A_WEEK + 1, warning_days + 1),
    }
    patient = ("patient__number", "patient__email", "authorizations:patient")
    number = ("number", "enrollment__patient__email", "authorizations:authorization")
    return (
        Kind("test", enrolled, "next_test_due", *patient, ALWAYS),
        Kind("survey", enrolled, "next_survey_due", *patient, ALWAYS, patient_too=True),
        Kind("authorization", unused, "valid_through", *number, AHEAD),
        Kind("coming_of_age", enrolled, "comes_of_age_on", *patient, birthday, patient_too=True),
    )


def days_to_look_at(today: date, windows: Windows) -> Iterator[tuple[Phase, date]]:
    """Return the due days for which `today` lies in one of the phases, each with it, the most urgent first."""
    for phase, offsets in windows.items():
        for offset in offsets:
            yield phase, today + timedelta(days=offset)


def due_reminders(today: date, warning_days: int) -> Iterator[list[Reminder]]:
    """Return every reminder for the program day `today`, in batches; those sent on an earlier day are among them.

    `warning_days` as for `kinds`.
    """
    for kind in kinds(warning_days):
        for phase, due in days_to_look_at(today, kind.windows):
            yield from _batches(kind, due, phase)


def _batches(kind: Kind, due: date, phase: Phase) -> Iterator[list[Reminder]]:
    """Return what falls due on one day, each batch beginning after the last row of the one before."""
    rows = kind.rows.filter(**{kind.day_field: due}).order_by("pk")
    last = 0
    while True:
        named = rows.filter(pk__gt=last).values_list("pk", kind.number, "prescriber_id", kind.email)[:BATCH]
        batch = [
            Reminder(kind, phase, due, pk, number, prescriber, email if kind.patient_too else "")
            for pk, number, prescriber, email in named
        ]
        if batch:
            yield batch
        if len(batch) < BATCH:
            return
        last = batch[-1].pk


def offices_of(prescribers: Iterable[int], today: date) -> Mapping[int, list[User]]:
    """Return, for each prescriber, the open accounts to remind: the prescriber's own and today's delegates."""
    wanted = list(prescribers)
    found: dict[int, list[User]] = {}
    for prescriber in Prescriber.objects.filter(pk__in=wanted).select_related("user"):
        found.setdefault(prescriber.pk, []).append(prescriber.user)
    for delegation in Delegation.objects.in_force(today).filter(prescriber__in=wanted).select_related("delegate"):
        found.setdefault(delegation.prescriber_id, []).append(delegation.delegate)
    return {pk: [user for user in users if user.is_active] for pk, users in found.items()}
