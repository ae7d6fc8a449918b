"""Courses that change hands or end: transfers asked for, taken back and signed; treatment discontinued."""

from datetime import datetime
from typing import Any

from authorizations.actions.discontinue import discontinue_treatment
from authorizations.actions.patient_signature import sign_for_patient
from authorizations.actions.transfer import ask_transfer
from patients.actions import invite_to_sign, waiting_signers
from patients.models import Agreement, Enrollment, Transfer
from prescribers.models import Prescriber
from rems_portal.audit.actors import Actor
from rems_portal.rules.categories import RuleGroup
from rems_portal.rules.forms import Signer
from tests.factories.clock import NOW, PROGRAM
from tests.factories.patients import PATIENT, form_for, group_at
from tests.factories.prescribers import prescriber as make_prescriber
from tests.factories.signing import link_signing, signing

TOLD = {
    RuleGroup.FCGP: ("contraception", "blood", "unused"),
    RuleGroup.AFN: ("blood", "unused"),
    RuleGroup.FCN: ("blood", "unused"),
    RuleGroup.MALE: ("condom", "donation", "unused"),
}


def ending_answers(one: Enrollment, *, at: datetime = NOW, **changes: Any) -> dict[str, Any]:
    """Return a complete discontinuation form for a patient; keywords replace what it says."""
    answers = {"reason": "completed", **dict.fromkeys(TOLD[group_at(one, at)], True)}
    return answers | changes


def discontinued(one: Enrollment, *, at: datetime = NOW, **changes: Any) -> Enrollment:
    """End the course by its prescriber's signature; the enrollment given is read anew."""
    dr = one.prescriber
    discontinue_treatment(
        by=Actor.of(dr.user),
        at=at,
        prescriber=dr,
        enrollment=one,
        answers=ending_answers(one, at=at, **changes),
        program=PROGRAM,
        signing=signing(dr.user, at=at),
    )
    one.refresh_from_db()
    return one


def transfer(one: Enrollment, *, to: Prescriber | None = None, at: datetime = NOW, **changes: Any) -> Transfer:
    """Ask for the transfer of a patient to another prescriber; keywords replace what the new form says."""
    dr = to or make_prescriber(at=at)
    return ask_transfer(
        by=Actor.of(dr.user),
        at=at,
        prescriber=dr,
        form=form_for(one, **changes),
        program=PROGRAM,
        signing=signing(dr.user, at=at),
    )


def transferred(asked: Transfer, *, at: datetime = NOW, guardian: str = "Alex Testcase") -> Agreement:
    """Sign a transfer's form by a link, by everybody of the patient's side."""
    one = Enrollment.objects.select_related("patient").get(pk=asked.enrollment_id)
    agreement = Agreement.objects.get(pk=asked.agreement_id)
    invitation, _secret = invite_to_sign(by=Actor.of(asked.to_prescriber.user), at=at, agreement=agreement)
    for signer in waiting_signers(agreement):
        is_guardian = signer == Signer.GUARDIAN
        name = guardian if is_guardian else one.patient.full_name
        proof = link_signing(name, at=at, relation="Parent" if is_guardian else "")
        sign_for_patient(by=PATIENT, at=at, invitation=invitation, signer=signer, signing=proof, program=PROGRAM)
    asked.refresh_from_db()
    agreement.refresh_from_db()
    return agreement
