"""The acts on a patient's part in the program that void no numbers: enrolling, inviting to a survey, due dates."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from patients.models import Agreement, Enrollment, Patient, SurveyInvitation
from prescribers.facts import is_certified
from prescribers.models import Prescriber
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.numbering import new_number
from rems_portal.rules.categories import RiskCategory, RuleGroup, Sex, category_that_fits, group_of, is_adult
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.rules.numbers import Kind
from rems_portal.rules.programs import ProgramVersion
from rems_portal.rules.calendars import program_day

INVITATION_GOOD_FOR = timedelta(days=7)


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

    The same form sent twice, or a patient this prescriber already has, gives the enrollment there is.
    Raises ActRefused when the prescriber is not certified, a signature is missing or the form contradicts itself.
    """
    # One prescriber's enrollments queue up here, so a double click can't make two patients.
    Prescriber.objects.select_for_update(of=("self",), no_key=True).get(pk=prescriber.pk)
    existing = _already_enrolled(prescriber, form, program)
    if existing:
        return existing
    findings = enrollment_findings(prescriber=prescriber, form=form, at=at, program=program)
    if findings:
        raise ActRefused(findings)
    category = category_of(form, at=at, program=program)
    enrollment = _write_enrollment(prescriber, form, at, program)
    Agreement.objects.create(
        enrollment=enrollment,
        category=category,
        program_version=program.version,
        prescriber_signed_name=form.prescriber_signed_name,
        prescriber_signed_at=at,
        patient_signed_name=form.patient_signed_name,
        patient_signed_at=at,
        guardian_name=form.guardian_name,
        guardian_relation=form.guardian_relation,
    )
    return enrollment


def category_of(form: PatientEnrollment, *, at: datetime, program: ProgramVersion) -> RiskCategory:
    """Return the category that fits what the form says, on the program day of `at`."""
    return category_that_fits(
        birth_date=form.birth_date,
        sex=form.sex,
        can_get_pregnant=form.can_get_pregnant,
        cannot_basis=form.cannot_basis or None,
        on=program_day(at),
        program=program,
    )


def enrollment_findings(
    *, prescriber: Prescriber, form: PatientEnrollment, at: datetime, program: ProgramVersion
) -> list[Finding]:
    """Return all that keeps this form from enrolling the patient; empty when it can."""
    found = []
    today = program_day(at)

    def missing(obligation: str, sentence: str) -> None:
        found.append(Finding("ENROLL", (obligation,), sentence, Party.PRESCRIBER))

    if not is_certified(prescriber, program.code):
        missing("PR-02", "You are not certified in this program yet. Complete your certification, then enroll patients.")
    if form.birth_date > today:
        missing("PR-08", "The birth date lies in the future. Correct the birth date.")
    if form.sex == Sex.MALE and (form.can_get_pregnant is not None or form.cannot_basis or form.menstrual_cycles):
        missing("PR-08", "Pregnancy questions don't apply to a male patient. Leave them empty.")
    if form.sex == Sex.FEMALE:
        found.extend(_female_findings(form, at, program))
    if not is_adult(form.birth_date, today) and not (form.guardian_name and form.guardian_relation):
        missing("PR-08", "The patient is under 18. Give the name and relation of the parent or guardian who signs.")
    if not form.patient_signed_name:
        missing("PR-08", "The patient's side is not signed. Type the name of the person who signs for the patient.")
    if not form.prescriber_signed_name:
        missing("PR-08", "Your own signature is missing. Type your name.")
    return found


def _female_findings(form: PatientEnrollment, at: datetime, program: ProgramVersion) -> list[Finding]:
    def finding(sentence: str) -> list[Finding]:
        return [Finding("ENROLL", ("PR-08",), sentence, Party.PRESCRIBER)]

    if form.can_get_pregnant is None:
        return finding("Say whether the patient can get pregnant.")
    group = group_of(category_of(form, at=at, program=program))
    if form.can_get_pregnant is False and group is RuleGroup.FCGP:
        return finding(
            "“Can not get pregnant” needs a reason that fits her age. Choose one of the reasons, or choose “can get pregnant”."
        )
    if form.can_get_pregnant and form.cannot_basis:
        return finding("You chose “can get pregnant” and also a reason why she can not. Remove one of them.")
    if group is RuleGroup.FCGP and not form.menstrual_cycles:
        return finding("Say whether her cycles are regular: it sets how often she is tested.")
    return []


def _already_enrolled(prescriber: Prescriber, form: PatientEnrollment, program: ProgramVersion) -> Enrollment | None:
    if form.submission_key:
        sent_before = prescriber.enrollments.filter(submission_key=form.submission_key).first()
        if sent_before:
            return sent_before
    return prescriber.enrollments.filter(
        program=program.code,
        status=EnrollmentStatus.ENROLLED,
        patient__given_name__iexact=form.given_name,
        patient__family_name__iexact=form.family_name,
        patient__birth_date=form.birth_date,
        patient__sex=form.sex,
    ).first()


def _write_enrollment(
    prescriber: Prescriber, form: PatientEnrollment, at: datetime, program: ProgramVersion
) -> Enrollment:
    patient = Patient.objects.create(
        number=new_number(Kind.PATIENT),
        given_name=form.given_name,
        family_name=form.family_name,
        birth_date=form.birth_date,
        sex=form.sex,
        email=form.email,
    )
    return Enrollment.objects.create(
        patient=patient,
        program=program.code,
        prescriber=prescriber,
        status=EnrollmentStatus.ENROLLED,
        enrolled_at=at,
        can_get_pregnant=form.can_get_pregnant,
        cannot_basis=form.cannot_basis,
        menstrual_cycles=form.menstrual_cycles,
        submission_key=form.submission_key,
    )


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
    """Keep the answers given so far, so that nothing is lost when the phone is put away."""
    invitation.draft = draft
    invitation.save(update_fields=["draft"])


@act
def count_wrong_birth_date(*, by: Actor, at: datetime, invitation: SurveyInvitation) -> None:
    """Count a birth date that did not match; after five the link is closed and the office can hand over a new one."""
    invitation.failed_birth_dates += 1
    changed = ["failed_birth_dates"]
    if invitation.failed_birth_dates >= MAX_WRONG_BIRTH_DATES:
        invitation.expires_at = max(at, invitation.invited_at + timedelta(microseconds=1))
        changed.append("expires_at")
    invitation.save(update_fields=changed)


MAX_WRONG_BIRTH_DATES = 5
