"""The demo's accounts: one for each role, certified and not, with one password for all. Everybody is invented."""

from dataclasses import dataclass
from datetime import datetime

from pharmacies import actions as pharmacy_actions
from pharmacies.models import Pharmacy
from prescribers import actions as prescriber_actions
from prescribers.models import Prescriber
from rems_portal.accounts.models import User
from rems_portal.accounts.second_factor import give_demo_factor
from rems_portal.audit.actors import Actor, Channel, acting_as
from rems_portal.materials.actions import record_reading
from rems_portal.rules.calendars import PROGRAM_ZONE
from rems_portal.rules.certification import required_materials
from rems_portal.rules.findings import Party
from rems_portal.rules.programs import ProgramVersion
from rems_portal.signatures.actions import Signing
from rems_portal.signatures.models import Method

PASSWORD = "try-the-portal"  # noqa: S105 - printed at every start of the demo, which holds no real data
LOADER = Actor(name="Demo data", channel=Channel.COMMAND)


@dataclass(frozen=True, slots=True)
class Login:
    """One account of the demo, and what it is there to show."""

    email: str
    full_name: str
    role: User.Role
    shows: str
    staff_role: User.StaffRole = User.StaffRole.NONE


PRESCRIBER = Login("prescriber@example.com", "Ada Example", User.Role.PRESCRIBER, "Prescriber, certified")
NEW_PRESCRIBER = Login(
    "new.prescriber@example.com", "Noah Newcomer", User.Role.PRESCRIBER, "Prescriber, not certified yet"
)
DELEGATE = Login("delegate@example.com", "Dana Deskwork", User.Role.DELEGATE, "Prescriber's office staff")
PHARMACIST = Login("pharmacist@example.com", "Phil Pharmacist", User.Role.PHARMACIST, "Pharmacist, certified pharmacy")
NEW_PHARMACIST = Login(
    "new.pharmacist@example.com", "Petra Pending", User.Role.PHARMACIST, "Pharmacy not certified yet: representative"
)
CHAIN = Login(
    "chain@example.com", "Chandra Chain", User.Role.PHARMACIST, "A chain’s representative: several sites, not all done"
)
CHAIN_STAFF = Login("chain.staff@example.com", "Stefan Starter", User.Role.PHARMACIST, "")
CASE_MANAGER = Login(
    "case.manager@example.com", "Casey Manager", User.Role.PROGRAM_STAFF, "Program: case manager",
    User.StaffRole.CASE_MANAGER,
)  # fmt: skip
AUDITOR = Login(
    "auditor@example.com", "Audrey Auditor", User.Role.PROGRAM_STAFF, "Program: auditor (reads all)",
    User.StaffRole.AUDITOR,
)  # fmt: skip
ADMINISTRATOR = Login(
    "administrator@example.com", "Adam Administrator", User.Role.PROGRAM_STAFF, "Program: administrator",
    User.StaffRole.ADMINISTRATOR,
)  # fmt: skip
LOGINS = (
    PRESCRIBER,
    DELEGATE,
    NEW_PRESCRIBER,
    PHARMACIST,
    NEW_PHARMACIST,
    CHAIN,
    CASE_MANAGER,
    AUDITOR,
    ADMINISTRATOR,
)
COLLEAGUE = Login("colleague@example.com", "Carl Colleague", User.Role.PRESCRIBER, "")
WESTERNER = Login("west.pharmacist@example.com", "Wanda Westcoast", User.Role.PHARMACIST, "")


@dataclass(frozen=True, slots=True)
class People:
    """Who the courses of the demo are played by."""

    prescriber: Prescriber
    colleague: Prescriber
    pharmacy: Pharmacy
    pharmacist: User
    western_pharmacy: Pharmacy
    western_pharmacist: User


