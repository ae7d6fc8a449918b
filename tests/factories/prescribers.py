"""Prescribers with their accounts and certification, and their delegates."""

from datetime import datetime
from itertools import count

from prescribers.models import Delegation, Prescriber, PrescriberCertification
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor, acting_as
from rems_portal.rules.calendars import program_day
from rems_portal.rules.certification import required_materials
from rems_portal.rules.findings import Party
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.rules.numbers import npi_is_valid
from tests.factories.accounts import account
from tests.factories.clock import NOW, PROGRAM, days

_numbers = count(1)


def npi() -> str:
    """Return a National Provider Identifier that nobody has yet, with its right check digit."""
    nine = f"1{next(_numbers):08d}"
    return next(nine + digit for digit in "0123456789" if npi_is_valid(nine + digit))


def prescriber(
    *, certified: bool = True, at: datetime = NOW, full_name: str = "", user: User | None = None
) -> Prescriber:
    """Make a prescriber with an account; a certified one was certified 40 days before `at`."""
    user = user or account(User.Role.PRESCRIBER, full_name=full_name)
    with acting_as(Actor.of(user)):
        made = Prescriber.objects.create(
            user=user,
            npi=npi(),
            full_name=user.full_name,
            credentials="MD",
            practice_name="Maple Street Oncology",
            phone="555-0100",
        )
        if certified:
            _certify(made, at - days(40))
    return made


def _certify(made: Prescriber, at: datetime) -> None:
    certification = PrescriberCertification.objects.create(
        prescriber=made,
        program=PROGRAM.program,
        status=CertificationStatus.CERTIFIED,
        program_version=PROGRAM.version,
        signed_name=made.full_name,
        signed_at=at,
        certified_at=at,
    )
    for material in required_materials(Party.PRESCRIBER, at, PROGRAM):
        certification.reviews.create(material=material.code, version=material.version, reviewed_at=at)


def delegate_of(made: Prescriber, *, at: datetime = NOW, user: User | None = None) -> User:
    """Make an account of the prescriber's office staff, whose delegation has begun."""
    user = user or account(User.Role.DELEGATE)
    with acting_as(Actor.of(made.user)):
        Delegation.objects.create(prescriber=made, delegate=user, starts_on=program_day(at - days(30)))
    return user
