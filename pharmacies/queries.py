"""Reads about pharmacies for pages and acts, each scoped to who asks and in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from pharmacies.models import HandOver, Pharmacy, PharmacyCertification, PharmacyStaff, QuizAttempt
from rems_portal.accounts.models import User
from rems_portal.rules.certification import counts_as_certified, oldest_training, renewal_of
from rems_portal.rules.findings import Party
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.rules.programs import ProgramVersion


@dataclass(frozen=True, slots=True)
class Workplace:
    """One pharmacy an account works in: may this person confirm there, and if not, why not.

    `renew_by`: the first day on which its certification no longer counts unless it is renewed.
    """

    staff: PharmacyStaff
    status: str
    certified: bool
    trained: bool
    renew_by: date | None = None

    @property
    def pharmacy(self) -> Pharmacy:
        """Return the pharmacy."""
        return self.staff.pharmacy

    @property
    def ready(self) -> bool:
        """May this person confirm and dispense there now?"""
        return self.certified and self.trained


def workplaces(user: User, on: date, program: ProgramVersion) -> list[Workplace]:
    """Return where the account works on `on` (a program day), with each pharmacy's standing in the program; one query.

    `status` is "" where no certification was ever begun.
    """
    own = PharmacyCertification.objects.filter(pharmacy=OuterRef("pharmacy"), program=program.program)
    rows: Any = (
        PharmacyStaff.objects.in_force(on)
        .filter(user=user)
        .select_related("pharmacy")
        .annotate(
            certification_status=Subquery(own.values("status")[:1]),
            certified_under=Subquery(own.values("program_version")[:1]),
        )
        .order_by("pharmacy__name", "pk")
    )
    return [_workplace(row, on, program) for row in rows]


def _workplace(row: Any, on: date, program: ProgramVersion) -> Workplace:
    status, version = row.certification_status or "", row.certified_under or ""
    renewal = renewal_of(version, program.recertification.get(Party.PHARMACY))
    return Workplace(
        staff=row,
        status=status,
        certified=counts_as_certified(status, version, party=Party.PHARMACY, day=on, program=program),
        trained=row.trained_at is not None and row.trained_version >= oldest_training(on, program),
        renew_by=renewal.from_day if renewal and status == CertificationStatus.CERTIFIED else None,
    )


def attempts_shown(certification: PharmacyCertification, user: User) -> QuerySet[QuizAttempt]:
    """Return the tries at the quiz for a pharmacy, and the viewer's own for any, the latest first.

    A paper that somebody else opened and never sent is nobody else's business.
    """
    own = Q(person=user, program=certification.program)
    rows = QuizAttempt.objects.filter(own | Q(certification=certification, taken_at__isnull=False))
    return rows.select_related("person").order_by("-opened_at", "-pk")


def open_paper(person_id: int, program: ProgramVersion) -> QuizAttempt | None:
    """Return the quiz paper that this person opened under the version and has not sent yet."""
    rows = QuizAttempt.objects.filter(person_id=person_id, program=program.program, taken_at__isnull=True)
    return rows.filter(program_version=program.version).first()


def certifications_represented_by(user: User, on: date, program: str) -> QuerySet[PharmacyCertification]:
    """Return the certifications of the pharmacies this account represents on `on`, with pharmacy and signed form."""
    work = PharmacyStaff.objects.in_force(on).filter(user=user, is_representative=True)
    rows = PharmacyCertification.objects.filter(program=program, pharmacy__in=work.values("pharmacy_id"))
    return rows.select_related("pharmacy", "form").order_by("pharmacy__name", "pk")


def certifications_open_to(user: User, on: date, program: str) -> QuerySet[PharmacyCertification]:
    """Return the certifications this account may sign: of pharmacies it represents on `on`, or is to represent."""
    work = PharmacyStaff.objects.in_force(on).filter(user=user, is_representative=True)
    handed = HandOver.objects.pending().filter(to=user)
    sites = Q(pharmacy__in=work.values("pharmacy_id")) | Q(pharmacy__in=handed.values("pharmacy_id"))
    return PharmacyCertification.objects.filter(sites, program=program).select_related("pharmacy", "form")


def handed_over_to(user: User, program: str) -> QuerySet[PharmacyCertification]:
    """Return certifications whose pharmacies wait for this account's signature, each with `asked_by`, `asked_why`."""
    handed = HandOver.objects.pending().filter(to=user)
    rows = PharmacyCertification.objects.filter(program=program, pharmacy__in=handed.values("pharmacy_id"))
    its_own = handed.filter(pharmacy=OuterRef("pharmacy_id"))
    rows = rows.annotate(
        asked_by=Subquery(its_own.values("asked_by_name")[:1]), asked_why=Subquery(its_own.values("reason")[:1])
    )
    return rows.select_related("pharmacy").order_by("pharmacy__name", "pk")