def make_people(at: datetime, program: ProgramVersion) -> People:
    """Make all accounts; certify two prescribers and two pharmacies at `at`."""
    users = {login.email: _account(login, at) for login in (*LOGINS, COLLEAGUE, WESTERNER)}
    prescriber = _certified_prescriber(
        users[PRESCRIBER.email], "1234567893", "Example Hematology, New York", at, program
    )
    colleague = _certified_prescriber(users[COLLEAGUE.email], "1098765435", "Colleague Oncology, Chicago", at, program)
    by = Actor.of(prescriber.user)
    prescriber_actions.add_delegate(by=by, at=at, prescriber=prescriber, email=DELEGATE.email, program=program)
    pharmacy = _certified_pharmacy(
        users[PHARMACIST.email],
        pharmacy_actions.PharmacyIdentity(
            name="Sample Street Pharmacy",
            npi="1987654328",
            ncpdp_id="0000001",
            time_zone="America/New_York",
            phone="212-555-0142",
            address="1 Sample Street, New York, NY 10001",
        ),
        at,
        program,
    )
    western = _certified_pharmacy(
        users[WESTERNER.email],
        pharmacy_actions.PharmacyIdentity(
            name="Make-Believe Specialty Pharmacy",
            npi="1555555550",
            ncpdp_id="0000002",
            time_zone="America/Los_Angeles",
            phone="213-555-0187",
            address="2 Make-Believe Avenue, Los Angeles, CA 90001",
        ),
        at,
        program,
    )
    _chain(users[CHAIN.email], _account(CHAIN_STAFF, at), at, program)
    return People(prescriber, colleague, pharmacy, users[PHARMACIST.email], western, users[WESTERNER.email])


def _account(login: Login, at: datetime) -> User:
    with acting_as(LOADER, at):
        made = User.objects.create_user(
            login.email, PASSWORD, full_name=login.full_name, role=login.role, staff_role=login.staff_role
        )
    give_demo_factor(made)
    return made


def _certified_prescriber(user: User, npi: str, practice: str, at: datetime, program: ProgramVersion) -> Prescriber:
    by = Actor.of(user)
    identity = prescriber_actions.PrescriberIdentity(
        npi=npi, full_name=user.full_name, practice_name=practice, phone="212-555-0100", credentials="MD"
    )
    certification = prescriber_actions.save_prescriber_identity(
        by=by, at=at, user=user, identity=identity, program=program
    )
    prescriber_actions.certify_prescriber(
        by=by,
        at=at,
        certification=certification,
        signing=_signing(user, at, PROGRAM_ZONE.key),
        program=program,
        read=[(one.code, one.version) for one in required_materials(Party.PRESCRIBER, at, program)],
    )
    return certification.prescriber


def _signing(user: User, at: datetime, zone: str) -> Signing:
    return Signing(printed_name=user.get_full_name(), method=Method.PASSWORD, at=at, user_id=user.pk, zone=zone)


def _certified_pharmacy(
    user: User, identity: pharmacy_actions.PharmacyIdentity, at: datetime, program: ProgramVersion
) -> Pharmacy:
    by = Actor.of(user)
    certification = pharmacy_actions.start_certification(by=by, at=at, user=user, identity=identity, program=program)
    for material in required_materials(Party.PHARMACY, at, program):
        record_reading(
            by=by,
            at=at,
            user=user,
            material=material.code,
            version=material.version,
            program=program,
        )
    attempt = pharmacy_actions.open_quiz(by=by, at=at, certification=certification, program=program)
    answers = {question.code: question.right for question in program.quiz}
    pharmacy_actions.take_quiz(by=by, at=at, attempt=attempt, answers=answers, program=program)
    pharmacy_actions.certify_pharmacy(
        by=by,
        at=at,
        certification=certification,
        processes=frozenset(process.code for process in program.pharmacy_processes),
        signing=_signing(user, at, identity.time_zone),
        program=program,
    )
    return certification.pharmacy


CHAIN_SITES = (
    (
        "Fictional Chain, Harbor",
        "1555555568",
        "0000011",
        "America/New_York",
        "1 Harbor Walk, Boston, MA 02110",
    ),
    (
        "Fictional Chain, Lakeside",
        "1555555576",
        "0000012",
        "America/Chicago",
        "2 Lake Drive, Chicago, IL 60601",
    ),
    ("Fictional Chain, Mesa", "1555555584", "0000013", "America/Phoenix", "3 Mesa Road, Phoenix, AZ 85001"),
)


def _chain(user: User, colleague: User, at: datetime, program: ProgramVersion) -> None:
    """Make a chain's sites: one is certified and has somebody untrained, the others wait for their signature."""
    sites = [
        pharmacy_actions.PharmacyIdentity(
            name=name, npi=npi, ncpdp_id=ncpdp_id, time_zone=zone, phone="617-555-0142", address=address
        )
        for name, npi, ncpdp_id, zone, address in CHAIN_SITES
    ]
    first = _certified_pharmacy(user, sites[0], at, program)
    by = Actor.of(user)
    pharmacy_actions.add_staff(by=by, at=at, pharmacy=first, email=colleague.email)
    others = dict(enumerate(sites[1:], 1))
    pharmacy_actions.add_sites(by=by, at=at, user=user, sites=others, program=program)
