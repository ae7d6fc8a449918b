"""API tokens are given out and taken back by administrators of the program."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from pharmacies.models import Pharmacy
from prescribers.models import Prescriber
from rems_portal.accounts.models import User
from rems_portal.accounts.permissions import require_administrator
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.audit.history import LONGEST_REASON
from rems_portal.errors import ActRefused
from rems_portal.interop.authentication import hash_token
from rems_portal.interop.models import ApiToken
from rems_portal.reasons import require_reason
from rems_portal.rules.findings import Finding, Party

TOKEN_GOOD_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """Which system it is for; exactly one of `prescriber` and `pharmacy`."""

    label: str
    prescriber: Prescriber | None = None
    pharmacy: Pharmacy | None = None
    good_for: timedelta = TOKEN_GOOD_FOR


@act
def issue_api_token(*, by: Actor, at: datetime, user: User, token: NewToken) -> tuple[ApiToken, str]:
    """Make a token for a prescriber's or a pharmacy's system; return it and its secret, which is kept nowhere.

    Raises PermissionDenied unless `user` is an administrator, ActRefused without a label or for none or two owners.
    """
    require_administrator(user)
    if not token.label.strip():
        raise _refused("Say what will use the token.")
    if (token.prescriber is None) == (token.pharmacy is None):
        raise _refused("Choose the prescriber or the pharmacy whose system it is: one of them.")
    secret = secrets.token_urlsafe(32)
    issued = ApiToken.objects.create(
        label=token.label.strip(),
        token_hash=hash_token(secret),
        prescriber=token.prescriber,
        pharmacy=token.pharmacy,
        created_at=at,
        created_by=user,
        expires_at=at + token.good_for,
    )
    return issued, secret


@act
def revoke_api_token(*, by: Actor, at: datetime, user: User, token: ApiToken, reason: str) -> ApiToken:
    """Make a token useless from now on. Raises PermissionDenied, ActRefused without a reason or when it is revoked."""
    require_administrator(user)
    why = require_reason(reason, _refused, longest=LONGEST_REASON)
    current = ApiToken.objects.select_for_update().get(pk=token.pk)
    if current.revoked_at is not None:
        raise _refused("This token is revoked already.")
    current.revoked_at = at
    current._change_reason = why  # type: ignore[attr-defined]
    current.save(update_fields=["revoked_at"])
    return current


def _refused(sentence: str) -> ActRefused:
    return ActRefused([Finding("TOKEN", (), sentence, Party.PROGRAM)])
