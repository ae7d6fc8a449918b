"""The acts on prescribers: certification (PR-01 to PR-03), what staff may do to it, and delegates.

The only writer of a prescriber's records. What is missing is the rules' business (`rules.certification`); pages and
admin only call these.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from prescribers.facts import certification_facts, is_certified
from prescribers.models import Delegation, Prescriber, PrescriberCertification
from prescribers.permissions import require_signatory
from rems_portal.accounts.models import User
from rems_portal.accounts.permissions import require_administrator
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.errors import ActRefused
from rems_portal.notifications.actions import tell
from rems_portal.rules.calendars import program_day
from rems_portal.rules.certification import check_prescriber_certification, findings_of, required_materials
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import CERTIFICATION_MOVES, CertificationStatus, may_move
from rems_portal.rules.numbers import npi_is_valid
from rems_portal.rules.programs import ProgramVersion

MAX_REASON = 100
NO_SUCH_DELEGATE = (
    "There is no office staff account with this address. Program staff create these accounts: ask them for one, then "
    "add it here."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriberIdentity:
    """Who a prescriber is, as the Prescriber Enrollment Form asks (PR-02)."""

    npi: str
    full_name: str
    practice_name: str
    phone: str
    credentials: str = ""


def _refusal(rule: str, obligation: str, sentence: str, move: Party = Party.PRESCRIBER) -> ActRefused:
    return ActRefused([Finding(rule, (obligation,), sentence, move)])


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
        raise _refusal("CERT-03", "PR-02", "Only a prescriber’s account can be certified.", Party.PROGRAM)
    if not npi_is_valid(identity.npi):
        raise _refusal("CERT-03", "PR-02", "This NPI is mistyped: its check digit doesn’t fit. Correct it.")
    earlier = PrescriberCertification.objects.filter(prescriber__user=owner, program=program.program).first()
    if earlier and earlier.status != CertificationStatus.IN_PROGRESS:
        sentence = "Your details are part of the form you signed. To correct them, ask the program’s staff."
        raise _refusal("CERT-03", "PR-02", sentence)
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
        raise _refusal("CERT-03", "PR-02", taken)
    for name, value in wanted.items():
        setattr(prescriber, name, value)
    try:
        with transaction.atomic():
            prescriber.save()
    except IntegrityError as error:
        raise _refusal("CERT-03", "PR-02", taken) from error


@act
def review_prescriber_material(
    *,
    by: Actor,
    at: datetime,
    certification: PrescriberCertification,
    material: str,
    version: str,
    program: ProgramVersion,
) -> None:
    """Write down that the prescriber reviewed this version of a material (PR-01, PR-03); a second time is the first.

    Raises PermissionDenied unless `by` is the prescriber, ActRefused for a version that is not the one to review now.
    """
    require_signatory(by, certification.prescriber)
    wanted = {one.code: one.version for one in required_materials(Party.PRESCRIBER, at, program)}
    if wanted.get(material) != version:
        sentence = (
            "This is no longer the material to review. Open the list of materials and review the current version."
        )
        raise _refusal("CERT-02", "PR-03", sentence)
    certification.reviews.get_or_create(material=material, version=version, defaults={"reviewed_at": at})


@act
def certify_prescriber(
    *, by: Actor, at: datetime, certification: PrescriberCertification, signed_name: str, program: ProgramVersion
) -> PrescriberCertification:
    """Sign the Prescriber Enrollment Form; complete means certified at once (PR-01, PR-02, PR-03).

    Signed twice is signed once. Raises PermissionDenied unless `by` is the prescriber, ActRefused with all that is
    missing, and for one whom program staff suspended or decertified.
    """
    require_signatory(by, certification.prescriber)
    locked = _locked(certification)
    if locked.status == CertificationStatus.CERTIFIED:
        return locked
    if locked.status != CertificationStatus.IN_PROGRESS:
        sentence = f"Your certification is {locked.status}. The program’s staff can tell you what comes next."
        raise _refusal("CERT-03", "PR-02", sentence, Party.PROGRAM)
    facts = certification_facts(locked, at=at, form_signed=bool(signed_name.strip()))
    missing = findings_of(check_prescriber_certification(facts, program))
    if missing:
        raise ActRefused(missing)
    move(
        locked,
        CERTIFICATION_MOVES,
        CertificationStatus.CERTIFIED,
        why="Prescriber Enrollment Form signed",
        program_version=program.version,
        signed_name=signed_name.strip(),
        signed_at=at,
        certified_at=at,
    )
    return locked


def _locked(certification: PrescriberCertification) -> PrescriberCertification:
    rows = PrescriberCertification.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("prescriber__user").get(pk=certification.pk)


@act
def suspend_prescriber(
    *, by: Actor, at: datetime, user: User, certification: PrescriberCertification, reason: str
) -> PrescriberCertification:
    """Suspend a certification: no authorization and no confirmation on the prescriber's numbers until reinstated.

    An administrator's act, with a reason. Raises PermissionDenied, ActRefused without a reason or from another status.
    """
    return _decide(certification, CertificationStatus.SUSPENDED, by=by, at=at, user=user, reason=reason)


@act
def reinstate_prescriber(
    *, by: Actor, at: datetime, user: User, certification: PrescriberCertification, reason: str
) -> PrescriberCertification:
    """Lift a suspension. An administrator's act, with a reason. Raises as `suspend_prescriber`."""
    require_administrator(user)
    locked = _locked(certification)
    if locked.status != CertificationStatus.SUSPENDED:
        raise _refusal("CERT-03", "PR-02", "Only a suspended certification can be reinstated.", Party.PROGRAM)
    return _decide(locked, CertificationStatus.CERTIFIED, by=by, at=at, user=user, reason=reason)


