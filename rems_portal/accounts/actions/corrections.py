"""Correcting the name and the e-mail address of an account. The role stays: who does other work has another account."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from rems_portal.accounts.actions.accounts import refused
from rems_portal.accounts.models import Invitation, User
from rems_portal.accounts.permissions import require_administrator
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.audit.history import LONGEST_REASON
from rems_portal.notifications.actions import Message, queue, tell
from rems_portal.reasons import require_reason

LONGEST_NAME = 150
SUBJECT = "The e-mail address of your account was changed"


@act
def correct_account(
    *, by: Actor, at: datetime, user: User, account: User, full_name: str, email: str, reason: str
) -> User:
    """Correct how a person is called and where mail goes, which is what the person signs in with.

    A changed address ends all sessions, and both addresses are told. Records keep the name under which they were
    signed. Raises PermissionDenied unless `user` is an administrator, ActRefused without a reason, for one's own
    account, when nothing would change, and for a name or an address that can't be.
    """
    require_administrator(user)
    if account.pk == user.pk:
        raise refused("You can’t correct your own account. Ask another administrator.")
    why = require_reason(reason, refused, longest=LONGEST_REASON)
    current = User.objects.select_for_update().get(pk=account.pk)
    before, name, address = current.email, full_name.strip(), email.strip().lower()
    if (name, address) == (current.full_name, before):
        raise refused("Nothing would change: this name and this address are on record.")
    if not 0 < len(name) <= LONGEST_NAME:
        raise refused(f"Type the person’s name, in at most {LONGEST_NAME} characters.")
    current.full_name = name
    if address != before:
        _require_possible(current, address)
        current.email, current.sessions_ended_at = address, at
        EmailAddress.objects.filter(user_id=current.pk).delete()  # or the old one would still sign in
    current._change_reason = why  # type: ignore[attr-defined]
    current.save(update_fields=["full_name", "email", "sessions_ended_at"])
    if address != before:
        _tell_both(current, before, user, at)
    return current


def _require_possible(account: User, address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as problem:
        raise refused("Type an e-mail address like name@example.com.") from problem
    if User.objects.filter(email=address).exclude(pk=account.pk).exists():
        raise refused("Another account has this address. Each person has one of their own.")
    if Invitation.objects.filter(account=account, accepted_at=None, withdrawn_at=None).exists():
        raise refused(
            "The invitation is still open, and its link went to the old address. Withdraw it and invite anew."
        )


def _tell_both(account: User, before: str, user: User, at: datetime) -> None:
    """Tell the address that was, where somebody else may read it now, and the one that is."""
    key = f"address-changed:{account.pk}:{at.isoformat()}"
    warning = (
        f"{user.full_name} of the program’s staff changed the e-mail address of your account in the portal. It no "
        "longer signs in with this address. If you did not ask for this, call the program’s staff at once.\n"
    )
    old = Message(key=f"{key}:old", kind="account", recipient=before, user=account, subject=SUBJECT, text=warning)
    queue([old], at=at)
    tell(
        users=[account],
        key=key,
        kind="account",
        subject=SUBJECT,
        text=f"{user.full_name} of the program’s staff changed the e-mail address of your account to this one. All "
        "sessions have ended. Sign in with this address and the password you have.",
        at=at,
    )
