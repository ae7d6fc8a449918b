"""Pharmacies with their certification and staff."""

from datetime import datetime
from itertools import count

from pharmacies import actions
from pharmacies.facts import Signature
from pharmacies.models import Pharmacy, PharmacyCertification, PharmacyStaff
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor, acting_as
from rems_portal.rules.calendars import program_day
from rems_portal.rules.certification import required_materials
from rems_portal.rules.findings import Party
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
    """Make a pharmacy with its authorized representative, who is trained; a certified one became so 40 days before."""
    number = ncpdp_id()
    user = account(User.Role.PHARMACIST)
    by, began = Actor.of(user), at - days(40)
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
        actions.complete_training(by=by, at=began, staff=work, reviewed=True)
    return certification.pharmacy


def _certify(certification: PharmacyCertification, user: User, at: datetime) -> None:
    by = Actor.of(user)
    for material in required_materials(Party.PHARMACY, at, PROGRAM):
        actions.review_pharmacy_material(
            by=by,
            at=at,
            certification=certification,
            material=material.code,
            version=material.version,
            program=PROGRAM,
        )
    answers = {question.code: question.right for question in PROGRAM.quiz}
    actions.take_quiz(by=by, at=at, user=user, certification=certification, answers=answers, program=PROGRAM)
    processes = frozenset(process.code for process in PROGRAM.pharmacy_processes)
    signature = Signature(name=user.full_name, processes=processes)
    actions.certify_pharmacy(by=by, at=at, certification=certification, signature=signature, program=PROGRAM)


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