@act
def decertify_prescriber(
    *, by: Actor, at: datetime, user: User, certification: PrescriberCertification, reason: str
) -> PrescriberCertification:
    """End a certification. An administrator's act, with a reason. Raises as `suspend_prescriber`."""
    return _decide(certification, CertificationStatus.DECERTIFIED, by=by, at=at, user=user, reason=reason)


@act
def reopen_prescriber_certification(
    *, by: Actor, at: datetime, user: User, certification: PrescriberCertification, reason: str
) -> PrescriberCertification:
    """Let a decertified prescriber apply again: the form must be signed anew, what was reviewed stays reviewed.

    An administrator's act, with a reason. Raises as `suspend_prescriber`.
    """
    unsigned = {"signed_name": "", "signed_at": None, "certified_at": None, "program_version": ""}
    status = CertificationStatus.IN_PROGRESS
    return _decide(certification, status, by=by, at=at, user=user, reason=reason, changes=unsigned)


def _decide(
    certification: PrescriberCertification,
    status: CertificationStatus,
    *,
    by: Actor,
    at: datetime,
    user: User,
    reason: str,
    changes: Mapping[str, object] | None = None,
) -> PrescriberCertification:
    require_administrator(user)
    if not 0 < len(reason.strip()) <= MAX_REASON:
        sentence = f"Give the reason, in at most {MAX_REASON} characters: it stays in the record."
        raise _refusal("CERT-03", "PR-02", sentence, Party.PROGRAM)
    locked = _locked(certification)
    if not may_move(CERTIFICATION_MOVES, CertificationStatus(locked.status), status):
        words = f"A certification that is {locked.get_status_display()} can’t become {status.replace('_', ' ')}."
        raise _refusal("CERT-03", "PR-02", words, Party.PROGRAM)
    move(locked, CERTIFICATION_MOVES, status, why=reason.strip(), **(changes or {}))
    tell(
        users=[locked.prescriber.user],
        key=f"certification:{locked.pk}:{status}:{at.isoformat()}",
        kind="certification",
        subject="Your certification has changed",
        text="The program’s staff changed the status of your certification. Please sign in to see what it means.",
        at=at,
    )
    return locked


@act
def add_delegate(*, by: Actor, at: datetime, prescriber: Prescriber, email: str, program: ProgramVersion) -> Delegation:
    """Let the office staff account of this address prepare and enter for the prescriber, from today on.

    One who is a delegate already stays one. Raises PermissionDenied unless `by` is the prescriber, ActRefused when the
    prescriber is not certified or no office staff has an account under the address.
    """
    require_signatory(by, prescriber)
    Prescriber.objects.select_for_update(of=("self",), no_key=True).get(pk=prescriber.pk)
    if not is_certified(prescriber, program.program):
        raise _refusal(
            "DELEGATE", "PR-02", "You are not certified now. Complete your certification, then add delegates."
        )
    account = User.objects.filter(email=email.strip().lower(), role=User.Role.DELEGATE, is_active=True).first()
    if account is None:
        raise _refusal("DELEGATE", "PR-02", NO_SUCH_DELEGATE)
    open_one = prescriber.delegations.filter(delegate=account, ends_on__isnull=True).first()
    return open_one or prescriber.delegations.create(delegate=account, starts_on=program_day(at))


@act
def end_delegation(*, by: Actor, at: datetime, delegation: Delegation) -> Delegation:
    """End a delegation at once: from now on the account sees nothing of the prescriber's. A second time is the first.

    Raises PermissionDenied unless `by` is the prescriber.
    """
    require_signatory(by, delegation.prescriber)
    locked: Delegation = Delegation.objects.select_for_update(of=("self",), no_key=True).get(pk=delegation.pk)
    if locked.ends_on is None:
        locked.ends_on = program_day(at)
        locked.save(update_fields=["ends_on"])
    return locked
