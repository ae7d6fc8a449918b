"""Reads about forms that wait for the patient's side: whose signature is missing, which link works, whose office it is.

Nothing here writes. A form of a transfer is the business of the office that asked for it, and of no other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from patients.actions import MAX_WRONG_BIRTH_DATES, hash_secret, waiting_signers
from patients.models import Agreement, Enrollment, SigningInvitation
from prescribers.permissions import prescribers_served_by
from rems_portal.rules.calendars import program_day
from rems_portal.rules.forms import Signer
from rems_portal.rules.lifecycles import EnrollmentStatus

if TYPE_CHECKING:
    from rems_portal.accounts.models import User

TRANSFER = Agreement.Purpose.TRANSFER


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A form that waits for the patient's side: whose signatures, and the link on which they are given, if one works.

    `link` is the latest that is good at the instant asked about; None when a new one must be sent.
    """

    agreement: Agreement
    signers: tuple[Signer, ...]
    link: SigningInvitation | None


def unsigned_of(enrollments: Sequence[Enrollment], at: datetime) -> dict[int, Unsigned]:
    """Return the forms of these enrollments that wait at `at`, by the enrollment's key; transfers left out."""
    rows = _waiting().filter(enrollment__in=enrollments).exclude(purpose=TRANSFER)
    return {row.enrollment_id: unsigned(row, at) for row in rows}


def unsigned(agreement: Agreement, at: datetime) -> Unsigned:
    """Return whose signatures a waiting form lacks, and its link that works at `at`."""
    good = [link for link in agreement.invitations.all() if _is_good(link, at)]
    return Unsigned(agreement, waiting_signers(agreement), max(good, key=lambda link: link.invited_at, default=None))


def unsigned_forms_of(user: "User", *, at: datetime) -> QuerySet[Agreement]:
    """Return the forms that the offices this account works in have sent for signature, the latest first."""
    served = prescribers_served_by(user, program_day(at))
    own = Q(enrollment__prescriber__in=served) & ~Q(purpose=TRANSFER)
    asked = Q(purpose=TRANSFER, transfer__to_prescriber__in=served, transfer__withdrawn_at__isnull=True)
    found: QuerySet[Agreement] = _waiting().filter(own | asked).order_by("-pk")
    return found


def _waiting() -> QuerySet[Agreement]:
    rows: QuerySet[Agreement] = (
        Agreement.objects.filter(patient_signed_at__isnull=True, superseded_at__isnull=True, form__isnull=False)
        .filter(enrollment__status__in=[EnrollmentStatus.PENDING, EnrollmentStatus.ENROLLED])
        .select_related("form", "enrollment__patient", "enrollment__prescriber", "transfer__to_prescriber")
        .prefetch_related("form__signatures", "invitations")
    )
    return rows


def signing_link(secret: str) -> SigningInvitation | None:
    """Return the link that a secret belongs to, in whatever state it is."""
    found: SigningInvitation | None = (
        SigningInvitation.objects.select_related(
            "enrollment__patient", "enrollment__prescriber", "agreement__form", "agreement__transfer__to_prescriber"
        )
        .filter(token_hash=hash_secret(secret))
        .first()
    )
    return found


def is_open(link: SigningInvitation, at: datetime) -> bool:
    """Can something still be signed on this link? Not used, expired, guessed at or withdrawn, and the form waits."""
    agreement = link.agreement
    wanted = EnrollmentStatus.PENDING if agreement.purpose == Agreement.Purpose.ENROLL else EnrollmentStatus.ENROLLED
    transfer = getattr(agreement, "transfer", None)
    withdrawn = transfer is not None and transfer.withdrawn_at is not None
    return _is_good(link, at) and agreement.waiting and link.enrollment.status == wanted and not withdrawn


def _is_good(link: SigningInvitation, at: datetime) -> bool:
    guessed = link.failed_birth_dates >= MAX_WRONG_BIRTH_DATES
    return link.used_at is None and at < link.expires_at and not guessed
