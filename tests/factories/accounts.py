"""Accounts of every role; all of them sign in with `PASSWORD` and a code that `second_factor_code` tells."""

from datetime import datetime
from itertools import count

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value

from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor, Channel

PASSWORD = "correct-horse-battery-staple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_numbers = count(1)


def account(
    role: str = User.Role.PRESCRIBER,
    *,
    full_name: str = "",
    email: str = "",
    staff_role: str = "",
    second_factor: bool = True,
) -> User:
    """Make an account that may sign in, with an authenticator app unless it is to have none yet."""
    number = next(_numbers)
    made = User.objects.create_user(
        email or f"person{number}@example.com",
        PASSWORD,
        full_name=full_name or f"Person {number}",
        role=role,
        staff_role=staff_role,
    )
    if second_factor:
        TOTP.activate(made, SECRET)
    return made


def second_factor_code(at: datetime) -> str:
    """Return the code that every account's authenticator app shows at `at`, by the server's clock."""
    return format_hotp_value(hotp_value(SECRET, int(at.timestamp()) // 30))


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
