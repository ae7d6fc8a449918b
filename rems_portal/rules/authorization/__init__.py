"""May this prescription be authorized? Asked by a certified prescriber; every check is always evaluated.

`decide_authorization` is the only answer to that question for pages, API and commands alike. It issues no number and
stores nothing.
"""

from datetime import datetime
from typing import NamedTuple

from rems_portal.rules.authorization.facts import AuthorizationCase, AuthorizationFacts, PrescriptionFacts
from rems_portal.rules.authorization.rules import AUTHORIZATION_RULES
from rems_portal.rules.calendars import days_after, program_day, require_utc
from rems_portal.rules.categories import group_of
from rems_portal.rules.enrollment import category_of
from rems_portal.rules.facts import PatientFacts, require_patient_in_utc
from rems_portal.rules.findings import Decision, evaluate
from rems_portal.rules.obligations import for_group
from rems_portal.rules.pregnancy_testing import backing_evidence
from rems_portal.rules.programs.definition import ProgramVersion
from rems_portal.rules.vocabulary import RuleGroup

__all__ = [
    "AUTHORIZATION_RULES",
    "AuthorizationFacts",
    "PrescriptionFacts",
    "RequiredAttestation",
    "decide_authorization",
    "preview_authorization",
    "required_attestations",
]


class RequiredAttestation(NamedTuple):
    """One statement the prescriber survey asks for: its code, its sentence, the obligations behind it."""

    code: str
    sentence: str
    obligations: tuple[str, ...]


def decide_authorization(facts: AuthorizationFacts, program: ProgramVersion) -> Decision:
    """Decide whether a prescription is authorized, at `facts.at` (UTC), under a program version (PR-09, PR-18).

    A granted decision carries the category that fits, the last program day on which the authorization is good, and for
    females who can get pregnant the test it rests on. Raises ValueError for instants that are not in UTC.
    """
    require_utc(facts.at)
    require_patient_in_utc(facts.patient)
    day = program_day(facts.at)
    category = category_of(facts.patient, day, program)
    group = group_of(category)
    evidence = backing_evidence(facts.patient, facts.at, program) if group is RuleGroup.FCGP else None
    case = AuthorizationCase(facts, program, day, category, group, not facts.patient.dispenses, evidence)
    checks = evaluate(AUTHORIZATION_RULES, case, group)
    if any(check.finding for check in checks):
        return Decision("authorization", facts.at, program.program, program.version, checks, group)
    backing = evidence.backing if evidence else None
    return Decision(
        "authorization",
        facts.at,
        program.program,
        program.version,
        checks,
        group,
        category=category,
        valid_through=days_after(program_day(backing.collected_at), program.valid_days_after_test)
        if backing
        else days_after(day, program.valid_days_after_issue),
        backing_test=backing,
    )


def preview_authorization(
    *, at: datetime, prescriber_certified: bool, patient: PatientFacts, program: ProgramVersion
) -> Decision:
    """What would be missing at an instant (UTC) if the prescription and the prescriber's survey were in order."""
    complete = PrescriptionFacts(program.max_days_supply, program.max_days_supply, program.strengths_mg[0], 0, False)
    attested = frozenset(attestation.code for attestation in program.attestations)
    facts = AuthorizationFacts(at, prescriber_certified, patient, complete, attested, replace_live_authorization=False)
    return decide_authorization(facts, program)


def required_attestations(group: RuleGroup, first: bool, program: ProgramVersion) -> tuple[RequiredAttestation, ...]:
    """The statements the prescriber survey asks for, for a group, before a first or a later prescription."""
    return tuple(
        RequiredAttestation(one.code, one.sentence, for_group(one.obligations(first), group))
        for one in program.attestations
        if group in one.groups and one.moment.covers(first)
    )
