"""Proofs that somebody may sign, as password, link or token would give them."""

from datetime import datetime

from rems_portal.accounts.models import User
from rems_portal.rules.calendars import PROGRAM_ZONE
from rems_portal.signatures.actions import Signing
from rems_portal.signatures.models import Method
from tests.factories.clock import NOW


def signing(user: User, *, at: datetime = NOW, zone: str = PROGRAM_ZONE.key) -> Signing:
    """Return the proof that an account's password was just typed."""
    return Signing(printed_name=user.get_full_name(), method=Method.PASSWORD, at=at, user_id=user.pk, zone=zone)


def link_signing(printed_name: str, *, at: datetime = NOW, relation: str = "") -> Signing:
    """Return the proof that somebody holds a patient's link and knows the birth date."""
    return Signing(printed_name=printed_name, method=Method.LINK, at=at, relation=relation)
