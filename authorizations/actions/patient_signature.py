"""The patient's side signs an agreement form behind a link, and what the last signature leads to.

Obligations: PF-05, PN-04, PC-03, PM-03. Enrollment: the patient is enrolled. Change of category: the form on file is
whole, and authorizations can be asked for again. Transfer: the new prescriber's form replaces the old one; numbers
issued before are void (domain.md section 2).
"""

from datetime import datetime

from authorizations.actions.transfer import finish_transfer
from authorizations.actions.upkeep import refresh_due_dates, tell_office
from patients.actions import MAX_WRONG_BIRTH_DATES, begin_treatment, close_links, waiting_signers
from patients.models import Agreement, Enrollment, SigningInvitation
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.forms import Signer
from rems_portal.rules.programs import ProgramVersion
from rems_portal.signatures.actions import Signing, sign

GONE = "This link doesn’t work any more. Ask your care team for a new one."


@act
def sign_for_patient(
    *, by: Actor, at: datetime, invitation: SigningInvitation, signer: Signer, signing: Signing, program: ProgramVersion
) -> Agreement:
    """Put one signature of the patient's side on the form; the last one uses the link up and completes the form.

    The same signer twice is once. Raises ActRefused for a link that is used up, expired or replaced, for a form that
    was superseded or changed, and for a signer whose turn it is not; KnownElsewhere when the patient was meanwhile
    enrolled with another prescriber.
    """
    enrollment = (
        Enrollment.objects.locked().select_related("patient", "prescriber__user").get(pk=invitation.enrollment_id)
    )
    link = SigningInvitation.objects.select_for_update(of=("self",), no_key=True).get(pk=invitation.pk)
    agreement = Agreement.objects.select_related("form").get(pk=link.agreement_id)
    agreement.enrollment = enrollment
    already = agreement.form is not None and agreement.form.signatures.filter(signer=signer).exists()
    if already:
        return agreement
    if not _is_open(link, agreement, at):
        raise _refused(GONE)
    waiting = waiting_signers(agreement)
    if agreement.form is None or not waiting or waiting[0] != signer:
        raise _refused("It is somebody else’s turn to sign. Open the link again.")
    sign(agreement.form, signing, signer=signer)
    if not waiting_signers(agreement):
        _complete(agreement, link, by, at, program)
    return agreement


def _is_open(link: SigningInvitation, agreement: Agreement, at: datetime) -> bool:
    good = link.used_at is None and at < link.expires_at and link.failed_birth_dates < MAX_WRONG_BIRTH_DATES
    return good and agreement.waiting


def _refused(sentence: str) -> ActRefused:
    return ActRefused([Finding("SIGN", ("PR-08",), sentence, Party.PATIENT)])


def _complete(agreement: Agreement, link: SigningInvitation, by: Actor, at: datetime, program: ProgramVersion) -> None:
    """Everybody has signed: keep the names, use the link up, and do what the form was for."""
    enrollment = agreement.enrollment
    signatures = {one.signer: one for one in agreement.form.signatures.all()} if agreement.form else {}
    side = signatures.get(Signer.PATIENT) or signatures[Signer.GUARDIAN]
    agreement.patient_signed_name, agreement.patient_signed_at = side.printed_name, at
    if side.signer == Signer.GUARDIAN:
        agreement.guardian_name, agreement.guardian_relation = side.printed_name, side.relation
    if agreement.purpose != Agreement.Purpose.TRANSFER:
        agreement.save()
    link.used_at = at
    link.save(update_fields=["used_at"])
    close_links(agreement.invitations.exclude(pk=link.pk), at)
    if agreement.purpose == Agreement.Purpose.ENROLL:
        begin_treatment(enrollment, at=at)
    elif agreement.purpose == Agreement.Purpose.TRANSFER:
        finish_transfer(agreement, by=by, at=at, program=program)
    refresh_due_dates(enrollment, at=at, program=program)
    _tell_office(agreement, at)


def _tell_office(agreement: Agreement, at: datetime) -> None:
    tell_office(
        agreement.enrollment.prescriber,
        key=f"agreement:{agreement.pk}:signed",
        kind="agreement_signed",
        subject="A form you sent was signed",
        text="A form you had sent for signature is signed by everybody now. Your list of patients shows which.",
        at=at,
    )
