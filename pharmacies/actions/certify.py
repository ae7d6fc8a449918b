"""How a pharmacy becomes certified (PH-01, PH-02) and renews that: identity, processes, signature.

What is missing is said by `rules.certification`; pages only call these. The quiz is in `quiz`, what program staff may
do to a certification in `oversight`, who works in a pharmacy in `staff`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from pharmacies.actions.representatives import pending_hand_over, take_over
from pharmacies.actions.training import training_of, write_training
from pharmacies.facts import (
    ENROLLMENT_FORM,
    PROCESS_COLUMNS,
    certification_facts,
    enrollment_answers,
    zone_exists,
)
from pharmacies.models import Pharmacy, PharmacyCertification, PharmacyStaff
from pharmacies.permissions import require_representative
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.audit.history import write_history
from rems_portal.errors import ActRefused
from rems_portal.rules.calendars import program_day
from rems_portal.rules.certification import check_pharmacy_certification, findings_of, renewal_of
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.forms import Signer
from rems_portal.rules.lifecycles import CERTIFICATION_MOVES, CertificationStatus
from rems_portal.rules.numbers import ncpdp_id_is_valid, npi_is_valid
from rems_portal.rules.programs import ProgramVersion, form_named
from rems_portal.signatures.actions import Signing, sign, write_form
from rems_portal.signatures.models import SignedForm
from rems_portal.signatures.proof import require_own_signature

TAKEN = (
    "This NPI or NCPDP id already belongs to another pharmacy. Check both numbers; if they are yours, ask the "
    "program’s staff who represents the pharmacy."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PharmacyDetails:
    """What a pharmacy is called and where it is. `time_zone` is an IANA name."""

    name: str
    time_zone: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PharmacyIdentity(PharmacyDetails):
    """Who a pharmacy is, as the Pharmacy Enrollment Form asks."""

    npi: str
    ncpdp_id: str


def refusal(rule: str, obligation: str, sentence: str, move: Party = Party.PHARMACY) -> ActRefused:
    """Return the exception for one thing that is wrong."""
    return ActRefused([Finding(rule, (obligation,), sentence, move)])


@act
def start_certification(
    *,
    by: Actor,
    at: datetime,
    user: User,
    identity: PharmacyIdentity,
    program: ProgramVersion,
    pharmacy: Pharmacy | None = None,
) -> PharmacyCertification:
    """Begin a pharmacy's certification with who it is, or correct that before it is signed; `user` represents it.

    The same form sent twice gives the certification there is. Raises PermissionDenied for somebody else's pharmacy,
    ActRefused for an account that is no pharmacy's, a wrong number, another pharmacy's number, or a signed form.
    """
    # One account's savings queue up here, so a double click can't make two pharmacies.
    owner = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    if by.user_id != owner.pk or owner.role != User.Role.PHARMACIST:
        raise refusal("CERT-14", "PH-01", "Only the account of pharmacy staff can certify a pharmacy.", Party.PROGRAM)
    wrong = _identity_findings(identity)
    if wrong:
        raise ActRefused(wrong)
    known = pharmacy or represented_under(owner, identity, at)
    if known is None:
        return _found_pharmacy(owner, identity, at, program)
    require_representative(by, known, at)
    certification, _ = PharmacyCertification.objects.get_or_create(
        pharmacy=known, program=program.program, defaults={"status": CertificationStatus.IN_PROGRESS}
    )
    _store_identity(known, identity, signed=certification.status != CertificationStatus.IN_PROGRESS)
    return certification


def _identity_findings(identity: PharmacyIdentity) -> list[Finding]:
    return [*number_findings(identity.npi, identity.ncpdp_id), *details_findings(identity)]


def number_findings(npi: str, ncpdp_id: str) -> list[Finding]:
    """Return what is wrong with a pharmacy's numbers, by themselves."""
    wrong = []
    if not npi_is_valid(npi):
        wrong.append("This NPI is mistyped: its check digit doesn’t fit. Correct it.")
    if not ncpdp_id_is_valid(ncpdp_id):
        wrong.append("An NCPDP id has seven digits. Correct it.")
    return [Finding("CERT-14", ("PH-01",), sentence, Party.PHARMACY) for sentence in wrong]


def details_findings(details: PharmacyDetails) -> list[Finding]:
    """Return what is missing or wrong of what a pharmacy is called and where it is."""
    wrong = []
    if not zone_exists(details.time_zone):
        wrong.append("Choose the time zone of the pharmacy: shipping deadlines are counted in it.")
    if not (details.name and details.phone and details.address):
        wrong.append("Give the pharmacy’s name, telephone and address.")
    return [Finding("CERT-14", ("PH-01",), sentence, Party.PHARMACY) for sentence in wrong]


def represented_under(user: User, identity: PharmacyIdentity, at: datetime) -> Pharmacy | None:
    """Return the pharmacy with this NPI that `user` represents on the program's day of `at`, if there is one."""
    work = PharmacyStaff.objects.in_force(program_day(at)).filter(user=user, is_representative=True)
    return Pharmacy.objects.filter(pk__in=work.values("pharmacy_id"), npi=identity.npi).first()


