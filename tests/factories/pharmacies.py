"""Pharmacies with their certification and staff."""

from datetime import datetime
from itertools import count

from pharmacies.models import Pharmacy, PharmacyCertification, PharmacyStaff
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor, acting_as
from rems_portal.rules.calendars import program_day
from rems_portal.rules.certification import required_materials
from rems_portal.rules.findings import Party
from rems_portal.rules.lifecycles import CertificationStatus
from tests.factories.accounts import account
from tests.factories.clock import NOW, PROGRAM, days
from tests.factories.prescribers import npi

_numbers = count(1)


def ncpdp_id() -> str:
    """Return an NCPDP id that no pharmacy has yet."""
    return f"{next(_numbers):07d}"


def pharmacy(
    *, certified: bool = True, at: datetime = NOW, name: str = "", time_zone: str = "America/New_York"
) -> Pharmacy:
    """Make a pharmacy with its authorized representative, trained; a certified one was certified 40 days before."""
    number = ncpdp_id()
    representative = account(User.Role.PHARMACIST)
    with acting_as(Actor.of(representative)):
        made = Pharmacy.objects.create(
            name=name or f"Corner Pharmacy {int(number)}",
            npi=npi(),
            ncpdp_id=number,
            time_zone=time_zone,
            phone="555-0101",
        )
        if certified:
            _certify(made, representative, at - days(40))
    pharmacist(made, at=at, representative=True, user=representative)
    return made


def _certify(made: Pharmacy, representative: User, at: datetime) -> None:
    certification = PharmacyCertification.objects.create(
        pharmacy=made,
        program=PROGRAM.program,
        status=CertificationStatus.CERTIFIED,
        program_version=PROGRAM.version,
        attests_supply_left=True,
        attests_supply_limit=True,
        attests_number_and_category=True,
        signed_name=representative.full_name,
        signed_at=at,
        certified_at=at,
    )
    for material in required_materials(Party.PHARMACY, at, PROGRAM):
        certification.reviews.create(material=material.code, version=material.version, reviewed_at=at)
    certification.quiz_attempts.create(
        taken_at=at, taken_by=representative, answers={}, correct=10, questions=10, passed=True
    )


def pharmacist(
    made: Pharmacy,
    *,
    at: datetime = NOW,
    trained: bool = True,
    representative: bool = False,
    user: User | None = None,
) -> User:
    """Make an account of the pharmacy's staff, at work since 40 days before `at`."""
    user = user or account(User.Role.PHARMACIST)
    began = at - days(40)
    with acting_as(Actor.of(user)):
        PharmacyStaff.objects.create(
            pharmacy=made,
            user=user,
            is_representative=representative,
            trained_at=began if trained else None,
            starts_on=program_day(began),
        )
    return user
