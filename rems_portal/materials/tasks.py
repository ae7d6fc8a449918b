"""The regular job on materials: it reads the clock and calls the domain, nothing else."""

from celery import shared_task
from django.utils import timezone

from rems_portal.materials.actions import tell_of_new_versions
from rems_portal.program import program_at


@shared_task
def announce_new_versions() -> None:
    """Tell who read an earlier version of what must be read again; a second run tells nobody twice."""
    at = timezone.now()
    tell_of_new_versions(at=at, program=program_at(at))
