"""What can stop a treatment: tests, survey answers, reports; and how program staff lift a hold (domain.md section 9).

Everything here takes the enrollment's lock first, so that no confirmation in flight can commit after a hold.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from authorizations.actions.upkeep import refresh_due_dates, void_live_numbers
from authorizations.models import Confirmation
from patients.models import Enrollment, PatientSurvey, PregnancyTest, SafetyCase, SafetyReport, SurveyInvitation
from rems_portal.accounts.models import User
from rems_portal.accounts.permissions import require_case_manager
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.errors import ActRefused
from rems_portal.notifications.actions import tell
from rems_portal.numbering import new_number
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import RuleGroup, Sex
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import CASE_MOVES, CaseStatus, EnrollmentStatus
from rems_portal.rules.numbers import Kind
from rems_portal.rules.programs import ProgramVersion
from rems_portal.rules.surveys import SurveyAlarm, contradictions

HOLDING_KINDS = frozenset({SafetyCase.Kind.PREGNANCY, SafetyCase.Kind.MENSES_BEGAN})


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """A pregnancy test as it comes from the laboratory. Instants are aware; sensitivity is in mIU/mL."""

    collected_at: datetime
    reported_at: datetime
    method: PregnancyTest.Method
    sensitivity_miu_ml: int
    result: PregnancyTest.Result
    laboratory: str
    submission_key: UUID | None = None


def _refuse(sentence: str, *obligations: str) -> ActRefused:
    return ActRefused([Finding("TEST", obligations, sentence, Party.PRESCRIBER)])


def _lock(enrollment: Enrollment) -> Enrollment:
    locked: Enrollment = Enrollment.objects.locked().select_related("patient", "prescriber__user").get(pk=enrollment.pk)
    return locked


@act
def record_pregnancy_test(
    *, by: Actor, at: datetime, enrollment: Enrollment, test: TestResult, program: ProgramVersion
) -> PregnancyTest:
    """Record a pregnancy test (PR-04, PR-12 to PR-14); a positive one is a safety event at once (PR-21).

    The same submission sent twice gives the test there is. Raises ActRefused for a male patient, a future instant,
    a report before the collection, a patient who is no longer enrolled or a sensitivity that is no test's.
    """
    locked = _lock(enrollment)
    if test.submission_key:
        earlier = PregnancyTest.objects.filter(enrollment=locked, submission_key=test.submission_key).first()
        if earlier:
            return earlier
    _require_possible(locked, test, at)
    recorded = PregnancyTest.objects.create(
        enrollment=locked,
        collected_at=test.collected_at,
        reported_at=test.reported_at,
        method=test.method,
        sensitivity_miu_ml=test.sensitivity_miu_ml,
        result=test.result,
        laboratory=test.laboratory,
        entered_at=at,
        entered_by_name=by.name,
        source=by.channel,
        submission_key=test.submission_key,
    )
    if test.result == PregnancyTest.Result.POSITIVE:
        _open_case(locked, SafetyCase.Kind.PREGNANCY, by=by, at=at, role="test", details="Positive pregnancy test recorded")
    refresh_due_dates(locked, at=at, program=program)
    return recorded


def _require_possible(enrollment: Enrollment, test: TestResult, at: datetime) -> None:
    if enrollment.status != EnrollmentStatus.ENROLLED:
        raise _refuse("The patient is no longer enrolled. Enroll the patient again before you record tests.", "PR-08")
    if enrollment.patient.sex == Sex.MALE:
        raise _refuse("A male patient has no pregnancy tests. Check that this is the right patient.", "PR-04")
    if test.collected_at > at:
        raise _refuse("The test can't have been collected in the future. Correct the date and time.", "PR-04")
    if test.reported_at > at:
        raise _refuse("The result can't have been reported in the future. Correct the date and time.", "PR-04")
    if test.reported_at < test.collected_at:
        raise _refuse("The result was reported before the test was collected. Correct one of the two.", "PR-04")
    if program_day(test.collected_at) < enrollment.patient.birth_date:
        raise _refuse("The test was collected before the patient was born. Correct the date.", "PR-04")
    if not 1 <= test.sensitivity_miu_ml <= 1000:
        raise _refuse("Sensitivity is the number on the test's package, from 1 to 1000 mIU/mL, often 25.", "PR-04")


@act
def complete_patient_survey(
    *,
    by: Actor,
    at: datetime,
    invitation: SurveyInvitation,
    answers: dict[str, bool],
    completed_by: PatientSurvey.CompletedBy,
    group: RuleGroup,
    program: ProgramVersion,
) -> PatientSurvey:
    """Store a completed patient survey (PF-06, PF-14, PN-03, PN-08, PC-04, PC-10, PM-09); a link works once.

    Answers that contradict the record open a discordance; a suspected pregnancy or a child's first menses also holds.
    Raises ActRefused for a link that is used or expired, or when an answer is missing.
    """
    locked = _lock(invitation.enrollment)
    current = SurveyInvitation.objects.get(pk=invitation.pk)
    if current.used_at is not None:
        return PatientSurvey.objects.get(invitation=current)
    if current.expires_at <= at:
        raise ActRefused([Finding("SURVEY", (), "This link has expired. Ask for a new one.", Party.PATIENT)])
    found = contradictions(group, answers, program)
    survey = PatientSurvey.objects.create(
        enrollment=locked,
        invitation=current,
        rule_group=group,
        program_version=program.version,
        answers=answers,
        completed_at=at,
        completed_by=completed_by,
        channel=by.channel,
    )
    current.used_at = at
    current.draft = {}
    current.save(update_fields=["used_at", "draft"])
    _act_on_contradictions(locked, found, by=by, at=at)
    refresh_due_dates(locked, at=at, program=program)
    return survey


def _act_on_contradictions(
    enrollment: Enrollment, found: tuple[SurveyAlarm, ...], *, by: Actor, at: datetime
) -> None:
    details = "An answer in the patient survey contradicts the record"
    if found:
        _open_case(enrollment, SafetyCase.Kind.DISCORDANCE, by=by, at=at, role="survey", details=details)
    if SurveyAlarm.PREGNANCY_SUSPECTED in found:
        _open_case(enrollment, SafetyCase.Kind.PREGNANCY, by=by, at=at, role="survey", details=details)
    if SurveyAlarm.MENSES_BEGUN in found:
        _open_case(enrollment, SafetyCase.Kind.MENSES_BEGAN, by=by, at=at, role="survey", details=details)


@act
def report_pregnancy(
    *,
    by: Actor,
    at: datetime,
    enrollment: Enrollment,
    kind: SafetyCase.Kind,
    role: str,
    details: str = "",
    submission_key: UUID | None = None,
) -> SafetyCase:
    """Report a pregnancy, a partner's pregnancy or a child's first menses (PR-21, PF-17, PC-12, PM-12, PH-17).

    A female patient is held at once: live numbers void, prescriber, pharmacies with an open confirmation and program
    staff told. A second report while the case is open joins it. Raises ActRefused when the kind can't be hers or his.
    """
    locked = _lock(enrollment)
    sent_before = submission_key and SafetyReport.objects.filter(submission_key=submission_key).first()
    if sent_before:
        return sent_before.case
    male = locked.patient.sex == Sex.MALE
    if male != (kind == SafetyCase.Kind.PARTNER_PREGNANCY) or kind == SafetyCase.Kind.DISCORDANCE:
        raise ActRefused(
            [
                Finding(
                    "REPORT",
                    ("PR-21",),
                    "For a male patient report his partner's pregnancy; for a female patient her own.",
                    Party.PRESCRIBER,
                )
            ]
        )
    return _open_case(locked, kind, by=by, at=at, role=role, details=details, submission_key=submission_key)


def _open_case(
    enrollment: Enrollment,
    kind: SafetyCase.Kind,
    *,
    by: Actor,
    at: datetime,
    role: str,
    details: str,
    submission_key: UUID | None = None,
) -> SafetyCase:
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
    report = SafetyReport.objects.create(
        case=case, reported_at=at, reporter_name=by.name, reporter_role=role, details=details, submission_key=submission_key
    )
    voided = void_live_numbers(enrollment, at=at, why=f"Safety case {case.number}") if case.holds else []
    _tell_parties(case, report, voided, at)
    return case


def _tell_parties(case: SafetyCase, report: SafetyReport, voided: list[Confirmation], at: datetime) -> None:
    key = f"case:{case.number}:{report.pk}"
    staff = User.objects.filter(role=User.Role.PROGRAM_STAFF).exclude(staff_role=User.StaffRole.AUDITOR)
    tell(
        users=staff,
        key=f"{key}:staff",
        kind="safety_case",
        subject="A case needs you",
        text=f"Case {case.number} has a new report. Please look at it today.",
        at=at,
    )
    if case.kind != SafetyCase.Kind.DISCORDANCE:
        tell(
            users=[case.enrollment.prescriber.user],
            key=f"{key}:prescriber",
            kind="safety_case",
            subject="Something needs your attention today",
            text="One of your patients' records has changed. Please sign in today and look at your list of patients.",
            at=at,
        )
    working = Q(pharmacy_work__pharmacy__in={confirmation.pharmacy_id for confirmation in voided})
    tell(
        users=User.objects.filter(working, pharmacy_work__ends_on__isnull=True).distinct(),
        key=f"{key}:pharmacy",
        kind="confirmation_void",
        subject="Stop: a confirmation number was voided",
        text="A confirmation number your pharmacy holds is void. Do not dispense on it. Your open confirmations show which.",
        at=at,
    )


@act
def close_safety_case(*, by: Actor, at: datetime, user: User, case: SafetyCase, reason: str, clears_tests: bool) -> SafetyCase:
    """Close a case and with it the hold: program staff only, with a reason (domain.md section 9).

    `clears_tests`: the positive tests behind a pregnancy case were false positives; they are left out of account.
    Raises PermissionDenied, ActRefused without a reason or when a positive test would still stand against the patient.
    """
    require_case_manager(user)
    enrollment = _lock(case.enrollment)
    current = SafetyCase.objects.get(pk=case.pk)
    if not reason.strip():
        raise ActRefused([Finding("CASE", ("PG-01",), "Give the reason for closing the case.", Party.PROGRAM)])
    if current.status != CaseStatus.OPEN:
        raise ActRefused([Finding("CASE", ("PG-01",), "This case is closed already.", Party.PROGRAM)])
    if clears_tests and current.kind == SafetyCase.Kind.PREGNANCY:
        _clear_positive_tests(enrollment, user, at, reason.strip())
    move(
        current,
        CASE_MOVES,
        CaseStatus.CLOSED,
        why=reason.strip()[:100],
        closed_at=at,
        closed_by=user,
        closing_reason=reason.strip(),
    )
    return current


def _clear_positive_tests(enrollment: Enrollment, user: User, at: datetime, reason: str) -> None:
    standing = enrollment.pregnancy_tests.filter(result=PregnancyTest.Result.POSITIVE, cleared_at__isnull=True)
    for test in standing:
        test.cleared_at, test.cleared_by, test.cleared_reason = at, user, reason
        test.save(update_fields=["cleared_at", "cleared_by", "cleared_reason"])
