"""Patients of all six risk categories: enrolled, tested, surveyed."""

from dataclasses import replace
from datetime import date, datetime
from itertools import count
from typing import Any

from authorizations.actions.patient_signature import sign_for_patient
from authorizations.actions.patient_survey import complete_patient_survey
from authorizations.actions.safety import TestResult, record_pregnancy_test
from patients.actions import PatientEnrollment, enroll_patient, invite_to_sign, invite_to_survey, waiting_signers
from patients.models import Agreement, Enrollment, PatientSurvey, PregnancyTest, SurveyInvitation
from prescribers.models import Prescriber
from rems_portal.audit.actors import Actor, Channel
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import (
    CannotBasis,
    MenstrualCycles,
    RiskCategory,
    RuleGroup,
    Sex,
    category_that_fits,
    group_of,
)
from rems_portal.rules.forms import Signer
from rems_portal.rules.surveys import survey_questions
from tests.factories.clock import NOW, PROGRAM, days, hours
from tests.factories.prescribers import prescriber as make_prescriber
from tests.factories.signing import link_signing, signing

CATEGORIES = tuple(RiskCategory)
A_MONTH_AGO = NOW - days(30)
THIS_MORNING = NOW - hours(3)
PATIENT = Actor(name="Patient", channel=Channel.LINK)
_numbers = count(1)
_AGES = {RiskCategory.FC_CAN: 15, RiskCategory.FC_CANNOT: 9, RiskCategory.MC: 12}


def birth_date_of(category: RiskCategory, at: datetime = NOW) -> date:
    """Return a birth date that fits the category at `at`, half a year away from any birthday."""
    return date(at.year - _AGES.get(category, 55), 12 if at.month <= 6 else 1, 11)


def agreement_form(category: RiskCategory, *, at: datetime = NOW, **changes: Any) -> PatientEnrollment:
    """Return a complete agreement form for a patient of the category; keywords replace what it says."""
    number = next(_numbers)
    can = {"can_get_pregnant": True, "menstrual_cycles": MenstrualCycles.REGULAR}
    answers: dict[RiskCategory, dict[str, Any]] = {
        RiskCategory.AF_CAN: can,
        RiskCategory.FC_CAN: can,
        RiskCategory.AF_CANNOT: {"can_get_pregnant": False, "cannot_basis": CannotBasis.HYSTERECTOMY},
        RiskCategory.FC_CANNOT: {"can_get_pregnant": False, "cannot_basis": CannotBasis.MENSES_NOT_BEGUN},
    }
    form = PatientEnrollment(
        given_name="Robin",
        family_name=f"Testcase{number}",
        birth_date=birth_date_of(category, at),
        sex=Sex.MALE if category in (RiskCategory.AM, RiskCategory.MC) else Sex.FEMALE,
        email=f"patient{number}@example.com",
        **answers.get(category, {}),
    )
    return replace(form, **changes)


def enrollment(
    category: RiskCategory = RiskCategory.AF_CAN,
    *,
    prescriber: Prescriber | None = None,
    at: datetime = A_MONTH_AGO,
    **changes: Any,
) -> Enrollment:
    """Enroll a patient of the category, by default 30 days before NOW."""
    one = pending_enrollment(category, prescriber=prescriber, at=at, **changes)
    signed_by_patients_side(one, at=at)
    enrolled: Enrollment = Enrollment.objects.select_related("patient", "prescriber__user").get(pk=one.pk)
    return enrolled


def pending_enrollment(
    category: RiskCategory = RiskCategory.AF_CAN,
    *,
    prescriber: Prescriber | None = None,
    at: datetime = A_MONTH_AGO,
    **changes: Any,
) -> Enrollment:
    """Enroll a patient as far as the prescriber's signature; the patient's side has not signed yet."""
    prescriber = prescriber or make_prescriber(at=at)
    form = agreement_form(category, at=at, **changes)
    return enroll_patient(
        by=Actor.of(prescriber.user),
        at=at,
        prescriber=prescriber,
        form=form,
        program=PROGRAM,
        signing=signing(prescriber.user, at=at),
    )


