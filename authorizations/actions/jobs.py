"""What the regular jobs do: queue the reminders of a day, and settle the numbers whose time is over.

Messages never say anything about a person's health, not even which medicine it is about: "a task is due".
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

import structlog
from django.conf import settings
from django.urls import reverse

from authorizations.actions.upkeep import overdue_enrollments, settle_enrollment
from authorizations.queries.reminders import Phase, Reminder, due_reminders, offices_of
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.notifications.actions import Message, queue
from rems_portal.program import program_at
from rems_portal.rules.calendars import program_day

log = structlog.get_logger("authorizations.jobs")

SETTLE_AT_ONCE = 200
SUBJECTS = {
    Phase.MONTH: "A task is due in the next weeks",
    Phase.WEEK: "A task is due in the next seven days",
    Phase.SOON: "A task is due in the next days",
    Phase.TODAY: "A task is due today",
    Phase.LATE: "A task is late",
}
OFFICE = {
    Phase.MONTH: "A task for one of your records is due in the next weeks.",
    Phase.WEEK: "A task for one of your records is due in the next seven days.",
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
NEW_FORM = {
    Phase.MONTH: "A new form will need a signature in the next weeks.",
    Phase.WEEK: "A new form will need a signature in the next seven days.",
    Phase.TODAY: "A new form needs a signature now.",
}
NEW_FORM_HOW = "Your care team hands it to you. Call them if you have not heard from them."


def queue_reminders(*, at: datetime) -> None:
    """Queue every reminder of the program day of `at`, once in each phase of each thing that falls due.

    Each batch is committed by itself: killed in between, the next run queues what is missing, and the keys keep the
    rest from being queued twice.
    """
    today = program_day(at)
    for batch in due_reminders(today, program_at(at).coming_of_age_warning_days):
        offices = offices_of({reminder.prescriber_id for reminder in batch}, today)
        queue([message for reminder in batch for message in _messages(reminder, offices)], at=at)


def _messages(reminder: Reminder, offices: Mapping[int, list[User]]) -> Iterator[Message]:
    kind, phase = reminder.kind, reminder.phase
    key = f"due:{kind.name}:{reminder.pk}:{reminder.due:%Y%m%d}:{phase}"
    link = settings.PORTAL_URL.rstrip("/") + reverse(kind.page, args=[reminder.number])
    for user in offices.get(reminder.prescriber_id, ()):
        yield Message(
            key=f"{key}:{user.pk}",
            kind=f"due_{kind.name}",
            recipient=user.email,
            user=user,
            subject=SUBJECTS[phase],
            text=f"{OFFICE[phase]}\n\nSign in to see it: {link}\n",
        )
    if reminder.email:
        signs = kind.name == "coming_of_age"
        yield Message(
            key=f"{key}:patient",
            kind=f"due_{kind.name}",
            recipient=reminder.email,
            user=None,
            subject=SUBJECTS[phase],
            text=f"{(NEW_FORM if signs else PATIENT)[phase]}\n\n{NEW_FORM_HOW if signs else PATIENT_HOW}\n",
        )


def settle_overdue(*, by: Actor, at: datetime) -> int:
    """Settle every enrollment that has a number whose time is over at `at`; return how many were settled.

    One that fails, for instance because somebody else changes it at that moment, is left for the next run.
    """
    settled = 0
    tried: set[int] = set()
    while found := set(overdue_enrollments(at, SETTLE_AT_ONCE + len(tried))) - tried:
        for enrollment_id in sorted(found):
            tried.add(enrollment_id)
            try:
                settle_enrollment(by=by, at=at, enrollment_id=enrollment_id)
                settled += 1
            except Exception:  # one enrollment must not keep all others waiting
                log.exception("left for the next run", enrollment=enrollment_id)
    return settled
