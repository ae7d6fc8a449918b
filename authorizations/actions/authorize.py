"""A prescriber asks for an authorization number by completing the prescriber survey.

Obligations: PR-09 to PR-11, PR-18 to PR-20. The rules decide; this module stores the decision, issues the number, and
voids the one it replaces. It must not decide anything itself.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

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
from rems_portal.rules.forms import Answer, FormDefinition, Signer, fingerprint
from rems_portal.rules.forms.surveys import TELEPHONE, prescriber_survey_form, statement_codes
from rems_portal.rules.lifecycles import AuthorizationStatus
from rems_portal.rules.numbers import Kind
from rems_portal.rules.programs import ProgramVersion
from rems_portal.rules.vocabulary import RuleGroup
from rems_portal.rules.wire import authorization_request
from rems_portal.signatures.actions import Signing, sign, write_form
from rems_portal.signatures.models import SignedForm
from rems_portal.signatures.proof import require_own_signature

FORM_CHANGED = (
    "The survey’s form changed while you were filling it in. Nothing was sent, and your answers are kept. Read what is "
    "new, then sign again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriberSurvey:
    """What the prescriber survey says: the prescription, what was counseled, and how it goes to the pharmacy.

    `transmission` is None for a prescription by telephone, which is never authorized (PR-11, PR-20). `form_seen` is the
    fingerprint of the form that was on the page; None where no page showed one.
    """

    prescription: PrescriptionFacts
    days_of_therapy: int
    transmission: Authorization.Transmission | None
    attested: frozenset[str]
    replace_live_authorization: bool = False
    form_seen: str | None = None


def authorize_prescription(
    *,
    by: Actor,
    at: datetime,
    prescriber: Prescriber,
    enrollment: Enrollment,
    survey: PrescriberSurvey,
    program: ProgramVersion,
    signing: Signing,
    idempotency_key: str | None = None,
) -> Decision:
    """Sign the survey, decide, store both, and when granted issue the number (`decision.authorization`).

    The same key with the same request gives the earlier decision. Raises IdempotencyConflict for another request
    under the key, PermissionDenied when `by` is not the prescriber or the prescriber's own system or `signing` is
    another's, ActRefused for numbers that are no prescription's and for a form that has changed since it was shown,
    Enrollment.DoesNotExist for another prescriber's patient.
    """
    hashed = request_hash({"patient": enrollment.pk, **_request(survey)})
    keyed: dict[str, Any] = {"by": by, "at": at, "prescriber": prescriber, "enrollment": enrollment, "survey": survey}
    try:
        return _authorize(**keyed, program=program, signing=signing, idempotency_key=idempotency_key, hashed=hashed)
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
    signing: Signing,
    idempotency_key: str | None,
    hashed: str,
) -> Decision:
    require_signatory(by, prescriber)
    require_own_signature(signing, by.user_id)
    locked = Enrollment.objects.locked().select_related("patient").get(pk=enrollment.pk, prescriber=prescriber)
    earlier = answered_before(idempotency_key, hashed, prescriber)
    if earlier:
        return earlier
    settle(locked, at)
    facts = AuthorizationFacts(
        at=at,
        prescriber_certified=is_certified(prescriber, program, at),
        patient=patient_facts(locked),
        prescription=survey.prescription,
        attested=survey.attested,
        replace_live_authorization=survey.replace_live_authorization,
    )
    decision = decide_authorization(facts, program)
    form = prescriber_survey_form(cast(RuleGroup, decision.group), not facts.patient.dispenses, program)
    stored = store_decision(
        decision,
        by=by,
        facts=authorization_request(facts) | {"survey": _therapy(survey)},
        key=idempotency_key,
        hashed=hashed,
        enrollment=locked,
        prescriber=prescriber,
        form=_sign_survey(form, survey, locked, by=by, at=at, signing=signing),
    )
    if decision.granted:
        _issue(stored, decision, locked, prescriber, replace(survey, attested=_attested(form, survey)))
    return stored


def _sign_survey(
    form: FormDefinition, survey: PrescriberSurvey, enrollment: Enrollment, *, by: Actor, at: datetime, signing: Signing
) -> SignedForm:
    """Write the survey as the form it was shown as, signed. A refused one is kept as well: it was asked for."""
    if survey.form_seen not in (None, fingerprint(form)):
        raise ActRefused([Finding("FORM", (), FORM_CHANGED, Party.PRESCRIBER)])
    about = f"patient {enrollment.patient.number}"
    written = write_form(form, survey_answers(form, survey), by=by, at=at, about=about)
    sign(written, signing, signer=Signer.PRESCRIBER)
    return written


def survey_answers(form: FormDefinition, survey: PrescriberSurvey) -> dict[str, Answer]:
    """Return what a survey says as answers to its form; statements that the form doesn't ask for are left out."""
    prescription = survey.prescription
    transmission = None if prescription.by_telephone else survey.transmission
    attested = _attested(form, survey)
    return {
        "strength": f"{prescription.strength_mg.normalize():f}",
        "days_supply": prescription.days_supply,
        "quantity": prescription.quantity,
        "days_of_therapy": survey.days_of_therapy,
        "refills": prescription.refills,
        "transmission": transmission.value if transmission else TELEPHONE,
        "replace_live_authorization": survey.replace_live_authorization,
        **{code: code in attested for code in statement_codes(form)},
    }


def _attested(form: FormDefinition, survey: PrescriberSurvey) -> frozenset[str]:
    return survey.attested.intersection(statement_codes(form))


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
        prescriber_certified=is_certified(enrollment.prescriber, program, at),
        patient=replace(patient_facts(enrollment), live_authorization=False),
        program=program,
    )
