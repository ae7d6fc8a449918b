"""What is known when an authorization is asked for. Frozen facts only; nothing is decided here."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from rems_portal.rules.facts import PatientFacts
from rems_portal.rules.pregnancy_testing import BackingEvidence
from rems_portal.rules.programs.definition import ProgramVersion
from rems_portal.rules.vocabulary import RiskCategory, RuleGroup


@dataclass(frozen=True, slots=True)
class PrescriptionFacts:
    """The prescription to be authorized. Supply in days, strength in milligrams, quantity in capsules."""

    days_supply: int
    quantity: int
    strength_mg: Decimal
    refills: int
    by_telephone: bool


@dataclass(frozen=True, slots=True)
class AuthorizationFacts:
    """Everything that is known when an authorization is asked for at an instant (UTC).

    `attested`: the codes of the statements the prescriber ticked. `replace_live_authorization`: the prescriber wants
    the patient's live authorization voided by this one.
    """

    at: datetime
    prescriber_certified: bool
    patient: PatientFacts
    prescription: PrescriptionFacts
    attested: frozenset[str]
    replace_live_authorization: bool


@dataclass(frozen=True, slots=True)
class AuthorizationCase:
    """The facts, with what follows from them for every rule.

    `category` and `group` are those that fit on `day` (program day); `first`: no dispense in this course yet;
    `evidence` is None outside FCGP.
    """

    facts: AuthorizationFacts
    program: ProgramVersion
    day: date
    category: RiskCategory
    group: RuleGroup
    first: bool
    evidence: BackingEvidence | None
