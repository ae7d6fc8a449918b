"""A patient moves to another prescriber: asked for by the new one, done when the patient's side signs (domain.md 2).

Nothing changes until then, so that nobody can take a patient over by knowing a name and a birth date. Who asks is never
told whose patient it is, nor anything of the record: until it is done, a transfer goes by the number of its own form.
"""

from collections.abc import Iterable
from datetime import datetime

from authorizations.actions.cases import close_menses_case
from authorizations.actions.upkeep import settle, tell_office, tell_pharmacies, void_live_numbers
from authorizations.queries.safety import rests_on_menses_not_begun
from patients.actions import (
    PatientEnrollment,
    answers_of,
    discard_prepared,
    end_pending,
    key_of,
    require_signable,
    set_aside,
    watch_coming_of_age,
    write_agreement,
)
from patients.models import Agreement, Enrollment, Patient, PreparedEnrollment, Transfer
from patients.queries import running_enrollment
from prescribers.facts import is_certified
from prescribers.models import Prescriber
from prescribers.permissions import require_signatory
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.reasons import require_reason
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.rules.programs import ProgramVersion
from rems_portal.signatures.actions import Signing
from rems_portal.signatures.proof import require_own_signature

WHY = "Moved to another prescriber"


@act
def ask_transfer(
    *,
    by: Actor,
    at: datetime,
    prescriber: Prescriber,
    form: PatientEnrollment,
    program: ProgramVersion,
    signing: Signing,
    prepared: PreparedEnrollment | None = None,
) -> Transfer:
    """Sign the agreement form with which a patient of another prescriber is taken over; the patient's side signs next.

    The person is found by name, birth date and sex, over all prescribers. Asked twice with the same answers is once.
    A `prepared` form is put away. Raises PermissionDenied unless `by` is the prescriber and `signing` the prescriber's
    own, ActRefused when the prescriber is not certified, the form contradicts itself, nobody of that name is in
    treatment with another prescriber, or a form with other answers waits already.
    """
    require_signatory(by, prescriber)
    require_own_signature(signing, prescriber.user_id)
    # One prescriber's forms queue up here, so a double click can't ask twice.
    Prescriber.objects.select_for_update(of=("self",), no_key=True).get(pk=prescriber.pk)
    done = _sent_before(prescriber, form)
    if done:
        return done
    require_signable(form, prescriber, at=at, program=program)
    enrollment = _locked_elsewhere(form, prescriber, program)
    asked = _asked_before(enrollment, prescriber, form)
    if asked:
        return asked
    agreement = write_agreement(
        enrollment,
        form,
        by=by,
        at=at,
        program=program,
        signing=signing,
        purpose=Agreement.Purpose.TRANSFER,
        about=f"prescriber {prescriber.npi}",
        prepared=prepared,
    )
    if prepared:
        discard_prepared(prepared, prescriber, at)
    return _write_transfer(agreement, prescriber, at, email=form.email)


def _sent_before(prescriber: Prescriber, form: PatientEnrollment) -> Transfer | None:
    """Return the transfer that an earlier sending of this very form asked for, however it stands now."""
    if form.submission_key is None:
        return None
    found: Transfer | None = prescriber.transfers_here.filter(
        agreement__submission_key=form.submission_key, enrollment__patient__identity_key=key_of(form)
    ).first()
    return found


def _locked_elsewhere(form: PatientEnrollment, prescriber: Prescriber, program: ProgramVersion) -> Enrollment:
    """Return the course this person runs with somebody else, locked. Raises ActRefused when there is none."""
    patient = Patient.objects.filter(identity_key=key_of(form)).first()
    running = running_enrollment(patient, program.program) if patient else None
    if running:
        locked = Enrollment.objects.locked().enrolled().select_related("patient", "prescriber__user")
        running = locked.filter(pk=running.pk).first()
    if running is None:
        raise _refused("Nobody of this name, birth date and sex is in treatment now. Enroll the patient instead.")
    if running.prescriber_id == prescriber.pk:
        raise _refused(f"This is your own patient already, {running.patient.number}. Nothing was recorded.")
    return running


def _asked_before(enrollment: Enrollment, prescriber: Prescriber, form: PatientEnrollment) -> Transfer | None:
    waiting = enrollment.transfers.pending().filter(to_prescriber=prescriber).select_related("agreement__form").first()
    if waiting is None:
        return None
    asked: Transfer = waiting
    said = asked.agreement.form.answers if asked.agreement.form else {}
    if {code: answer for code, answer in said.items() if answer is not None} == answers_of(form):
        return asked
    raise _refused(
        f"You asked for this transfer before, with other answers: form {asked.agreement.form}. Withdraw it, then ask "
        "again."
    )


def _write_transfer(agreement: Agreement, prescriber: Prescriber, at: datetime, *, email: str) -> Transfer:
    enrollment = agreement.enrollment
    transfer: Transfer = Transfer.objects.create(
        enrollment=enrollment,
        from_prescriber=enrollment.prescriber,
        to_prescriber=prescriber,
        agreement=agreement,
        asked_at=at,
        email=email,
    )
    return transfer


def _refused(sentence: str) -> ActRefused:
    return ActRefused([Finding("TRANSFER", ("PR-08",), sentence, Party.PRESCRIBER)])


