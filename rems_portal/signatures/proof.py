"""Whose proof an act takes for a signature: nobody signs for another (21 CFR 11.200). Fails closed."""

from django.core.exceptions import PermissionDenied

from rems_portal.signatures.actions import Signing
from rems_portal.signatures.models import Method


def require_own_signature(signing: Signing, user_id: int | None) -> None:
    """Raise PermissionDenied unless the proof is of this account's own password.

    Without an account, which is a prescriber's own system: of that system's access token.
    """
    method = Method.TOKEN if user_id is None else Method.PASSWORD
    if (signing.user_id, signing.method) != (user_id, method):
        raise PermissionDenied("Sign with your own password: nobody signs for another.")
