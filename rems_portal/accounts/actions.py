"""Accounts are made, closed and opened again by administrators of the program. Nobody types another's password."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError

from rems_portal.accounts.models import User
from rems_portal.accounts.permissions import require_administrator
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.rules.findings import Finding, Party


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """Whose account it is to be."""

    email: str
    full_name: str
    role: User.Role
    staff_role: User.StaffRole = User.StaffRole.NONE


@act
def create_account(*, by: Actor, at: datetime, user: User, account: NewAccount) -> User:
    """Make an account without a password; the person sets one by the link that a password reset sends.

    Raises PermissionDenied unless `user` is an administrator, ActRefused for an address that has an account already,
    no name, or a staff role that doesn't fit the role.
    """
    require_administrator(user)
    if (account.role == User.Role.PROGRAM_STAFF) != bool(account.staff_role):
        raise _refused("Choose a staff role for program staff, and none for anybody else.")
    made = User(
        email=account.email.strip().lower(),
        full_name=account.full_name.strip(),
        role=account.role,
        staff_role=account.staff_role,
    )
    made.set_unusable_password()
    try:
        made.full_clean()
    except ValidationError as error:
        raise _refused(*error.messages) from error
    made.save()
    return made


@act
def close_account(*, by: Actor, at: datetime, user: User, account: User, reason: str) -> User:
    """Keep a person from signing in from now on; what the person did stays on record.

    Raises PermissionDenied unless `user` is an administrator, ActRefused without a reason, for one's own account, or
    when the account is closed already.
    """
    require_administrator(user)
    if account.pk == user.pk:
        raise _refused("You can't close your own account. Ask another administrator.")
    return _set_active(account, False, reason, "This account is closed already.")


@act
def reopen_account(*, by: Actor, at: datetime, user: User, account: User, reason: str) -> User:
    """Let a person sign in again. Raises PermissionDenied unless `user` is an administrator, ActRefused."""
    require_administrator(user)
    return _set_active(account, True, reason, "This account is open already.")


def _set_active(account: User, active: bool, reason: str, already: str) -> User:
    if not reason.strip():
        raise _refused("Give the reason.")
    current = User.objects.select_for_update().get(pk=account.pk)
    if current.is_active == active:
        raise _refused(already)
    current.is_active = active
    current._change_reason = reason.strip()[:100]  # type: ignore[attr-defined]
    current.save(update_fields=["is_active"])
    return current


def _refused(*sentences: str) -> ActRefused:
    return ActRefused([Finding("ACCOUNT", (), sentence, Party.PROGRAM) for sentence in sentences])
