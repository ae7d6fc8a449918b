"""Enrolling a patient: the prescriber signs, then the patient's side; enrolled with the last signature (PR-08).

The same for a restart after treatment was discontinued: one person is one patient, a new course joins the earlier ones.
What the patient's side does is in `agreements`; the acts that void numbers are in `authorizations.actions`.
"""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from patients.actions.agreements import set_aside, write_agreement
from patients.actions.answers import PatientEnrollment, key_of, require_signable, says_the_same
from patients.models import Agreement, Enrollment, Patient, PreparedEnrollment
from patients.queries import identity_key, is_held, running_enrollment
from prescribers.models import Prescriber
from prescribers.permissions import require_signatory
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.errors import ActRefused
from rems_portal.numbering import new_number
from rems_portal.reasons import require_reason
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import ENROLLMENT_MOVES, EnrollmentStatus
from rems_portal.rules.numbers import Kind
from rems_portal.rules.programs import ProgramVersion
from rems_portal.signatures.actions import Signing
from rems_portal.signatures.proof import require_own_signature


class KnownElsewhere(ActRefused):
    """The person can't be enrolled here now; the sentence doesn't say with whom. `number` is for the audit trail only.

    `may_be_transferred`: a transfer can be asked for.
    """

    def __init__(self, number: str, *, may_be_transferred: bool):
        sentence = (
            "This person takes part in the program already. Nothing was recorded. You can ask for a transfer to you."
            if may_be_transferred
            else "This patient can’t be enrolled here now. Nothing was recorded. Call the program to go on."
        )
        party = Party.PRESCRIBER if may_be_transferred else Party.PROGRAM
        super().__init__([Finding("ENROLL", ("PR-08",), sentence, party)])
        self.number = number
        self.may_be_transferred = may_be_transferred


@act
def enroll_patient(
    *,
    by: Actor,
    at: datetime,
    prescriber: Prescriber,
    form: PatientEnrollment,
    program: ProgramVersion,
    signing: Signing,
    prepared: PreparedEnrollment | None = None,
    patient: Patient | None = None,
) -> Enrollment:
    """Write the one of six agreement forms that fits, signed by the prescriber; the patient's side signs next (PR-08).

    The enrollment is pending until then. The same form sent twice, or with the same answers for a patient this
    prescriber already has, gives the enrollment there is. `patient`: who is enrolled again; a form that names somebody
    else is refused then, and nobody new is written. Raises PermissionDenied unless `by` is the prescriber and
    `signing` the prescriber's own (nobody signs for another), KnownElsewhere when the person is in treatment with
    another prescriber or held, ActRefused with all that is missing when the prescriber is not certified or the form
    contradicts itself or the record.
    """
    require_signatory(by, prescriber)
    require_own_signature(signing, prescriber.user_id)
    # One prescriber's enrollments queue up here, so a double click can't make two patients.
    Prescriber.objects.select_for_update(of=("self",), no_key=True).get(pk=prescriber.pk)
    if patient:
        _require_same_person(form, patient)
    there = _sent_before(prescriber, form, patient) or _own_with_these_answers(prescriber, form, program, patient)
    if there:
        return there
    require_signable(form, prescriber, at=at, program=program)
    person = _enrollable(patient or _person_of(form), form, program)
    enrollment = _write_enrollment(person, prescriber, form, at, program)
    write_agreement(
        enrollment,
        form,
        by=by,
        at=at,
        program=program,
        signing=signing,
        purpose=Agreement.Purpose.ENROLL,
        prepared=prepared,
    )
    if prepared:
        _use_prepared(prepared, enrollment)
    return enrollment


def _require_same_person(form: PatientEnrollment, patient: Patient) -> None:
    on_record = identity_key(
        given_name=patient.given_name, family_name=patient.family_name, birth_date=patient.birth_date, sex=patient.sex
    )
    if key_of(form) != on_record:
        raise _refused(
            f"The form names somebody else than patient {patient.number}. Nothing was recorded. To enroll another "
            "person, use “Enroll a patient”."
        )


def _who(form: PatientEnrollment, patient: Patient | None) -> Q:
    """How courses of this person are found: by the patient that is known, else by name, birth date and sex."""
    return Q(patient=patient) if patient else Q(patient__identity_key=key_of(form))


def _sent_before(prescriber: Prescriber, form: PatientEnrollment, patient: Patient | None) -> Enrollment | None:
    """Return what an earlier sending of this form made.

    The key alone is not enough: a form that was filled in again after going back in the browser still carries it.
    """
    if form.submission_key is None:
        return None
    return prescriber.enrollments.filter(_who(form, patient), submission_key=form.submission_key).first()


