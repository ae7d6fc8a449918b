"""What a decision is made of: checks, findings, and the decision itself.

A check is always evaluated, also when an earlier one has failed, so that whoever asks learns everything that is missing
at once. Nothing here decides; the rules do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from rems_portal.rules.facts import PregnancyTestFacts
from rems_portal.rules.obligations import for_group
from rems_portal.rules.vocabulary import Party, RiskCategory, RuleGroup

__all__ = ["Check", "Decision", "Finding", "Party", "Problem", "Rule", "evaluate"]

Case = TypeVar("Case")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: the rule, the obligations behind it, a plain sentence, and whose move it is."""

    rule: str
    obligations: tuple[str, ...]
    sentence: str
    move: Party

    def as_dict(self) -> dict[str, Any]:
        """The finding as JSON-ready values."""
        return {
            "rule": self.rule,
            "obligations": list(self.obligations),
            "sentence": self.sentence,
            "move": self.move.value,
        }


@dataclass(frozen=True, slots=True)
class Check:
    """One evaluated rule: the statement that should be true, and the finding when it is not."""

    rule: str
    obligations: tuple[str, ...]
    statement: str
    finding: Finding | None

    @property
    def holds(self) -> bool:
        """Whether the statement is true."""
        return self.finding is None

    def as_dict(self) -> dict[str, Any]:
        """The check as JSON-ready values."""
        return {
            "rule": self.rule,
            "obligations": list(self.obligations),
            "statement": self.statement,
            "holds": self.holds,
            "finding": self.finding.as_dict() if self.finding else None,
        }


class Problem(NamedTuple):
    """What a rule function answers when its statement is not true.

    `obligations` narrows the rule's own list where the function knows exactly which of them are missed.
    """

    sentence: str
    move: Party
    obligations: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rule(Generic[Case]):
    """One rule of a registry: its id, the statement that should be true, its obligations, and the function that looks.

    `problem` takes the case and answers None when the statement holds.
    """

    id: str
    statement: str
    obligations: tuple[str, ...]
    problem: Callable[[Case], Problem | None]


def evaluate(rules: tuple[Rule[Case], ...], case: Case, group: RuleGroup | None = None) -> tuple[Check, ...]:
    """Evaluate every rule of a registry, in its order; a group, if given, narrows the obligations cited to its own."""
    return tuple(_evaluate_one(rule, rule.problem(case), group) for rule in rules)


def _evaluate_one(rule: Rule[Any], problem: Problem | None, group: RuleGroup | None) -> Check:
    if problem is None:
        return _holding(rule, group)
    missed = _cited(rule.obligations if problem.obligations is None else problem.obligations, group)
    finding = Finding(rule.id, missed, problem.sentence, problem.move)
    return Check(rule.id, _cited(rule.obligations, group), rule.statement, finding)


@lru_cache(maxsize=1024)
def _holding(rule: Rule[Any], group: RuleGroup | None) -> Check:
    return Check(rule.id, _cited(rule.obligations, group), rule.statement, None)


@lru_cache(maxsize=1024)
def _cited(obligations: tuple[str, ...], group: RuleGroup | None) -> tuple[str, ...]:
    return obligations if group is None else for_group(obligations, group)


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one question at one instant (UTC), with every check it rests on.

    Filled in for a granted authorization: `category`, `valid_through` (program day, still good), `backing_test` (FCGP).
    Filled in for a granted confirmation: `ship_by`, `pick_up_by` (UTC instants). `group` is the rule group that the
    checks were made for, granted or not; None when the patient is not known.
    """

    ask: Literal["authorization", "confirmation"]
    at: datetime
    program: str
    program_version: str
    checks: tuple[Check, ...]
    group: RuleGroup | None
    category: RiskCategory | None = None
    valid_through: date | None = None
    backing_test: PregnancyTestFacts | None = None
    ship_by: datetime | None = None
    pick_up_by: datetime | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that is wrong, in the order of the rules."""
        return tuple(check.finding for check in self.checks if check.finding is not None)

    @property
    def failed(self) -> tuple[str, ...]:
        """The ids of all rules that do not hold, sorted."""
        return tuple(sorted(finding.rule for finding in self.findings))

    @property
    def granted(self) -> bool:
        """Whether nothing is wrong."""
        return all(check.finding is None for check in self.checks)

    @property
    def outcome(self) -> Literal["granted", "refused"]:
        """The decision in one word."""
        return "granted" if self.granted else "refused"

    def as_dict(self) -> dict[str, Any]:
        """The whole decision as JSON-ready values; instants as ISO 8601 in UTC, days as ISO dates."""
        return {
            "ask": self.ask,
            "at": self.at.isoformat(),
            "program": self.program,
            "program_version": self.program_version,
            "outcome": self.outcome,
            "failed": list(self.failed),
            "group": self.group.value if self.group else None,
            "checks": [check.as_dict() for check in self.checks],
            "category": self.category.value if self.category else None,
            "valid_through": self.valid_through.isoformat() if self.valid_through else None,
            "backing_test": _test_as_dict(self.backing_test) if self.backing_test else None,
            "ship_by": self.ship_by.isoformat() if self.ship_by else None,
            "pick_up_by": self.pick_up_by.isoformat() if self.pick_up_by else None,
        }


def _test_as_dict(test: PregnancyTestFacts) -> dict[str, Any]:
    return {"collected_at": test.collected_at.isoformat(), "result": test.result.value, "ref": test.ref}
