"""What falls due and who is to be reminded: tests, surveys, authorizations that nobody has used yet.

Reads the stored due days under their partial indexes, one day at a time and in batches, so that the cost follows what
is due and not how many patients there are. Nothing here writes or sends.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from authorizations.models import Authorization
from patients.models import Enrollment
from prescribers.models import Delegation, Prescriber
from rems_portal.accounts.models import User
from rems_portal.notifications.actions import Message
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
    """One kind of thing that falls due: where it is found, and where the prescriber's office goes to do it."""

    name: str
    rows: QuerySet[Any]
    day_field: str
    enrollment: str
    page: str
    number: str
    patient_too: bool
    phases: frozenset[Phase]


def kinds() -> tuple[Kind, ...]:
    """Return what the sweep looks for (PR-12 to PR-14, PF-14, PN-08, PC-10, PM-09, PR-18)."""
    patient = {"enrollment": "pk", "page": "authorizations:patient", "number": "patient__number"}
    enrolled = Enrollment.objects.enrolled()
    return (
        Kind("test", enrolled, "next_test_due", **patient, patient_too=False, phases=frozenset(Phase)),
        Kind("survey", enrolled, "next_survey_due", **patient, patient_too=True, phases=frozenset(Phase)),
        Kind(
            "authorization",
            Authorization.objects.filter(status=AuthorizationStatus.ACTIVE),
            "valid_through",
            enrollment="enrollment_id",
            page="authorizations:authorization",
            number="number",
            patient_too=False,
            phases=frozenset({Phase.SOON, Phase.TODAY}),
        ),
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


def due_messages(today: date) -> Iterator[list[Message]]:
    """Return every reminder for the program day `today`, in batches; those queued before are among them."""
    for kind in kinds():
        for due in days_to_look_at(today, kind.phases):
            for rows in _batches(kind, due):
                yield list(_messages(kind, due, today, rows))


def _batches(kind: Kind, due: date) -> Iterator[list[dict[str, Any]]]:
    """Return the rows that fall due on one day, each batch beginning after the last row of the one before."""
    on_the_day = kind.rows.filter(**{kind.day_field: due}).order_by("pk")
    patient = "" if kind.enrollment == "pk" else "enrollment__"
    columns = {"number": kind.number, "prescriber": "prescriber_id", "email": f"{patient}patient__email"}
    last = 0
    while True:
        named = on_the_day.filter(pk__gt=last).values_list("pk", *columns.values())[:BATCH]
        rows = [dict(zip(("pk", *columns), values, strict=True)) for values in named]
        if rows:
            yield rows
        if len(rows) < BATCH:
            return
        last = rows[-1]["pk"]


def _messages(kind: Kind, due: date, today: date, rows: list[dict[str, Any]]) -> Iterator[Message]:
    phase = phase_of(due, today)
    offices = offices_of({row["prescriber"] for row in rows}, today)
    for row in rows:
        key = f"due:{kind.name}:{row['pk']}:{due:%Y%m%d}:{phase}"
        link = settings.PORTAL_URL + reverse(kind.page, args=[row["number"]])
        for user in offices.get(row["prescriber"], ()):
            yield Message(
                key=f"{key}:{user.pk}",
                kind=f"due_{kind.name}",
                recipient=user.email,
                user=user,
                subject=SUBJECTS[phase],
                text=f"{OFFICE[phase]}\n\nSign in to see it: {link}\n",
            )
        if kind.patient_too and row["email"]:
            yield Message(
                key=f"{key}:patient",
                kind=f"due_{kind.name}",
                recipient=row["email"],
                user=None,
                subject=SUBJECTS[phase],
                text=f"{PATIENT[phase]}\n\n{PATIENT_HOW}\n",
            )


def offices_of(prescribers: Iterable[int], today: date) -> Mapping[int, list[User]]:
    """Return, for each prescriber, the open accounts to remind: the prescriber's own and today's delegates."""
    wanted = list(prescribers)
    found: dict[int, list[User]] = {}
    for prescriber in Prescriber.objects.filter(pk__in=wanted).select_related("user"):
        found.setdefault(prescriber.pk, []).append(prescriber.user)
    for delegation in Delegation.objects.in_force(today).filter(prescriber__in=wanted).select_related("delegate"):
        found.setdefault(delegation.prescriber_id, []).append(delegation.delegate)
    return {pk: [user for user in users if user.is_active] for pk, users in found.items()}


SUBJECTS = {
    Phase.SOON: "A task is due in the next days",
    Phase.TODAY: "A task is due today",
    Phase.LATE: "A task is late",
}
OFFICE = {
    Phase.SOON: "A task for one of your records is due in the next three days.",
    Phase.TODAY: "A task for one of your records is due today.",
    Phase.LATE: "A task for one of your records is late.",
}
PATIENT = {
    Phase.SOON: "A short task is waiting for you. Please do it in the next three days.",
    Phase.TODAY: "A short task is waiting for you. Please do it today.",
    Phase.LATE: "A short task is still waiting for you. Please do it as soon as you can.",
}
PATIENT_HOW = "Use the link your care team gave you. If it does not work any more, ask them for a new one."