def waiting_agreement(one: Enrollment) -> Agreement:
    """Return the enrollment's form that waits for the patient's side."""
    return one.agreements.filter(patient_signed_at__isnull=True, superseded_at__isnull=True).get()


def signed_by_patients_side(one: Enrollment, *, at: datetime = NOW, guardian: str = "Alex Testcase") -> Agreement:
    """Sign the waiting form by a link, by everybody of the patient's side: the patient, or guardian and child."""
    agreement = waiting_agreement(one)
    invitation, _secret = invite_to_sign(by=Actor.of(one.prescriber.user), at=at, agreement=agreement)
    for signer in waiting_signers(agreement):
        is_guardian = signer == Signer.GUARDIAN
        name = guardian if is_guardian else one.patient.full_name
        proof = link_signing(name, at=at, relation="Parent" if is_guardian else "")
        sign_for_patient(by=PATIENT, at=at, invitation=invitation, signer=signer, signing=proof, program=PROGRAM)
    agreement.refresh_from_db()
    return agreement


def form_for(one: Enrollment, **changes: Any) -> PatientEnrollment:
    """Return a new agreement form for an enrolled patient, with the answers on record; keywords replace some."""
    form = PatientEnrollment(
        given_name=one.patient.given_name,
        family_name=one.patient.family_name,
        birth_date=one.patient.birth_date,
        sex=Sex(one.patient.sex),
        can_get_pregnant=one.can_get_pregnant,
        cannot_basis=one.cannot_basis,
        menstrual_cycles=one.menstrual_cycles,
    )
    return replace(form, **changes)


def pregnancy_test(
    one: Enrollment,
    *,
    collected_at: datetime,
    result: str = PregnancyTest.Result.NEGATIVE,
    at: datetime | None = None,
    **changes: Any,
) -> PregnancyTest:
    """Record a pregnancy test, by default in the minute it was collected."""
    test = TestResult(
        collected_at=collected_at,
        reported_at=collected_at,
        method=PregnancyTest.Method.SERUM,
        sensitivity_miu_ml=25,
        result=PregnancyTest.Result(result),
        laboratory="Maple Street Laboratory",
    )
    by = Actor.of(one.prescriber.user)
    test = replace(test, **changes)
    return record_pregnancy_test(by=by, at=at or collected_at, enrollment=one, test=test, program=PROGRAM)


def invitation(one: Enrollment, *, at: datetime = NOW) -> tuple[SurveyInvitation, str]:
    """Make a link to the patient survey; return it with its secret."""
    return invite_to_survey(by=Actor.of(one.prescriber.user), at=at, enrollment=one)


def reassuring_answers(group: RuleGroup) -> dict[str, bool]:
    """Return answers to the group's patient survey that contradict nothing."""
    return {question.code: not question.alarming for question in survey_questions(group, PROGRAM)}


def group_at(one: Enrollment, at: datetime) -> RuleGroup:
    """Return the rule group that fits the patient at `at`."""
    return group_of(
        category_that_fits(
            birth_date=one.patient.birth_date,
            sex=Sex(one.patient.sex),
            can_get_pregnant=one.can_get_pregnant,
            cannot_basis=CannotBasis(one.cannot_basis) if one.cannot_basis else None,
            on=program_day(at),
            program=PROGRAM,
        )
    )


def patient_survey(one: Enrollment, *, at: datetime = THIS_MORNING, **answers: bool) -> PatientSurvey:
    """Complete the patient survey by a link; keywords change an answer."""
    link, _secret = invitation(one, at=at)
    group = group_at(one, at)
    return complete_patient_survey(
        by=PATIENT,
        at=at,
        invitation=link,
        answers=reassuring_answers(group) | answers,
        completed_by=PatientSurvey.CompletedBy.PATIENT,
        group=group,
        program=PROGRAM,
        signing=link_signing(one.patient.full_name, at=at),
    )
