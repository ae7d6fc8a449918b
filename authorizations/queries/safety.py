"""Reads for reporting and for safety cases: what can be reported about a patient, and what a report brought about."""

from datetime import datetime

from django.db.models import QuerySet

from authorizations.models import Confirmation
from patients.models import Enrollment, SafetyCase, SafetyReport
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import CannotBasis, RuleGroup, Sex, category_that_fits, group_of, is_adult
from rems_portal.rules.lifecycles import ConfirmationStatus, EnrollmentStatus
from rems_portal.rules.programs import ProgramVersion


def reportable_kinds(enrollment: Enrollment, at: datetime) -> tuple[SafetyCase.Kind, ...]:
    """Return what can be reported about this patient at `at` (PR-21, PF-17, PC-12, PM-12, PH-17).

    A male patient's partner's pregnancy; a female patient's own; menses begun, for a child who could not get pregnant.
    """
    if enrollment.patient.sex == Sex.MALE:
        return (SafetyCase.Kind.PARTNER_PREGNANCY,)
    child = not is_adult(enrollment.patient.birth_date, program_day(at))
    if child and enrollment.can_get_pregnant is False:
        return (SafetyCase.Kind.PREGNANCY, SafetyCase.Kind.MENSES_BEGAN)
    return (SafetyCase.Kind.PREGNANCY,)


def rule_group_at(enrollment: Enrollment, at: datetime, program: ProgramVersion) -> RuleGroup:
    """Return the group of the category that fits the patient on the program day of `at`, whatever form is on file."""
    category = category_that_fits(
        birth_date=enrollment.patient.birth_date,
        sex=Sex(enrollment.patient.sex),
        can_get_pregnant=enrollment.can_get_pregnant,
        cannot_basis=CannotBasis(enrollment.cannot_basis) if enrollment.cannot_basis else None,
        on=program_day(at),
        program=program,
    )
    return group_of(category)


def rests_on_menses_not_begun(enrollment: Enrollment, at: datetime) -> bool:
    """Is this on the program day of `at` a child who counts as one who can not get pregnant for that reason alone?"""
    child = not is_adult(enrollment.patient.birth_date, program_day(at))
    return child and enrollment.can_get_pregnant is False and enrollment.cannot_basis == CannotBasis.MENSES_NOT_BEGUN


def where_treatment_runs(enrollment: Enrollment) -> Enrollment:
    """Return the patient's running enrollment in the program, or the given one when none runs.

    Somebody who knew the patient in an earlier course reports too; the hold belongs where numbers can be live.
    """
    running: Enrollment | None = Enrollment.objects.filter(
        patient_id=enrollment.patient_id, program=enrollment.program, status=EnrollmentStatus.ENROLLED
    ).first()
    return running or enrollment


def open_confirmations(enrollment: Enrollment) -> QuerySet[Confirmation]:
    """Return the confirmations of this enrollment that wait to be dispensed, at all pharmacies."""
    return Confirmation.objects.filter(enrollment=enrollment, status=ConfirmationStatus.OPEN).select_related("pharmacy")


def message_key(report: SafetyReport) -> str:
    """Return what the keys of all messages about one report begin with."""
    return f"case:{report.case.number}:{report.pk}"
