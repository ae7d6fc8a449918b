"""A dispense about to be recorded: counseling, supply, times, deadline."""

from dataclasses import replace

import pytest

from rems_portal.rules.categories import RuleGroup
from rems_portal.rules.dispensing import (
    DEVIATIONS,
    DISPENSING_RULES,
    DispenseRecordFacts,
    check_dispense,
    checklist_items,
    dispense_is_in_time,
)
from rems_portal.rules.obligations import concerns
from tests.unit.rules.builders import EVERY_GROUP, NOON, PROGRAM, instant

CONFIRMED = instant("2026-06-15T09:00:00")
PICK_UP_BY = instant("2026-06-16T09:00:00")
MIDNIGHT = instant("2026-06-16T00:00:00")

COUNSELING = (
    *("PH-03", "PH-04", "PH-05", "PH-06", "PH-10", "PF-07", "PF-08", "PF-12", "PF-13", "PN-05", "PN-06"),
    *("PC-05", "PC-06", "PC-08", "PC-09", "PM-04", "PM-05", "PM-07", "PM-08"),
)


def record(group=RuleGroup.MALE, **changes):
    facts = DispenseRecordFacts(
        recorded_at=NOON,
        how="shipped",
        done_at=instant("2026-06-15T11:00:00"),
        confirmed_at=CONFIRMED,
        ship_by=MIDNIGHT if group == RuleGroup.FCGP else PICK_UP_BY,
        pick_up_by=PICK_UP_BY,
        group=group,
        checked=frozenset(item.code for item in checklist_items(group, PROGRAM)),
        days_supply=28,
        confirmed_days_supply=28,
        program=PROGRAM,
    )
    return replace(facts, **changes)


def failed(facts):
    return [check.rule for check in check_dispense(facts) if not check.holds]


@pytest.mark.rems("PH-08", "PH-19")
@pytest.mark.parametrize("group", EVERY_GROUP)
def test_a_dispense_in_order_has_no_finding(group):
    assert failed(record(group)) == []


@pytest.mark.rems(*COUNSELING)
@pytest.mark.parametrize("group", EVERY_GROUP)
def test_every_item_of_the_groups_checklist_is_needed(group):
    items = checklist_items(group, PROGRAM)
    every = frozenset(item.code for item in items)
    for item in items:
        (finding,) = [
            check.finding for check in check_dispense(record(group, checked=every - {item.code})) if check.finding
        ]
        assert finding.rule == "DISP-01"
        assert finding.sentence == f"Go through the rest of the checklist with the patient: “{item.sentence}”"
        assert finding.obligations == tuple(one for one in item.obligations if concerns(one, group))


@pytest.mark.rems(*COUNSELING)
@pytest.mark.parametrize(
    ("group", "obligations"),
    [
        (RuleGroup.FCGP, {"PH-03", "PH-10", "PF-07", "PF-12", "PH-04", "PF-08", "PF-13"}),
        (RuleGroup.AFN, {"PH-03", "PH-10", "PN-05", "PN-06"}),
        (RuleGroup.FCN, {"PH-03", "PH-10", "PC-05", "PC-08", "PH-05", "PC-06", "PC-09"}),
        (RuleGroup.MALE, {"PH-03", "PH-10", "PM-04", "PM-07", "PH-06", "PM-05", "PM-08"}),
    ],
)
def test_the_checklist_of_a_group_serves_all_its_obligations(group, obligations):
    served = {one for item in checklist_items(group, PROGRAM) for one in item.obligations if concerns(one, group)}
    assert served == obligations


@pytest.mark.rems("PH-09", "PH-19")
@pytest.mark.parametrize(
    ("done_at", "rules"),
    [
        pytest.param("2026-06-15T08:59:59", ["DISP-02"], id="a second before the confirmation"),
        pytest.param("2026-06-15T09:00:00", [], id="with the confirmation"),
        pytest.param("2026-06-15T12:00:00", [], id="now"),
        pytest.param("2026-06-15T12:00:01", ["DISP-02"], id="a second in the future"),
    ],
)
def test_product_leaves_after_the_confirmation_and_before_now(done_at, rules):
    assert failed(record(done_at=instant(done_at))) == rules


@pytest.mark.rems("PH-11")
@pytest.mark.parametrize(
    ("days_supply", "rules"), [(0, ["DISP-03"]), (1, []), (14, []), (15, ["DISP-03"]), (28, ["DISP-03"])]
)
def test_no_more_than_the_confirmed_supply_is_dispensed(days_supply, rules):
    assert failed(record(days_supply=days_supply, confirmed_days_supply=14)) == rules


@pytest.mark.rems("PH-15", "PH-16")
@pytest.mark.parametrize(
    ("group", "how", "done_at", "in_time"),
    [
        pytest.param(RuleGroup.FCGP, "shipped", "2026-06-15T23:59:00", True, id="FCGP, last minute of the day"),
        pytest.param(RuleGroup.FCGP, "shipped", "2026-06-15T23:59:59", True, id="FCGP, last second of the day"),
        pytest.param(RuleGroup.FCGP, "shipped", "2026-06-16T00:00:00", False, id="FCGP, midnight"),
        pytest.param(RuleGroup.FCGP, "shipped", "2026-06-16T00:01:00", False, id="FCGP, a minute after midnight"),
        pytest.param(RuleGroup.FCGP, "picked_up", "2026-06-16T08:59:59", True, id="FCGP, a second less than 24 hours"),
        pytest.param(RuleGroup.FCGP, "picked_up", "2026-06-16T09:00:00", True, id="FCGP, 24 hours"),
        pytest.param(RuleGroup.FCGP, "picked_up", "2026-06-16T09:00:01", False, id="FCGP, a second more"),
        pytest.param(RuleGroup.MALE, "shipped", "2026-06-16T08:59:59", True, id="others, a second less than 24 hours"),
        pytest.param(RuleGroup.MALE, "shipped", "2026-06-16T09:00:00", True, id="others, 24 hours"),
        pytest.param(RuleGroup.AFN, "shipped", "2026-06-16T09:00:01", False, id="others, a second more"),
        pytest.param(RuleGroup.FCN, "picked_up", "2026-06-16T09:00:00", True, id="others picked up, 24 hours"),
        pytest.param(RuleGroup.FCN, "picked_up", "2026-06-16T09:01:00", False, id="others picked up, a minute more"),
    ],
)
def test_a_missed_deadline_is_a_deviation(group, how, done_at, in_time):
    facts = record(group, how=how, done_at=instant(done_at), recorded_at=instant("2026-06-20T12:00:00"))
    assert failed(facts) == ([] if in_time else ["DISP-04"])
    assert (
        dispense_is_in_time(
            how=how, done_at=facts.done_at, ship_by=facts.ship_by, pick_up_by=facts.pick_up_by, group=group
        )
        is in_time
    )


def test_only_the_deadline_is_recorded_as_a_deviation():
    assert {"DISP-04"} == DEVIATIONS
    late = record(RuleGroup.FCGP, done_at=MIDNIGHT, recorded_at=instant("2026-06-20T12:00:00"))
    (finding,) = [check.finding for check in check_dispense(late) if check.finding]
    assert finding.obligations == ("PH-16",)
    assert finding.sentence.startswith("The deadline was June 16, 2026, 12:00 AM EDT.")


def test_rules_are_registered_in_order():
    assert [rule.id for rule in DISPENSING_RULES] == ["DISP-01", "DISP-02", "DISP-03", "DISP-04"]
