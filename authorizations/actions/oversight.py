"""What program staff may do about a transfer that hangs: take it back in place of the prescriber who asked for it."""

from datetime import datetime

from authorizations.actions.transfer import end_pending_transfers
from patients.models import Enrollment, Transfer
from rems_portal.accounts.models import User
from rems_portal.accounts.permissions import require_case_manager
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.reasons import require_reason
from rems_portal.rules.findings import Finding, Party


@act
def withdraw_transfer_by_program(*, by: Actor, at: datetime, user: User, transfer: Transfer, reason: str) -> Transfer:
    """Take back a transfer that waits for the patient's side, as program staff, with a reason.

    Its links stop working; the office that asked is told that it will not take place; the patient stays with the
    prescriber there is. Raises PermissionDenied for anybody else, ActRefused without a reason or once it is done or
    taken back.
    """
    require_case_manager(user)
    Enrollment.objects.locked().get(pk=transfer.enrollment_id)
    current: Transfer = Transfer.objects.select_related("agreement__form", "to_prescriber__user").get(pk=transfer.pk)
    words = require_reason(reason, _refused)
    if not current.pending:
        raise _refused("This transfer doesn’t wait any more. Nothing was changed.")
    end_pending_transfers([current], by_name=by.name, reason=words, at=at)
    return current


def _refused(sentence: str) -> ActRefused:
    return ActRefused([Finding("TRANSFER", ("PR-08",), sentence, Party.PROGRAM)])
