"""Puts messages into the outbox, inside the transaction of the act they tell of. Sending is in `tasks`."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from rems_portal.accounts.models import User
from rems_portal.notifications.models import OutboxMessage


def tell(*, users: Iterable[User], key: str, kind: str, subject: str, text: str, at: datetime) -> int:
    """Queue one e-mail to each of `users` under `key`; a key already queued is left as it is.

    `text` says what to do, never anything about a patient's health; a link to the portal is added.
    Returns how many messages there were to queue (already queued ones counted).
    """
    messages = [
        OutboxMessage(
            key=f"{key}:{user.pk}",
            kind=kind,
            recipient=user.email,
            user=user,
            subject=subject,
            body=f"{text}\n\nSign in to see it: {settings.PORTAL_URL}\n",
            queued_at=at,
        )
        for user in users
        if user.is_active
    ]
    OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True)
    return len(messages)
