"""Who among program staff may act. Fails closed."""

from django.core.exceptions import PermissionDenied

from rems_portal.accounts.models import User


def can_manage_cases(user: User) -> bool:
    """May close safety and compliance cases?"""
    return user.is_staff and user.staff_role in (User.StaffRole.CASE_MANAGER, User.StaffRole.ADMINISTRATOR)


def can_administer(user: User) -> bool:
    """May change certifications, accounts and the product catalogue?"""
    return user.is_staff and user.staff_role == User.StaffRole.ADMINISTRATOR


def require_case_manager(user: User) -> None:
    """Raise PermissionDenied unless `user` may manage cases."""
    if not can_manage_cases(user):
        raise PermissionDenied("Only a case manager or an administrator of the program may do this.")


def require_administrator(user: User) -> None:
    """Raise PermissionDenied unless `user` may administer."""
    if not can_administer(user):
        raise PermissionDenied("Only an administrator of the program may do this.")
