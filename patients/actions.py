"""The acts on a patient's part in the program that void no numbers: enrolling, inviting to a survey, due dates."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from patients.models import Agreement, Enrollment, Patient, SurveyInvitation
from patients.queries import identity_key, is_held, running_enrollment
from prescribers.facts import is_certified
from prescribers.models import Prescriber
from prescribers.permissions import require_signatory
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.numbering import new_number
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import (
    CannotBasis,
    RiskCategory,
    RuleGroup,
    Sex,
    category_that_fits,
    group_of,
    is_adult,
)
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.rules.numbers import Kind
from rems_portal.rules.programs import ProgramVersion

INVITATION_GOOD_FOR = timedelta(days=7)
MAX_WRONG_BIRTH_DATES = 5
# Nobody has lived longer than 122 years: an older birth date is a slip of the finger.
OLDEST_AGE_YEARS = 122


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientEnrollment:
    """What the Patient-Physician Agreement Form says (PR-08)."""

    given_name: str
    family_name: str
    birth_date: date
    sex: Sex
    email: str = ""
    can_get_pregnant: bool | None = None
    cannot_basis: str = ""
    menstrual_cycles: str = ""
    patient_signed_name: str
    guardian_name: str = ""
    guardian_relation: str = ""
    prescriber_signed_name: str
    submission_key: UUID | None = None


@act
def enroll_patient(
    *, by: Actor, at: datetime, prescriber: Prescriber, form: PatientEnrollment, program: ProgramVersion
) -> Enrollment:
    """Enroll a patient with the one of six agreement forms that fits (PR-08, PF-05, PN-04, PC-03, PM-03).

    The same form sent twice, or with the same answers for a patient this prescriber already has, gives the enrollment
    there is. One person is one patient: a new course joins the earlier ones, so their dispenses and holds count.
    Raises PermissionDenied unless `by` is the prescriber (nobody signs for another), KnownElsewhere when the person is
    in treatment with another prescriber or held, ActRefused with all that is missing when the prescriber is not
    certified, a signature is missing or the form contradicts itself or the record.
    """
    require_signatory(by, prescriber)
    # One prescriber's enrollments queue up here, so a double click can't make two patients.
    Prescriber.objects.select_for_update(of=("self",), no_key=True).get(pk=prescriber.pk)
    sent_before = _sent_before(prescriber, form)
    if sent_before:
        return sent_before
    patient = Patient.objects.select_for_update(no_key=True).filter(identity_key=_key_of(form)).first()
    running = running_enrollment(patient, program.program) if patient else None
    if running and running.prescriber_id == prescriber.pk:
        return _require_same_answers(running, form)
    findings = enrollment_findings(prescriber=prescriber, form=form, at=at, program=program)
    if findings:
        raise ActRefused(findings)
    patient = _patient_of(form, program)
    enrollment = _write_enrollment(patient, prescriber, form, at, program)
    sign_agreement(enrollment, form, at=at, program=program)
    return enrollment


def sign_agreement(
    enrollment: Enrollment,
    form: PatientEnrollment,
    *,
    at: datetime,
    program: ProgramVersion,
    submission_key: UUID | None = None,
) -> Agreement:
    """Write the agreement form that fits, signed by both sides at `at`. The caller is an act that found it complete."""
    return Agreement.objects.create(
        enrollment=enrollment,
        category=category_of(form, at=at, program=program),
        program_version=program.version,
        prescriber_signed_name=form.prescriber_signed_name,
        prescriber_signed_at=at,
        patient_signed_name=form.patient_signed_name,
        patient_signed_at=at,
        guardian_name=form.guardian_name,
        guardian_relation=form.guardian_relation,
        submission_key=submission_key,
    )


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


def enrollment_findings(
    *, prescriber: Prescriber, form: PatientEnrollment, at: datetime, program: ProgramVersion
) -> list[Finding]:
    """Return all that keeps this form from enrolling the patient; empty when it can (PR-02, PR-08)."""
    found = []
    if not is_certified(prescriber, program.program):
        sentence = "You are not certified in this program now. Complete your certification, then enroll patients."
        found.append(Finding("ENROLL", ("PR-02",), sentence, Party.PRESCRIBER))
    problems = enrollment_problems(form, at=at, program=program)
    return found + [Finding("ENROLL", ("PR-08",), problem.sentence, Party.PRESCRIBER) for problem in problems]


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
    return found + _signature_problems(form, is_child=not impossible and not is_adult(form.birth_date, today))


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


def _signature_problems(form: PatientEnrollment, *, is_child: bool) -> list[FormProblem]:
    found = []
    if not form.patient_signed_name:
        found.append(
            FormProblem("patient_signed_name", "Type the name of the person who signs for the patient’s side.")
        )
    if is_child and (not form.guardian_relation or (form.patient_signed_name and not form.guardian_name)):
        sentence = "The patient is under 18. Say who signs for the child: name and relation of the parent or guardian."
        found.append(FormProblem("guardian_relation", sentence))
    if not form.prescriber_signed_name:
        found.append(FormProblem("prescriber_signed_name", "Type your own name to sign."))
    return found


def _key_of(form: PatientEnrollment) -> str:
    return identity_key(
        given_name=form.given_name, family_name=form.family_name, birth_date=form.birth_date, sex=form.sex
    )


def _sent_before(prescriber: Prescriber, form: PatientEnrollment) -> Enrollment | None:
    """Return what an earlier sending of this form made.

    The key alone is not enough: a form that was filled in again after going back in the browser still carries it.
    """
    if form.submission_key is None:
        return None
    sent = prescriber.enrollments.filter(submission_key=form.submission_key, patient__identity_key=_key_of(form))
    return sent.first()


def _require_same_answers(running: Enrollment, form: PatientEnrollment) -> Enrollment:
    """Return the enrollment the prescriber has already. Raises ActRefused when the form says something else."""
    said = (form.can_get_pregnant, form.cannot_basis, form.menstrual_cycles)
    if said == (running.can_get_pregnant, running.cannot_basis, running.menstrual_cycles):
        return running
    sentence = (
        f"This is already your patient, {running.patient.number}, with other answers on file. To change the risk "
        "category, use “Change the risk category” on the patient’s page."
    )
    raise ActRefused([Finding("ENROLL", ("PR-08",), sentence, Party.PRESCRIBER)])


class KnownElsewhere(ActRefused):
    """The person can't be enrolled here now. The sentence doesn't say why; `number` is for the audit trail only."""

    def __init__(self, number: str):
        sentence = "This patient can’t be enrolled here now. Nothing was recorded. Call the program to go on."
        super().__init__([Finding("ENROLL", ("PR-08",), sentence, Party.PROGRAM)])
        self.number = number


def _patient_of(form: PatientEnrollment, program: ProgramVersion) -> Patient:
    """Return this person's one row, locked, made when there is none: dispenses and holds of earlier courses count.

    Raises KnownElsewhere while the person is in treatment with somebody else, or held in whatever course.
    """
    key = _key_of(form)
    fields = {
        "number": new_number(Kind.PATIENT),
        "given_name": form.given_name,
        "family_name": form.family_name,
        "birth_date": form.birth_date,
        "sex": form.sex,
        "email": form.email,
    }
    # Two prescribers enrolling one person at once: the second waits here for the first, and then finds the row.
    Patient.objects.get_or_create(identity_key=key, defaults=fields)
    patient = Patient.objects.select_for_update(no_key=True).get(identity_key=key)
    if running_enrollment(patient, program.program) or is_held(patient):
        raise KnownElsewhere(patient.number)
    if form.email and form.email != patient.email:
        patient.email = form.email
        patient.save(update_fields=["email"])
    return patient


def _write_enrollment(
    patient: Patient, prescriber: Prescriber, form: PatientEnrollment, at: datetime, program: ProgramVersion
) -> Enrollment:
    return Enrollment.objects.create(
        patient=patient,
        program=program.program,
        prescriber=prescriber,
        status=EnrollmentStatus.ENROLLED,
        enrolled_at=at,
        can_get_pregnant=form.can_get_pregnant,
        cannot_basis=form.cannot_basis,
        menstrual_cycles=form.menstrual_cycles,
        submission_key=_unused(form.submission_key),
    )


def _unused(key: UUID | None) -> UUID | None:
    return None if key and Enrollment.objects.filter(submission_key=key).exists() else key


@act
def invite_to_survey(*, by: Actor, at: datetime, enrollment: Enrollment) -> tuple[SurveyInvitation, str]:
    """Make an expiring link to the patient survey; return the invitation and the secret, which is not kept.

    Earlier links of this patient that were not used stop working: one good link at a time.
    """
    locked = Enrollment.objects.locked().get(pk=enrollment.pk)
    for earlier in locked.survey_invitations.filter(used_at__isnull=True, expires_at__gt=at):
        earlier.expires_at = max(at, earlier.invited_at + timedelta(microseconds=1))
        earlier.save(update_fields=["expires_at"])
    secret = secrets.token_urlsafe(32)
    invitation = SurveyInvitation.objects.create(
        enrollment=locked,
        token_hash=hash_secret(secret),
        invited_at=at,
        invited_by_name=by.name,
        expires_at=at + INVITATION_GOOD_FOR,
    )
    return invitation, secret


def hash_secret(secret: str) -> str:
    """Return the hash under which a link's secret is kept (256 random bits need no slow hash)."""
    return hashlib.sha256(secret.encode()).hexdigest()


