"""May this prescription be dispensed, and was it dispensed as it should be? Asked by a certified pharmacy.

`decide_confirmation` is the only answer to the first question for pages, API and commands alike; `check_dispense` looks
at what was done afterwards. Nothing here issues a number, stores anything or shows a patient's private answers.
"""

from datetime import date

from rems_portal.rules.calendars import end_of_day, hours_after, program_day, require_utc, zone_named
from rems_portal.rules.categories import group_of
from rems_portal.rules.dispensing.facts import (
    ConfirmationCase,
    ConfirmationFacts,
    ConfirmationRequestFacts,
    IssuedAuthorizationFacts,
    PharmacyFacts,
)
from rems_portal.rules.dispensing.records import (
    DEVIATIONS,
    DISPENSING_RULES,
    DispenseRecordFacts,
    How,
    check_dispense,
    checklist_items,
    dispense_is_in_time,
)
from rems_portal.rules.dispensing.rules import CONFIRMATION_RULES
from rems_portal.rules.enrollment import category_of, supply_ends_on
from rems_portal.rules.facts import require_patient_in_utc
from rems_portal.rules.findings import Decision, evaluate
from rems_portal.rules.programs.definition import ProgramVersion
from rems_portal.rules.vocabulary import RiskCategory, RuleGroup

__all__ = [
    "CONFIRMATION_RULES",
    "DEVIATIONS",
    "DISPENSING_RULES",
    "ConfirmationFacts",
    "ConfirmationRequestFacts",
    "DispenseRecordFacts",
    "How",
    "IssuedAuthorizationFacts",
    "PharmacyFacts",
    "check_dispense",
    "checklist_items",
    "decide_confirmation",
    "dispense_is_in_time",
    "supply_ends_on",
]


def decide_confirmation(facts: ConfirmationFacts, program: ProgramVersion) -> Decision:
    """Decide whether a dispense is confirmed, at `facts.at` (UTC), under a program version (PH-08).

    A granted decision carries the two deadlines (UTC). Raises ValueError for instants that are not in UTC and for a
    pharmacy's time zone that does not exist.
    """
    require_utc(facts.at)
    zone = zone_named(facts.pharmacy.time_zone)
    day = program_day(facts.at)
    category = _category_that_fits(facts, day, program)
    group = group_of(category) if category else None
    checks = evaluate(CONFIRMATION_RULES, ConfirmationCase(facts, program, day, category), group)
    if any(check.finding for check in checks):
        return Decision("confirmation", facts.at, program.program, program.version, checks, group)
    pick_up_by = hours_after(facts.at, program.dispense_within_hours)
    same_day = group == RuleGroup.FCGP
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


def _category_that_fits(facts: ConfirmationFacts, day: date, program: ProgramVersion) -> RiskCategory | None:
    if facts.patient is None:
        return None
    require_patient_in_utc(facts.patient)
    return category_of(facts.patient, day, program)
