"""Sends what is in the outbox: claim a message, send it, mark it, each step committed before the next begins.

Killed between any two steps, nothing is lost: a claim that was never finished is taken again after ten minutes. Nothing
arrives twice either where the mail system knows a Message-ID when it sees it again: a message has the same one at every
try, made from its key.
"""

import functools
import hashlib
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, Q

from rems_portal.notifications.models import OutboxMessage

log = structlog.get_logger("rems_portal.notifications")

Status = OutboxMessage.Status
CLAIM_GOOD_FOR = timedelta(minutes=10)
# After a failed try the next one waits this long; after the last, the message is given up.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 4 * 60, 12 * 60))
MOST_TRIES = len(WAITS) + 1
AT_ONCE = 200
ERASED = "(A personal link, which is not kept.)"


@dataclass(slots=True)
class Tally:
    """How many messages one run sent, will try again, or gave up."""

    sent: int = 0
    put_back: int = 0
    given_up: int = 0


def deliver(clock: Callable[[], datetime], *, until: datetime | None = None) -> Tally:
    """Send everything that is due; return how it went.

    `clock` is asked anew for each message, as sending takes time; after `until` no further message is claimed. Any
    number of these may run at the same time. Never raises because of one message.
    """
    tally = Tally()
    connection = get_connection()
    try:
        for message in _claimed(clock, until):
            _send(message, connection, clock, tally)
    finally:
        connection.close()
    if tally != Tally():
        log.info("outbox", sent=tally.sent, put_back=tally.put_back, given_up=tally.given_up)
    return tally


def due(now: datetime) -> Q:
    """Return the condition of messages to send at `now`: new, waited long enough, or left behind by a killed worker."""
    new = Q(status=Status.QUEUED, attempts=0)
    left_behind = Q(status=Status.SENDING, claimed_at__lte=now - CLAIM_GOOD_FOR)
    waited = [
        Q(status=Status.QUEUED, attempts=tries, claimed_at__lte=now - wait) for tries, wait in enumerate(WAITS, start=1)
    ]
    return functools.reduce(operator.or_, [new, left_behind, *waited])


def _claimed(clock: Callable[[], datetime], until: datetime | None) -> Iterator[OutboxMessage]:
    """Claim due messages one by one, oldest first."""
    while True:
        now = clock()
        to_send = OutboxMessage.objects.filter(due(now), status__in=[Status.QUEUED, Status.SENDING])
        batch = list(to_send.order_by("queued_at", "pk")[:AT_ONCE])
        for message in batch:
            now = clock()
            if until is not None and now >= until:
                return
            if claim(message, now):
                yield message
        if len(batch) < AT_ONCE:
            return


def claim(message: OutboxMessage, now: datetime) -> bool:
    """Take the message, unless somebody else has taken it since it was read."""
    unchanged = OutboxMessage.objects.filter(pk=message.pk, status=message.status, attempts=message.attempts)
    if not unchanged.update(status=Status.SENDING, claimed_at=now, attempts=F("attempts") + 1):
        return False
    message.status, message.claimed_at, message.attempts = Status.SENDING, now, message.attempts + 1
    return True


def _send(message: OutboxMessage, connection: BaseEmailBackend, clock: Callable[[], datetime], tally: Tally) -> None:
    try:
        if message.attempts > MOST_TRIES:
            raise TimeoutError("Every worker that tried to send it stopped in the middle")
        connection.send_messages([as_email(message)])
    except Exception as error:  # one bad address or a mail server that is away must not stop the others
        connection.close()
        _put_back(message, error, clock(), tally)
        return
    _mark(message, status=Status.SENT, sent_at=clock(), last_error="", **_erased(message))
    tally.sent += 1


def _put_back(message: OutboxMessage, error: Exception, now: datetime, tally: Tally) -> None:
    given_up = message.attempts >= MOST_TRIES
    status = Status.FAILED if given_up else Status.QUEUED
    erased = _erased(message) if given_up else {}
    _mark(message, status=status, claimed_at=now, last_error=f"{type(error).__name__}: {error}"[:200], **erased)
    tally.given_up += given_up
    tally.put_back += not given_up


def _erased(message: OutboxMessage) -> dict[str, object]:
    """Return the change that takes a personal link out of a message that is over."""
    return {"body": ERASED} if message.private else {}


def _mark(message: OutboxMessage, **changes: object) -> None:
    """Write the outcome, unless another worker has taken the message meanwhile."""
    mine = OutboxMessage.objects.filter(pk=message.pk, status=Status.SENDING, attempts=message.attempts)
    mine.update(**changes)


def as_email(message: OutboxMessage) -> EmailMessage:
    """Return the e-mail, the same at every try."""
    return EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.recipient],
        headers={
            "Message-ID": message_id(message.key),
            "Date": format_datetime(message.queued_at),
            "Auto-Submitted": "auto-generated",
        },
    )


def message_id(key: str) -> str:
    """Return the Message-ID that belongs to a key; the key itself can't be read from it."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"
