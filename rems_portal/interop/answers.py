"""Turns what the actions return into the API's answers, and what they raise into HTTP status codes."""

from typing import Any

from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from authorizations.models import Authorization, Confirmation, Decision, Dispense
from rems_portal.errors import ActRefused, IdempotencyConflict, NotFound
from rems_portal.rules.categories import RuleGroup
from rems_portal.rules.dispensing import checklist_items
from rems_portal.rules.programs import ProgramVersion

NOT_FOUND = {"detail": "Nothing was found for this number. Check the number and the birth date."}


def answer_errors(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer what actions raise: refused 422, not found 404, a reused key with another request 409; else as DRF does."""
    if isinstance(error, ActRefused):
        findings = [finding.as_dict() for finding in error.findings]
        return Response({"outcome": "refused", "findings": findings}, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
    if isinstance(error, IdempotencyConflict):
        return Response({"detail": str(error)}, status=status.HTTP_409_CONFLICT)
    if isinstance(error, (NotFound, Confirmation.DoesNotExist, Authorization.DoesNotExist)):
        return Response(NOT_FOUND, status=status.HTTP_404_NOT_FOUND)
    answer: Response | None = exception_handler(error, context)
    return answer


def refusal(decision: Decision) -> Response:
    """Answer a refused decision with everything that is missing."""
    body = {
        "outcome": decision.outcome,
        "failed": decision.failed.split(","),
        "program_version": decision.program_version,
        "findings": [check["finding"] for check in decision.checks if check["finding"]],
    }
    return Response(body, status=status.HTTP_422_UNPROCESSABLE_ENTITY)


def authorization_granted(decision: Decision) -> Response:
    """Answer a granted authorization."""
    authorization = decision.authorization
    body = {
        "outcome": decision.outcome,
        "program_version": decision.program_version,
        "authorization_number": authorization.number,
        "risk_category": authorization.category,
        "valid_through": authorization.valid_through,
    }
    return Response(body, status=status.HTTP_201_CREATED)


def confirmation_body(confirmation: Confirmation, version: str, program: ProgramVersion) -> dict[str, Any]:
    """Return a confirmation with its deadlines and the checklist that must be completed before it is dispensed."""
    items = checklist_items(RuleGroup(confirmation.rule_group), program)
    return {
        "outcome": "granted",
        "program_version": version,
        "confirmation_number": confirmation.number,
        "obtained_at": confirmation.obtained_at,
        "ship_by": confirmation.ship_by,
        "pick_up_by": confirmation.pick_up_by,
        "status": confirmation.status,
        "checklist": [{"code": item.code, "sentence": item.sentence} for item in items],
    }


def dispense_body(dispense: Dispense) -> dict[str, Any]:
    """Return a recorded dispense."""
    return {
        "confirmation_number": dispense.confirmation.number,
        "how": dispense.how,
        "done_at": dispense.done_at,
        "days_supply": dispense.days_supply,
        "in_time": dispense.in_time,
    }
