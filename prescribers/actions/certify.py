"""How a prescriber becomes certified (PR-01 to PR-03) and renews that: who they are, what they read, their signature.

What is missing is the rules' business (`rules.certification`); the form itself is data of the program version.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from prescribers.actions.refusing import locked_certification, refusal
from prescribers.facts import certification_facts, enrollment_answers
from prescribers.models import Prescriber, PrescriberCertification
from prescribers.permissions import require_signatory
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.errors import ActRefused
from rems_portal.materials.actions import record_reading
from rems_portal.rules.certification import check_prescriber_certification, findings_of, renewal_of
from rems_portal.rules.findings import Party
from rems_portal.rules.forms import Signer
from rems_portal.rules.lifecycles import CERTIFICATION_MOVES, CertificationStatus
from rems_portal.rules.numbers import npi_is_valid
from rems_portal.rules.programs import ProgramVersion, form_named
from rems_portal.signatures.actions import Signing, sign, write_form
from rems_portal.signatures.models import SignedForm
from rems_portal.signatures.proof import require_own_signature

ENROLLMENT_FORM = "prescriber_enrollment"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriberIdentity:
    """Who a prescriber is, as the Prescriber Enrollment Form asks (PR-02)."""

    npi: str
    full_name: str
    practice_name: str
    phone: str
    credentials: str = ""


@act
def save_prescriber_identity(
    *, by: Actor, at: datetime, user: User, identity: PrescriberIdentity, program: ProgramVersion
) -> PrescriberCertification:
    """Begin a certification with who the prescriber is, or correct that before it is signed (PR-02).

    Saving the same again changes nothing. Raises PermissionDenied for an account that is no prescriber's, ActRefused
    for an NPI that is wrong or another account's, and once the form is signed.
    """
    # One account's savings queue up here, so a double click can't make two prescribers.
    owner = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    prescriber = Prescriber.objects.filter(user=owner).first() or Prescriber(user=owner)
    require_signatory(by, prescriber)
    if owner.role != User.Role.PRESCRIBER:
        raise refusal("CERT-03", "PR-02", "Only a prescriber’s account can be certified.", Party.PROGRAM)
    if not npi_is_valid(identity.npi):
        raise refusal("CERT-03", "PR-02", "This NPI is mistyped: its check digit doesn’t fit. Correct it.")
    earlier = PrescriberCertification.objects.filter(prescriber__user=owner, program=program.program).first()
    if earlier and earlier.status != CertificationStatus.IN_PROGRESS:
        sentence = "Your form is signed. Change your details on your certification’s page."
        raise refusal("CERT-03", "PR-02", sentence)
    _store_identity(prescriber, identity)
    return earlier or PrescriberCertification.objects.create(
        prescriber=prescriber, program=program.program, status=CertificationStatus.IN_PROGRESS
    )


def _store_identity(prescriber: Prescriber, identity: PrescriberIdentity) -> None:
    wanted = asdict(identity)
    if prescriber.pk and all(getattr(prescriber, name) == value for name, value in wanted.items()):
        return
    taken = "This NPI already belongs to another account. Check the number; if it is yours, ask the program’s staff."
    if Prescriber.objects.filter(npi=identity.npi).exclude(pk=prescriber.pk).exists():
        raise refusal("CERT-03", "PR-02", taken)
    for name, value in wanted.items():
        setattr(prescriber, name, value)
    try:
        with transaction.atomic():
            prescriber.save()
    except IntegrityError as error:
        raise refusal("CERT-03", "PR-02", taken) from error


@act
def certify_prescriber(
    *,
    by: Actor,
    at: datetime,
    certification: PrescriberCertification,
    signing: Signing,
    program: ProgramVersion,
    read: Collection[tuple[str, str]] = (),
) -> PrescriberCertification:
    """Sign the Prescriber Enrollment Form; complete means certified at once (PR-01, PR-02, PR-03).

    `read`: (material, version) pairs that the prescriber says to have read just now; they are recorded first, and with
    a refusal they are not. Signed twice is signed once, unless the program version demands that a certification signed
    under an older one is renewed. Raises PermissionDenied unless `by` and `signing` are the prescriber's, ActRefused
    with all that is missing, and for one whom program staff suspended or decertified.
    """
    prescriber = certification.prescriber
    require_signatory(by, prescriber)
    require_own_signature(signing, prescriber.user_id)
    locked = locked_certification(certification)
    renews = locked.status == CertificationStatus.CERTIFIED
    if renews and renewal_of(locked.program_version, program.recertification.get(Party.PRESCRIBER)) is None:
        return locked
    if not renews and locked.status != CertificationStatus.IN_PROGRESS:
        sentence = f"Your certification is {locked.status}. The program’s staff can tell you what comes next."
        raise refusal("CERT-03", "PR-02", sentence, Party.PROGRAM)
    for material, version in read:
        record_reading(by=by, at=at, user=prescriber.user, material=material, version=version, program=program)
    missing = findings_of(check_prescriber_certification(certification_facts(locked, at=at, form_signed=True), program))
    if missing:
        raise ActRefused(missing)
    _certify(locked, _signed_form(locked.prescriber, signing, by=by, at=at, program=program), signing, program, renews)
    return locked


def _signed_form(
    prescriber: Prescriber, signing: Signing, *, by: Actor, at: datetime, program: ProgramVersion
) -> SignedForm:
    definition = form_named(program, ENROLLMENT_FORM)
    about = f"prescriber {prescriber.npi}"
    form = write_form(definition, enrollment_answers(prescriber), by=by, at=at, about=about)
    sign(form, signing, signer=Signer.PRESCRIBER)
    return form


def _certify(
    locked: PrescriberCertification, form: SignedForm, signing: Signing, program: ProgramVersion, renews: bool
) -> None:
    """Put the signed form in its place. A renewal leaves the status; what was signed before stays in the history."""
    signed: dict[str, object] = {
        "form": form,
        "program_version": program.version,
        "signed_name": signing.printed_name,
        "signed_at": signing.at,
        "certified_at": signing.at,
    }
    if not renews:
        why = "Prescriber Enrollment Form signed"
        move(locked, CERTIFICATION_MOVES, CertificationStatus.CERTIFIED, why=why, **signed)
        return
    for name, value in signed.items():
        setattr(locked, name, value)
    locked._change_reason = "Certification renewed"  # type: ignore[attr-defined]
    locked.save(update_fields=list(signed))
