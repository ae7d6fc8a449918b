"""A dispense that has happened: was the counseling complete, the supply right, the deadline kept?

What is wrong with facts or counseling stops the record; a missed deadline is recorded as the deviation it is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rems_portal.rules.calendars import instant_in_words
from rems_portal.rules.findings import Check, Problem, Rule, evaluate
from rems_portal.rules.programs.definition import ChecklistItem, ProgramVersion
from rems_portal.rules.vocabulary import Party, RuleGroup

How = Literal["shipped", "picked_up"]


def dispense_is_in_time(
    *, how: How, done_at: datetime, ship_by: datetime, pick_up_by: datetime, group: RuleGroup
) -> bool:
    """Whether product left in time (PH-15, PH-16). All instants in UTC.

    `ship_by` itself is too late for females who can get pregnant (it is the midnight that ends the day), and still good
    for everybody else; `pick_up_by` itself is good.
    """
    if how == "picked_up":
        return done_at <= pick_up_by
    return done_at < ship_by if group == RuleGroup.FCGP else done_at <= ship_by


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
            f"The confirmation number was obtained on {instant_in_words(facts.confirmed_at)}; nothing may leave the "
            "pharmacy before that. Check date and time.",
            Party.PHARMACY,
        )
    return None


def dispensed_supply_is_as_confirmed(facts: DispenseRecordFacts) -> Problem | None:
    """DISP-03."""
    if facts.program.min_days_supply <= facts.days_supply <= facts.confirmed_days_supply:
        return None
    return Problem(f"{facts.confirmed_days_supply} days’ supply at most were confirmed.", Party.PHARMACY)


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
        f"The deadline was {instant_in_words(deadline)}. The dispense is recorded as a deviation, and a compliance "
        "case is opened.",
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
    """Every check of a dispense about to be recorded. A finding of a rule in `DEVIATIONS` stops nothing."""
    return evaluate(DISPENSING_RULES, facts, facts.group)
