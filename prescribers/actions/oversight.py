"""What program staff do to a prescriber's certification. Each act is an administrator's, with a reason that stays."""

from collections.abc import Mapping
from datetime import datetime

from prescribers.actions.refusing import locked_certification, refusal
from prescribers.models import PrescriberCertification
from rems_portal.accounts.models import User
from rems_portal.accounts.permissions import require_administrator
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.notifications.actions import tell
from rems_portal.rules.findings import Party
from rems_portal.rules.lifecycles import CERTIFICATION_MOVES, CertificationStatus, may_move

MAX_REASON = 100
# What a certification that is applied for anew no longer has. The form that was signed stays, and so does its history.
UNSIGNED: Mapping[str, object] = {
    "form": None,
    "signed_name": "",
    "signed_at": None,
    "certified_at": None,
    "program_version": "",
}


@act
def suspend_prescriber(
    *, by: Actor, at: datetime, user: User, certification: PrescriberCertification, reason: str
) -> PrescriberCertification:
    """Suspend a certification: no authorization and no confirmation on the prescriber's numbers until reinstated.

    An administrator's act, with a reason. Raises PermissionDenied, ActRefused without a reason or from another status.
    """
    return _decide(certification, CertificationStatus.SUSPENDED, by=by, at=at, user=user, reason=reason)


@act
def reinstate_prescriber(
    *, by: Actor, at: datetime, user: User, certification: PrescriberCertification, reason: str
) -> PrescriberCertification:
    """Lift a suspension. An administrator's act, with a reason. Raises as `suspend_prescriber`."""
    require_administrator(user)
    locked = locked_certification(certification)
    if locked.status != CertificationStatus.SUSPENDED:
        raise refusal("CERT-03", "PR-02", "Only a suspended certification can be reinstated.", Party.PROGRAM)
    return _decide(locked, CertificationStatus.CERTIFIED, by=by, at=at, user=user, reason=reason)


@act
def decertify_prescriber(
    *, by: Actor, at: datetime, user: User, certification: PrescriberCertification, reason: str
) -> PrescriberCertification:
    """End a certification. An administrator's act, with a reason. Raises as `suspend_prescriber`."""
    return _decide(certification, CertificationStatus.DECERTIFIED, by=by, at=at, user=user, reason=reason)


@act
def reopen_prescriber_certification(
    *, by: Actor, at: datetime, user: User, certification: PrescriberCertification, reason: str
) -> PrescriberCertification:
    """Let a decertified prescriber apply again: the form must be signed anew, what was reviewed stays reviewed.

    An administrator's act, with a reason. Raises as `suspend_prescriber`.
    """
    status = CertificationStatus.IN_PROGRESS
    return _decide(certification, status, by=by, at=at, user=user, reason=reason, changes=UNSIGNED)


def _decide(
    certification: PrescriberCertification,
    status: CertificationStatus,
    *,
    by: Actor,
    at: datetime,
    user: User,
    reason: str,
    changes: Mapping[str, object] | None = None,
) -> PrescriberCertification:
    require_administrator(user)
    if not 0 < len(reason.strip()) <= MAX_REASON:
        sentence = f"Give the reason, in at most {MAX_REASON} characters: it stays in the record."
        raise refusal("CERT-03", "PR-02", sentence, Party.PROGRAM)
    locked = locked_certification(certification)
    if not may_move(CERTIFICATION_MOVES, CertificationStatus(locked.status), status):
        words = f"A certification that is {locked.get_status_display()} can’t become {status.replace('_', ' ')}."
        raise refusal("CERT-03", "PR-02", words, Party.PROGRAM)
    move(locked, CERTIFICATION_MOVES, status, why=reason.strip(), **(changes or {}))
    tell(
        users=[locked.prescriber.user],
        key=f"certification:{locked.pk}:{status}:{at.isoformat()}",
        kind="certification",
        subject="Your certification has changed",
        text="The program’s staff changed the status of your certification. Please sign in to see what it means.",
        at=at,
    )
    return locked