@act
def keep_survey_answers(*, by: Actor, at: datetime, invitation: SurveyInvitation, draft: dict[str, str]) -> None:
    """Add to the answers given so far, so that nothing is lost when the phone is put away; two tabs don't fight.

    What arrives after the survey was sent is not kept.
    """
    current = SurveyInvitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if current.used_at is None:
        current.draft = {**current.draft, **draft}
        current.save(update_fields=["draft"])
        invitation.draft = current.draft


@act
def check_birth_date(*, by: Actor, at: datetime, invitation: SurveyInvitation, birth_date: date) -> bool:
    """Tell whether a link is in the right hands; a wrong birth date is counted, and the fifth closes the link.

    Guesses sent at once queue up, so there are never more than five. False for a link that is closed already.
    """
    current = SurveyInvitation.objects.select_for_update(of=("self",), no_key=True).get(pk=invitation.pk)
    if current.expires_at <= at or current.failed_birth_dates >= MAX_WRONG_BIRTH_DATES:
        return False
    if current.enrollment.patient.birth_date == birth_date:
        return True
    current.failed_birth_dates += 1
    if current.failed_birth_dates >= MAX_WRONG_BIRTH_DATES:
        current.expires_at = max(at, current.invited_at + timedelta(microseconds=1))
    current.save(update_fields=["failed_birth_dates", "expires_at"])
    return False


MAX_WRONG_BIRTH_DATES = 5