def waiting_hand_over(pharmacy: Pharmacy) -> HandOver | None:
    """Return the hand-over of a pharmacy that waits for a signature, if one does."""
    found: HandOver | None = HandOver.objects.pending().filter(pharmacy=pharmacy).select_related("to").first()
    return found


def sites_to_sign(user: User, on: date, program: ProgramVersion) -> list[PharmacyCertification]:
    """Return the certifications of the viewer's pharmacies whose form waits to be signed or signed anew; one query."""
    demand = program.recertification.get(Party.PHARMACY)
    return [
        one
        for one in certifications_represented_by(user, on, program.program)
        if one.status == CertificationStatus.IN_PROGRESS
        or (one.status == CertificationStatus.CERTIFIED and renewal_of(one.program_version, demand) is not None)
    ]


def staff_represented_by(user: User, on: date) -> dict[int, list[PharmacyStaff]]:
    """Return who works on `on` in each pharmacy this account represents, by the pharmacy's key; one query."""
    in_force: Any = PharmacyStaff.objects.in_force(on)
    represented = in_force.filter(user=user, is_representative=True).values("pharmacy_id")
    rows = in_force.filter(pharmacy__in=represented).select_related("user", "pharmacy")
    found: dict[int, list[PharmacyStaff]] = {}
    for row in rows.order_by("-is_representative", "user__full_name", "pk"):
        found.setdefault(row.pharmacy_id, []).append(row)
    return found


def staff_who_left(user: User, on: date) -> dict[int, list[PharmacyStaff]]:
    """Return whose work has ended by `on` in each pharmacy this account represents, the last to leave first."""
    represented = PharmacyStaff.objects.in_force(on).filter(user=user, is_representative=True).values("pharmacy_id")
    rows = PharmacyStaff.objects.filter(pharmacy__in=represented, ends_on__lte=on).select_related("user", "pharmacy")
    found: dict[int, list[PharmacyStaff]] = {}
    for row in rows.order_by("-ends_on", "user__full_name", "-pk"):
        found.setdefault(row.pharmacy_id, []).append(row)
    return found


def own_staff_rows(user: User, on: date) -> QuerySet[PharmacyStaff]:
    """Return this account's own work on `on`, with the pharmacies."""
    rows: QuerySet[PharmacyStaff] = PharmacyStaff.objects.in_force(on).filter(user=user)
    return rows.select_related("pharmacy")


def staff_accounts(pharmacy_id: int, on: date) -> list[User]:
    """Return the accounts of all who work in the pharmacy on `on`."""
    work = PharmacyStaff.objects.in_force(on).filter(pharmacy_id=pharmacy_id)
    return list(User.objects.filter(pk__in=work.values("user_id")))


def representatives(pharmacy_id: int, on: date) -> list[User]:
    """Return the accounts of the pharmacy's authorized representatives on `on`."""
    work = PharmacyStaff.objects.in_force(on).filter(pharmacy_id=pharmacy_id, is_representative=True)
    return list(User.objects.filter(pk__in=work.values("user_id")))
