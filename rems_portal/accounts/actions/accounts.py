"""Closing, opening and securing accounts. Nobody types another's password or sees another's second factor."""

from datetime import datetime

from allauth.mfa.models import Authenticator

from rems_portal.accounts.models import User
from rems_portal.accounts.permissions import require_administrator
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.audit.history import LONGEST_REASON
from rems_portal.errors import ActRefused
from rems_portal.notifications.actions import tell
from rems_portal.reasons import require_reason
from rems_portal.rules.findings import Finding, Party

RESET = "Second factor reset:"


@act
def close_account(*, by: Actor, at: datetime, user: User, account: User, reason: str) -> User:
    """Keep a person from signing in from now on; what the person did stays on record.

    Raises PermissionDenied unless `user` is an administrator, ActRefused without a reason, for one's own account, or
    when the account is closed already.
    """
    require_administrator(user)
    if account.pk == user.pk:
        raise refused("You can’t close your own account. Ask another administrator.")
    return _set_active(account, False, reason, "This account is closed already.")


@act
def reopen_account(*, by: Actor, at: datetime, user: User, account: User, reason: str) -> User:
    """Let a person sign in again. Raises PermissionDenied unless `user` is an administrator, ActRefused."""
    require_administrator(user)
    return _set_active(account, True, reason, "This account is open already.")


def _set_active(account: User, active: bool, reason: str, already: str) -> User:
    why = require_reason(reason, refused, longest=LONGEST_REASON)
    current = User.objects.select_for_update().get(pk=account.pk)
    if current.is_active == active:
        raise refused(already)
    current.is_active = active
    current._change_reason = why  # type: ignore[attr-defined]
    current.save(update_fields=["is_active"])
    return current


@act
def end_sessions(*, by: Actor, at: datetime, account: User) -> User:
    """End every session of one's own account that began before now; the caller keeps the one it needs.

    Raises ActRefused for somebody else's account.
    """
    if by.user_id != account.pk:
        raise refused("Everybody ends their own sessions. An administrator can close the account.")
    return _end_sessions(account, at, "Sessions ended by the person")


@act
def reset_second_factor(*, by: Actor, at: datetime, user: User, account: User, reason: str) -> User:
    """Remove all second factors of an account, end its sessions and tell the person, who sets up a new one.

    For a lost device when the recovery codes are lost too. Raises PermissionDenied unless `user` is an administrator,
    ActRefused without a reason, for one's own account, or when there is nothing to remove.
    """
    require_administrator(user)
    if account.pk == user.pk:
        raise refused("You can’t reset your own second factor. Use a recovery code, or ask another administrator.")
    why = f"{RESET} {require_reason(reason, refused, longest=LONGEST_REASON - len(RESET) - 1)}"
    current = User.objects.select_for_update().get(pk=account.pk)
    if not Authenticator.objects.filter(user_id=current.pk).delete()[0]:
        raise refused("This account has no second factor yet. The person sets one up when signing in.")
    tell(
        users=[current],
        key=f"second-factor-reset:{current.pk}:{at.isoformat()}",
        kind="account",
        subject="Your second factor was reset",
        text=f"{user.full_name} of the program’s staff removed the second factor of your account. Sign in with your "
        "password and set up a new one. If you did not ask for this, call the program’s staff at once.",
        at=at,
    )
    return _end_sessions(current, at, why)


def _end_sessions(account: User, at: datetime, why: str) -> User:
    current = User.objects.select_for_update().get(pk=account.pk)
    current.sessions_ended_at = at
    current._change_reason = why  # type: ignore[attr-defined]
    current.save(update_fields=["sessions_ended_at"])
    return current


def refused(*sentences: str) -> ActRefused:
    """Return the refusal that says these sentences."""
    return ActRefused([Finding("ACCOUNT", (), sentence, Party.PROGRAM) for sentence in sentences])
