"""Reads about pharmacies for pages and acts, each scoped to who asks and in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from pharmacies.models import Pharmacy, PharmacyCertification, PharmacyStaff
from rems_portal.accounts.models import User
from rems_portal.rules.lifecycles import CertificationStatus


@dataclass(frozen=True, slots=True)
class Workplace:
    """One pharmacy an account works in: may this person confirm there, and if not, why not."""

    staff: PharmacyStaff
    status: str

    @property
    def pharmacy(self) -> Pharmacy:
        """Return the pharmacy."""
        return self.staff.pharmacy

    @property
    def certified(self) -> bool:
        """Is the pharmacy certified now?"""
        return self.status == CertificationStatus.CERTIFIED

    @property
    def trained(self) -> bool:
        """Has this person a training record there?"""
        return self.staff.trained_at is not None

    @property
    def ready(self) -> bool:
        """May this person confirm and dispense there now?"""
        return self.certified and self.trained


def workplaces(user: User, on: date, program: str) -> list[Workplace]:
    """Return where the account works on `on` (a program day), with each pharmacy's standing in the program; one query.

    `status` is "" where no certification was ever begun.
    """
    status = PharmacyCertification.objects.filter(pharmacy=OuterRef("pharmacy"), program=program).values("status")
    rows: Any = (
        PharmacyStaff.objects.in_force(on)
        .filter(user=user)
        .select_related("pharmacy")
        .annotate(certification_status=Subquery(status[:1]))
        .order_by("pharmacy__name", "pk")
    )
    return [Workplace(row, row.certification_status or "") for row in rows]


def certifications_represented_by(user: User, on: date, program: str) -> QuerySet[PharmacyCertification]:
    """Return the certifications of the pharmacies this account represents on `on`."""
    work = PharmacyStaff.objects.in_force(on).filter(user=user, is_representative=True)
    rows = PharmacyCertification.objects.filter(program=program, pharmacy__in=work.values("pharmacy_id"))
    return rows.select_related("pharmacy").prefetch_related("reviews", "quiz_attempts").order_by("pharmacy__name", "pk")


def staff_represented_by(user: User, on: date) -> dict[int, list[PharmacyStaff]]:
    """Return who works on `on` in each pharmacy this account represents, by the pharmacy's key; one query."""
    in_force: Any = PharmacyStaff.objects.in_force(on)
    represented = in_force.filter(user=user, is_representative=True).values("pharmacy_id")
    rows = in_force.filter(pharmacy__in=represented).select_related("user", "pharmacy")
    found: dict[int, list[PharmacyStaff]] = {}
    for row in rows.order_by("-is_representative", "user__full_name", "pk"):
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


def reviewed_at(certification: PharmacyCertification) -> dict[tuple[str, str], datetime]:
    """Return when each (material, version) was reviewed."""
    return {(review.material, review.version): review.reviewed_at for review in certification.reviews.all()}
