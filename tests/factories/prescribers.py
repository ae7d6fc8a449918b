"""Prescribers with their accounts and certification, and their delegates."""

from datetime import datetime
from itertools import count

from prescribers import actions
from prescribers.models import Delegation, Prescriber, PrescriberCertification
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor, acting_as
from rems_portal.rules.calendars import program_day
from rems_portal.rules.certification import required_materials
from rems_portal.rules.findings import Party
from rems_portal.rules.numbers import npi_is_valid
from tests.factories.accounts import account
from tests.factories.clock import NOW, PROGRAM, days
from tests.factories.signing import signing

_numbers = count(1)


def npi() -> str:
    """Return a National Provider Identifier that nobody has yet, with its right check digit."""
    nine = f"1{next(_numbers):08d}"
    return next(nine + digit for digit in "0123456789" if npi_is_valid(nine + digit))


def prescriber(
    *, certified: bool = True, at: datetime = NOW, full_name: str = "", user: User | None = None
) -> Prescriber:
    """Make a prescriber with an account; a certified one became so 40 days before `at`, another only gave the NPI."""
    user = user or account(User.Role.PRESCRIBER, full_name=full_name)
    by, began = Actor.of(user), at - days(40)
    identity = actions.PrescriberIdentity(
        npi=npi(),
        full_name=user.full_name,
        practice_name="Maple Street Oncology",
        phone="555-0100",
        credentials="MD",
    )
    certification = actions.save_prescriber_identity(by=by, at=began, user=user, identity=identity, program=PROGRAM)
    if not certified:
        return certification.prescriber
    certify(certification, at=began)
    return certification.prescriber


def certify(certification: PrescriberCertification, *, at: datetime = NOW) -> PrescriberCertification:
    """Have the prescriber read all that is to read now and sign the Prescriber Enrollment Form."""
    user = certification.prescriber.user
    return actions.certify_prescriber(
        by=Actor.of(user),
        at=at,
        certification=certification,
        signing=signing(user, at=at),
        program=PROGRAM,
        read=[(one.code, one.version) for one in required_materials(Party.PRESCRIBER, at, PROGRAM)],
    )


def delegate_of(made: Prescriber, *, at: datetime = NOW, user: User | None = None) -> User:
    """Make an account of the prescriber's office staff, whose delegation has begun."""
    user = user or account(User.Role.DELEGATE)
    with acting_as(Actor.of(made.user)):
        Delegation.objects.create(prescriber=made, delegate=user, starts_on=program_day(at - days(30)))
    return user
