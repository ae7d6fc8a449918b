"""What an agreement form says of a patient, and what is missing from it or contradicts itself (PR-08).

Plain values and checks; nothing here writes. Which form fits is the rules' business (`rules.categories`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from patients.models import Enrollment
from patients.queries import identity_key
from prescribers.facts import is_certified
from prescribers.models import Prescriber
from rems_portal.errors import ActRefused
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import CannotBasis, RiskCategory, RuleGroup, Sex, category_that_fits, group_of
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.forms import Answer
from rems_portal.rules.programs import ProgramVersion

# Nobody has lived longer than 122 years: an older birth date is a slip of the finger.
OLDEST_AGE_YEARS = 122


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientEnrollment:
    """What the Patient-Physician Agreement Form says of the patient (PR-08)."""

    given_name: str
    family_name: str
    birth_date: date
    sex: Sex
    email: str = ""
    can_get_pregnant: bool | None = None
    cannot_basis: str = ""
    menstrual_cycles: str = ""
    language: str = "en"
    submission_key: UUID | None = None


def answers_of(form: PatientEnrollment) -> dict[str, Answer]:
    """Return what the form says by the items of its definition; what was not asked is left out."""
    return _given(
        family_name=form.family_name,
        given_name=form.given_name,
        birth_date=form.birth_date.isoformat(),
        sex=str(form.sex),
        can_get_pregnant=form.can_get_pregnant,
        menstrual_cycles=str(form.menstrual_cycles),
        cannot_basis=str(form.cannot_basis),
    )


def answers_on_record(enrollment: Enrollment) -> dict[str, Answer]:
    """Return what the record says now by the same items, to hold against the form that was signed."""
    patient = enrollment.patient
    return _given(
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date.isoformat(),
        sex=patient.sex,
        can_get_pregnant=enrollment.can_get_pregnant,
        menstrual_cycles=enrollment.menstrual_cycles,
        cannot_basis=enrollment.cannot_basis,
    )


def _given(**answers: Answer) -> dict[str, Answer]:
    return {code: answer for code, answer in answers.items() if answer not in (None, "")}


def category_of(form: PatientEnrollment, *, at: datetime, program: ProgramVersion) -> RiskCategory:
    """Return the category that fits what the form says, on the program day of `at`."""
    return category_that_fits(
        birth_date=form.birth_date,
        sex=form.sex,
        can_get_pregnant=form.can_get_pregnant,
        cannot_basis=CannotBasis(form.cannot_basis) if form.cannot_basis else None,
        on=program_day(at),
        program=program,
    )


def require_signable(form: PatientEnrollment, prescriber: Prescriber, *, at: datetime, program: ProgramVersion) -> None:
    """Raise ActRefused with all that keeps the prescriber from signing this form (PR-02, PR-08)."""
    found = []
    if not is_certified(prescriber, program, at):
        sentence = "You are not certified in this program now. Complete your certification, then enroll patients."
        found.append(Finding("ENROLL", ("PR-02",), sentence, Party.PRESCRIBER))
    problems = enrollment_problems(form, at=at, program=program)
    found += [Finding("ENROLL", ("PR-08",), problem.sentence, Party.PRESCRIBER) for problem in problems]
    if found:
        raise ActRefused(found)


class FormProblem(NamedTuple):
    """What is wrong with one field of the agreement form, in a sentence that says what to do."""

    field: str
    sentence: str


def enrollment_problems(form: PatientEnrollment, *, at: datetime, program: ProgramVersion) -> list[FormProblem]:
    """Return what is missing from the form or contradicts itself, field by field (PR-08)."""
    today = program_day(at)
    found = [] if form.family_name else [FormProblem("family_name", "Type the patient’s name.")]
    impossible = birth_date_problem(form.birth_date, today)
    if impossible:
        found.append(FormProblem("birth_date", impossible))
    elif form.sex == Sex.FEMALE:
        found += _female_problems(form, at, program)
    if form.sex == Sex.MALE and (form.can_get_pregnant is not None or form.cannot_basis or form.menstrual_cycles):
        found.append(
            FormProblem("can_get_pregnant", "Pregnancy questions don’t apply to a male patient. Leave them empty.")
        )
    return found


def birth_date_problem(birth_date: date, today: date) -> str | None:
    """Return a sentence when nobody alive can have that birth date on the program day `today`, else None."""
    if birth_date > today:
        return "The birth date lies in the future. Correct it."
    if today.year - birth_date.year > OLDEST_AGE_YEARS:
        return f"A person born in {birth_date.year} would be older than anyone alive. Check the year of birth."
    return None


def _female_problems(form: PatientEnrollment, at: datetime, program: ProgramVersion) -> list[FormProblem]:
    if form.can_get_pregnant is None:
        return [FormProblem("can_get_pregnant", "Say whether the patient can get pregnant.")]
    if not form.can_get_pregnant:
        return _cannot_problems(form, at, program)
    found = []
    if form.cannot_basis:
        sentence = "You chose “can get pregnant” and also a reason why she can not. Remove one of the two."
        found.append(FormProblem("cannot_basis", sentence))
    if not form.menstrual_cycles:
        sentence = "Say whether her cycles are regular: it sets how often she is tested."
        found.append(FormProblem("menstrual_cycles", sentence))
    return found


def _cannot_problems(form: PatientEnrollment, at: datetime, program: ProgramVersion) -> list[FormProblem]:
    if not form.cannot_basis:
        sentence = "Choose the reason why she can not get pregnant. If none fits, choose “can get pregnant”."
        return [FormProblem("cannot_basis", sentence)]
    if group_of(category_of(form, at=at, program=program)) is RuleGroup.FCGP:
        sentence = "This reason doesn’t fit her age. Choose one that does, or choose “can get pregnant”."
        return [FormProblem("cannot_basis", sentence)]
    return []


def key_of(form: PatientEnrollment) -> str:
    """Return the key under which this person is found, whoever prescribes."""
    return identity_key(
        given_name=form.given_name, family_name=form.family_name, birth_date=form.birth_date, sex=form.sex
    )


def says_the_same(form: PatientEnrollment, enrollment: Enrollment) -> bool:
    """Does the form say about pregnancy what is on record?"""
    said = (form.can_get_pregnant, form.cannot_basis, form.menstrual_cycles)
    return said == (enrollment.can_get_pregnant, enrollment.cannot_basis, enrollment.menstrual_cycles)
