"""What falls due and who is to be reminded: tests, surveys, authorizations that nobody has used yet.

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

    SOON = "soon"
    TODAY = "today"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that falls due: where it is found, and the page on which the prescriber's office does it."""

    name: str
    rows: QuerySet[Any]
    day_field: str
    number: str
    email: str
    page: str
    phases: frozenset[Phase]
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


def kinds() -> tuple[Kind, ...]:
    """Return what the sweep looks for (PR-12 to PR-14, PF-14, PN-08, PC-10, PM-09, PR-18)."""
    enrolled = Enrollment.objects.enrolled()
    unused = Authorization.objects.filter(status=AuthorizationStatus.ACTIVE)
    always, ahead = frozenset(Phase), frozenset({Phase.SOON, Phase.TODAY})
    patient = ("patient__number", "patient__email", "authorizations:patient")
    number = ("number", "enrollment__patient__email", "authorizations:authorization")
    return (
        Kind("test", enrolled, "next_test_due", *patient, always),
        Kind("survey", enrolled, "next_survey_due", *patient, always, patient_too=True),
        Kind("authorization", unused, "valid_through", *number, ahead),
    )


def phase_of(due: date, today: date) -> Phase:
    """Return the phase that `today` is in for something due on `due`, both program days."""
    if due == today:
        return Phase.TODAY
    return Phase.SOON if due > today else Phase.LATE


def days_to_look_at(today: date, phases: frozenset[Phase]) -> Iterator[date]:
    """Return the due days for which `today` lies in one of the phases, the most urgent first."""
    for offset in range(-DAYS_LATE, DAYS_AHEAD + 1):
        due = today + timedelta(days=offset)
        if phase_of(due, today) in phases:
            yield due


def due_reminders(today: date) -> Iterator[list[Reminder]]:
    """Return every reminder for the program day `today`, in batches; those sent on an earlier day are among them."""
    for kind in kinds():
        for due in days_to_look_at(today, kind.phases):
            yield from _batches(kind, due, phase_of(due, today))


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
