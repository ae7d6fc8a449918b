"""Where a patient stands: whose move it is, what is due and until when, in the same words on every page.

Pure: takes the facts of the rules and the open numbers, asks the rules, and words their answers. It must not decide,
read the database or read the clock.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from authorizations.presenters.signing import waiting_sentence
from authorizations.queries.offices import Business
from rems_portal.clockwork import day_in_words, instant_in_words
from rems_portal.rules.authorization import preview_authorization
from rems_portal.rules.calendars import days_after, program_day
from rems_portal.rules.categories import group_of
from rems_portal.rules.enrollment import category_of, coming_of_age_on, coming_of_age_warning, supply_ends_on
from rems_portal.rules.findings import Decision
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.rules.pregnancy_testing import authorization_days_after_first_test, next_test_due
from rems_portal.rules.programs import ProgramVersion
from rems_portal.rules.surveys import next_survey_due
from rems_portal.rules.vocabulary import Party, RiskCategory, RuleGroup, TestResult

SOON_DAYS = 3


class State(StrEnum):
    """What holds a patient's treatment up, or lets it go on, as one word for the office."""

    HOLD = "hold"
    REVIEW = "review"
    DISCONTINUED = "discontinued"
    WITHDRAWN = "withdrawn"
    BROKEN = "broken"
    UNSIGNED = "unsigned"
    CONFIRMED = "confirmed"
    AUTHORIZED = "authorized"
    SUPPLIED = "supplied"
    READY = "ready"
    MISSING = "missing"


MISSING_WORDS = {
    "AUTH-01": "the prescriber’s certification",
    "AUTH-02": "the enrollment",
    "AUTH-03": "the agreement form",
    "AUTH-05": "a pregnancy test",
    "AUTH-06": "the patient survey",
}

LABELS = {
    State.HOLD: ("On hold", "hold", "hold"),
    State.REVIEW: ("Under review", "warning", "clock"),
    State.DISCONTINUED: ("No longer enrolled", "neutral", "neutral"),
    State.WITHDRAWN: ("Form withdrawn", "neutral", "neutral"),
    State.BROKEN: ("Form was changed", "danger", "danger"),
    State.UNSIGNED: ("Waits for signatures", "warning", "clock"),
    State.CONFIRMED: ("At the pharmacy", "info", "pharmacy"),
    State.AUTHORIZED: ("Authorized", "success", "check"),
    State.SUPPLIED: ("Supplied", "neutral", "calendar"),
    State.READY: ("Ready to authorize", "success", "check"),
    State.MISSING: ("Something is missing", "warning", "warning"),
}


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that is due on a program day, with the tone it deserves: danger when late, warning when soon."""

    what: str
    on: date
    tone: str = "neutral"
    note: str = ""

    @property
    def flag(self) -> str:
        """The tone in one word, nothing when there is time."""
        return {"danger": "Late", "warning": "Soon"}.get(self.tone, "")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a patient stands at an instant.

    `moves`: whose move it is, nobody's when empty. `preview`: what the rules say of the next authorization.
    `next_dispense`: the first program day on which a confirmation would find little enough supply left, None when that
    is any day. `category`: the one that fits today. `needs_new_form`: menses has begun, and the hold waits
    for the form that fits.
    """

    state: State
    sentence: str
    moves: tuple[Party, ...]
    dues: tuple[Due, ...]
    preview: Decision
    category: RiskCategory
    first: bool
    next_dispense: date | None
    warning: str | None
    needs_new_form: bool = False

    @property
    def label(self) -> str:
        """The state in two or three words."""
        return LABELS[self.state][0]

    @property
    def tone(self) -> str:
        """The tone of the state's tag."""
        return LABELS[self.state][1]

    @property
    def icon(self) -> str:
        """The icon of the state's tag."""
        return LABELS[self.state][2]

    @property
    def group(self) -> RuleGroup:
        """The rule group of the category that fits today."""
        return group_of(self.category)


