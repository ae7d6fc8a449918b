"""Draws a course of treatment: tests, surveys, authorizations, supply, and the windows that lie ahead.

Pure: takes records, facts and the standing, gives a `Timeline` of plain days in the program's zone. It asks the rules
for every window and must not invent one.
"""

from datetime import date, datetime

from authorizations.models import Authorization
from authorizations.presenters.standing import Standing, State, first_prescription_days
from authorizations.queries.offices import Business
from authorizations.queries.records import CourseRecord
from patients.models import PregnancyTest
from rems_portal.rules.calendars import days_after, program_day
from rems_portal.rules.enrollment import supply_ends_on
from rems_portal.rules.lifecycles import AuthorizationStatus
from rems_portal.rules.pregnancy_testing import WindowKind, next_test_due, test_windows
from rems_portal.rules.programs import ProgramVersion
from rems_portal.rules.surveys import next_survey_due
from rems_portal.rules.vocabulary import RuleGroup
from rems_portal.timeline import Event, Lane, Look, Mark, Span, Timeline

MARKS = {"negative": Mark.NEGATIVE, "positive": Mark.POSITIVE, "indeterminate": Mark.UNCLEAR}
LOOKS = {
    AuthorizationStatus.ACTIVE: Look.LIVE,
    AuthorizationStatus.CONFIRMED: Look.LIVE,
    AuthorizationStatus.DISPENSED: Look.PAST,
    AuthorizationStatus.EXPIRED: Look.PAST,
    AuthorizationStatus.VOID: Look.VOID,
}


def course_timeline(
    record: CourseRecord, business: Business, standing: Standing, *, at: datetime, program: ProgramVersion
) -> Timeline:
    """Return the drawing of the course as it stands at `at` (UTC)."""
    stopped = standing.state in (State.HOLD, State.DISCONTINUED, State.WITHDRAWN)
    lanes = [
        _surveys(record, [] if stopped else _survey_spans(business, at, program)),
        _authorizations(record, at),
        _supply(record, at, [] if stopped else _next_dispense(business, at, program)),
    ]
    if standing.group is RuleGroup.FCGP or record.tests:
        lanes.insert(0, _tests(record, [] if stopped else _test_spans(business, at, program)))
    return Timeline(program_day(at), tuple(lanes), standing.sentence)


def _short(day: date) -> str:
    return f"{day:%b} {day.day}"


def _tests(record: CourseRecord, ahead: list[Span]) -> Lane:
    return Lane("Pregnancy tests", tuple(_test_event(test) for test in record.tests), tuple(ahead))


def _test_event(test: PregnancyTest) -> Event:
    day = program_day(test.collected_at)
    result = test.get_result_display()
    mark = Mark.STOPPED if test.cleared_at else MARKS[test.result]
    cleared = ", cleared by program staff" if test.cleared_at else ""
    return Event(day, _short(day), mark, f"{result} pregnancy test{cleared}")


def _test_spans(business: Business, at: datetime, program: ProgramVersion) -> list[Span]:
    facts, today = business.facts, program_day(at)
    spans = []
    if (opened := first_prescription_days(business, at, program)) and not business.live:
        opens, closes = opened
        detail = "Second test and first authorization, the test within 24 hours before"
        spans.append(Span(max(opens, today), closes, "Second test", Look.AHEAD, detail))
    due = next_test_due(facts, at, program)
    if due and due < today:
        spans.append(Span(due, days_after(today, -1), "Late", Look.LATE, "Pregnancy test overdue"))
    elif due:
        spans.append(Span(due, due, "Test due", Look.AHEAD, "Next pregnancy test of the schedule due"))
    if (ahead := _test_for_next_prescription(business, at, program)) is not None:
        spans.append(ahead)
    return spans


def _test_for_next_prescription(business: Business, at: datetime, program: ProgramVersion) -> Span | None:
    """The days on which a test would still be fresh when the next prescription can be filled."""
    ends = supply_ends_on(business.facts)
    backing = [one for one in test_windows(business.facts, at, program) if one.kind is WindowKind.LATER]
    if ends is None or not backing or backing[0].met_by or business.live:
        return None
    today = program_day(at)
    opens = days_after(ends, -program.max_days_on_hand - program.later_test_within_days)
    if ends < today:
        return None
    return Span(
        max(opens, today), ends, "Test for next prescription", Look.AHEAD, "A test on these days is fresh enough"
    )


def _surveys(record: CourseRecord, ahead: list[Span]) -> Lane:
    days = [program_day(one.completed_at) for one in record.surveys]
    events = tuple(Event(day, _short(day), Mark.DONE, "Patient survey completed") for day in days)
    return Lane("Patient survey", events, tuple(ahead))


def _survey_spans(business: Business, at: datetime, program: ProgramVersion) -> list[Span]:
    today, due = program_day(at), next_survey_due(business.facts, at, program)
    if due and due < today:
        return [Span(due, days_after(today, -1), "Late", Look.LATE, "Patient survey overdue")]
    return [Span(due, due, "Survey due", Look.AHEAD, "Next patient survey due")] if due else []


def _authorizations(record: CourseRecord, at: datetime) -> Lane:
    return Lane("Authori- zations", spans=tuple(_authorization_span(one, at) for one in record.authorizations))


def _authorization_span(one: Authorization, at: datetime) -> Span:
    status = AuthorizationStatus(one.status)
    begins, ends = program_day(one.issued_at), one.valid_through
    if status is AuthorizationStatus.VOID and one.ended_at:
        ends = max(begins, min(ends, program_day(one.ended_at)))
    over = status is AuthorizationStatus.ACTIVE and ends < program_day(at)
    words = "expired" if over else {"active": "live", "confirmed": "confirmed"}.get(one.status, one.status)
    short = "-".join(one.number.split("-")[:2])
    return Span(begins, ends, short, Look.PAST if over else LOOKS[status], f"Authorization {one.number}, {words}")


def _supply(record: CourseRecord, at: datetime, ahead: list[Span]) -> Lane:
    today = program_day(at)
    dispenses = [one.dispense for one in record.dispensed]
    spans = [
        Span(
            one.dispensed_on,
            max(one.dispensed_on, days_after(one.supply_ends_on, -1)),
            f"{one.days_supply} days",
            Look.LIVE if one.supply_ends_on > today else Look.PAST,
            f"{one.days_supply} days dispensed",
        )
        for one in dispenses
    ]
    events = [Event(one.dispensed_on, "Start", Mark.START, "Treatment began") for one in dispenses[-1:]]
    return Lane("Supply in hand", tuple(events), (*spans, *ahead))


def _next_dispense(business: Business, at: datetime, program: ProgramVersion) -> list[Span]:
    """The days from which a pharmacy finds little enough supply left, until it runs out."""
    today, ends = program_day(at), supply_ends_on(business.facts)
    if ends is None or ends < today:
        return []
    opens = max(days_after(ends, -program.max_days_on_hand), today)
    return [Span(opens, ends, "Next dispense", Look.AHEAD, "A pharmacy can confirm the next dispense")]