def _own_with_these_answers(
    prescriber: Prescriber, form: PatientEnrollment, program: ProgramVersion, patient: Patient | None
) -> Enrollment | None:
    """Return the open enrollment this prescriber has of the person. Raises ActRefused when the form says another."""
    own = prescriber.enrollments.open().filter(_who(form, patient), program=program.program)
    there: Enrollment | None = own.select_related("patient").first()
    if there is None or says_the_same(form, there):
        return there
    raise _refused(
        "A form with other answers waits for this patient’s signature. Withdraw it on the patient’s page, then enroll."
        if there.status == EnrollmentStatus.PENDING
        else f"This is already your patient, {there.patient.number}, with other answers on file. To change the risk "
        "category, use “Change the risk category” on the patient’s page."
    )


def _refused(sentence: str) -> ActRefused:
    return ActRefused([Finding("ENROLL", ("PR-08",), sentence, Party.PRESCRIBER)])


def _person_of(form: PatientEnrollment) -> Patient:
    """Return this person's one row, made when there is none: dispenses and holds of earlier courses count."""
    fields = {
        "number": new_number(Kind.PATIENT),
        "given_name": form.given_name,
        "family_name": form.family_name,
        "birth_date": form.birth_date,
        "sex": form.sex,
        "email": form.email,
    }
    # Two prescribers enrolling one person at once: the second waits here for the first, and then finds the row.
    found, _made = Patient.objects.get_or_create(identity_key=key_of(form), defaults=fields)
    return found


def _enrollable(patient: Patient, form: PatientEnrollment, program: ProgramVersion) -> Patient:
    """Return the patient's row, locked, with the address that the form says.

    Raises KnownElsewhere while the person is in treatment with somebody else, or held in whatever course.
    """
    locked = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    running = running_enrollment(locked, program.program)
    if running or is_held(locked):
        raise KnownElsewhere(locked.number, may_be_transferred=running is not None)
    if form.email and form.email != locked.email:
        locked.email = form.email
        locked.save(update_fields=["email"])
    return locked


def _write_enrollment(
    patient: Patient, prescriber: Prescriber, form: PatientEnrollment, at: datetime, program: ProgramVersion
) -> Enrollment:
    return Enrollment.objects.create(
        patient=patient,
        program=program.program,
        prescriber=prescriber,
        status=EnrollmentStatus.PENDING,
        enrolled_at=at,
        can_get_pregnant=form.can_get_pregnant,
        cannot_basis=form.cannot_basis,
        menstrual_cycles=form.menstrual_cycles,
        submission_key=_unused(form.submission_key),
    )


def _unused(key: UUID | None) -> UUID | None:
    return None if key and Enrollment.objects.filter(submission_key=key).exists() else key


def _use_prepared(prepared: PreparedEnrollment, enrollment: Enrollment) -> None:
    waiting = PreparedEnrollment.objects.select_for_update(no_key=True).get(pk=prepared.pk)
    if (
        waiting.enrollment_id is None
        and waiting.discarded_at is None
        and waiting.prescriber_id == enrollment.prescriber_id
    ):
        waiting.enrollment = enrollment
        waiting.answers = {}  # the signed form holds them now
        waiting.save(update_fields=["enrollment", "answers"])


def begin_treatment(enrollment: Enrollment, *, at: datetime) -> None:
    """Make a pending enrollment one that holds, with the last signature. Inside an act that holds its lock.

    Raises KnownElsewhere when the person was meanwhile enrolled with another prescriber, or is held.
    """
    patient = Patient.objects.select_for_update(no_key=True).get(pk=enrollment.patient_id)
    if running_enrollment(patient, enrollment.program) or is_held(patient):
        raise KnownElsewhere(patient.number, may_be_transferred=False)
    try:
        with transaction.atomic():
            move(enrollment, ENROLLMENT_MOVES, EnrollmentStatus.ENROLLED, why="Signed by everybody", enrolled_at=at)
    except IntegrityError as error:
        raise KnownElsewhere(patient.number, may_be_transferred=False) from error


@act
def withdraw_enrollment(
    *, by: Actor, at: datetime, prescriber: Prescriber, enrollment: Enrollment, reason: str
) -> Enrollment:
    """End an enrollment that still waits for the patient's side; its links stop working. What was signed stays.

    Raises PermissionDenied unless `by` is the prescriber, ActRefused without a reason or once the patient is enrolled.
    """
    require_signatory(by, prescriber)
    locked: Enrollment = Enrollment.objects.locked().get(pk=enrollment.pk, prescriber=prescriber)
    words = require_reason(reason, _refused)
    if locked.status != EnrollmentStatus.PENDING:
        raise _refused("Nothing waits for a signature here. A patient who is enrolled can be discontinued.")
    end_pending(locked, by_name=by.name, reason=words, at=at)
    return locked


def end_pending(enrollment: Enrollment, *, by_name: str, reason: str, at: datetime) -> None:
    """Withdraw an enrollment that waits for the patient's side; its links stop. Inside an act that holds its lock."""
    for agreement in enrollment.agreements.filter(superseded_at__isnull=True):
        set_aside(agreement, at)
    move(
        enrollment,
        ENROLLMENT_MOVES,
        EnrollmentStatus.WITHDRAWN,
        why=reason,
        ended_at=at,
        ended_by_name=by_name,
        ended_reason=reason,
    )