def standing_of(business: Business, *, at: datetime, program: ProgramVersion) -> Standing:
    """Return where a patient stands at `at` (UTC)."""
    facts = business.facts
    preview = preview_authorization(
        at=at,
        prescriber_certified=business.prescriber_certified,
        patient=replace(facts, live_authorization=False),
        program=program,
    )
    later = _next_dispense(business, at, program)
    state = _state(business, preview, later)
    return Standing(
        state=state,
        sentence=_sentence(state, business, preview, later),
        moves=_moves(state, business, preview, at, program),
        dues=_dues(business, at, program),
        preview=preview,
        category=category_of(facts, program_day(at), program),
        first=not facts.dispenses,
        next_dispense=later,
        warning=coming_of_age_warning(facts, at, program),
        needs_new_form=_needs_new_form(business),
    )


def _needs_new_form(business: Business) -> bool:
    return any(case.kind == "menses_began" for case in business.cases)


def _next_dispense(business: Business, at: datetime, program: ProgramVersion) -> date | None:
    ends = supply_ends_on(business.facts)
    day = days_after(ends, -program.max_days_on_hand) if ends else None
    return day if day and day > program_day(at) else None


def _state(business: Business, preview: Decision, later: date | None) -> State:
    stopped = {"AUTH-04": State.HOLD, "AUTH-11": State.REVIEW}
    found = [stopped[rule] for rule in preview.failed if rule in stopped]
    if business.status in _OVER:
        return _OVER[business.status]
    if found:
        return found[0]
    if business.facts.agreement and not business.facts.agreement.intact:
        return State.BROKEN
    if business.unsigned or business.status is EnrollmentStatus.PENDING:
        return State.UNSIGNED
    if business.waiting:
        return State.CONFIRMED
    if business.live:
        return State.AUTHORIZED
    if later:
        return State.SUPPLIED
    return State.READY if preview.granted else State.MISSING


_OVER = {EnrollmentStatus.DISCONTINUED: State.DISCONTINUED, EnrollmentStatus.WITHDRAWN: State.WITHDRAWN}


def _sentence(state: State, business: Business, preview: Decision, later: date | None) -> str:
    if state is State.UNSIGNED and business.unsigned:
        return waiting_sentence(business.unsigned)
    if state is State.CONFIRMED and business.waiting:
        waiting = business.waiting
        return f"{waiting.pharmacy.name} has a confirmation number, good until {instant_in_words(waiting.lapses_at)}."
    if state is State.AUTHORIZED and business.live:
        return f"A pharmacy can fill {business.live.number} through {day_in_words(business.live.valid_through)}."
    if state is State.SUPPLIED and later:
        return f"The next prescription can be filled from {day_in_words(later)}."
    if state is State.MISSING:
        words = [MISSING_WORDS[rule] for rule in preview.failed if rule in MISSING_WORDS]
        return f"Missing for the next authorization: {', '.join(words)}."
    if state is State.HOLD and _needs_new_form(business):
        return "The medicine must not be taken. The prescriber must sign the agreement form that fits by now."
    return _PLAIN[state]


_PLAIN = {
    State.HOLD: "The medicine must not be taken. Program staff will be in touch with your office.",
    State.REVIEW: "Program staff are looking into something in the record. They will call your office.",
    State.DISCONTINUED: "Treatment was discontinued. To start again, enroll the patient anew.",
    State.WITHDRAWN: "The form was taken back before everybody had signed it. To go on, enroll the patient anew.",
    State.BROKEN: "The agreement form on file no longer matches its signatures. The prescriber must sign a new one.",
    State.UNSIGNED: "The form is not signed by everybody.",
    State.READY: "Nothing is missing. The prescriber can ask for the authorization now.",
}


