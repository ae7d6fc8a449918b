"""A prescriber asks for an authorization number by completing the prescriber survey.

Obligations: PR-09 to PR-11, PR-18 to PR-20. The rules decide; this module stores the decision, issues the number, and
voids the one it replaces. It must not decide anything itself.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from authorizations.actions.decisions import answered_before, request_hash, store_decision
from authorizations.actions.upkeep import settle, tell_pharmacies, void_live_numbers
from authorizations.facts import patient_facts
from authorizations.models import LIVE_AUTHORIZATION, Authorization, Decision
from patients.models import Enrollment
from prescribers.facts import is_certified
from prescribers.models import Prescriber
from prescribers.permissions import require_signatory
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.numbering import new_number
from rems_portal.rules import findings
from rems_portal.rules.authorization import (
    AuthorizationFacts,
    PrescriptionFacts,
    decide_authorization,
    preview_authorization,
)
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import AuthorizationStatus
from rems_portal.rules.numbers import Kind
from rems_portal.rules.programs import ProgramVersion
from rems_portal.rules.wire import authorization_request

LARGEST_QUANTITY = 999
LONGEST_THERAPY_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriberSurvey:
    """What the prescriber survey says: the prescription, what was counseled, and how it goes to the pharmacy.

    `transmission` is None for a prescription by telephone, which is never authorized (PR-11, PR-20).
    """

    prescription: PrescriptionFacts
    days_of_therapy: int
    transmission: Authorization.Transmission | None
    attested: frozenset[str]
    replace_live_authorization: bool = False


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
    under the key, PermissionDenied when `by` is not the prescriber or the prescriber's own system, ActRefused for
    numbers that are no prescription's, Enrollment.DoesNotExist for another prescriber's patient.
    """
    hashed = request_hash({"patient": enrollment.pk, **_request(survey)})
    keyed: dict[str, Any] = {"by": by, "at": at, "prescriber": prescriber, "enrollment": enrollment, "survey": survey}
    try:
        return _authorize(**keyed, program=program, idempotency_key=idempotency_key, hashed=hashed)
    except IntegrityError:
        # The key was used at the same moment for another patient: that request has committed, so this one conflicts.
        answered_before(idempotency_key, hashed, prescriber)
        raise


@act
def _authorize(
    *,
    by: Actor,
    at: datetime,
    prescriber: Prescriber,
    enrollment: Enrollment,
    survey: PrescriberSurvey,
    program: ProgramVersion,
    idempotency_key: str | None,
    hashed: str,
) -> Decision:
    require_signatory(by, prescriber)
    locked = Enrollment.objects.locked().select_related("patient").get(pk=enrollment.pk, prescriber=prescriber)
    earlier = answered_before(idempotency_key, hashed, prescriber)
    if earlier:
        return earlier
    _require_storable(survey)
    settle(locked, at)
    facts = AuthorizationFacts(
        at=at,
        prescriber_certified=is_certified(prescriber, program.program),
        patient=patient_facts(locked),
        prescription=survey.prescription,
        attested=survey.attested,
        replace_live_authorization=survey.replace_live_authorization,
    )
    decision = decide_authorization(facts, program)
    stored = store_decision(
        decision,
        by=by,
        facts=authorization_request(facts) | {"survey": _therapy(survey)},
        key=idempotency_key,
        hashed=hashed,
        enrollment=locked,
        prescriber=prescriber,
    )
    if decision.granted:
        _issue(stored, decision, locked, prescriber, survey)
    return stored


def _require_storable(survey: PrescriberSurvey) -> None:
    """Refuse what no row can hold; everything else is the rules' business. Raises ActRefused."""
    wrong = []
    if survey.prescription.quantity > LARGEST_QUANTITY:
        wrong.append(f"The quantity is counted in capsules, {LARGEST_QUANTITY} at most. Correct it.")
    if not 1 <= survey.days_of_therapy <= LONGEST_THERAPY_DAYS:
        wrong.append(f"The days of therapy are a number from 1 to {LONGEST_THERAPY_DAYS}. Correct them.")
    if wrong:
        raise ActRefused([Finding("SURVEY", ("PR-09",), sentence, Party.PRESCRIBER) for sentence in wrong])


def _issue(
    stored: Decision,
    decision: findings.Decision,
    enrollment: Enrollment,
    prescriber: Prescriber,
    survey: PrescriberSurvey,
) -> None:
    prescription = survey.prescription
    granted: dict[str, Any] = {
        "category": decision.category,
        "valid_through": decision.valid_through,
        "transmission": survey.transmission,
        "backing_test_id": _key_of(decision),
    }
    Authorization.objects.create(
        **granted,
        replaces=_void_the_live_one(enrollment, decision.at),
        number=new_number(Kind.AUTHORIZATION),
        enrollment=enrollment,
        prescriber=prescriber,
        decision=stored,
        status=AuthorizationStatus.ACTIVE,
        issued_at=decision.at,
        days_supply=prescription.days_supply,
        quantity=prescription.quantity,
        strength_mg=prescription.strength_mg,
        days_of_therapy=survey.days_of_therapy,
        attested=sorted(survey.attested),
    )


def _void_the_live_one(enrollment: Enrollment, at: datetime) -> Authorization | None:
    """Void the live authorization that the new one replaces, and tell a pharmacy that holds a confirmation for it."""
    live: Authorization | None = enrollment.authorizations.filter(status__in=LIVE_AUTHORIZATION).first()
    if live:
        voided = void_live_numbers(enrollment, at=at, why="Replaced by a new authorization")
        tell_pharmacies(voided, key=f"replaced:{live.pk}", at=at)
    return live


def _key_of(decision: findings.Decision) -> int | None:
    test = decision.backing_test
    return int(test.ref) if test and test.ref else None


def _request(survey: PrescriberSurvey) -> dict[str, Any]:
    prescription = survey.prescription
    return {
        "days_supply": prescription.days_supply,
        "quantity": prescription.quantity,
        "strength_mg": prescription.strength_mg,
        "refills": prescription.refills,
        "by_telephone": prescription.by_telephone,
        "attested": survey.attested,
        "replace": survey.replace_live_authorization,
        **_therapy(survey),
    }


def _therapy(survey: PrescriberSurvey) -> dict[str, Any]:
    """What the prescriber survey says that no rule looks at."""
    transmission = survey.transmission.value if survey.transmission else None
    return {"days_of_therapy": survey.days_of_therapy, "transmission": transmission}


def missing_for_next_authorization(
    enrollment: Enrollment, *, at: datetime, program: ProgramVersion
) -> findings.Decision:
    """Return what the rules would say at `at` (UTC) if the prescriber filled in the whole survey rightly.

    What the patient's page and the API's status show; nothing is stored. A live authorization counts as nothing
    missing: a new one would replace it.
    """
    return preview_authorization(
        at=at,
        prescriber_certified=is_certified(enrollment.prescriber, program.program),
        patient=replace(patient_facts(enrollment), live_authorization=False),
        program=program,
    )
