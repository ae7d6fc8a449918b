"""Safety cases: opening one or joining the open one, voiding what is live when it holds, telling the parties.

Helpers of the acts in `authorizations.actions.safety`: each is called inside an act that holds the enrollment's lock.
What a party is told never says what somebody else answered or reported.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from authorizations.actions.upkeep import tell_pharmacies, void_live_numbers
from authorizations.models import Confirmation
from authorizations.queries.safety import message_key, open_confirmations
from patients.models import Enrollment, PregnancyTest, SafetyCase, SafetyReport
from pharmacies.models import PharmacyStaff
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import move
from rems_portal.notifications.actions import tell
from rems_portal.numbering import new_number
from rems_portal.rules.calendars import program_day
from rems_portal.rules.lifecycles import CASE_MOVES, CaseStatus
from rems_portal.rules.numbers import Kind

HOLDING_KINDS = frozenset({SafetyCase.Kind.PREGNANCY, SafetyCase.Kind.MENSES_BEGAN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one person says: in which role (patient, guardian, prescriber, ...), in what words."""

    role: str
    details: str = ""
    submission_key: UUID | None = None


def open_case(enrollment: Enrollment, kind: SafetyCase.Kind, report: Report, *, by: Actor, at: datetime) -> SafetyCase:
    """Open a case, or join the open one of its kind; void what is live when it holds; tell those concerned."""
    case = SafetyCase.objects.filter(enrollment=enrollment, kind=kind, status=CaseStatus.OPEN).first()
    if case is None:
        case = SafetyCase.objects.create(
            number=new_number(Kind.CASE),
            enrollment=enrollment,
            kind=kind,
            holds=kind in HOLDING_KINDS,
            status=CaseStatus.OPEN,
            opened_at=at,
            opened_by_name=by.name,
        )
    case.enrollment = enrollment
    written = SafetyReport.objects.create(
        case=case,
        reported_at=at,
        reporter_name=by.name,
        reporter_role=report.role,
        details=report.details,
        submission_key=report.submission_key,
    )
    voided = void_live_numbers(enrollment, at=at, why=f"Safety case {case.number}") if case.holds else []
    _tell_parties(case, written, voided, at)
    return case


def _tell_parties(case: SafetyCase, report: SafetyReport, voided: list[Confirmation], at: datetime) -> None:
    key = message_key(report)
    staff = User.objects.filter(role=User.Role.PROGRAM_STAFF).exclude(staff_role=User.StaffRole.AUDITOR)
    tell(
        users=staff,
        key=f"{key}:staff",
        kind="safety_case",
        subject="A case needs you",
        text=f"Case {case.number} has a new report. Please look at it today.",
        at=at,
    )
    if case.kind == SafetyCase.Kind.DISCORDANCE:
        return
    tell(
        users=[case.enrollment.prescriber.user],
        key=f"{key}:prescriber",
        kind="safety_case",
        subject="Something needs your attention today",
        text="One of your patients’ records has changed. Please sign in today and look at your list of patients.",
        at=at,
    )
    if case.holds:
        tell_pharmacies(voided, key=f"{key}:pharmacy", at=at)
    else:
        _tell_pharmacies_that_go_on(case, key=f"{key}:pharmacy", at=at)


def _tell_pharmacies_that_go_on(case: SafetyCase, *, key: str, at: datetime) -> None:
    """Tell pharmacies that hold a number which stays good: the program may call them."""
    holding = open_confirmations(case.enrollment).values("pharmacy_id")
    working = PharmacyStaff.objects.in_force(program_day(at)).filter(pharmacy__in=holding)
    tell(
        users=User.objects.filter(pk__in=working.values("user_id")),
        key=key,
        kind="safety_case",
        subject="The program may call you about a confirmation",
        text="The program may call you about a confirmation your pharmacy holds. The number stays good: go on with it.",
        at=at,
    )


def close_menses_case(enrollment: Enrollment, at: datetime) -> None:
    """Lift the hold that waited for the form that fits by now, also one left open in an earlier course (PC-12)."""
    cases = SafetyCase.objects.filter(
        enrollment__patient=enrollment.patient_id, kind=SafetyCase.Kind.MENSES_BEGAN, status=CaseStatus.OPEN
    )
    reason = "New form signed"
    for case in cases:
        move(
            case,
            CASE_MOVES,
            CaseStatus.CLOSED,
            why=reason,
            closed_at=at,
            closed_by=enrollment.prescriber.user,
            closing_reason=reason,
        )


def standing_tests(enrollment: Enrollment) -> list[PregnancyTest]:
    """Return the positive tests of this course that nobody has cleared: each keeps refusing, whatever cases say."""
    return list(enrollment.pregnancy_tests.filter(result=PregnancyTest.Result.POSITIVE, cleared_at__isnull=True))
