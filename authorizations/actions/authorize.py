"""A prescriber asks for an authorization number by completing the prescriber survey (PR-09 to PR-11, PR-18 to PR-20)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from authorizations.actions.decisions import answered_before, request_hash, store_decision
from authorizations.actions.upkeep import settle, void_live_numbers
from authorizations.facts import patient_facts
from authorizations.models import Authorization, Decision
from patients.models import Enrollment
from prescribers.facts import is_certified
from prescribers.models import Prescriber
from prescribers.permissions import require_signatory
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.numbering import new_number
from rems_portal.rules import findings
from rems_portal.rules.authorization import AuthorizationFacts, PrescriptionFacts, decide_authorization
from rems_portal.rules.lifecycles import AuthorizationStatus
from rems_portal.rules.numbers import Kind
from rems_portal.rules.programs import ProgramVersion
from rems_portal.rules.wire import authorization_request


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriberSurvey:
    """What the prescriber survey says: the prescription, what was counseled, and how it goes to the pharmacy."""

    prescription: PrescriptionFacts
    days_of_therapy: int
    transmission: Authorization.Transmission
    attested: frozenset[str]
    replace_live_authorization: bool = False


@act
def authorize_prescription(
    *,
    by: Actor,
    at: datetime,
    prescriber: Prescriber,
    enrollment: Enrollment,
    survey: PrescriberSurvey,
    program: ProgramVersion,
    idempotency_key: str | None = None,
) -> Decision:
    """Decide, store the decision, and when granted issue the authorization number (`decision.authorization`).

    The same key with the same request gives the earlier decision. Raises IdempotencyConflict for another request
    under the key, PermissionDenied when `by` is not the prescriber or the prescriber's own system.
    """
    require_signatory(by, prescriber)
    locked = Enrollment.objects.locked().select_related("patient").get(pk=enrollment.pk, prescriber=prescriber)
    hashed = request_hash({"patient": locked.pk, **_request(survey)})
    earlier = answered_before(idempotency_key, hashed, prescriber=prescriber)
    if earlier:
        return earlier
    settle(locked, at)
    facts = AuthorizationFacts(
        at=at,
        prescriber_certified=is_certified(prescriber, program.code),
        patient=patient_facts(locked),
        prescription=survey.prescription,
        attested=survey.attested,
        replace_live_authorization=survey.replace_live_authorization,
    )
    decision = decide_authorization(facts, program)
    stored = store_decision(
        decision,
        by=by,
        facts=authorization_request(facts),
        key=idempotency_key,
        hashed=hashed,
        enrollment=locked,
        prescriber=prescriber,
    )
    if decision.granted:
        _issue(stored, decision, locked, prescriber, survey)
    return stored


def _issue(
    stored: Decision, decision: findings.Decision, enrollment: Enrollment, prescriber: Prescriber, survey: PrescriberSurvey
) -> None:
    live = enrollment.authorizations.filter(
        status__in=[AuthorizationStatus.ACTIVE, AuthorizationStatus.CONFIRMED]
    ).first()
    if live:
        void_live_numbers(enrollment, at=decision.at, why="Replaced by a new authorization")
    Authorization.objects.create(
        number=new_number(Kind.AUTHORIZATION),
        enrollment=enrollment,
        prescriber=prescriber,
        decision=stored,
        category=decision.category,
        status=AuthorizationStatus.ACTIVE,
        issued_at=decision.at,
        valid_through=decision.valid_through,
        days_supply=survey.prescription.days_supply,
        quantity=survey.prescription.quantity,
        strength_mg=survey.prescription.strength_mg,
        days_of_therapy=survey.days_of_therapy,
        transmission=survey.transmission,
        attested=sorted(survey.attested),
        backing_test_id=int(decision.backing_test.ref) if decision.backing_test else None,
        replaces=live,
    )


def _request(survey: PrescriberSurvey) -> dict[str, Any]:
    prescription = survey.prescription
    return {
        "days_supply": prescription.days_supply,
        "quantity": prescription.quantity,
        "strength_mg": prescription.strength_mg,
        "refills": prescription.refills,
        "by_telephone": prescription.by_telephone,
        "days_of_therapy": survey.days_of_therapy,
        "transmission": survey.transmission,
        "attested": survey.attested,
        "replace": survey.replace_live_authorization,
    }


def missing_for_next_authorization(
    enrollment: Enrollment, *, at: datetime, program: ProgramVersion
) -> findings.Decision:
    """Return what the rules would say now if the prescriber filled in the whole survey rightly.

    What the patient's page and worklist show; nothing is stored. A live authorization is not counted as missing.
    """
    facts = patient_facts(enrollment)
    return decide_authorization(
        AuthorizationFacts.with_everything_attested(
            at=at,
            prescriber_certified=is_certified(enrollment.prescriber, program.code),
            patient=replace(facts, live_authorization=False),
            program=program,
        ),
        program,
    )
