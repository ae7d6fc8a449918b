"""Reads for pharmacy pages: decisions and confirmations of the pharmacies in which the viewer is trained staff.

Everything here is scoped to the viewer. A confirmation whose time is over counts as over also before the regular job
has settled it. Nothing is written.
"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from authorizations.models import Confirmation, Decision, Product
from pharmacies.models import PharmacyStaff
from rems_portal.rules.calendars import program_day
from rems_portal.rules.lifecycles import ConfirmationStatus

if TYPE_CHECKING:
    from rems_portal.accounts.models import User

RECENT = timedelta(days=30)
STOP_SHOWN = timedelta(days=3)


def _where_trained(user: "User", on: date) -> Any:
    work = PharmacyStaff.objects.in_force(on).filter(user=user, trained_at__isnull=False)
    return work.values("pharmacy_id")


def decisions_of(user: "User", *, at: datetime) -> QuerySet[Decision]:
    """Return the answers given to the viewer's pharmacies when they asked for confirmations."""
    rows: QuerySet[Decision] = Decision.objects.filter(
        ask=Decision.Ask.CONFIRMATION, pharmacy__in=_where_trained(user, program_day(at))
    )
    return rows.select_related("pharmacy", "confirmation__authorization", "confirmation__enrollment__patient")


def confirmations_of(user: "User", *, at: datetime) -> QuerySet[Confirmation]:
    """Return the confirmations of the viewer's pharmacies, each with what its pages show."""
    rows = Confirmation.objects.filter(pharmacy__in=_where_trained(user, program_day(at)))
    return rows.select_related(
        "pharmacy", "authorization", "enrollment__patient", "checklist__form", "dispense__product", "decision"
    )


def open_confirmations_of(user: "User", *, at: datetime) -> QuerySet[Confirmation]:
    """Return the confirmations that wait to be dispensed and still can be, the most urgent first."""
    waiting = Q(status=ConfirmationStatus.OPEN, lapses_at__gte=at)
    return confirmations_of(user, at=at).filter(waiting).order_by("ship_by", "pk")


def closed_confirmations_of(user: "User", *, at: datetime) -> QuerySet[Confirmation]:
    """Return the confirmations obtained within the last 30 days that are over, the latest first."""
    over = ~Q(status=ConfirmationStatus.OPEN) | Q(lapses_at__lt=at)
    return confirmations_of(user, at=at).filter(over, obtained_at__gte=at - RECENT).order_by("-obtained_at", "-pk")


def lately_voided_of(user: "User", *, at: datetime) -> list[Confirmation]:
    """Return the confirmations voided within the last three days: nothing may leave on them any more."""
    rows = confirmations_of(user, at=at).filter(status=ConfirmationStatus.VOID, ended_at__gte=at - STOP_SHOWN)
    return list(rows.order_by("-ended_at", "-pk")[:20])


def products_for(confirmation: Confirmation) -> QuerySet[Product]:
    """Return the packages of the catalogue that have the confirmed strength."""
    return Product.objects.filter(
        program=confirmation.enrollment.program, strength_mg=confirmation.strength_mg, is_active=True
    )