def _moves(
    state: State, business: Business, preview: Decision, at: datetime, program: ProgramVersion
) -> tuple[Party, ...]:
    if state is State.HOLD and _needs_new_form(business):
        others = any(case.holds and case.kind != "menses_began" for case in business.cases)
        return (Party.PRESCRIBER, Party.PROGRAM) if others else (Party.PRESCRIBER,)
    if state in (State.HOLD, State.REVIEW):
        return (Party.PROGRAM,)
    if state is State.BROKEN:
        return (Party.PRESCRIBER,)
    if state is State.UNSIGNED:
        handed_over = business.unsigned is not None and business.unsigned.link is not None
        return (Party.PATIENT,) if handed_over else (Party.PRESCRIBER,)
    if state in (State.CONFIRMED, State.AUTHORIZED):
        return (Party.PHARMACY,)
    if state is State.READY:
        return (Party.PRESCRIBER,)
    if state is State.MISSING:
        return tuple(party for party in Party if party in {finding.move for finding in preview.findings})
    due = next_test_due(business.facts, at, program) if state is State.SUPPLIED else None
    return (Party.PRESCRIBER,) if due and due <= days_after(program_day(at), SOON_DAYS) else ()


def _dues(business: Business, at: datetime, program: ProgramVersion) -> tuple[Due, ...]:
    facts, today = business.facts, program_day(at)
    if not facts.enrolled or facts.pregnancy_hold:
        return ()
    dues = [*_first_course_dues(business, at, program)]
    if test := next_test_due(facts, at, program):
        dues.append(Due("Pregnancy test", test, tone_of(test, today)))
    if survey := next_survey_due(facts, at, program):
        dues.append(Due("Patient survey", survey, tone_of(survey, today)))
    if business.live and not business.waiting:
        ends = business.live.valid_through
        dues.append(Due("Authorization ends", ends, tone_of(ends, today)))
    if business.waiting:
        ends = program_day(business.waiting.lapses_at)
        dues.append(Due("Dispense", ends, "neutral", "the pharmacy’s deadline"))
    if supply := supply_ends_on(facts):
        dues.append(Due("Supply ran out" if supply < today else "Supply runs out", supply))
    if coming_of_age_warning(facts, at, program) and (birthday := coming_of_age_on(facts, at)):
        dues.append(Due("Adult form needed", birthday, "warning"))
    return tuple(sorted(dues, key=lambda due: due.on))


def _first_course_dues(business: Business, at: datetime, program: ProgramVersion) -> list[Due]:
    """The second test of a first prescription: it may be asked for on the days that the first test opens."""
    opened = first_prescription_days(business, at, program)
    if opened is None or business.live:
        return []
    today, (opens, closes) = program_day(at), opened
    if today < opens:
        return [Due("Second pregnancy test", opens, tone_of(opens, today), f"through {day_in_words(closes)}")]
    return [Due("Second pregnancy test", closes, tone_of(closes, today), "last day")]


def first_prescription_days(business: Business, at: datetime, program: ProgramVersion) -> tuple[date, date] | None:
    """Return the first and last program day on which the newest first test allows a first prescription.

    None when the course has begun, no tests are needed, or no negative first test is still of use at `at` (UTC).
    """
    facts, today = business.facts, program_day(at)
    if facts.dispenses or group_of(category_of(facts, today, program)) is not RuleGroup.FCGP:
        return None
    spans = [
        authorization_days_after_first_test(program_day(test.collected_at), program)
        for test in facts.pregnancy_tests
        if test.result == TestResult.NEGATIVE
        and not test.cleared
        and test.collected_at <= at
        and test.sensitivity_miu_ml <= program.max_test_sensitivity_miu_ml
    ]
    open_now = [span for span in spans if span[0] <= today <= span[1]]
    ahead = [span for span in spans if today < span[0]]
    return max(open_now) if open_now else min(ahead, default=None)


def tone_of(day: date, today: date) -> str:
    """Return the tone of a day that something is due on: danger once it is past, warning when it is near."""
    if day < today:
        return "danger"
    return "warning" if day <= days_after(today, SOON_DAYS) else "neutral"
