"""What the office's patient page shows besides the drawing: the summary and the tables of records, in plain words.

Pure: records in, rows of words out. Markup is the templates'.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from authorizations.models import Authorization, Confirmation
from authorizations.presenters.signed import shown_prescriber_survey
from authorizations.presenters.standing import Standing
from authorizations.queries.records import CourseRecord
from patients.models import Enrollment, PatientSurvey, PregnancyTest
from patients.presenters import shown_patient_survey
from rems_portal.clockwork import day_in_words, instant_in_words
from rems_portal.rules.calendars import day_in_words as birth_date_in_words
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import CannotBasis, Sex, explain_category
from rems_portal.rules.lifecycles import AuthorizationStatus, EnrollmentStatus
from rems_portal.rules.programs import ProgramVersion
from rems_portal.rules.vocabulary import RuleGroup
from rems_portal.signatures.copies import is_intact
from rems_portal.signatures.presenters import ShownForm


def age_on(birth_date: date, day: date) -> int:
    """Return the age in whole years on a day."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def reasons_for_category(enrollment: Enrollment, *, at: datetime, program: ProgramVersion) -> tuple[str, ...]:
    """Return the plain reasons for the category that fits at `at` (UTC)."""
    _category, reasons = explain_category(
        birth_date=enrollment.patient.birth_date,
        sex=Sex(enrollment.patient.sex),
        can_get_pregnant=enrollment.can_get_pregnant,
        cannot_basis=CannotBasis(enrollment.cannot_basis) if enrollment.cannot_basis else None,
        on=program_day(at),
        program=program,
    )
    return reasons


def summary_rows(
    enrollment: Enrollment, record: CourseRecord, standing: Standing, *, at: datetime, program: ProgramVersion
) -> list[tuple[str, Any]]:
    """Return label and words of what is known about the patient and the enrollment."""
    patient = enrollment.patient
    age = age_on(patient.birth_date, program_day(at))
    rows: list[tuple[str, Any]] = [
        ("Risk category", f"{standing.category.label} ({standing.category.value})"),
        ("Why", " ".join(reasons_for_category(enrollment, at=at, program=program))),
        ("Agreement form", _agreement_words(record, standing)),
        ("Date of birth", f"{birth_date_in_words(patient.birth_date)}, {age} years old"),
    ]
    if standing.group is RuleGroup.FCGP and enrollment.menstrual_cycles:
        rows.append(("Menstrual cycles", enrollment.get_menstrual_cycles_display().capitalize()))
    rows.append(("E-mail address", patient.email or "None on record"))
    rows.append(("Prescriber", f"{enrollment.prescriber}, {enrollment.prescriber.practice_name}"))
    when = instant_in_words(enrollment.enrolled_at)
    unenrolled = enrollment.status in (EnrollmentStatus.PENDING, EnrollmentStatus.WITHDRAWN)
    rows.append(("Signed by the prescriber" if unenrolled else "Enrolled", when))
    if enrollment.ended_at:
        label = "Withdrawn" if unenrolled else "Treatment ended"
        rows.append((label, instant_in_words(enrollment.ended_at)))
    return rows


def _agreement_words(record: CourseRecord, standing: Standing) -> str:
    agreement = record.agreement
    problem = next((one.sentence for one in standing.preview.findings if one.rule == "AUTH-03"), "")
    if problem or agreement is None or agreement.patient_signed_at is None:
        return problem or "No agreement form is on file."
    signer = agreement.patient_signed_name
    if agreement.guardian_name:
        signer = f"{agreement.guardian_name} ({agreement.guardian_relation.lower()})"
    signed = day_in_words(program_day(agreement.patient_signed_at))
    return f"Signed by {agreement.prescriber_signed_name} and {signer} on {signed}."


@dataclass(frozen=True, slots=True)
class RecordedTest:
    """One pregnancy test as the table shows it."""

    test: PregnancyTest
    counts: bool
    note: str


def recorded_tests(tests: tuple[PregnancyTest, ...], program: ProgramVersion) -> list[RecordedTest]:
    """Return the tests with a note where one does not count for a prescription, and why."""
    return [_recorded(test, program) for test in tests]


def _recorded(test: PregnancyTest, program: ProgramVersion) -> RecordedTest:
    most = program.max_test_sensitivity_miu_ml
    if test.cleared_at:
        return RecordedTest(test, False, f"Cleared by program staff on {day_in_words(program_day(test.cleared_at))}.")
    if test.sensitivity_miu_ml > most:
        return RecordedTest(test, False, f"Does not count: less sensitive than {most} mIU/mL.")
    return RecordedTest(test, True, "")


def survey_rows(surveys: tuple[PatientSurvey, ...]) -> list[tuple[str, str, ShownForm | None]]:
    """Return when each survey was completed, by whom, and the form if it is broken; never what was answered."""
    return [(instant_in_words(one.completed_at), one.get_completed_by_display(), _broken(one)) for one in surveys]


def _broken(survey: PatientSurvey) -> ShownForm | None:
    shown = shown_patient_survey(survey)
    return None if is_intact(shown) else shown


def status_at(one: Authorization, at: datetime) -> AuthorizationStatus:
    """Return the status as of `at` (UTC): one whose last day is over is expired, also before the job has said so."""
    status = AuthorizationStatus(one.status)
    over = status is AuthorizationStatus.ACTIVE and one.valid_through < program_day(at)
    return AuthorizationStatus.EXPIRED if over else status


@dataclass(frozen=True, slots=True)
class AuthorizationRow:
    """One authorization as the table shows it, with the dispense that used it up; is its survey still as signed?"""

    authorization: Authorization
    status: AuthorizationStatus
    dispensed: Confirmation | None
    intact: bool


def authorization_rows(record: CourseRecord, at: datetime) -> list[AuthorizationRow]:
    """Return the authorizations of the course with their status as of `at` (UTC)."""
    dispensed = {one.authorization_id: one for one in record.dispensed}
    return [
        AuthorizationRow(
            one, status_at(one, at), dispensed.get(one.pk), is_intact(shown_prescriber_survey(one.decision))
        )
        for one in record.authorizations
    ]
