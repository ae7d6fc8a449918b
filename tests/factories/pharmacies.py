"""Pharmacies with their certification and staff."""

from datetime import UTC, datetime, timedelta
from itertools import count

from pharmacies import actions
from pharmacies.facts import training_in_force
from pharmacies.models import Pharmacy, PharmacyCertification, PharmacyStaff
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor, acting_as
from rems_portal.materials.actions import record_reading
from rems_portal.rules.calendars import program_day
from rems_portal.rules.certification import required_materials
from rems_portal.rules.findings import Party
from tests.factories.accounts import account
from tests.factories.clock import NOW, PROGRAM, days
from tests.factories.prescribers import npi
from tests.factories.signing import signing

_numbers = count(1)
# The materials that certification asks for are handed out from the version's first day on.
VERSION_BEGAN = datetime.combine(PROGRAM.in_force, datetime.min.time(), UTC) + timedelta(days=1)


def ncpdp_id() -> str:
    """Return an NCPDP id that no pharmacy has yet."""
    return f"{next(_numbers):07d}"


def pharmacy(
    *, certified: bool = True, at: datetime = NOW, name: str = "", time_zone: str = "America/New_York"
) -> Pharmacy:
    """Make a pharmacy with its trained representative, certified 40 days before, but not before the version began."""
    number = ncpdp_id()
    user = account(User.Role.PHARMACIST)
    by, began = Actor.of(user), max(at - days(40), min(at, VERSION_BEGAN))
    identity = actions.PharmacyIdentity(
        name=name or f"Corner Pharmacy {int(number)}",
        npi=npi(),
        ncpdp_id=number,
        time_zone=time_zone,
        phone="555-0101",
        address="1 Corner Street",
    )
    certification = actions.start_certification(by=by, at=began, user=user, identity=identity, program=PROGRAM)
    if certified:
        _certify(certification, user, began)
    else:
        work = certification.pharmacy.staff.get(user=user)
        actions.complete_training(by=by, at=began, staff=work, reviewed=True, program=PROGRAM)
    return certification.pharmacy


def _certify(certification: PharmacyCertification, user: User, at: datetime) -> None:
    by = Actor.of(user)
    for material in required_materials(Party.PHARMACY, at, PROGRAM):
        record_reading(
            by=by,
            at=at,
            user=user,
            material=material.code,
            version=material.version,
            program=PROGRAM,
        )
    attempt = actions.open_quiz(by=by, at=at, certification=certification, program=PROGRAM)
    answers = {question.code: question.right for question in PROGRAM.quiz}
    actions.take_quiz(by=by, at=at, attempt=attempt, answers=answers, program=PROGRAM)
    processes = frozenset(process.code for process in PROGRAM.pharmacy_processes)
    actions.certify_pharmacy(
        by=by,
        at=at,
        certification=certification,
        processes=processes,
        signing=signing(user, at=at, zone=certification.pharmacy.time_zone),
        program=PROGRAM,
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
            trained_version=training_in_force(began, PROGRAM) if trained else "",
            starts_on=program_day(began),
        )
    return user
