"""What is known when a confirmation is asked for. Frozen facts only; nothing is decided here."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from rems_portal.rules.facts import PatientFacts
from rems_portal.rules.lifecycles import AuthorizationStatus
from rems_portal.rules.programs.definition import ProgramVersion
from rems_portal.rules.vocabulary import RiskCategory


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

    `authorization` and `patient` are None when the number is not known; every check that needs them then fails.
    """

    at: datetime
    pharmacy: PharmacyFacts
    prescriber_certified: bool
    patient: PatientFacts | None
    authorization: IssuedAuthorizationFacts | None
    request: ConfirmationRequestFacts


@dataclass(frozen=True, slots=True)
class ConfirmationCase:
    """The facts, with what follows from them: the category that fits on `day` (program day), None without a patient."""

    facts: ConfirmationFacts
    program: ProgramVersion
    day: date
    category: RiskCategory | None
