"""Accounts of every role; all of them sign in with `PASSWORD`."""

from itertools import count

from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor, Channel

PASSWORD = "correct-horse-battery-staple"
_numbers = count(1)


def account(role: str = User.Role.PRESCRIBER, *, full_name: str = "", email: str = "", staff_role: str = "") -> User:
    """Make an account that may sign in."""
    number = next(_numbers)
    return User.objects.create_user(
        email or f"person{number}@example.com",
        PASSWORD,
        full_name=full_name or f"Person {number}",
        role=role,
        staff_role=staff_role,
    )


def case_manager() -> User:
    """Make the account of a case manager of the program."""
    return account(User.Role.PROGRAM_STAFF, staff_role=User.StaffRole.CASE_MANAGER)


def auditor() -> User:
    """Make the account of an auditor of the program."""
    return account(User.Role.PROGRAM_STAFF, staff_role=User.StaffRole.AUDITOR)


def administrator() -> User:
    """Make the account of an administrator of the program."""
    return account(User.Role.PROGRAM_STAFF, staff_role=User.StaffRole.ADMINISTRATOR)


def actor(user: User, channel: Channel = Channel.PAGE) -> Actor:
    """Return who acts when this account does."""
    return Actor.of(user, channel)
