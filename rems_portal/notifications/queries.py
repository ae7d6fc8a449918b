"""Reads of the outbox for program staff: how many messages are in each state, and those that need a look."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from rems_portal.notifications.models import OutboxMessage


@dataclass(frozen=True, slots=True)
class OutboxState:
    """How many messages wait, are being sent, or were given up; since when the oldest waits; the newest of all."""

    waiting: int
    sending: int
    failed: int
    oldest_waiting: datetime | None
    newest: list[OutboxMessage]


def outbox_state(newest: int) -> OutboxState:
    """Return the state of the outbox with its `newest` messages. Sent ones are not counted: there are many."""
    Status = OutboxMessage.Status
    unsent: QuerySet[OutboxMessage] = OutboxMessage.objects.exclude(status=Status.SENT)
    counts = dict(unsent.order_by().values_list("status").annotate(Count("pk")))
    oldest = OutboxMessage.objects.filter(status=Status.QUEUED).order_by("queued_at").first()
    return OutboxState(
        waiting=counts.get(Status.QUEUED, 0),
        sending=counts.get(Status.SENDING, 0),
        failed=counts.get(Status.FAILED, 0),
        oldest_waiting=oldest.queued_at if oldest else None,
        newest=list(OutboxMessage.objects.order_by("-pk")[:newest]),
    )
