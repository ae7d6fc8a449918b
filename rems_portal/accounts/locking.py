"""Locking a device before it is handed to a patient: until the password is typed again, no page of the account opens.

Pages behind a patient's link stay open, because they need no account. The lock is in the session: it holds in every
window of the browser, and ends with the session.
"""

from django.http import HttpRequest

LOCKED = "locked"


def lock(request: HttpRequest) -> None:
    """Lock the device on which this request was made; locked already, it stays so."""
    request.session[LOCKED] = True


def unlock(request: HttpRequest) -> None:
    """Open it again. The caller has checked the password."""
    request.session.pop(LOCKED, None)


def is_locked(request: HttpRequest) -> bool:
    """Is this device locked?"""
    return bool(getattr(request, "session", {}).get(LOCKED))
