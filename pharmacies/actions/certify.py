"""How a pharmacy becomes certified (PH-01, PH-02): identity, materials, quiz, processes, signature.

What is missing is said by `rules.certification`; pages only call these. What program staff may do to a certification is
in `oversight`, who works in a pharmacy in `staff`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from pharmacies.facts import Signature, certification_facts, zone_exists
from pharmacies.models import Pharmacy, PharmacyCertification, PharmacyStaff, QuizAttempt
from pharmacies.permissions import require_representative
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.errors import ActRefused
from rems_portal.rules.calendars import program_day
from rems_portal.rules.certification import (
    check_pharmacy_certification,
    findings_of,
    quiz_is_passed,
    required_materials,
    score_quiz,
)
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import CERTIFICATION_MOVES, CertificationStatus
from rems_portal.rules.numbers import ncpdp_id_is_valid, npi_is_valid
from rems_portal.rules.programs import ProgramVersion

TAKEN = (
    "This NPI or NCPDP id already belongs to another pharmacy. Check both numbers; if they are yours, ask the "
    "program’s staff who represents the pharmacy."
)
SENT_TWICE = timedelta(minutes=1)
# Which of a pharmacy's processes (codes of the program version) is kept in which column.
PROCESS_COLUMNS = {
    "seven_days_or_less": "attests_supply_left",
    "at_most_28_days": "attests_supply_limit",
    "number_and_category": "attests_number_and_category",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PharmacyIdentity:
    """Who a pharmacy is, as the Pharmacy Enrollment Form asks. `time_zone` is an IANA name."""

    name: str
    npi: str
    ncpdp_id: str
    time_zone: str
    phone: str
    address: str


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
    known = pharmacy or _represented_under(owner, identity, at)
    if known is None:
        return _found_pharmacy(owner, identity, at, program)
    require_representative(by, known, at)
    certification, _ = PharmacyCertification.objects.get_or_create(
        pharmacy=known, program=program.program, defaults={"status": CertificationStatus.IN_PROGRESS}
    )
    _store_identity(known, identity, signed=certification.status != CertificationStatus.IN_PROGRESS)
    return certification


def _identity_findings(identity: PharmacyIdentity) -> list[Finding]:
    wrong = []
    if not npi_is_valid(identity.npi):
        wrong.append("This NPI is mistyped: its check digit doesn’t fit. Correct it.")
    if not ncpdp_id_is_valid(identity.ncpdp_id):
        wrong.append("An NCPDP id has seven digits. Correct it.")
    if not zone_exists(identity.time_zone):
        wrong.append("Choose the time zone of the pharmacy: shipping deadlines are counted in it.")
    if not (identity.name and identity.phone and identity.address):
        wrong.append("Give the pharmacy’s name, telephone and address.")
    return [Finding("CERT-14", ("PH-01",), sentence, Party.PHARMACY) for sentence in wrong]


def _represented_under(user: User, identity: PharmacyIdentity, at: datetime) -> Pharmacy | None:
    work = PharmacyStaff.objects.in_force(program_day(at)).filter(user=user, is_representative=True)
    return Pharmacy.objects.filter(pk__in=work.values("pharmacy_id"), npi=identity.npi).first()


def _found_pharmacy(
    user: User, identity: PharmacyIdentity, at: datetime, program: ProgramVersion
) -> PharmacyCertification:
    made = Pharmacy()
    _store_identity(made, identity, signed=False)
    PharmacyStaff.objects.create(pharmacy=made, user=user, is_representative=True, starts_on=program_day(at))
    return PharmacyCertification.objects.create(
        pharmacy=made, program=program.program, status=CertificationStatus.IN_PROGRESS
    )


def _store_identity(pharmacy: Pharmacy, identity: PharmacyIdentity, *, signed: bool) -> None:
    wanted = asdict(identity)
    if pharmacy.pk and all(getattr(pharmacy, name) == value for name, value in wanted.items()):
        return
    if signed:
        sentence = "These details are part of the form you signed. To correct them, ask the program’s staff."
        raise refusal("CERT-14", "PH-01", sentence)
    same_number = Q(npi=identity.npi) | Q(ncpdp_id=identity.ncpdp_id)
    if Pharmacy.objects.filter(same_number).exclude(pk=pharmacy.pk).exists():
        raise refusal("CERT-14", "PH-01", TAKEN)
    for name, value in wanted.items():
        setattr(pharmacy, name, value)
    try:
        with transaction.atomic():
            pharmacy.save()
    except IntegrityError as error:
        raise refusal("CERT-14", "PH-01", TAKEN) from error


@act
def review_pharmacy_material(
    *,
    by: Actor,
    at: datetime,
    certification: PharmacyCertification,
    material: str,
    version: str,
    program: ProgramVersion,
) -> None:
    """Write down that the representative reviewed this version of a material (PH-01); a second time is the first.

    Raises PermissionDenied for anybody else, ActRefused for a version that is not the one to review now.
    """
    require_representative(by, certification.pharmacy, at)
    wanted = {one.code: one.version for one in required_materials(Party.PHARMACY, at, program)}
    if wanted.get(material) != version:
        sentence = "This is no longer the material to review. Open the list and review the current version."
        raise refusal("CERT-11", "PH-01", sentence)
    certification.reviews.get_or_create(material=material, version=version, defaults={"reviewed_at": at})


@act
def take_quiz(
    *,
    by: Actor,
    at: datetime,
    user: User,
    certification: PharmacyCertification,
    answers: Mapping[str, str],
    program: ProgramVersion,
) -> QuizAttempt:
    """Score one try at the Certification Quiz and keep it (PH-01); the same answers within a minute are one try.

    `answers`: chosen code by the question's code. Raises PermissionDenied unless `by` is the representative, ActRefused
    when a question is unanswered.
    """
    require_representative(by, certification.pharmacy, at)
    locked = locked_certification(certification)
    unanswered = [question for question in program.quiz if not answers.get(question.code)]
    if unanswered:
        sentence = f"Answer every question; {len(unanswered)} of {len(program.quiz)} are still open."
        raise refusal("CERT-12", "PH-01", sentence)
    kept = {question.code: answers[question.code] for question in program.quiz}
    last = locked.quiz_attempts.order_by("-taken_at", "-pk").first()
    if last and last.answers == kept and last.taken_by_id == user.pk and at - last.taken_at < SENT_TWICE:
        return last
    score = score_quiz(kept, program)
    attempt: QuizAttempt = locked.quiz_attempts.create(
        taken_at=at,
        taken_by=user,
        answers=kept,
        correct=score.correct,
        questions=score.total,
        passed=quiz_is_passed(score.correct, score.total, program),
    )
    return attempt


@act
def certify_pharmacy(
    *,
    by: Actor,
    at: datetime,
    certification: PharmacyCertification,
    signature: Signature,
    program: ProgramVersion,
) -> PharmacyCertification:
    """Attest the processes and sign; complete means certified at once, and the representative is trained staff.

    Signed twice is signed once (PH-01, PH-02). Raises PermissionDenied unless `by` is the representative, ActRefused
    with all that is missing, and for a pharmacy that program staff suspended or decertified.
    """
    require_representative(by, certification.pharmacy, at)
    locked = locked_certification(certification)
    if locked.status == CertificationStatus.CERTIFIED:
        return locked
    if locked.status != CertificationStatus.IN_PROGRESS:
        sentence = f"The certification is {locked.status}. The program’s staff can tell you what comes next."
        raise refusal("CERT-14", "PH-01", sentence, Party.PROGRAM)
    facts = certification_facts(locked, at=at, signature=signature)
    missing = findings_of(check_pharmacy_certification(facts, program))
    if missing:
        raise ActRefused(missing)
    move(
        locked,
        CERTIFICATION_MOVES,
        CertificationStatus.CERTIFIED,
        why="Pharmacy Enrollment Form signed",
        program_version=program.version,
        signed_name=signature.name.strip(),
        signed_at=at,
        certified_at=at,
        **dict.fromkeys(PROCESS_COLUMNS.values(), True),
    )
    _train_representative(by, locked.pharmacy, at)
    return locked


def _train_representative(by: Actor, pharmacy: Pharmacy, at: datetime) -> None:
    """Write the training record of who has just reviewed the training and passed the quiz."""
    untrained = PharmacyStaff.objects.in_force(program_day(at)).filter(pharmacy=pharmacy, trained_at__isnull=True)
    for row in untrained.filter(user_id__in=[by.user_id]):
        row.trained_at = at
        row.save(update_fields=["trained_at"])


def locked_certification(certification: PharmacyCertification) -> PharmacyCertification:
    """Return the certification's row, locked until the transaction ends."""
    rows = PharmacyCertification.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("pharmacy").get(pk=certification.pk)