@act
def withdraw_transfer(*, by: Actor, at: datetime, prescriber: Prescriber, transfer: Transfer, reason: str) -> Transfer:
    """Take back a transfer that waits for the patient's side; its links stop working. What was signed stays.

    Raises PermissionDenied unless `by` is the prescriber who asked, ActRefused without a reason or once it is done.
    """
    require_signatory(by, prescriber)
    Enrollment.objects.locked().get(pk=transfer.enrollment_id)
    current: Transfer = Transfer.objects.get(pk=transfer.pk, to_prescriber=prescriber)
    words = require_reason(reason, _refused)
    if not current.pending:
        raise _refused("This transfer doesn’t wait any more. Nothing was changed.")
    _end(current, by_name=by.name, reason=words, at=at)
    return current


def _end(transfer: Transfer, *, by_name: str, reason: str, at: datetime) -> None:
    set_aside(transfer.agreement, at)
    transfer.withdrawn_at, transfer.withdrawn_by_name, transfer.withdrawn_reason = at, by_name, reason
    transfer.save(update_fields=["withdrawn_at", "withdrawn_by_name", "withdrawn_reason"])


def end_pending_transfers(transfers: Iterable[Transfer], *, by_name: str, reason: str, at: datetime) -> None:
    """Withdraw transfers that can't be done any more, and tell the offices that asked; not why, nor about whom.

    Inside an act that holds the enrollment's lock.
    """
    for transfer in transfers:
        _end(transfer, by_name=by_name, reason=reason, at=at)
        tell_office(
            transfer.to_prescriber,
            key=f"transfer:{transfer.pk}:ended",
            kind="transfer_ended",
            subject="A transfer you asked for will not take place",
            text=f"Form {transfer.agreement.form} can’t be signed any more: the patient’s record has changed. Ask the "
            "patient. If you still treat this person, start anew.",
            at=at,
        )


def finish_transfer(agreement: Agreement, *, by: Actor, at: datetime, program: ProgramVersion) -> None:
    """Put the new prescriber's form in force and the old one's aside; void what is live; tell whom it concerns.

    Inside the act of the last signature, which holds the enrollment's lock. Tests, surveys, dispenses, holds and open
    cases stay with the course; a hold for menses begun ends where the new form no longer rests on it. Raises ActRefused
    when the new prescriber is not certified any more.
    """
    enrollment = agreement.enrollment
    transfer = Transfer.objects.select_related("from_prescriber__user", "to_prescriber__user").get(agreement=agreement)
    if not is_certified(transfer.to_prescriber, program, at):
        sentence = "Your doctor can’t take you over at the moment. Nothing was signed. Ask your care team."
        raise ActRefused([Finding("TRANSFER", ("PR-02",), sentence, Party.PRESCRIBER)])
    for old in enrollment.agreements.current():
        set_aside(old, at)
    agreement.in_force_from = at
    agreement.save()
    settle(enrollment, at)
    voided = void_live_numbers(enrollment, at=at, why=WHY)
    left, enrollment.prescriber = enrollment.prescriber, transfer.to_prescriber
    _keep_answers(agreement, transfer)
    watch_coming_of_age(agreement)
    if not rests_on_menses_not_begun(enrollment, at):
        close_menses_case(enrollment, at)
    transfer.done_at = at
    transfer.save(update_fields=["done_at"])
    for waiting in _own_pending(transfer):
        end_pending(waiting, by_name=by.name, reason="The patient was transferred instead", at=at)
    others = enrollment.transfers.pending().select_related("to_prescriber__user", "agreement__form")
    end_pending_transfers(others, by_name=by.name, reason=WHY, at=at)
    _tell_old_office(transfer, left, at)
    tell_pharmacies(voided, key=f"transfer:{transfer.pk}:pharmacy", at=at)


def _own_pending(transfer: Transfer) -> Iterable[Enrollment]:
    """Return enrollments of this person that the new prescriber began before asking for the transfer, locked."""
    found: Iterable[Enrollment] = Enrollment.objects.locked().filter(
        patient=transfer.enrollment.patient_id,
        program=transfer.enrollment.program,
        prescriber=transfer.to_prescriber_id,
        status=EnrollmentStatus.PENDING,
    )
    return found


def _keep_answers(agreement: Agreement, transfer: Transfer) -> None:
    """Let the record say what the form says: the answers on pregnancy, the spelling of the name, the address given."""
    enrollment, answers = agreement.enrollment, agreement.form.answers if agreement.form else {}
    can = answers.get("can_get_pregnant")
    enrollment.can_get_pregnant = can if isinstance(can, bool) else None
    enrollment.cannot_basis = str(answers.get("cannot_basis") or "")
    enrollment.menstrual_cycles = str(answers.get("menstrual_cycles") or "")
    enrollment.save(update_fields=["prescriber", "can_get_pregnant", "cannot_basis", "menstrual_cycles"])
    patient = enrollment.patient
    kept = (patient.given_name, patient.family_name, patient.email)
    said = (
        str(answers.get("given_name") or ""),
        str(answers.get("family_name") or patient.family_name),
        transfer.email or patient.email,
    )
    if said != kept:
        patient.given_name, patient.family_name, patient.email = said
        patient.save(update_fields=["given_name", "family_name", "email"])


def _tell_old_office(transfer: Transfer, prescriber: Prescriber, at: datetime) -> None:
    tell_office(
        prescriber,
        key=f"transfer:{transfer.pk}:left",
        kind="patient_transferred",
        subject="One of your patients moved to another prescriber",
        text=f"Record {transfer.enrollment.patient.number} is no longer on your list. Numbers issued for it before are "
        "void: don’t use them.",
        at=at,
    )
