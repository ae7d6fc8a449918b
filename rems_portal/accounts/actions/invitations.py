"""Invitations: how every account begins. Its owner alone sets the password, by a link that works once, for days."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from rems_portal.accounts.actions.accounts import refused
from rems_portal.accounts.models import Invitation, User
from rems_portal.accounts.permissions import can_administer
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.notifications.actions import Message, hint_delivery, queue

GOOD_FOR = timedelta(days=7)
TOO_LATE = "This link no longer works: it was used, replaced or withdrawn, or it is too old. Ask for a new invitation."
HAS_ACCOUNT = "There is an account with this address already."
OTHER_ROLE = "The account with this address is closed, or of another role. Ask the program’s staff."
NAME_NEEDED = "Nobody has an account with this address yet. Type the person’s name too: we then send an invitation."


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """Whose account it is to be."""

    email: str
    full_name: str
    role: User.Role
    staff_role: User.StaffRole = User.StaffRole.NONE


@act
def invite_account(
    *, by: Actor, at: datetime, user: User, account: NewAccount, may_invite: Collection[User.Role] = ()
) -> Invitation:
    """Make an account without a password and send its owner the link to accept it, good for `GOOD_FOR`.

    Administrators invite anybody. Whoever else calls names in `may_invite` the roles that `user` may invite, having
    checked it; nobody else ever invites program staff. An account whose invitation was withdrawn is invited anew.
    Raises PermissionDenied, ActRefused for an address that has an account, no name, or a staff role that doesn't fit.
    """
    if not (can_administer(user) or (account.role in may_invite and account.role != User.Role.PROGRAM_STAFF)):
        raise PermissionDenied("Your role may not invite this person.")
    if (account.role == User.Role.PROGRAM_STAFF) != bool(account.staff_role):
        raise refused("Choose a staff role for program staff, and none for anybody else.")
    invited = _invited(account)
    return _send(Invitation.objects.filter(account=invited).first() or Invitation(account=invited), by=user, at=at)


def _invited(account: NewAccount) -> User:
    email = account.email.strip().lower()
    earlier = User.objects.select_for_update(of=("self",)).filter(email=email).first()
    if earlier and not Invitation.objects.filter(account=earlier, withdrawn_at__isnull=False).exists():
        raise refused(HAS_ACCOUNT)
    invited = earlier or User(email=email)
    invited.full_name, invited.is_active = account.full_name.strip(), True
    invited.role, invited.staff_role = account.role, account.staff_role
    invited.set_unusable_password()
    try:
        invited.full_clean()
    except ValidationError as error:
        raise refused(*error.messages) from error
    invited.save()
    return invited


@act
def send_invitation_again(*, by: Actor, at: datetime, user: User, invitation: Invitation) -> Invitation:
    """Send a new link, good for `GOOD_FOR` from now; the old one stops working.

    Raises PermissionDenied unless `user` sent the invitation or is an administrator, ActRefused once it was accepted
    or withdrawn.
    """
    locked = _open_one(invitation, user)
    return _send(locked, by=locked.invited_by, at=at)


@act
def withdraw_invitation(*, by: Actor, at: datetime, user: User, invitation: Invitation) -> Invitation:
    """Take an invitation back: its link stops working and the account is closed. Raises as `send_invitation_again`."""
    locked = _open_one(invitation, user)
    locked.withdrawn_at = at
    locked.save(update_fields=["withdrawn_at"])
    locked.account.is_active = False
    locked.account.save(update_fields=["is_active"])
    return locked


@act
def accept_invitation(*, by: Actor, at: datetime, invitation: Invitation, password: str) -> User:
    """Set the password that the invited person chose; the link works no more, and the account may sign in.

    Raises ActRefused for a link that no longer works, or a password that breaks the rules of `accounts.passwords`.
    """
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("account").get(pk=invitation.pk)
    if locked.token_hash != invitation.token_hash or not works(locked, at):
        raise refused(TOO_LATE)
    account = locked.account
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise refused(*error.messages) from error
    account.set_password(password)
    account.save(update_fields=["password"])
    locked.accepted_at = at
    locked.save(update_fields=["accepted_at"])
    return account


def colleague(*, by: Actor, at: datetime, email: str, full_name: str, role: User.Role) -> User:
    """Return the open account of this role and address; one that nobody has yet is invited in `by`'s name.

    The caller has checked that `by` may add a person of this role. Raises ActRefused for an account of another role or
    a closed one, and when there is somebody to invite but no name.
    """
    email = email.strip().lower()
    there = User.objects.filter(email=email, role=role, is_active=True).first()
    if there:
        return there
    withdrawn = Invitation.objects.filter(account__email=email, withdrawn_at__isnull=False).exists()
    if User.objects.filter(email=email).exists() and not withdrawn:
        raise refused(OTHER_ROLE)
    if not full_name.strip():
        raise refused(NAME_NEEDED)
    wanted = NewAccount(email=email, full_name=full_name, role=role)
    inviter = User.objects.get(pk=by.user_id or 0)
    return invite_account(by=by, at=at, user=inviter, account=wanted, may_invite={role}).account


def works(invitation: Invitation, at: datetime) -> bool:
    """Can the link of this invitation be used at `at`?"""
    return invitation.is_open and at < invitation.expires_at and invitation.account.is_active


def hash_of(secret: str) -> str:
    """Return the hash under which a link is kept: a fast one, because 256 random bits can't be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _open_one(invitation: Invitation, user: User) -> Invitation:
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("account").get(pk=invitation.pk)
    if not (user.is_active and user.pk == locked.invited_by_id) and not can_administer(user):
        raise PermissionDenied("Only who sent an invitation, or an administrator, may change it.")
    if not locked.is_open:
        raise refused("This invitation was accepted or withdrawn already.")
    return locked


def _send(invitation: Invitation, *, by: User, at: datetime) -> Invitation:
    secret = secrets.token_urlsafe(32)
    invitation.invited_by, invitation.invited_at, invitation.expires_at = by, at, at + GOOD_FOR
    invitation.token_hash = hash_of(secret)
    invitation.accepted_at = invitation.withdrawn_at = None
    invitation.save()
    account = invitation.account
    text = (
        f"{by.full_name} invites you, {account.full_name}, to the Lenalidomide REMS portal as: "
        f"{account.get_role_display().lower()}.\n\nOpen this link within {GOOD_FOR.days} days and choose a password. "
        f"It works once:\n{settings.PORTAL_URL}/accounts/invitation/{secret}/\n\nYou will also need a phone with an "
        "authenticator app, or a device with a passkey. If you don’t know why you get this, do nothing.\n"
    )
    message = Message(
        key=f"invitation:{invitation.pk}:{invitation.token_hash[:20]}",
        kind="invitation",
        recipient=account.email,
        user=account,
        subject="Your invitation to the Lenalidomide REMS portal",
        text=text,
        private=True,
    )
    queue([message], at=at)
    transaction.on_commit(hint_delivery, robust=True)
    return invitation
