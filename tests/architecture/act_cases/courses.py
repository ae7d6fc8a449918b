"""Cases of the acts on patients, tests, surveys, cases and numbers."""

from typing import Any

import tests.factories as make
from authorizations.actions import authorize, category, compliance, confirm, dispense, safety, upkeep
from authorizations.models import ComplianceCase, Dispense
from patients import actions as patients
from patients.models import PatientSurvey, PregnancyTest, SafetyCase
from rems_portal.audit.actors import Actor, Channel
from rems_portal.rules.categories import RiskCategory, RuleGroup
from rems_portal.rules.dispensing import checklist_items
from tests.architecture.act_cases.registry import Perform, act_named, case_of, doing
from tests.factories import NOW, PROGRAM, days, hours

# ---- patients ----


@case_of(patients.enroll_patient)
def _() -> tuple[Actor, Perform]:
    dr = make.prescriber()
    form = make.agreement_form(RiskCategory.AM)
    return doing(dr.user, patients.enroll_patient, prescriber=dr, form=form, program=PROGRAM)


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


@case_of(safety.complete_patient_survey)
def _() -> tuple[Actor, Perform]:
    link, _secret = make.invitation(make.enrollment(), at=NOW - hours(1))
    return _by_link(
        safety.complete_patient_survey,
        invitation=link,
        answers=make.reassuring_answers(RuleGroup.FCGP),
        completed_by=PatientSurvey.CompletedBy.PATIENT,
        group=RuleGroup.FCGP,
        program=PROGRAM,
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
    details = {"prescriber": one.prescriber, "enrollment": one, "form": form, "program": PROGRAM}
    return doing(one.prescriber.user, category.change_category, **details)


# ---- numbers ----


@case_of(act_named("authorize._authorize"))
def _() -> tuple[Actor, Perform]:
    one = make.ready(make.enrollment())
    details = {"prescriber": one.prescriber, "enrollment": one, "survey": make.prescriber_survey(), "program": PROGRAM}
    return doing(one.prescriber.user, authorize.authorize_prescription, **details)


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
