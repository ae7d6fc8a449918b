"""The risk category changes: a new agreement form is signed, the old one superseded, numbers issued before are void.

Obligations: PR-08, PC-12; domain.md section 2. Coming of age is the same act, and so is a fresh form of the
same category for one on file that no longer matches its signatures.
"""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied

from authorizations.actions.cases import close_menses_case
from authorizations.actions.upkeep import refresh_due_dates, settle, tell_office, tell_pharmacies, void_live_numbers
from authorizations.queries.safety import rests_on_menses_not_begun
from patients.actions import (
    PatientEnrollment,
    category_of,
    require_signable,
    says_the_same,
    set_aside,
    write_agreement,
)
from patients.models import Agreement, Enrollment
from patients.presenters import shown_agreement
from prescribers.models import Prescriber
from prescribers.permissions import require_signatory
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.rules.programs import ProgramVersion
from rems_portal.signatures.actions import Signing
from rems_portal.signatures.copies import is_intact
from rems_portal.signatures.proof import require_own_signature

WHY, WHY_ANEW = "Risk category changed", "Agreement form signed anew"


@act
def change_category(
    *,
    by: Actor,
    at: datetime,
    prescriber: Prescriber,
    enrollment: Enrollment,
    form: PatientEnrollment,
    program: ProgramVersion,
    signing: Signing,
) -> Agreement:
    """Write and sign the agreement form that fits by now; the one on file is superseded at once (PR-08, PC-12).

    The patient's side signs next, behind a link; until then no authorization is given (AUTH-03).

    Every live authorization and undispensed confirmation becomes void; the office and the pharmacies that hold one are
    told. A case of menses begun is closed once the new category no longer rests on it. The same form sent twice gives
    the agreement there is. Raises PermissionDenied unless `by` is the patient's prescriber and `signing` the
    prescriber's own, ActRefused with all that is missing when the prescriber is not certified, treatment has ended, the
    form contradicts itself or the patient's birth date or sex, or nothing would change.
    """
    require_signatory(by, prescriber)
    require_own_signature(signing, prescriber.user_id)
    locked = Enrollment.objects.locked().select_related("patient", "prescriber__user").get(pk=enrollment.pk)
    if locked.prescriber_id != prescriber.pk:
        raise PermissionDenied("Only the patient’s prescriber may change the risk category.")
    sent_before = _sent_before(locked, form.submission_key)
    if sent_before:
        return sent_before
    current: Agreement | None = locked.agreements.current().first()
    _require_possible(locked, current, form, at, program)
    if current:
        set_aside(current, at)
    _keep_answers(locked, form)
    signed = write_agreement(
        locked,
        form,
        by=by,
        at=at,
        program=program,
        signing=signing,
        purpose=Agreement.Purpose.CHANGE,
    )
    _void_numbers_and_tell(signed, current, at)
    if not rests_on_menses_not_begun(locked, at):
        close_menses_case(locked, at)
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
    require_signable(form, enrollment.prescriber, at=at, program=program)
    category = category_of(form, at=at, program=program)
    if current and _holds(current) and current.category == category and says_the_same(form, enrollment):
        raise _refuse("Nothing would change: this form with these answers is on file, signed. No number was voided.")
    if form.submission_key and Agreement.objects.filter(submission_key=form.submission_key).exists():
        raise _refuse("This form was already sent for another patient. Open the page anew.")


def _holds(agreement: Agreement) -> bool:
    """Whether everybody has signed the form on file, and it still is what they signed."""
    return agreement.complete and is_intact(shown_agreement(agreement))


def _refuse(sentence: str) -> ActRefused:
    return ActRefused([Finding("CATEGORY", ("PR-08",), sentence, Party.PRESCRIBER)])


def _keep_answers(enrollment: Enrollment, form: PatientEnrollment) -> None:
    enrollment.can_get_pregnant = form.can_get_pregnant
    enrollment.cannot_basis = form.cannot_basis
    enrollment.menstrual_cycles = form.menstrual_cycles
    enrollment.save(update_fields=["can_get_pregnant", "cannot_basis", "menstrual_cycles"])


def _void_numbers_and_tell(signed: Agreement, before: Agreement | None, at: datetime) -> None:
    """Void what was issued under the form before, and tell the office and the pharmacies that hold a confirmation."""
    settle(signed.enrollment, at)
    why = WHY_ANEW if before and before.category == signed.category else WHY
    voided = void_live_numbers(signed.enrollment, at=at, why=why)
    key = f"agreement:{signed.pk}"
    tell_office(
        signed.enrollment.prescriber,
        key=f"{key}:office",
        kind="agreement_changed",
        subject="A new agreement form waits for a signature",
        text="You signed a new agreement form for one of your patients. Numbers issued for this patient before are "
        "void: don’t use them. The patient’s side signs next. Please sign in and look at your list of patients.",
        at=at,
    )
    tell_pharmacies(voided, key=f"{key}:pharmacy", at=at)
