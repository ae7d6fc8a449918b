"""Reads for the prescriber's own pages, always by the account that looks."""

from django.db.models import F, QuerySet

from prescribers.models import Delegation, PrescriberCertification
from rems_portal.accounts.models import User


def certification_of(user: User, program: str) -> PrescriberCertification | None:
    """Return this account's own certification in the program, if it was ever begun."""
    rows = PrescriberCertification.objects.filter(prescriber__user=user, program=program)
    return rows.select_related("prescriber", "form").first()


def own_delegations(user: User) -> QuerySet[Delegation]:
    """Return the delegations that this prescriber's account gave, those in force first."""
    rows = Delegation.objects.filter(prescriber__user=user).select_related("delegate", "prescriber")
    return rows.order_by(F("ends_on").desc(nulls_first=True), "delegate__full_name", "-starts_on")


def delegations_to(user: User) -> QuerySet[Delegation]:
    """Return the delegations that were given to this account, the latest first."""
    rows = Delegation.objects.filter(delegate=user).select_related("prescriber", "delegate")
    found: QuerySet[Delegation] = rows.order_by("prescriber__full_name", "-starts_on")
    return found
