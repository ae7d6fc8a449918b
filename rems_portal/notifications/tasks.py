"""The delivering job: reads the clock, calls `delivery`. It decides nothing."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from rems_portal.notifications.delivery import deliver

# Beat asks again every minute; one run must not outlive the worker's time limit.
AT_MOST = timedelta(minutes=5)


@shared_task
def deliver_outbox() -> None:
    """Send every message that is due."""
    deliver(timezone.now, until=timezone.now() + AT_MOST)
