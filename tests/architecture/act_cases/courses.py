"""Cases of the acts on patients, tests, surveys, cases and numbers."""

from typing import Any

import tests.factories as make
from authorizations.actions import (
    authorize,
    category,
    compliance,
    confirm,
    discontinue,
    dispense,
    oversight,
    patient_signature,
    patient_survey,
    safety,
    signing_link,
    transfer,
    upkeep,
)
from authorizations.models import ComplianceCase, Dispense
from patients import actions as patients
from patients.models import PatientSurvey, PregnancyTest, SafetyCase
from rems_portal.audit.actors import Actor, Channel
from rems_portal.rules.categories import RiskCategory, RuleGroup
from rems_portal.rules.dispensing import checklist_items
from rems_portal.rules.forms import Signer
from tests.architecture.act_cases.registry import Perform, act_named, case_of, doing
from tests.factories import NOW, PROGRAM, days, hours

# ---- patients ----


@case_of(patients.enroll_patient)
def _() -> tuple[Actor, Perform]:
    dr = make.prescriber()
    form = make.agreement_form(RiskCategory.AM)
    proof = make.signing(dr.user)
    return doing(dr.user, patients.enroll_patient, prescriber=dr, form=form, program=PROGRAM, signing=proof)


@case_of(patients.change_patient_email)
def _() -> tuple[Actor, Perform]:
    one = make.enrollment(RiskCategory.AM)
    user = one.prescriber.user
    return doing(user, patients.change_patient_email, user=user, enrollment=one, email="new@example.com")


@case_of(patients.withdraw_enrollment)
def _() -> tuple[Actor, Perform]:
    one = make.pending_enrollment(RiskCategory.AM)
    details = {"prescriber": one.prescriber, "enrollment": one, "reason": "wrong birth date"}
    return doing(one.prescriber.user, patients.withdraw_enrollment, **details)


@case_of(patients.prepare_enrollment)
def _() -> tuple[Actor, Perform]:
    dr = make.prescriber()
    aide = make.delegate_of(dr)
    return doing(aide, patients.prepare_enrollment, user=aide, prescriber=dr, answers={"sex": "male"})


@case_of(patients.discard_prepared_enrollment)
def _() -> tuple[Actor, Perform]:
    dr = make.prescriber()
    aide = make.delegate_of(dr)
    kept = patients.prepare_enrollment(by=make.actor(aide), at=NOW, user=aide, prescriber=dr, answers={"sex": "male"})
    return doing(aide, patients.discard_prepared_enrollment, user=aide, prescriber=dr, prepared=kept)


@case_of(patients.invite_to_sign)
def _() -> tuple[Actor, Perform]:
    one = make.pending_enrollment(RiskCategory.AM)
    return doing(one.prescriber.user, patients.invite_to_sign, agreement=make.waiting_agreement(one))


@case_of(signing_link.mail_signing_link)
def _() -> tuple[Actor, Perform]:
    one = make.pending_enrollment(RiskCategory.AM)
    details = {"agreement": make.waiting_agreement(one), "address_of": str}
    return doing(one.prescriber.user, signing_link.mail_signing_link, **details)


@case_of(patient_signature.sign_for_patient)
def _() -> tuple[Actor, Perform]:
    one = make.pending_enrollment(RiskCategory.AM, at=NOW - hours(2))
    by, waiting = make.actor(one.prescriber.user), make.waiting_agreement(one)
    link, _secret = patients.invite_to_sign(by=by, at=NOW - hours(1), agreement=waiting)
    return _by_link(
        patient_signature.sign_for_patient,
        invitation=link,
        signer=Signer.PATIENT,
        signing=make.link_signing(one.patient.full_name),
        program=PROGRAM,
    )


@case_of(patients.invite_to_survey)
def _() -> tuple[Actor, Perform]:
    one = make.enrollment()
    return doing(one.prescriber.user, patients.invite_to_survey, enrollment=one)


def _by_link(act: Any, **details: Any) -> tuple[Actor, Perform]:
    by = Actor(name="Patient", channel=Channel.LINK)
    return by, lambda: act(by=by, at=NOW, **details)


@case_of(patients.keep_survey_answers)
def _() -> tuple[Actor, Perform]:
    link, _secret = make.invitation(make.enrollment(), at=NOW - hours(1))
    return _by_link(patients.keep_survey_answers, invitation=link, draft={"counseled": "yes"})


@case_of(patients.check_birth_date)
def _() -> tuple[Actor, Perform]:
    link, _secret = make.invitation(make.enrollment(), at=NOW - hours(1))
    wrong = link.enrollment.patient.birth_date + days(1)
    return _by_link(patients.check_birth_date, invitation=link, birth_date=wrong)


@case_of(patient_survey.complete_patient_survey)
def _() -> tuple[Actor, Perform]:
    one = make.enrollment()
    link, _secret = make.invitation(one, at=NOW - hours(1))
    return _by_link(
        patient_survey.complete_patient_survey,
        invitation=link,
        answers=make.reassuring_answers(RuleGroup.FCGP),
        completed_by=PatientSurvey.CompletedBy.PATIENT,
        group=RuleGroup.FCGP,
        program=PROGRAM,
        signing=make.link_signing(one.patient.full_name),
    )


@case_of(safety.record_pregnancy_test)
def _() -> tuple[Actor, Perform]:
    one = make.enrollment()
    test = safety.TestResult(
        collected_at=NOW - hours(2),
        reported_at=NOW - hours(1),
        method=PregnancyTest.Method.URINE,
        sensitivity_miu_ml=25,
        result=PregnancyTest.Result.NEGATIVE,
        laboratory="Lab",
    )
    return doing(one.prescriber.user, safety.record_pregnancy_test, enrollment=one, test=test, program=PROGRAM)


