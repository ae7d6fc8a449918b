"""Who may act for which pharmacy. Fails closed: who confirms works there and has a training record."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from pharmacies.models import HandOver, Pharmacy, PharmacyStaff
from rems_portal.audit.actors import Actor, Channel
from rems_portal.program import program_at
from rems_portal.rules.calendars import program_day
from rems_portal.rules.certification import oldest_training

if TYPE_CHECKING:
    from rems_portal.accounts.models import User


def pharmacies_of(user: "User", on: date) -> QuerySet[Pharmacy]:
    """Return the pharmacies this account works in on `on` (a program day)."""
    work = PharmacyStaff.objects.in_force(on).filter(user_id=user.pk).values("pharmacy_id")
    return Pharmacy.objects.filter(pk__in=work)


def is_trained(user_id: int, pharmacy: Pharmacy, at: datetime) -> bool:
    """Does this account work in the pharmacy at `at`, with a training record that the version in force lets count?"""
    day = program_day(at)
    work = PharmacyStaff.objects.in_force(day).filter(user_id=user_id, pharmacy=pharmacy, trained_at__isnull=False)
    return bool(work.filter(trained_version__gte=oldest_training(day, program_at(at))).exists())


def require_trained(by: Actor, pharmacy: Pharmacy, at: datetime) -> None:
    """Raise PermissionDenied unless `by` is trained staff of the pharmacy, or the pharmacy's own system."""
    if by.channel == Channel.API and by.user_id is None:
        return
    if by.user_id is None or not is_trained(by.user_id, pharmacy, at):
        raise PermissionDenied("Only trained staff of the pharmacy may do this. Complete your training record first.")


def require_representative(by: Actor, pharmacy: Pharmacy, at: datetime) -> int:
    """Return the account id of `by`; raise PermissionDenied unless that is the authorized representative in person."""
    work = PharmacyStaff.objects.in_force(program_day(at)).filter(pharmacy=pharmacy, is_representative=True)
    if by.user_id is None or not work.filter(user_id=by.user_id).exists():
        raise PermissionDenied("Only the pharmacy’s authorized representative may do this.")
    return by.user_id


def require_candidate(by: Actor, pharmacy: Pharmacy, at: datetime) -> int:
    """Return the account id of `by`, who may take the quiz for the site: its representative, or who is to become that.

    Raises PermissionDenied for everybody else.
    """
    if by.user_id is not None and HandOver.objects.pending().filter(pharmacy=pharmacy, to_id=by.user_id).exists():
        return by.user_id
    return require_representative(by, pharmacy, at)


def require_pharmacist(user: "User") -> None:
    """Raise PermissionDenied unless this is the account of pharmacy staff."""
    if user.role != user.Role.PHARMACIST:
        raise PermissionDenied("This page is for pharmacy staff, from their own account.")
