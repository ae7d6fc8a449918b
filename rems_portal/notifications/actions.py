"""Puts messages into the outbox, inside the transaction of the act they tell of. Sending is in `delivery`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from celery import current_app
from django.conf import settings
from django.db import transaction

from rems_portal.notifications.models import OutboxMessage

if TYPE_CHECKING:
    from rems_portal.accounts.models import User

DELIVER = "rems_portal.notifications.tasks.deliver_outbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One e-mail to queue under a key that is unique for what it tells and whom.

    `text` says what to do, never anything about a person's health. `user` is None for somebody without an account.
    A `private` one holds a personal link: staff don't see its text, and it is erased once it is sent or given up.
    """

    key: str
    kind: str
    recipient: str
    user: "User | None"
    subject: str
    text: str
    private: bool = False


def tell(*, users: "Iterable[User]", key: str, kind: str, subject: str, text: str, at: datetime) -> int:
    """Queue one e-mail to each of `users` under `key`; a key already queued is left as it is.

    `text` says what to do, never anything about a patient's health; a link to the portal is added.
    Returns how many messages there were to queue (already queued ones counted).
    """
    text = f"{text}\n\nSign in to see it: {settings.PORTAL_URL}\n"
    messages = [
        Message(key=f"{key}:{user.pk}", kind=kind, recipient=user.email, user=user, subject=subject, text=text)
        for user in users
        if user.is_active
    ]
    queue(messages, at=at)
    if messages:
        transaction.on_commit(hint_delivery, robust=True)
    return len(messages)


def queue(messages: Iterable[Message], *, at: datetime) -> None:
    """Write messages into the outbox in one statement; one whose key is there already stays as it was queued first."""
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                key=message.key,
                kind=message.kind,
                recipient=message.recipient,
                user=message.user,
                subject=message.subject,
                body=message.text,
                private=message.private,
                queued_at=at,
            )
            for message in messages
        ],
        ignore_conflicts=True,
    )


def hint_delivery() -> None:
    """Ask a worker to deliver now. Only a hint: without it the regular job delivers within a minute."""
    current_app.send_task(DELIVER, retry=False, ignore_result=True)
