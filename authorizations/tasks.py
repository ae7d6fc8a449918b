"""The regular jobs on treatments: they read the clock and call the domain, nothing else."""

from celery import shared_task
from django.utils import timezone

from authorizations.actions.after_care import queue_after_care
from authorizations.actions.jobs import queue_reminders, settle_overdue
from authorizations.actions.renewals import queue_renewals
from rems_portal.audit.actors import Actor, Channel
from rems_portal.program import program_at

JOB = Actor(name="Regular job", channel=Channel.JOB)


@shared_task
def sweep_reminders() -> None:
    """Queue the reminders of today's program day; a second run on the same day queues nothing more."""
    at = timezone.now()
    program = program_at(at)
    queue_reminders(at=at)
    queue_after_care(at=at, program=program)
    queue_renewals(at=at, program=program)


@shared_task
def expire_overdue() -> None:
    """Let authorizations expire and confirmations lapse whose time is over."""
    settle_overdue(by=JOB, at=timezone.now())
