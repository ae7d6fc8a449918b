"""A stored decision in the rules' own shapes again, so that every page shows it with the same components."""

from typing import Any

from authorizations.models import Decision
from rems_portal.rules.findings import Check, Finding
from rems_portal.rules.vocabulary import Party


def checks_of(decision: Decision) -> tuple[Check, ...]:
    """Return every check of a stored decision, in the order of the rules, as they read on that day."""
    return tuple(
        Check(stored["rule"], tuple(stored["obligations"]), stored["statement"], _finding(stored["finding"]))
        for stored in decision.checks
    )


def findings_of(decision: Decision) -> tuple[Finding, ...]:
    """Return what was wrong, in the order of the rules; empty for a granted decision."""
    return tuple(check.finding for check in checks_of(decision) if check.finding)


def _finding(stored: dict[str, Any] | None) -> Finding | None:
    if stored is None:
        return None
    return Finding(stored["rule"], tuple(stored["obligations"]), stored["sentence"], Party(stored["move"]))
