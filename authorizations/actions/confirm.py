"""A pharmacy asks for a confirmation number, or gives one back (PH-07, PH-08, PH-11 to PH-14)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from django.db import IntegrityError
from django.db.models import CharField

from authorizations.actions.decisions import answered_before, request_hash, store_decision
from authorizations.actions.upkeep import close_confirmation, settle
from authorizations.facts import Prescription, prescription
from authorizations.models import Authorization, Confirmation, Decision
from patients.models import Enrollment
from pharmacies.facts import is_certified
from pharmacies.models import Pharmacy
from pharmacies.permissions import require_trained
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.errors import ActRefused
from rems_portal.numbering import new_number
from rems_portal.prepared import Prepared, Slot
from rems_portal.rules import findings
from rems_portal.rules.categories import RiskCategory, RuleGroup
from rems_portal.rules.dispensing import ConfirmationFacts, ConfirmationRequestFacts, PharmacyFacts, decide_confirmation
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import AUTHORIZATION_MOVES, AuthorizationStatus, ConfirmationStatus
from rems_portal.rules.numbers import Kind
from rems_portal.rules.programs import ProgramVersion
from rems_portal.rules.wire import confirmation_request


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationRequest:
    """What the pharmacy reads off the prescription and is about to dispense."""

    authorization_number: str
    category: RiskCategory
    birth_date: date
    days_supply: int
    strength_mg: Decimal
    refill: bool = False
    by_telephone: bool = False


def confirm_dispense(
    *,
    by: Actor,
    at: datetime,
    pharmacy: Pharmacy,
    request: ConfirmationRequest,
    program: ProgramVersion,
    idempotency_key: str | None = None,
) -> Decision:
    """Decide, store the decision, and when granted issue the confirmation number (`decision.confirmation`).

    An unknown number and a wrong birth date are both a stored refusal with CONF-02 and no enrollment: callers answer
    both alike, "not found". The same key with the same request gives the earlier decision.
    Raises IdempotencyConflict for another request under the key, PermissionDenied for an untrained person.
    """
    keyed: dict[str, Any] = {"by": by, "at": at, "pharmacy": pharmacy, "request": request, "program": program}
    try:
        return _confirm(**keyed, idempotency_key=idempotency_key)
    except IntegrityError:
        # Two requests with one key at the same moment: the other one has committed, so its answer is there now.
        earlier = answered_before(idempotency_key, _hash_of(request), pharmacy)
        if earlier is None:
            raise
        return earlier


@act
def _confirm(
    *,
    by: Actor,
    at: datetime,
    pharmacy: Pharmacy,
    request: ConfirmationRequest,
    program: ProgramVersion,
    idempotency_key: str | None,
) -> Decision:
    require_trained(by, pharmacy, at)
    enrollment = _lock_patient_of(request.authorization_number, program)
    hashed = _hash_of(request)
    earlier = answered_before(idempotency_key, hashed, pharmacy)
    if earlier:
        return earlier
    found = _read(enrollment, request.authorization_number, pharmacy, program, at)
    matches = found is not None and found.authorization.enrollment.patient.birth_date == request.birth_date
    facts = _facts(found if matches else None, found is not None, pharmacy, request, at, program)
    decision = decide_confirmation(facts, program)
    stored = store_decision(
        decision,
        by=by,
        facts=confirmation_request(facts) | {"authorization_number": request.authorization_number},
        key=idempotency_key,
        hashed=hashed,
        enrollment=enrollment if matches else None,
        pharmacy=pharmacy,
    )
    if decision.granted and found:
        _issue(stored, decision, found.authorization, pharmacy, request)
    return stored


LOCKED = Prepared(
    lambda: (
        Enrollment.objects.locked()
        .filter(authorizations__number=Slot("number", CharField()), program=Slot("program", CharField()))
        .order_by()
    )
)


def _lock_patient_of(number: str, program: ProgramVersion) -> Enrollment | None:
    """Lock the enrollment first: after a pregnancy report commits, no confirmation in flight can."""
    locked: Enrollment | None = LOCKED.first(number=number, program=program.program)
    return locked


def _read(
    enrollment: Enrollment | None, number: str, pharmacy: Pharmacy, program: ProgramVersion, at: datetime
) -> Prescription | None:
    if enrollment is None:
        return None
    found = prescription(number, pharmacy=pharmacy, program=program, at=at)
    if found.overdue:
        settle(enrollment, at)
        found = prescription(number, pharmacy=pharmacy, program=program, at=at)
    return found


def _facts(
    found: Prescription | None,
    number_known: bool,
    pharmacy: Pharmacy,
    request: ConfirmationRequest,
    at: datetime,
    program: ProgramVersion,
) -> ConfirmationFacts:
    return ConfirmationFacts(
        at=at,
        pharmacy=PharmacyFacts(
            certified=found.pharmacy_certified if found else is_certified(pharmacy, program, at),
            time_zone=pharmacy.time_zone,
        ),
        prescriber_certified=found is not None and found.prescriber_certified,
        patient=found.patient if found else None,
        authorization=found.issued if found else None,
        request=ConfirmationRequestFacts(
            number_known=number_known,
            birth_date_matches=found is not None,
            category_on_prescription=request.category,
            days_supply=request.days_supply,
            strength_mg=request.strength_mg,
            refill=request.refill,
            by_telephone=request.by_telephone,
        ),
    )


def _issue(
    stored: Decision,
    decision: findings.Decision,
    authorization: Authorization,
    pharmacy: Pharmacy,
    request: ConfirmationRequest,
) -> None:
    ship_by, pick_up_by = cast(datetime, decision.ship_by), cast(datetime, decision.pick_up_by)
    move(authorization, AUTHORIZATION_MOVES, AuthorizationStatus.CONFIRMED, why="Confirmation number issued")
    Confirmation.objects.create(
        number=new_number(Kind.CONFIRMATION),
        authorization=authorization,
        enrollment_id=authorization.enrollment_id,
        pharmacy=pharmacy,
        decision=stored,
        rule_group=cast(RuleGroup, decision.group),
        status=ConfirmationStatus.OPEN,
        obtained_at=decision.at,
        ship_by=ship_by,
        pick_up_by=pick_up_by,
        lapses_at=max(ship_by, pick_up_by),
        days_supply=request.days_supply,
        strength_mg=request.strength_mg,
    )


def _hash_of(request: ConfirmationRequest) -> str:
    fields: dict[str, Any] = {name: getattr(request, name) for name in ConfirmationRequest.__slots__}
    return request_hash(fields)


@act
def cancel_confirmation(*, by: Actor, at: datetime, pharmacy: Pharmacy, number: str, reason: str) -> Confirmation:
    """Give an open confirmation back; the authorization is live again while it is valid (domain.md section 8).

    Raises Confirmation.DoesNotExist for a number that is not this pharmacy's, ActRefused when it is no longer open
    or no reason is given.
    """
    require_trained(by, pharmacy, at)
    enrollment = Enrollment.objects.locked().get(
        pk=Confirmation.objects.values_list("enrollment_id", flat=True).get(number=number, pharmacy=pharmacy)
    )
    settle(enrollment, at)
    confirmation = Confirmation.objects.get(number=number, pharmacy=pharmacy)
    if confirmation.status != ConfirmationStatus.OPEN:
        raise ActRefused([_not_open(confirmation)])
    if not reason.strip():
        raise ActRefused([Finding("CANCEL", ("PH-19",), "Say why you cancel the confirmation.", Party.PHARMACY)])
    close_confirmation(confirmation, ConfirmationStatus.CANCELLED, at=at, why=reason.strip()[:250])
    return confirmation


def _not_open(confirmation: Confirmation) -> Finding:
    sentence = f"This confirmation is no longer open: it is {confirmation.get_status_display()}. Nothing was changed."
    return Finding("CANCEL", ("PH-19",), sentence, Party.PHARMACY)
