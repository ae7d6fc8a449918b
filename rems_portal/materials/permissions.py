"""Who may record that a material was read: everybody who takes part in the program, for themselves. Fails closed."""

from django.core.exceptions import PermissionDenied

from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor


def may_record(user: User) -> bool:
    """Is this an account whose readings are kept? Program staff look materials up; nothing is asked of them."""
    return user.is_active and user.role != User.Role.PROGRAM_STAFF


def require_reader(by: Actor, user: User) -> None:
    """Raise PermissionDenied unless `by` is this person, and one whose readings are kept."""
    if by.user_id is None or by.user_id != user.pk:
        raise PermissionDenied("Everybody reads for themselves. Sign in with your own account.")
    if not may_record(user):
        raise PermissionDenied("Program staff look materials up; their reading is not recorded.")
