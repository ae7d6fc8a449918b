"""Facts for the tests of the rules: everything in order, unless a test says otherwise."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from rems_portal.rules.authorization import AuthorizationFacts, PrescriptionFacts, decide_authorization
from rems_portal.rules.categories import CannotBasis, MenstrualCycles, RiskCategory, RuleGroup, Sex, group_of
from rems_portal.rules.dispensing import (
    ConfirmationFacts,
    ConfirmationRequestFacts,
    IssuedAuthorizationFacts,
    PharmacyFacts,
    decide_confirmation,
)
from rems_portal.rules.enrollment import AgreementFacts, DispenseFacts, PatientFacts, PregnancyTestFacts, SurveyFacts
from rems_portal.rules.findings import Decision
from rems_portal.rules.lifecycles import AuthorizationStatus
from rems_portal.rules.programs import get_program
from rems_portal.rules.vocabulary import TestResult

LENALIDOMIDE = get_program("lenalidomide")
PROGRAM = LENALIDOMIDE.versions[-1]
NEW_YORK = ZoneInfo("America/New_York")

EVERYTHING_ATTESTED = frozenset(attestation.code for attestation in PROGRAM.attestations)

IDENTITIES: dict[RiskCategory, dict[str, Any]] = {
    RiskCategory.AF_CAN: {"birth_date": date(1985, 5, 5), "sex": Sex.FEMALE, "can_get_pregnant": True},
    RiskCategory.FC_CAN: {"birth_date": date(2013, 5, 5), "sex": Sex.FEMALE, "can_get_pregnant": True},
    RiskCategory.AF_CANNOT: {
        "birth_date": date(1955, 5, 5),
        "sex": Sex.FEMALE,
        "can_get_pregnant": False,
        "cannot_basis": CannotBasis.MENOPAUSE_24_MONTHS,
    },
    RiskCategory.FC_CANNOT: {
        "birth_date": date(2016, 5, 5),
        "sex": Sex.FEMALE,
        "can_get_pregnant": False,
        "cannot_basis": CannotBasis.MENSES_NOT_BEGUN,
    },
    RiskCategory.AM: {"birth_date": date(1960, 5, 5), "sex": Sex.MALE, "can_get_pregnant": None},
    RiskCategory.MC: {"birth_date": date(2014, 5, 5), "sex": Sex.MALE, "can_get_pregnant": None},
}

EVERY_CATEGORY = tuple(RiskCategory)
EVERY_GROUP = tuple(RuleGroup)
ONE_CATEGORY_OF = {group_of(category): category for category in reversed(EVERY_CATEGORY)}


def instant(text: str) -> datetime:
    """A UTC instant; written with an offset, or without one as the wall clock in New York ."""
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=NEW_YORK)).astimezone(UTC)


NOON = instant("2026-06-15T12:00:00")


def patient(category: RiskCategory = RiskCategory.AM, **changes: Any) -> PatientFacts:
    """A patient of a category, enrolled and signed, nothing dispensed yet."""
    facts: dict[str, Any] = {
        "cannot_basis": None,
        "menstrual_cycles": MenstrualCycles.REGULAR,
        "enrolled": True,
        "enrolled_with_this_prescriber": True,
        "agreement": AgreementFacts(category, True),
        "pregnancy_hold": False,
        "open_discordance": False,
        "live_authorization": False,
        "open_confirmation": False,
        **IDENTITIES[category],
    }
    return PatientFacts(**{**facts, **changes})


def pregnancy_test(
    collected_at: str | datetime, result: TestResult = TestResult.NEGATIVE, **changes: Any
) -> PregnancyTestFacts:
    """A negative pregnancy test, sensitive enough."""
    at = instant(collected_at) if isinstance(collected_at, str) else collected_at
    return PregnancyTestFacts(at, result, **changes)


def survey(completed_at: str) -> SurveyFacts:
    """A patient survey."""
    return SurveyFacts(instant(completed_at))


def dispense(dispensed_on: str, days_supply: int = 28, authorized_at: str | None = None) -> DispenseFacts:
    """A dispense, authorized at noon of the same day unless told otherwise."""
    return DispenseFacts(
        date.fromisoformat(dispensed_on), days_supply, instant(authorized_at or f"{dispensed_on}T12:00:00")
    )


def ready(category: RiskCategory, *, first: bool = True, **changes: Any) -> PatientFacts:
    """A patient whom nothing keeps from an authorization at NOON, before the first or a later prescription."""
    tests: tuple[PregnancyTestFacts, ...] = ()
    if group_of(category) == RuleGroup.FCGP:
        tests = (pregnancy_test("2026-06-04T09:00:00"), pregnancy_test("2026-06-15T09:00:00"))
    facts: dict[str, Any] = {
        "pregnancy_tests": tests,
        "surveys": (survey("2026-06-14T20:00:00"),),
        "dispenses": () if first else (dispense("2026-05-18"),),
    }
    return patient(category, **{**facts, **changes})


PRESCRIPTION = PrescriptionFacts(days_supply=28, quantity=28, strength_mg=Decimal(10), refills=0, by_telephone=False)


def authorization_facts(who: PatientFacts, *, at: datetime = NOON, **changes: Any) -> AuthorizationFacts:
    """A question for an authorization in which everything but the patient is in order."""
    facts = AuthorizationFacts(
        at=at,
        prescriber_certified=True,
        patient=who,
        prescription=PRESCRIPTION,
        attested=EVERYTHING_ATTESTED,
        replace_live_authorization=False,
    )
    return replace(facts, **changes)


def authorize(who: PatientFacts, *, at: datetime = NOON, **changes: Any) -> Decision:
    """The decision on that question; prescription changes go by `prescription={...}`."""
    if isinstance(changes.get("prescription"), dict):
        changes["prescription"] = replace(PRESCRIPTION, **changes["prescription"])
    return decide_authorization(authorization_facts(who, at=at, **changes), PROGRAM)


def confirmation_facts(
    who: PatientFacts | None,
    *,
    category: RiskCategory = RiskCategory.AM,
    at: datetime = NOON,
    issued: dict[str, Any] | None = None,
    request: dict[str, Any] | None = None,
    **changes: Any,
) -> ConfirmationFacts:
    """A question for a confirmation in which everything but the patient is in order."""
    authorization = IssuedAuthorizationFacts(category, AuthorizationStatus.ACTIVE, date(2900, 1, 1), 28, Decimal(10))
    asked = ConfirmationRequestFacts(True, True, category, 28, Decimal(10), refill=False, by_telephone=False)
    facts = ConfirmationFacts(
        at=at,
        pharmacy=PharmacyFacts(certified=True, time_zone="America/New_York"),
        prescriber_certified=True,
        patient=who,
        authorization=replace(authorization, **(issued or {})),
        request=replace(asked, **(request or {})),
    )
    return replace(facts, **changes)


def confirm(who: PatientFacts | None, **changes: Any) -> Decision:
    """The decision on that question."""
    return decide_confirmation(confirmation_facts(who, **changes), PROGRAM)


def sentences(decision: Decision, rule: str) -> list[str]:
    """What a decision says about one rule."""
    return [finding.sentence for finding in decision.findings if finding.rule == rule]


def failed_of(decision: Decision, rules: Iterable[str]) -> list[str]:
    """Which of some rules failed."""
    return [rule for rule in rules if rule in decision.failed]
