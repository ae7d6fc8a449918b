"""The regular jobs on treatments: they read the clock and call the domain, nothing else."""

from celery import shared_task
from django.utils import timezone

from authorizations.actions.jobs import queue_reminders, settle_overdue
from rems_portal.audit.actors import Actor, Channel

JOB = Actor(name="Regular job", channel=Channel.JOB)


@shared_task
def sweep_reminders() -> None:
    """Queue the reminders of today's program day; a second run on the same day queues nothing more."""
    queue_reminders(at=timezone.now())


@shared_task
def expire_overdue() -> None:
    """Let authorizations expire and confirmations lapse whose time is over."""
    settle_overdue(by=JOB, at=timezone.now())
