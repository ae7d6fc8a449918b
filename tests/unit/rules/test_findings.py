"""Decisions as they are written down, and the obligations that rules and findings cite."""

import csv
import json
from pathlib import Path

import pytest

from rems_portal.rules.categories import RiskCategory, RuleGroup
from rems_portal.rules.findings import Party, Problem, Rule, evaluate
from rems_portal.rules.obligations import concerns, for_group
from rems_portal.rules.registry import every_rule
from tests.unit.rules.builders import EVERY_CATEGORY, EVERY_GROUP, authorize, confirm, patient, ready

with (Path(__file__).parents[3] / "docs" / "obligations.csv").open(encoding="utf-8", newline="") as file:
    OBLIGATIONS = {row["id"]: row for row in csv.DictReader(file)}

SPOKEN_OF = {
    "all": set(EVERY_GROUP),
    "fcgp": {RuleGroup.FCGP},
    "fcgp with irregular cycles": {RuleGroup.FCGP},
    "fcgp with regular cycles": {RuleGroup.FCGP},
    "male": {RuleGroup.MALE},
    "adult-female-cannot": {RuleGroup.AFN},
    "female-child-cannot": {RuleGroup.FCN},
    "all but fcgp": set(EVERY_GROUP) - {RuleGroup.FCGP},
}


def test_there_are_108_obligations():
    assert len(OBLIGATIONS) == 108


@pytest.mark.parametrize("obligation", OBLIGATIONS)
def test_obligations_concern_the_groups_the_program_says(obligation):
    groups = {group for group in EVERY_GROUP if concerns(obligation, group)}
    assert groups == SPOKEN_OF[OBLIGATIONS[obligation]["applies_to"]]


@pytest.mark.parametrize("rule", every_rule(), ids=lambda rule: rule.id)
def test_every_rule_cites_obligations_that_exist(rule):
    assert rule.obligations
    assert set(rule.obligations) <= set(OBLIGATIONS)


def test_rule_ids_are_never_used_twice():
    ids = [rule.id for rule in every_rule()]
    assert len(set(ids)) == len(ids)


@pytest.mark.rems("PG-01")
def test_every_gate_and_block_has_its_rule():
    cited = {obligation for rule in every_rule() for obligation in rule.obligations}
    pressing = {one for one, row in OBLIGATIONS.items() if row["kind"] in ("gate", "block")}
    assert pressing - cited == set()


@pytest.mark.parametrize("category", EVERY_CATEGORY)
def test_a_finding_cites_only_obligations_of_the_patients_group(category):
    bare = patient(category, agreement=None, enrolled=False, pregnancy_hold=True)
    decision = authorize(bare, prescriber_certified=False, attested=frozenset())
    for finding in (*decision.findings, *confirm(bare, category=category).findings):
        assert finding.obligations
        assert for_group(finding.obligations, decision.group) == finding.obligations


def test_every_sentence_is_plain_and_ends_with_a_full_stop():
    for category in EVERY_CATEGORY:
        decision = authorize(patient(category, agreement=None), prescriber_certified=False, attested=frozenset())
        for finding in decision.findings:
            assert finding.sentence[-1] in ".”"
            assert finding.sentence[0].isupper()


def test_a_granted_authorization_is_written_down_whole():
    decision = authorize(ready(RiskCategory.AF_CAN))
    written = json.loads(json.dumps(decision.as_dict()))
    checks = written.pop("checks")
    assert written == {
        "ask": "authorization",
        "at": "2026-06-15T16:00:00+00:00",
        "program": "lenalidomide",
        "program_version": "2026-04-27",
        "outcome": "granted",
        "failed": [],
        "group": "FCGP",
        "category": "AF_CAN",
        "valid_through": "2026-06-22",
        "backing_test": {"collected_at": "2026-06-15T13:00:00+00:00", "result": "negative", "ref": None},
        "ship_by": None,
        "pick_up_by": None,
    }
    assert [check["rule"] for check in checks] == [check.rule for check in decision.checks]
    assert all(check["holds"] and check["finding"] is None for check in checks)


def test_a_refused_confirmation_is_written_down_whole():
    written = json.loads(json.dumps(confirm(patient(open_confirmation=True)).as_dict()))
    assert (written["outcome"], written["failed"], written["ship_by"]) == ("refused", ["CONF-10"], None)
    assert written["checks"][-1] == {
        "rule": "CONF-10",
        "obligations": ["PH-08"],
        "statement": "No other confirmation waits to be dispensed.",
        "holds": False,
        "finding": {
            "rule": "CONF-10",
            "obligations": ["PH-08"],
            "sentence": "Another confirmation for this patient waits to be dispensed. "
            "Dispense or cancel that one first.",
            "move": "pharmacy",
        },
    }


def test_a_granted_confirmation_is_written_down_with_its_deadlines():
    written = confirm(patient()).as_dict()
    assert written["ship_by"] == written["pick_up_by"] == "2026-06-16T16:00:00+00:00"


def test_a_decision_without_a_patient_has_no_group():
    assert confirm(None, authorization=None).as_dict()["group"] is None


def test_every_rule_is_evaluated_also_after_one_has_failed():
    seen = []

    def look(name, problem):
        return Rule(name, f"{name}.", ("PR-04", "PR-08"), lambda case: seen.append((name, case)) or problem)

    wrong = Problem("Wrong.", Party.PROGRAM, ("PR-08",))
    checks = evaluate((look("B-2", wrong), look("A-1", None), look("B-1", Problem("Bad.", Party.PATIENT))), "case")
    assert seen == [("B-2", "case"), ("A-1", "case"), ("B-1", "case")]
    assert [check.holds for check in checks] == [False, True, False]
    assert [check.finding.obligations for check in checks if check.finding] == [("PR-08",), ("PR-04", "PR-08")]


@pytest.mark.parametrize("party", list(Party))
def test_every_party_has_a_label(party):
    assert party.label