@case_of(safety.report_pregnancy)
def _() -> tuple[Actor, Perform]:
    one = make.enrollment()
    kind = SafetyCase.Kind.PREGNANCY
    return doing(one.prescriber.user, safety.report_pregnancy, enrollment=one, kind=kind, role="prescriber")


@case_of(safety.close_safety_case)
def _() -> tuple[Actor, Perform]:
    one, user = make.enrollment(), make.case_manager()
    make.pregnancy_test(one, collected_at=NOW - hours(3), result="positive")
    details = {"user": user, "case": SafetyCase.objects.get(), "reason": "false", "clears_tests": True}
    return doing(user, safety.close_safety_case, Channel.ADMIN, **details)


@case_of(category.change_category)
def _() -> tuple[Actor, Perform]:
    one = make.enrollment(RiskCategory.AF_CANNOT)
    form = make.form_for(one, can_get_pregnant=True, cannot_basis="", menstrual_cycles="regular")
    proof = make.signing(one.prescriber.user)
    details = {"prescriber": one.prescriber, "enrollment": one, "form": form, "program": PROGRAM, "signing": proof}
    return doing(one.prescriber.user, category.change_category, **details)


# ---- courses that change hands or end ----


@case_of(transfer.ask_transfer)
def _() -> tuple[Actor, Perform]:
    dr, form = make.prescriber(), make.form_for(make.enrollment(RiskCategory.AM))
    proof = make.signing(dr.user)
    return doing(dr.user, transfer.ask_transfer, prescriber=dr, form=form, program=PROGRAM, signing=proof)


@case_of(transfer.withdraw_transfer)
def _() -> tuple[Actor, Perform]:
    asked = make.transfer(make.enrollment(RiskCategory.AM), at=NOW - hours(1))
    dr = asked.to_prescriber
    return doing(dr.user, transfer.withdraw_transfer, prescriber=dr, transfer=asked, reason="Stays")


@case_of(oversight.withdraw_transfer_by_program)
def _() -> tuple[Actor, Perform]:
    asked, user = make.transfer(make.enrollment(RiskCategory.AM), at=NOW - hours(1)), make.case_manager()
    act = oversight.withdraw_transfer_by_program
    return doing(user, act, Channel.ADMIN, user=user, transfer=asked, reason="Asked by the patient")


@case_of(discontinue.discontinue_treatment)
def _() -> tuple[Actor, Perform]:
    one = make.enrollment(RiskCategory.AM)
    dr = one.prescriber
    details = {"prescriber": dr, "enrollment": one, "answers": make.ending_answers(one), "program": PROGRAM}
    return doing(dr.user, discontinue.discontinue_treatment, signing=make.signing(dr.user), **details)


@case_of(discontinue.discontinue_by_program)
def _() -> tuple[Actor, Perform]:
    one, user = make.enrollment(RiskCategory.AM), make.case_manager()
    details = {"user": user, "enrollment": one, "reason": "Asked by the office", "program": PROGRAM}
    return doing(user, discontinue.discontinue_by_program, Channel.ADMIN, **details)


# ---- numbers ----


@case_of(act_named("authorize._authorize"))
def _() -> tuple[Actor, Perform]:
    one = make.ready(make.enrollment())
    details = {"prescriber": one.prescriber, "enrollment": one, "survey": make.prescriber_survey(), "program": PROGRAM}
    proof = make.signing(one.prescriber.user)
    return doing(one.prescriber.user, authorize.authorize_prescription, signing=proof, **details)


@case_of(act_named("confirm._confirm"))
def _() -> tuple[Actor, Perform]:
    number, shop = make.authorization(make.enrollment()), make.pharmacy()
    details = {"pharmacy": shop, "request": make.confirmation_request(number), "program": PROGRAM}
    return doing(shop.staff.get().user, confirm.confirm_dispense, **details)


def _held() -> Any:
    return make.confirmation(make.authorization(make.enrollment()))


@case_of(confirm.cancel_confirmation)
def _() -> tuple[Actor, Perform]:
    held = _held()
    user = held.pharmacy.staff.get().user
    act = confirm.cancel_confirmation
    return doing(user, act, pharmacy=held.pharmacy, number=held.number, reason="no stock")


@case_of(dispense.complete_checklist)
def _() -> tuple[Actor, Perform]:
    held = _held()
    items = frozenset(item.code for item in checklist_items(RuleGroup.FCGP, PROGRAM))
    user = held.pharmacy.staff.get().user
    act = dispense.complete_checklist
    return doing(user, act, pharmacy=held.pharmacy, number=held.number, items=items, program=PROGRAM)


@case_of(dispense.record_dispense)
def _() -> tuple[Actor, Perform]:
    held = _held()
    make.checklist(held)
    record = dispense.DispenseRecord(how=Dispense.How.PICKED_UP, done_at=NOW)
    user = held.pharmacy.staff.get().user
    act = dispense.record_dispense
    return doing(user, act, pharmacy=held.pharmacy, number=held.number, record=record, program=PROGRAM)


@case_of(upkeep.settle_enrollment)
def _() -> tuple[Actor, Perform]:
    held = _held()
    by = Actor(name="Regular job", channel=Channel.JOB)
    return by, lambda: upkeep.settle_enrollment(by=by, at=NOW + days(3), enrollment_id=held.enrollment_id)


@case_of(compliance.close_compliance_case)
def _() -> tuple[Actor, Perform]:
    make.dispense(_held(), at=NOW + hours(50))
    user = make.case_manager()
    details = {"user": user, "case": ComplianceCase.objects.get(), "reason": "explained"}
    return doing(user, compliance.close_compliance_case, Channel.ADMIN, **details)
