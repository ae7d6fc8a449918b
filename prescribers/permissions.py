"""Who may act for which prescriber. Fails closed: no account, no delegation, no access."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from prescribers.models import Delegation, Prescriber
from rems_portal.audit.actors import Actor, Channel

if TYPE_CHECKING:
    from rems_portal.accounts.models import User


def prescriber_of(user: "User") -> Prescriber | None:
    """Return the prescriber this account is, if it is one."""
    return Prescriber.objects.filter(user_id=user.pk).first()


def prescribers_served_by(user: "User", on: date) -> QuerySet[Prescriber]:
    """Return the prescribers this account is, or works for as a delegate on `on` (a program day)."""
    delegated = Delegation.objects.in_force(on).filter(delegate_id=user.pk).values("prescriber_id")
    return Prescriber.objects.filter(Q(user_id=user.pk) | Q(pk__in=delegated))


def may_prepare_for(user: "User", prescriber: Prescriber, on: date) -> bool:
    """May this account fill in forms and enter results for the prescriber on `on`, a program day?

    The prescriber may, and a delegate whose delegation is in force on that day.
    """
    return prescribers_served_by(user, on).filter(pk=prescriber.pk).exists()


def may_sign_as(user: "User", prescriber: Prescriber) -> bool:
    """May this account sign as the prescriber? Nobody but the prescriber in person."""
    return user.is_active and user.pk == prescriber.user_id


def require_signatory(by: Actor, prescriber: Prescriber) -> None:
    """Raise PermissionDenied unless `by` is the prescriber in person or the prescriber's own system.

    A delegate prepares and enters, but never signs, attests or submits a prescriber survey (domain.md section 1).
    """
    if by.channel == Channel.API and by.user_id is None:
        return
    if by.user_id is None or by.user_id != prescriber.user_id:
        raise PermissionDenied("Only the prescriber may sign and submit this.")


def require_office(user: "User") -> None:
    """Raise PermissionDenied for everybody but prescribers and their office staff."""
    if user.role not in (user.Role.PRESCRIBER, user.Role.DELEGATE):
        raise PermissionDenied("Only a prescriber and the prescriber’s office staff enroll patients.")


def scope(queryset: QuerySet[Any], user: "User", on: date, *, through: str = "prescriber") -> QuerySet[Any]:
    """Keep the rows of prescribers this account may see."""
    return queryset.filter(**{f"{through}__in": prescribers_served_by(user, on)})


def require_prescriber(user: "User", why: str) -> None:
    """Raise PermissionDenied with the sentence `why` unless this is a prescriber's own account."""
    if user.role != user.Role.PRESCRIBER:
        raise PermissionDenied(why)
