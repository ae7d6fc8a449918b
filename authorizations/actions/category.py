"""The risk category changes: a new agreement form is signed, the old one superseded, numbers issued before are void.

Obligations: PR-08, PC-12; domain.md section 2. Coming of age is the same act.
"""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied

from authorizations.actions.upkeep import refresh_due_dates, settle, tell_pharmacies, void_live_numbers
from authorizations.models import Confirmation
from authorizations.queries.safety import rests_on_menses_not_begun
from patients.actions import PatientEnrollment, category_of, enrollment_findings, sign_agreement
from patients.models import Agreement, Enrollment, SafetyCase
from prescribers.models import Delegation, Prescriber
from prescribers.permissions import require_signatory
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.errors import ActRefused
from rems_portal.notifications.actions import tell
from rems_portal.rules.calendars import program_day
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import CASE_MOVES, CaseStatus, EnrollmentStatus
from rems_portal.rules.programs import ProgramVersion

WHY = "Risk category changed"


@act
def change_category(
    *,
    by: Actor,
    at: datetime,
    prescriber: Prescriber,
    enrollment: Enrollment,
    form: PatientEnrollment,
    program: ProgramVersion,
) -> Agreement:
    """Sign the agreement form that fits by now; the one on file is superseded (PR-08, PC-12).

    Every live authorization and undispensed confirmation becomes void; the office and the pharmacies that hold one are
    told. A case of menses begun is closed once the new category no longer rests on it. The same form sent twice gives
    the agreement there is. Raises PermissionDenied unless `by` is the patient's prescriber, ActRefused with all that is
    missing when the prescriber is not certified, treatment has ended, a signature is missing, the form contradicts
    itself or the patient's birth date or sex, or nothing would change.
    """
    require_signatory(by, prescriber)
    locked = Enrollment.objects.locked().select_related("patient", "prescriber__user").get(pk=enrollment.pk)
    if locked.prescriber_id != prescriber.pk:
        raise PermissionDenied("Only the patient's prescriber may change the risk category.")
    sent_before = _sent_before(locked, form.submission_key)
    if sent_before:
        return sent_before
    current: Agreement | None = locked.agreements.filter(superseded_at__isnull=True).first()
    _require_possible(locked, current, form, at, program)
    if current:
        current.superseded_at = at
        current.save(update_fields=["superseded_at"])
    _keep_answers(locked, form)
    signed = sign_agreement(locked, form, at=at, program=program, submission_key=form.submission_key)
    settle(locked, at)
    voided = void_live_numbers(locked, at=at, why=WHY)
    _tell(signed, voided, at)
    if not rests_on_menses_not_begun(locked, at):
        _close_menses_case(locked, at)
    refresh_due_dates(locked, at=at, program=program)
    return signed


def _sent_before(enrollment: Enrollment, key: UUID | None) -> Agreement | None:
    return enrollment.agreements.filter(submission_key=key).first() if key else None


def _require_possible(
    enrollment: Enrollment, current: Agreement | None, form: PatientEnrollment, at: datetime, program: ProgramVersion
) -> None:
    patient = enrollment.patient
    if enrollment.status != EnrollmentStatus.ENROLLED:
        raise _refuse("The patient is no longer enrolled. Enroll the patient again: the form that fits is signed then.")
    if (form.birth_date, form.sex) != (patient.birth_date, patient.sex):
        raise _refuse("Date of birth and sex must be those on record. If the record is wrong, call the program.")
    findings = enrollment_findings(prescriber=enrollment.prescriber, form=form, at=at, program=program)
    if findings:
        raise ActRefused(findings)
    said = (form.can_get_pregnant, form.cannot_basis, form.menstrual_cycles)
    same_answers = said == (enrollment.can_get_pregnant, enrollment.cannot_basis, enrollment.menstrual_cycles)
    category = category_of(form, at=at, program=program)
    if current and current.complete and current.category == category and same_answers:
        raise _refuse("Nothing would change: this form with these answers is on file, signed. No number was voided.")
    if form.submission_key and Agreement.objects.filter(submission_key=form.submission_key).exists():
        raise _refuse("This form was already sent for another patient. Open the page anew.")


def _refuse(sentence: str) -> ActRefused:
    return ActRefused([Finding("CATEGORY", ("PR-08",), sentence, Party.PRESCRIBER)])


def _keep_answers(enrollment: Enrollment, form: PatientEnrollment) -> None:
    enrollment.can_get_pregnant = form.can_get_pregnant
    enrollment.cannot_basis = form.cannot_basis
    enrollment.menstrual_cycles = form.menstrual_cycles
    enrollment.save(update_fields=["can_get_pregnant", "cannot_basis", "menstrual_cycles"])


def _close_menses_case(enrollment: Enrollment, at: datetime) -> None:
    """Lift the hold that waited for the new form, also one left open in an earlier course."""
    cases = SafetyCase.objects.filter(
        enrollment__patient=enrollment.patient_id, kind=SafetyCase.Kind.MENSES_BEGAN, status=CaseStatus.OPEN
    )
    reason = "New form signed"
    for case in cases:
        move(
            case,
            CASE_MOVES,
            CaseStatus.CLOSED,
            why=reason,
            closed_at=at,
            closed_by=enrollment.prescriber.user,
            closing_reason=reason,
        )


def _tell(signed: Agreement, voided: list[Confirmation], at: datetime) -> None:
    prescriber, key = signed.enrollment.prescriber, f"agreement:{signed.pk}"
    delegates = Delegation.objects.in_force(program_day(at)).filter(prescriber=prescriber)
    tell(
        users=[prescriber.user, *User.objects.filter(pk__in=delegates.values("delegate_id"))],
        key=f"{key}:office",
        kind="agreement_changed",
        subject="A new agreement form is on file",
        text="A new agreement form was signed for one of your patients. Numbers issued for this patient before are "
        "void: don't use them. Please sign in and look at your list of patients.",
        at=at,
    )
    tell_pharmacies(voided, key=f"{key}:pharmacy", at=at)
