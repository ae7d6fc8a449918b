"""How long a session lasts: some time without a request, and so many hours in any case. The clock is an argument.

It keeps two numbers in the session, seconds since 1970: `began` and `touched`. It must not end anything itself.
"""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

TOUCH_SECONDS = 60  # use after so long is written down: one write a minute at most


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """Seconds until the session ends: without a further request, and in any case."""

    idle: int
    longest: int

    @property
    def soonest(self) -> int:
        """Return which comes first."""
        return min(self.idle, self.longest)


def touch(session: SessionBase, second: int, *, always: bool = False) -> None:
    """Count this request as use of the session, with a write only after a minute (or `always`)."""
    if "began" not in session:
        session["began"] = second
    if always or abs(second - session.get("touched", 0)) >= TOUCH_SECONDS:
        session["touched"] = second


def time_left(session: SessionBase, second: int) -> TimeLeft:
    """Return what is left at `second`; never more than there is, at most a minute less."""
    idle = session.get("touched", second) + settings.SESSION_COOKIE_AGE - second
    longest = session.get("began", second) + settings.SESSION_LONGEST - second
    return TimeLeft(max(0, idle), max(0, longest))
