"""May this prescription be dispensed, and was it dispensed as it should be? Asked by a certified pharmacy.

`decide_confirmation` is the only answer to the first question for pages, API and commands alike; `check_dispense` looks
at what was done afterwards. Nothing here issues a number, stores anything or shows a patient's private answers.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from rems_portal.rules.calendars import (
    day_in_words,
    days_after,
    end_of_day,
    hours_after,
    instant_in_words,
    program_day,
    require_utc,
    zone_named,
)
from rems_portal.rules.categories import group_of
from rems_portal.rules.enrollment import category_of, uncleared_positive_test
from rems_portal.rules.facts import PatientFacts, require_patient_in_utc
from rems_portal.rules.findings import Check, Decision, Problem, Rule, evaluate
from rems_portal.rules.lifecycles import AuthorizationStatus
from rems_portal.rules.programs.definition import ChecklistItem, ProgramVersion
from rems_portal.rules.vocabulary import Party, RiskCategory, RuleGroup

How = Literal["shipped", "picked_up"]


@dataclass(frozen=True, slots=True)
class PharmacyFacts:
    """The pharmacy that asks: certified now or not, and the IANA name of its own time zone."""

    certified: bool
    time_zone: str


@dataclass(frozen=True, slots=True)
class IssuedAuthorizationFacts:
    """The authorization that the number on the prescription stands for. Supply in days, strength in milligrams."""

    category: RiskCategory
    status: AuthorizationStatus
    valid_through: date
    days_supply: int
    strength_mg: Decimal


@dataclass(frozen=True, slots=True)
class ConfirmationRequestFacts:
    """What the pharmacy reads off the prescription and wants to dispense."""

    number_known: bool
    birth_date_matches: bool
    category_on_prescription: RiskCategory
    days_supply: int
    strength_mg: Decimal
    refill: bool
    by_telephone: bool


@dataclass(frozen=True, slots=True)
class ConfirmationFacts:
    """Everything that is known when a confirmation is asked for at an instant (UTC).

    `authorization` is None when the number is not known; every check that needs it then fails.
    """

    at: datetime
    pharmacy: PharmacyFacts
    prescriber_certified: bool
    patient: PatientFacts
    authorization: IssuedAuthorizationFacts | None
    request: ConfirmationRequestFacts


@dataclass(frozen=True, slots=True)
class _Case:
    facts: ConfirmationFacts
    program: ProgramVersion
    day: date
    category: RiskCategory
    group: RuleGroup


_UNKNOWN = "There is no authorization to compare with. Check the number and the date of birth on the prescription."


def pharmacy_is_certified(case: _Case) -> Problem | None:
    """CONF-01."""
    if case.facts.pharmacy.certified:
        return None
    return Problem(
        "The pharmacy is not certified in the program now. Complete the certification, or call the program "
        "if it was suspended.",
        Party.PHARMACY,
    )


def authorization_belongs_to_the_patient(case: _Case) -> Problem | None:
    """CONF-02."""
    request = case.facts.request
    if request.number_known and request.birth_date_matches and case.facts.authorization is not None:
        return None
    return Problem(
        "No authorization was found for this number and date of birth. Check both on the prescription; "
        "if they are right, call the prescriber.",
        Party.PHARMACY,
    )


def authorization_is_live(case: _Case) -> Problem | None:
    """CONF-03."""
    authorization = case.facts.authorization
    if authorization is None:
        return Problem(_UNKNOWN, Party.PHARMACY)
    new_one = "The prescriber must obtain a new authorization."
    if authorization.status is AuthorizationStatus.CONFIRMED:
        return Problem(
            "A confirmation number has already been given for this authorization. Use that one, or have it cancelled first.",
            Party.PHARMACY,
        )
    if authorization.status is AuthorizationStatus.DISPENSED:
        return Problem(f"This authorization has already been used for a dispense. {new_one}", Party.PRESCRIBER)
    if authorization.status is AuthorizationStatus.VOID:
        return Problem(f"This authorization is void. {new_one}", Party.PRESCRIBER)
    if authorization.status is AuthorizationStatus.EXPIRED or case.day > authorization.valid_through:
        return Problem(
            f"This authorization was good through {day_in_words(authorization.valid_through)} and has expired. {new_one}",
            Party.PRESCRIBER,
        )
    return None


def prescriber_is_certified(case: _Case) -> Problem | None:
    """CONF-04."""
    if case.facts.prescriber_certified:
        return None
    return Problem(
        "The prescriber is not certified in the program now. Do not dispense; call the prescriber or the program.",
        Party.PRESCRIBER,
    )


def patient_is_enrolled_and_not_on_hold(case: _Case) -> Problem | None:
    """CONF-05."""
    patient = case.facts.patient
    if patient.pregnancy_hold or uncleared_positive_test(patient) is not None:
        return Problem("The patient's treatment is on hold. Do not dispense; call the program.", Party.PROGRAM)
    if not patient.enrolled:
        return Problem(
            "The patient is not enrolled in the program now. Do not dispense; call the prescriber.", Party.PRESCRIBER
        )
    return None


def risk_category_is_right(case: _Case) -> Problem | None:
    """CONF-06."""
    authorization, written = case.facts.authorization, case.facts.request.category_on_prescription
    if authorization is None:
        return Problem(_UNKNOWN, Party.PHARMACY)
    if written is not authorization.category:
        return Problem(
            f"The risk category on the prescription ({written.label}) is not the one that was authorized. "
            "Check it; if it reads so, call the prescriber.",
            Party.PHARMACY,
        )
    if written is not case.category:
        return Problem(
            f"The risk category {written.label} no longer fits the patient. Do not dispense; the prescriber must sign "
            "the agreement form that fits and obtain a new authorization.",
            Party.PRESCRIBER,
        )
    return None


def prescription_is_neither_verbal_nor_a_refill(case: _Case) -> Problem | None:
    """CONF-07."""
    request = case.facts.request
    wrong = []
    if request.by_telephone:
        wrong.append("A prescription taken by telephone can not be dispensed; ask for a written or electronic one.")
    if request.refill:
        wrong.append("Refills can not be dispensed; each dispense needs a new prescription and authorization.")
    return Problem(" ".join(wrong), Party.PRESCRIBER) if wrong else None


def supply_and_strength_are_as_authorized(case: _Case) -> Problem | None:
    """CONF-08."""
    authorization, request, program = case.facts.authorization, case.facts.request, case.program
    if authorization is None:
        return Problem(_UNKNOWN, Party.PHARMACY)
    most = min(program.max_days_supply, authorization.days_supply)
    wrong = []
    if not program.min_days_supply <= request.days_supply <= most:
        wrong.append(f"{request.days_supply} days' supply can not be dispensed: {most} days at most are allowed.")
    if request.strength_mg != authorization.strength_mg:
        wrong.append(
            f"The strength authorized is {authorization.strength_mg:.9g} mg, not {request.strength_mg:.9g} mg."
        )
    return Problem(" ".join(wrong), Party.PHARMACY) if wrong else None


def supply_on_hand_is_nearly_used_up(case: _Case) -> Problem | None:
    """CONF-09."""
    ends = supply_ends_on(case.facts.patient)
    if ends is None:
        return None
    most = case.program.max_days_on_hand
    left = (ends - case.day).days
    if left <= most:
        return None
    return Problem(
        f"The patient has {left} days of supply left, {most} at most are allowed. "
        f"Ask again on {day_in_words(days_after(ends, -most))} or later.",
        Party.PHARMACY,
    )


def no_other_confirmation_is_waiting(case: _Case) -> Problem | None:
    """CONF-10."""
    if not case.facts.patient.open_confirmation:
        return None
    return Problem(
        "Another confirmation for this patient waits to be dispensed. Dispense or cancel that one first.",
        Party.PHARMACY,
    )


CONFIRMATION_RULES: tuple[Rule[_Case], ...] = (
    Rule("CONF-01", "The pharmacy is certified now.", ("PH-01", "PH-02"), pharmacy_is_certified),
    Rule(
        "CONF-02",
        "The authorization exists and belongs to this patient.",
        ("PH-07", "PH-08"),
        authorization_belongs_to_the_patient,
    ),
    Rule("CONF-03", "The authorization is live: not expired, not void, not used.", ("PH-08",), authorization_is_live),
    Rule("CONF-04", "The prescriber is certified now.", ("PH-08", "PR-01", "PR-02", "PR-03"), prescriber_is_certified),
    Rule(
        "CONF-05",
        "The patient is enrolled now and not on hold.",
        ("PG-01", "PH-08", "PH-17", "PR-21", "PF-17", "PC-12"),
        patient_is_enrolled_and_not_on_hold,
    ),
    Rule(
        "CONF-06",
        "The risk category on the prescription is the authorized one, and still fits the patient.",
        ("PH-07", "PR-09", "PR-18", "PC-12"),
        risk_category_is_right,
    ),
    Rule(
        "CONF-07",
        "The prescription was not taken by telephone and is no refill.",
        ("PH-13", "PH-14"),
        prescription_is_neither_verbal_nor_a_refill,
    ),
    Rule(
        "CONF-08",
        "Supply and strength are within what was authorized.",
        ("PH-11",),
        supply_and_strength_are_as_authorized,
    ),
    Rule("CONF-09", "7 days of supply or less are left.", ("PH-12",), supply_on_hand_is_nearly_used_up),
    Rule("CONF-10", "No other confirmation waits to be dispensed.", ("PH-08",), no_other_confirmation_is_waiting),
)


def decide_confirmation(facts: ConfirmationFacts, program: ProgramVersion) -> Decision:
    """Decide whether a dispense is confirmed, at `facts.at` (UTC), under a program version (PH-08).

    A granted decision carries the two deadlines (UTC). Raises ValueError for instants that are not in UTC and for a
    pharmacy's time zone that does not exist.
    """
    require_utc(facts.at)
    require_patient_in_utc(facts.patient)
    zone = zone_named(facts.pharmacy.time_zone)
    day = program_day(facts.at)
    category = category_of(facts.patient, day, program)
    group = group_of(category)
    checks = evaluate(CONFIRMATION_RULES, _Case(facts, program, day, category, group), group)
    if any(check.finding for check in checks):
        return Decision("confirmation", facts.at, program.program, program.version, checks, group)
    pick_up_by = hours_after(facts.at, program.dispense_within_hours)
    same_day = group is RuleGroup.FCGP
    return Decision(
        "confirmation",
        facts.at,
        program.program,
        program.version,
        checks,
        group,
        ship_by=end_of_day(facts.at.astimezone(zone).date(), zone) if same_day else pick_up_by,
        pick_up_by=pick_up_by,
    )


def supply_ends_on(patient: PatientFacts) -> date | None:
    """The day the supply already dispensed runs out, over all dispenses at all pharmacies, or None without any."""
    return max(
        (
            days_after(dispense.dispensed_on, dispense.days_supply)
            for dispense in (*patient.dispenses, *patient.earlier_course_dispenses)
        ),
        default=None,
    )


def dispense_is_in_time(
    *, how: How, done_at: datetime, ship_by: datetime, pick_up_by: datetime, group: RuleGroup
) -> bool:
    """Whether product left in time (PH-15, PH-16). All instants in UTC.

    `ship_by` itself is too late for females who can get pregnant (it is the midnight that ends the day), and still good
    for everybody else; `pick_up_by` itself is good.
    """
    if how == "picked_up":
        return done_at <= pick_up_by
    return done_at < ship_by if group is RuleGroup.FCGP else done_at <= ship_by


def checklist_items(group: RuleGroup, program: ProgramVersion) -> tuple[ChecklistItem, ...]:
    """The items of the Education and Counseling Checklist for a group (PH-03, PH-04, PH-05, PH-06, PH-10)."""
    return tuple(item for item in program.checklist if group in item.groups)


@dataclass(frozen=True, slots=True)
class DispenseRecordFacts:
    """A dispense about to be recorded at an instant (UTC), for a confirmation with its two deadlines (UTC).

    `checked`: the codes of the checklist items gone through with the patient.
    """

    recorded_at: datetime
    how: How
    done_at: datetime
    confirmed_at: datetime
    ship_by: datetime
    pick_up_by: datetime
    group: RuleGroup
    checked: frozenset[str]
    days_supply: int
    confirmed_days_supply: int
    program: ProgramVersion


def checklist_is_complete(facts: DispenseRecordFacts) -> Problem | None:
    """DISP-01."""
    missing = [item for item in checklist_items(facts.group, facts.program) if item.code not in facts.checked]
    if not missing:
        return None
    obligations = dict.fromkeys(obligation for item in missing for obligation in item.obligations)
    sentences = " ".join(f"“{item.sentence}”" for item in missing)
    return Problem(
        f"Go through the rest of the checklist with the patient: {sentences}", Party.PHARMACY, tuple(obligations)
    )


def dispense_happened_after_its_confirmation(facts: DispenseRecordFacts) -> Problem | None:
    """DISP-02."""
    if facts.done_at > facts.recorded_at:
        return Problem("A dispense can not be recorded before it has happened. Check date and time.", Party.PHARMACY)
    if facts.done_at < facts.confirmed_at:
        return Problem(
            f"The confirmation number was obtained on {instant_in_words(facts.confirmed_at)}; nothing may leave the pharmacy "
            "before that. Check date and time.",
            Party.PHARMACY,
        )
    return None


def dispensed_supply_is_as_confirmed(facts: DispenseRecordFacts) -> Problem | None:
    """DISP-03."""
    if facts.program.min_days_supply <= facts.days_supply <= facts.confirmed_days_supply:
        return None
    return Problem(f"{facts.confirmed_days_supply} days' supply at most were confirmed.", Party.PHARMACY)


def dispense_kept_its_deadline(facts: DispenseRecordFacts) -> Problem | None:
    """DISP-04: a deviation, which is recorded as what it is and stops nothing."""
    if dispense_is_in_time(
        how=facts.how,
        done_at=facts.done_at,
        ship_by=facts.ship_by,
        pick_up_by=facts.pick_up_by,
        group=facts.group,
    ):
        return None
    deadline = facts.pick_up_by if facts.how == "picked_up" else facts.ship_by
    return Problem(
        f"The deadline was {instant_in_words(deadline)}. The dispense is recorded as a deviation, and a compliance case is opened.",
        Party.PHARMACY,
    )


DISPENSING_RULES: tuple[Rule[DispenseRecordFacts], ...] = (
    Rule(
        "DISP-01",
        "The Education and Counseling Checklist is complete.",
        (
            *("PH-03", "PH-04", "PH-05", "PH-06", "PH-10", "PF-07", "PF-08", "PF-12", "PF-13", "PN-05", "PN-06"),
            *("PC-05", "PC-06", "PC-08", "PC-09", "PM-04", "PM-05", "PM-07", "PM-08"),
        ),
        checklist_is_complete,
    ),
    Rule(
        "DISP-02",
        "The product left after the confirmation number was obtained, and before now.",
        ("PH-08", "PH-09", "PH-19"),
        dispense_happened_after_its_confirmation,
    ),
    Rule("DISP-03", "No more than the confirmed supply was dispensed.", ("PH-11",), dispensed_supply_is_as_confirmed),
    Rule("DISP-04", "The product left in time.", ("PH-15", "PH-16"), dispense_kept_its_deadline),
)

DEVIATIONS = frozenset({"DISP-04"})


def check_dispense(facts: DispenseRecordFacts) -> tuple[Check, ...]:
    """Every check of a dispense about to be recorded. A finding of a rule in `DEVIATIONS` is noted and stops nothing."""
    return evaluate(DISPENSING_RULES, facts, facts.group)
