"""Program staff close a compliance case, with a reason (PH-15, PH-16). Opening one is part of recording a dispense."""

from datetime import datetime

from authorizations.models import ComplianceCase
from patients.models import Enrollment
from rems_portal.accounts.models import User
from rems_portal.accounts.permissions import require_case_manager
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.errors import ActRefused
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import CASE_MOVES, CaseStatus


@act
def close_compliance_case(*, by: Actor, at: datetime, user: User, case: ComplianceCase, reason: str) -> ComplianceCase:
    """Close a compliance case: program staff only, with a reason that stays on the case.

    Raises PermissionDenied for anybody else, ActRefused without a reason or when the case is closed already.
    """
    require_case_manager(user)
    Enrollment.objects.locked().get(confirmations=case.confirmation_id)
    current = ComplianceCase.objects.get(pk=case.pk)
    why = reason.strip()
    if not why:
        raise _refused("Give the reason for closing the case.")
    if current.status != CaseStatus.OPEN:
        raise _refused("This case is closed already.")
    move(current, CASE_MOVES, CaseStatus.CLOSED, why=why[:100], closed_at=at, closed_by=user, closing_reason=why)
    return current


def _refused(sentence: str) -> ActRefused:
    return ActRefused([Finding("CASE", ("PG-01",), sentence, Party.PROGRAM)])
