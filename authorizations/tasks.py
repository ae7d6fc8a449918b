"""The regular jobs on treatments: read the clock, call the domain. They decide nothing."""

from datetime import datetime

import structlog
from celery import shared_task
from django.utils import timezone

from authorizations.actions.upkeep import overdue_enrollments, settle_enrollment
from authorizations.queries.reminders import due_messages
from rems_portal.audit.actors import Actor, Channel
from rems_portal.notifications.actions import queue
from rems_portal.rules.calendars import program_day

log = structlog.get_logger("authorizations.jobs")

JOB = Actor(name="Regular job", channel=Channel.JOB)
SETTLE_AT_ONCE = 200


@shared_task
def sweep_reminders() -> None:
    """Queue the reminders of today's program day; a second run on the same day queues nothing more."""
    queue_reminders(timezone.now())


@shared_task
def expire_overdue() -> None:
    """Let authorizations expire and confirmations lapse whose time is over."""
    settle_overdue(timezone.now())


def queue_reminders(at: datetime) -> None:
    """Queue every reminder of the program day of `at`; each batch is committed by itself.

    Killed in between, the next run queues what is missing: the keys keep the rest from being queued twice.
    """
    for messages in due_messages(program_day(at)):
        queue(messages, at=at)


def settle_overdue(at: datetime) -> int:
    """Settle every enrollment that has a number whose time is over at `at`; return how many were settled.

    One that fails, for instance because somebody else changes it at that moment, is left for the next run.
    """
    settled: set[int] = set()
    tried: set[int] = set()
    while found := set(overdue_enrollments(at, SETTLE_AT_ONCE + len(tried))) - tried:
        for enrollment_id in sorted(found):
            tried.add(enrollment_id)
            try:
                settle_enrollment(by=JOB, at=at, enrollment_id=enrollment_id)
                settled.add(enrollment_id)
            except Exception:  # one enrollment must not keep all others waiting
                log.exception("left for the next run", enrollment=enrollment_id)
    return len(settled)
