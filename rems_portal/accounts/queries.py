"""Reads of accounts and invitations, for the pages and the apps above."""

from collections.abc import Iterable

from django.db.models import QuerySet

from rems_portal.accounts.models import Invitation, User


def open_invitations(user: User) -> "QuerySet[Invitation]":
    """Return the invitations that `user` has sent and nobody has accepted yet, newest first."""
    rows = Invitation.objects.filter(invited_by=user, accepted_at__isnull=True, withdrawn_at__isnull=True)
    return rows.select_related("account")


def invitation_by_hash(token_hash: str) -> Invitation | None:
    """Return the invitation whose link has this hash."""
    return Invitation.objects.filter(token_hash=token_hash).select_related("account", "invited_by").first()


def still_invited(accounts: Iterable[int]) -> set[int]:
    """Return which of these accounts (by id) have not accepted their invitation yet."""
    rows = Invitation.objects.filter(account_id__in=list(accounts), accepted_at__isnull=True)
    return set(rows.values_list("account_id", flat=True))
