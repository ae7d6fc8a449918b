"""What can stop a treatment: tests and reports; and how program staff lift a hold (domain.md section 9).

Everything here takes the enrollment's lock first, so that no confirmation in flight can commit after a hold.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from authorizations.actions.cases import Report, open_case, standing_tests
from authorizations.actions.upkeep import refresh_due_dates
from authorizations.queries.safety import reportable_kinds, rests_on_menses_not_begun, where_treatment_runs
from patients.models import Enrollment, PregnancyTest, SafetyCase, SafetyReport
from rems_portal.accounts.models import User
from rems_portal.accounts.permissions import require_case_manager
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.errors import ActRefused
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import Sex
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import CASE_MOVES, CaseStatus, EnrollmentStatus
from rems_portal.rules.programs import ProgramVersion


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


def lock_with_people(enrollment: Enrollment) -> Enrollment:
    """Lock an enrollment, and read with it the patient and the prescriber's account."""
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
    locked = lock_with_people(enrollment)
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
        report = Report(role="test", details="Positive pregnancy test recorded")
        open_case(locked, SafetyCase.Kind.PREGNANCY, report, by=by, at=at)
    refresh_due_dates(locked, at=at, program=program)
    return recorded


def _require_possible(enrollment: Enrollment, test: TestResult, at: datetime) -> None:
    if enrollment.status not in (EnrollmentStatus.PENDING, EnrollmentStatus.ENROLLED):
        raise _refuse("The patient is no longer enrolled. Enroll the patient again before you record tests.", "PR-08")
    if enrollment.patient.sex == Sex.MALE:
        raise _refuse("A male patient has no pregnancy tests. Check that this is the right patient.", "PR-04")
    if test.collected_at > at:
        raise _refuse("The test can’t have been collected in the future. Correct the date and time.", "PR-04")
    if test.reported_at > at:
        raise _refuse("The result can’t have been reported in the future. Correct the date and time.", "PR-04")
    if test.reported_at < test.collected_at:
        raise _refuse("The result was reported before the test was collected. Correct one of the two.", "PR-04")
    if program_day(test.collected_at) < enrollment.patient.birth_date:
        raise _refuse("The test was collected before the patient was born. Correct the date.", "PR-04")
    if not 1 <= test.sensitivity_miu_ml <= 1000:
        raise _refuse("Sensitivity is the number on the test’s package, from 1 to 1000 mIU/mL, often 25.", "PR-04")


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
    staff told. A second report while the case is open joins it; the same form sent twice is one report. The case is
    opened where treatment runs, also when the report comes from an earlier course. Raises ActRefused when the kind
    can't be hers or his.
    """
    locked = lock_with_people(where_treatment_runs(enrollment))
    sent_before = submission_key and SafetyReport.objects.filter(submission_key=submission_key).first()
    if sent_before and sent_before.case.enrollment_id == locked.pk:
        return sent_before.case
    if sent_before:
        raise _no_report("This form was already sent for another patient. Open the report page anew.")
    if kind not in reportable_kinds(locked, at):
        raise _no_report(
            "For a male patient report his partner’s pregnancy, for a female patient her own; "
            "that menses began is reported for a child who could not get pregnant before."
        )
    return open_case(locked, kind, Report(role=role, details=details, submission_key=submission_key), by=by, at=at)


def _no_report(sentence: str) -> ActRefused:
    return ActRefused([Finding("REPORT", ("PR-21",), sentence, Party.PRESCRIBER)])


@act
def close_safety_case(
    *,
    by: Actor,
    at: datetime,
    user: User,
    case: SafetyCase,
    reason: str,
    clears_tests: bool,
    reported_in_error: bool = False,
    latest_report_seen: int | None = None,
) -> SafetyCase:
    """Close a case and with it the hold: program staff only, with a reason (domain.md section 9).

    `clears_tests`: the positive tests behind a pregnancy case no longer count; they are left out of account.
    `reported_in_error`: menses has not begun after all, so that the child's form goes on fitting.
    `latest_report_seen`: the key of the newest report that was shown when this was decided.
    Raises PermissionDenied for anybody else; ActRefused without a reason, for a case closed already, while a
    positive test would go on refusing a patient in treatment although no case is open for it, and for a child's menses
    until the prescriber has signed the form that fits, unless it was reported in error.
    """
    require_case_manager(user)
    enrollment = lock_with_people(case.enrollment)
    current = SafetyCase.objects.get(pk=case.pk)
    reason = reason.strip()
    _require_open_and_read(current, reason, latest_report_seen)
    standing = standing_tests(enrollment) if current.kind == SafetyCase.Kind.PREGNANCY else []
    if not clears_tests:
        _require_no_test_against(enrollment, standing)
    if not reported_in_error:
        _require_new_form(enrollment, current, at)
    if clears_tests:
        _clear_tests(standing, user, at, reason)
    closing = {"closed_at": at, "closed_by": user, "closing_reason": reason}
    move(current, CASE_MOVES, CaseStatus.CLOSED, why=reason[:100], **closing)
    return current


def _require_open_and_read(case: SafetyCase, reason: str, latest_report_seen: int | None) -> None:
    """Raise ActRefused without a reason, for a closed case, and when something was reported since it was read."""
    if not reason:
        raise _not_closed("Give the reason for closing the case.")
    if case.status != CaseStatus.OPEN:
        raise _not_closed("This case is closed already.")
    if latest_report_seen is not None and case.reports.filter(pk__gt=latest_report_seen).exists():
        raise _not_closed("Something new was reported to this case meanwhile. Read it, then decide again.")


def _require_no_test_against(enrollment: Enrollment, standing: Sequence[PregnancyTest]) -> None:
    """Raise ActRefused while a positive test would go on refusing a patient in treatment, with no case open for it."""
    if standing and enrollment.status == EnrollmentStatus.ENROLLED:
        raise _not_closed(
            "A positive pregnancy test stands against the patient. Close the case when the tests no longer count, and "
            "say so; until then the hold stays."
        )


def _require_new_form(enrollment: Enrollment, case: SafetyCase, at: datetime) -> None:
    """Raise ActRefused while a child in treatment still counts as one whose menses has not begun (PC-12)."""
    if case.kind != SafetyCase.Kind.MENSES_BEGAN:
        return
    running = where_treatment_runs(enrollment)
    if running.status == EnrollmentStatus.ENROLLED and rests_on_menses_not_begun(running, at):
        raise _not_closed(
            "The agreement form on file still says that menses has not begun. The prescriber must sign the form that "
            "fits: “Change the risk category” on the patient’s page. That closes this case. If menses has not begun "
            "after all, say that it was reported in error."
        )


def _not_closed(sentence: str) -> ActRefused:
    return ActRefused([Finding("CASE", ("PG-01",), sentence, Party.PROGRAM)])


def _clear_tests(tests: Iterable[PregnancyTest], user: User, at: datetime, reason: str) -> None:
    for test in tests:
        test.cleared_at, test.cleared_by, test.cleared_reason = at, user, reason
        test.save(update_fields=["cleared_at", "cleared_by", "cleared_reason"])
