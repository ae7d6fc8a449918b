"""Turns what the actions return into the API's answers, and what they raise into one shape with an HTTP status."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import structlog
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.signals import got_request_exception
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

from authorizations.models import Authorization, Confirmation, Decision, Dispense
from authorizations.presenters.signed import shown_checklist, shown_prescriber_survey
from patients.models import Enrollment
from patients.presenters import shown_agreement
from rems_portal.errors import ActRefused, IdempotencyConflict, NotFound, StaleRecord
from rems_portal.interop.serializers.replies import Code
from rems_portal.rules.categories import RuleGroup
from rems_portal.rules.dispensing import checklist_items
from rems_portal.rules.lifecycles import ConfirmationStatus
from rems_portal.rules.programs import ProgramVersion
from rems_portal.signatures.copies import is_intact

log = structlog.get_logger("rems_portal.interop")

NOT_FOUND = "Nothing was found for this number. Check the number and the birth date."
FINDING = ("rule", "obligations", "sentence", "move")
CODES = {
    status.HTTP_400_BAD_REQUEST: Code.MALFORMED,
    status.HTTP_401_UNAUTHORIZED: Code.NOT_AUTHENTICATED,
    status.HTTP_403_FORBIDDEN: Code.NOT_ALLOWED,
    status.HTTP_404_NOT_FOUND: Code.NOT_FOUND,
    status.HTTP_405_METHOD_NOT_ALLOWED: Code.METHOD_NOT_ALLOWED,
    status.HTTP_409_CONFLICT: Code.CONFLICT,
    status.HTTP_413_REQUEST_ENTITY_TOO_LARGE: Code.TOO_LARGE,
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: Code.UNSUPPORTED_MEDIA_TYPE,
    status.HTTP_422_UNPROCESSABLE_ENTITY: Code.REFUSED,
    status.HTTP_500_INTERNAL_SERVER_ERROR: Code.FAULT,
}


def problem(
    code: int,
    message: str,
    *,
    fields: list[dict[str, str]] | None = None,
    findings: list[dict[str, Any]] | None = None,
    program_version: str | None = None,
) -> Response:
    """Return an answer that is not a success, in the one shape they all have."""
    found = findings or []
    body = {
        "code": CODES[code],
        "message": message,
        "fields": fields or [],
        "failed": sorted({finding["rule"] for finding in found}),
        "findings": found,
        "program_version": program_version,
    }
    return Response(body, status=code)


def answer_errors(error: Exception, context: dict[str, Any]) -> Response:
    """Answer what a view raises: refused 422, not found 404, a reused key 409, malformed 400, a fault of ours 500."""
    if isinstance(error, ActRefused):
        return refused([finding.as_dict() for finding in error.findings])
    if isinstance(error, IdempotencyConflict):
        return problem(status.HTTP_409_CONFLICT, str(error))
    if isinstance(error, StaleRecord):
        return problem(status.HTTP_409_CONFLICT, "Somebody changed this at the same moment. Ask again.")
    if isinstance(error, (NotFound, ObjectDoesNotExist)):
        return problem(status.HTTP_404_NOT_FOUND, NOT_FOUND)
    if isinstance(error, PermissionDenied):
        return problem(status.HTTP_403_FORBIDDEN, str(error))
    if isinstance(error, ValidationError):
        message = "Some of this can’t be read. Correct what is named and send it again."
        return problem(status.HTTP_400_BAD_REQUEST, message, fields=list(_field_problems(error.detail)))
    if isinstance(error, APIException):
        return _of_the_framework(error)
    return _fault(error, context)


def _of_the_framework(error: APIException) -> Response:
    answer = problem(error.status_code, str(error.detail))
    if asks_for := getattr(error, "auth_header", None):
        answer["WWW-Authenticate"] = asks_for
    if error.status_code == status.HTTP_400_BAD_REQUEST:
        answer.data["fields"] = [{"field": "body", "message": str(error.detail)}]
    return answer


def _fault(error: Exception, context: dict[str, Any]) -> Response:
    """Answer in JSON although the fault is ours; it is written down, and tests are told as Django tells them."""
    log.error("fault", exc_info=error)
    got_request_exception.send(sender=answer_errors, request=context["request"])
    message = "The portal has a fault. Nothing was saved and nothing was issued. Try again in a minute."
    return problem(status.HTTP_500_INTERNAL_SERVER_ERROR, message)


def _field_problems(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Yield each sentence with the path of its field, such as "attested[2]"."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            if name == "non_field_errors":
                yield from _field_problems(inner, path)
            else:
                yield from _field_problems(inner, f"{path}[{name}]" if path else str(name))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _field_problems(inner, path)
    else:
        yield {"field": path or "body", "message": str(detail)}


def refused(findings: list[dict[str, Any]], program_version: str | None = None) -> Response:
    """Answer a refusal with everything that is missing."""
    message = " ".join(finding["sentence"] for finding in findings)
    return problem(status.HTTP_422_UNPROCESSABLE_ENTITY, message, findings=findings, program_version=program_version)


def refusal(decision: Decision) -> Response:
    """Answer a refused decision."""
    found = [check["finding"] for check in decision.checks if check["finding"]]
    # PostgreSQL gives stored objects back with their keys in another order; the same answer is the same bytes.
    findings = [{name: finding[name] for name in FINDING} for finding in found]
    return refused(findings, decision.program_version)


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


def confirmation_body(
    confirmation: Confirmation, version: str, program: ProgramVersion, at: datetime
) -> dict[str, Any]:
    """Return a confirmation at `at` with its deadlines and the checklist to complete before it is dispensed."""
    items = checklist_items(RuleGroup(confirmation.rule_group), program)
    return {
        "outcome": Decision.Outcome.GRANTED,
        "program_version": version,
        "confirmation_number": confirmation.number,
        "authorization_number": confirmation.authorization.number,
        "status": _status_at(confirmation, at),
        "obtained_at": confirmation.obtained_at,
        "ship_by": confirmation.ship_by,
        "pick_up_by": confirmation.pick_up_by,
        "days_supply": confirmation.days_supply,
        "checklist": [{"code": item.code, "sentence": item.sentence} for item in items],
        "intact": _checklist_is_intact(confirmation, at),
    }


def _checklist_is_intact(confirmation: Confirmation, at: datetime) -> bool:
    """One obtained at this very instant has no checklist yet: the hot path asks nothing."""
    checklist = getattr(confirmation, "checklist", None) if confirmation.obtained_at < at else None
    return checklist is None or is_intact(shown_checklist(checklist))


def _status_at(confirmation: Confirmation, at: datetime) -> str:
    """An open one whose time is over has lapsed, also before the regular job has written it."""
    over = confirmation.status == ConfirmationStatus.OPEN and confirmation.lapses_at < at
    return ConfirmationStatus.LAPSED if over else confirmation.status


def state_body(confirmation: Confirmation, at: datetime) -> dict[str, Any]:
    """Return what state a confirmation is in at `at`."""
    return {"confirmation_number": confirmation.number, "status": _status_at(confirmation, at)}


def dispense_body(dispense: Dispense) -> dict[str, Any]:
    """Return a recorded dispense."""
    return {
        "confirmation_number": dispense.confirmation.number,
        "how": dispense.how,
        "done_at": dispense.done_at,
        "days_supply": dispense.days_supply,
        "in_time": dispense.in_time,
    }


def live_authorization_body(authorization: Authorization | None) -> dict[str, Any] | None:
    """Return the patient's authorization that is good now, if there is one."""
    if authorization is None:
        return None
    return {
        "authorization_number": authorization.number,
        "risk_category": authorization.category,
        "status": authorization.status,
        "valid_through": authorization.valid_through,
        "intact": is_intact(shown_prescriber_survey(authorization.decision)),
    }


def agreement_is_intact(enrollment: Enrollment) -> bool:
    """Is the agreement form in force, with what the record repeats of it, what was signed? True where there is none."""
    agreement = enrollment.agreements.current().select_related("form").prefetch_related("form__signatures").first()
    return agreement is None or is_intact(shown_agreement(agreement))