def _found_pharmacy(
    user: User, identity: PharmacyIdentity, at: datetime, program: ProgramVersion
) -> PharmacyCertification:
    made = Pharmacy()
    _store_identity(made, identity, signed=False)
    PharmacyStaff.objects.create(
        pharmacy=made, user=user, is_representative=True, starts_on=program_day(at), **training_of(user.pk, at)
    )
    return PharmacyCertification.objects.create(
        pharmacy=made, program=program.program, status=CertificationStatus.IN_PROGRESS
    )


def _store_identity(pharmacy: Pharmacy, identity: PharmacyIdentity, *, signed: bool) -> None:
    wanted = asdict(identity)
    if pharmacy.pk and all(getattr(pharmacy, name) == value for name, value in wanted.items()):
        return
    if signed:
        sentence = "The form of this pharmacy is signed. Change its details on the pharmacy’s own page."
        raise refusal("CERT-14", "PH-01", sentence)
    store_identity(pharmacy, wanted)


def store_identity(pharmacy: Pharmacy, columns: Mapping[str, str], *, why: str | None = None) -> None:
    """Write who a pharmacy is, with its history row. Raises ActRefused when another pharmacy has one of the numbers."""
    for name, value in columns.items():
        setattr(pharmacy, name, value)
    same_number = Q(npi=pharmacy.npi) | Q(ncpdp_id=pharmacy.ncpdp_id)
    if Pharmacy.objects.filter(same_number).exclude(pk=pharmacy.pk).exists():
        raise refusal("CERT-14", "PH-01", TAKEN)
    pharmacy._change_reason = why  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            pharmacy.save()
    except IntegrityError as error:
        raise refusal("CERT-14", "PH-01", TAKEN) from error


@act
def certify_pharmacy(
    *,
    by: Actor,
    at: datetime,
    certification: PharmacyCertification,
    processes: frozenset[str],
    signing: Signing,
    program: ProgramVersion,
) -> PharmacyCertification:
    """Attest the processes and sign; complete means certified at once, and the representative is trained staff.

    `processes`: codes of those attested; `signing`: the proof that the representative has just typed the password.
    Signed twice is signed once (PH-01, PH-02), unless the program version demands that a certification signed under an
    older one is renewed, or the pharmacy is handed over to `by`, who represents it from then on. Raises
    PermissionDenied unless `by` is the representative or to become that, ActRefused with all that is missing, and for a
    pharmacy that program staff suspended or decertified.
    """
    locked = locked_certification(certification)
    handing = pending_hand_over(locked.pharmacy_id, by.user_id)
    representative_id = handing.to_id if handing else require_representative(by, locked.pharmacy, at)
    require_own_signature(signing, representative_id)
    renews = locked.status == CertificationStatus.CERTIFIED
    if (
        renews
        and not handing
        and renewal_of(locked.program_version, program.recertification.get(Party.PHARMACY)) is None
    ):
        return locked
    if not renews and locked.status != CertificationStatus.IN_PROGRESS:
        sentence = f"The certification is {locked.status}. The program’s staff can tell you what comes next."
        raise refusal("CERT-14", "PH-01", sentence, Party.PROGRAM)
    facts = certification_facts(locked, at=at, processes=processes, representative_id=representative_id)
    missing = findings_of(check_pharmacy_certification(facts, program))
    if missing:
        raise ActRefused(missing)
    signed: dict[str, object] = {
        "program_version": program.version,
        "signed_name": signing.printed_name,
        "signed_at": at,
        "certified_at": at,
        "form": _signed_form(locked.pharmacy, processes, signing, by=by, at=at, program=program),
        **dict.fromkeys(PROCESS_COLUMNS.values(), True),
    }
    if renews:
        _renew(locked, signed)
    else:
        why = "Pharmacy Enrollment Form signed"
        move(locked, CERTIFICATION_MOVES, CertificationStatus.CERTIFIED, why=why, **signed)
    if handing:
        take_over(handing, at)
    write_training(representative_id, at=at, program=program)
    return locked


def _signed_form(
    pharmacy: Pharmacy, processes: frozenset[str], signing: Signing, *, by: Actor, at: datetime, program: ProgramVersion
) -> SignedForm:
    """Write the site's own Pharmacy Enrollment Form and put the representative's signature under it (PH-01, PH-02)."""
    definition = form_named(program, ENROLLMENT_FORM)
    form = write_form(
        definition, enrollment_answers(pharmacy, processes), by=by, at=at, about=f"pharmacy {pharmacy.npi}"
    )
    sign(form, signing, signer=Signer.REPRESENTATIVE)
    return form


def _renew(locked: PharmacyCertification, signed: dict[str, object]) -> None:
    """Put the new signature in the place of the old one, which stays in the history. The status doesn't change."""
    PharmacyCertification.objects.filter(pk=locked.pk).update(**signed)
    for name, value in signed.items():
        setattr(locked, name, value)
    write_history(locked, why="Certification renewed")


def locked_certification(certification: PharmacyCertification) -> PharmacyCertification:
    """Return the certification's row, locked until the transaction ends."""
    rows = PharmacyCertification.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("pharmacy").get(pk=certification.pk)
