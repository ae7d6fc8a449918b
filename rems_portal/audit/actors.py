"""Who acts, and through which channel: passed to every business act as `by=` and written on every history row."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Channel(StrEnum):
    """The way a request reached the program."""

    PAGE = "page"
    API = "api"
    ADMIN = "admin"
    LINK = "link"
    JOB = "job"
    COMMAND = "command"


class Account(Protocol):
    """What an actor needs of a user account."""

    pk: int

    def get_full_name(self) -> str: ...


class Principal(Protocol):
    """Whom an office works for: what names it, and the account it is when it acts in person."""

    user_id: int

    def __str__(self) -> str: ...


LONGEST_NAME = 200
_FOR = " for "


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or system that acts. `user_id` is None for an API token, a survey link or a job."""

    name: str
    channel: Channel
    user_id: int | None = None

    @classmethod
    def of(cls, user: Account, channel: Channel = Channel.PAGE, *, on_behalf_of: Principal | None = None) -> "Actor":
        """Return the actor for a signed-in account, named "X for Dr. Y" when it acts for somebody else's office.

        The account stays that of the person who acts: to act on behalf of somebody never makes one that person.
        """
        name = user.get_full_name()
        if on_behalf_of is not None and on_behalf_of.user_id != user.pk:
            half = (LONGEST_NAME - len(_FOR)) // 2
            name = f"{_shortened(name, half)}{_FOR}{_shortened(str(on_behalf_of), half)}"
        return cls(name=name, channel=channel, user_id=user.pk)


def _shortened(name: str, longest: int) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


_current: ContextVar[Actor | None] = ContextVar("rems_actor", default=None)
_instant: ContextVar[datetime | None] = ContextVar("rems_instant", default=None)


@contextmanager
def acting_as(actor: Actor, at: datetime | None = None) -> Iterator[None]:
    """Write `actor`, and the instant `at` if given, on every history row made inside."""
    actor_token, instant_token = _current.set(actor), _instant.set(at)
    try:
        yield
    finally:
        _current.reset(actor_token)
        _instant.reset(instant_token)


def current_instant() -> datetime | None:
    """Return the instant of the act that runs now; None outside any act (history then reads the clock itself)."""
    return _instant.get()


def current_actor_name() -> str:
    """Return who acts now, for the history row; empty outside any act (a direct write)."""
    actor = _current.get()
    return actor.name if actor else ""


def current_channel() -> str:
    """Return the channel of who acts now; empty outside any act."""
    actor = _current.get()
    return actor.channel.value if actor else ""


def current_user_id() -> int | None:
    """Return the account id of who acts now, if it is a person with an account."""
    actor = _current.get()
    return actor.user_id if actor else None
