"""What program staff may do to a pharmacy's certification: suspend, reinstate, decertify, let it apply again."""

from collections.abc import Mapping
from datetime import datetime

from pharmacies.actions.certify import locked_certification, refusal
from pharmacies.facts import PROCESS_COLUMNS
from pharmacies.models import PharmacyCertification
from pharmacies.queries import representatives
from rems_portal.accounts.models import User
from rems_portal.accounts.permissions import require_administrator
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.audit.history import LONGEST_REASON
from rems_portal.errors import ActRefused
from rems_portal.notifications.actions import tell
from rems_portal.reasons import require_reason
from rems_portal.rules.calendars import program_day
from rems_portal.rules.findings import Party
from rems_portal.rules.lifecycles import CERTIFICATION_MOVES, CertificationStatus, may_move


@act
def suspend_pharmacy(
    *, by: Actor, at: datetime, user: User, certification: PharmacyCertification, reason: str
) -> PharmacyCertification:
    """Suspend a certification: no confirmation for the pharmacy until it is reinstated.

    An administrator's act, with a reason. Raises PermissionDenied, ActRefused without a reason or from another status.
    """
    return _decide(certification, CertificationStatus.SUSPENDED, by=by, at=at, user=user, reason=reason)


@act
def reinstate_pharmacy(
    *, by: Actor, at: datetime, user: User, certification: PharmacyCertification, reason: str
) -> PharmacyCertification:
    """Lift a suspension. An administrator's act, with a reason. Raises as `suspend_pharmacy`."""
    locked = locked_certification(certification)
    if locked.status != CertificationStatus.SUSPENDED:
        raise refusal("CERT-14", "PH-01", "Only a suspended certification can be reinstated.", Party.PROGRAM)
    return _decide(locked, CertificationStatus.CERTIFIED, by=by, at=at, user=user, reason=reason)


@act
def decertify_pharmacy(
    *, by: Actor, at: datetime, user: User, certification: PharmacyCertification, reason: str
) -> PharmacyCertification:
    """End a certification. An administrator's act, with a reason. Raises as `suspend_pharmacy`."""
    return _decide(certification, CertificationStatus.DECERTIFIED, by=by, at=at, user=user, reason=reason)


@act
def reopen_pharmacy_certification(
    *, by: Actor, at: datetime, user: User, certification: PharmacyCertification, reason: str
) -> PharmacyCertification:
    """Let a decertified pharmacy apply again: it must attest and sign anew; reviews and quiz attempts stay.

    An administrator's act, with a reason. Raises as `suspend_pharmacy`.
    """
    unsigned: dict[str, object] = dict.fromkeys(("signed_at", "certified_at", "form"))
    unsigned |= {"signed_name": "", "program_version": ""} | dict.fromkeys(PROCESS_COLUMNS.values(), False)
    status = CertificationStatus.IN_PROGRESS
    return _decide(certification, status, by=by, at=at, user=user, reason=reason, changes=unsigned)


def _decide(
    certification: PharmacyCertification,
    status: CertificationStatus,
    *,
    by: Actor,
    at: datetime,
    user: User,
    reason: str,
    changes: Mapping[str, object] | None = None,
) -> PharmacyCertification:
    require_administrator(user)
    why = require_reason(reason, _refused, longest=LONGEST_REASON)
    locked = locked_certification(certification)
    if not may_move(CERTIFICATION_MOVES, CertificationStatus(locked.status), status):
        words = f"A certification that is {locked.get_status_display()} can’t become {status.replace('_', ' ')}."
        raise refusal("CERT-14", "PH-01", words, Party.PROGRAM)
    move(locked, CERTIFICATION_MOVES, status, why=why, **(changes or {}))
    tell(
        users=representatives(locked.pharmacy_id, program_day(at)),
        key=f"pharmacy-certification:{locked.pk}:{status}:{at.isoformat()}",
        kind="certification",
        subject="Your pharmacy’s certification has changed",
        text="The program’s staff changed the status of your pharmacy’s certification. Sign in to see what it means.",
        at=at,
    )
    return locked


def _refused(sentence: str) -> ActRefused:
    return refusal("CERT-14", "PH-01", sentence, Party.PROGRAM)
