"""The plain shapes that the rules look at, for a patient.

Frozen facts only: who builds them (the portal's facts modules, the decide command) has read them from somewhere; the
rules never do. Instants are aware UTC datetimes, days are calendar days of the program's zone.
"""

from dataclasses import dataclass
from datetime import date, datetime

from rems_portal.rules.calendars import require_utc
from rems_portal.rules.vocabulary import CannotBasis, MenstrualCycles, RiskCategory, Sex, TestResult


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """The Patient-Physician Agreement Form on file: which of six, and whether everybody has signed it.

    `intact`: the form, its signatures and what the record repeats of them are still what was signed (21 CFR 11.70).
    """

    category: RiskCategory
    complete: bool
    intact: bool = True


@dataclass(frozen=True, slots=True)
class DispenseFacts:
    """One dispense: the day it was shipped or picked up, the days it lasts, and when its authorization was issued."""

    dispensed_on: date
    days_supply: int
    authorized_at: datetime


@dataclass(frozen=True, slots=True)
class PregnancyTestFacts:
    """One pregnancy test. `cleared`: program staff have found a result that counted against the patient to be false.

    `ref` is the caller's own key for the test; the rules hand it back and make nothing of it.
    """

    collected_at: datetime
    result: TestResult
    sensitivity_miu_ml: int = 25
    cleared: bool = False
    backed_dispensed_authorization: bool = False
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class SurveyFacts:
    """One completed patient survey."""

    completed_at: datetime


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """A patient as the rules see her or him at one instant.

    `dispenses` are those of the current course at all pharmacies (none: the next prescription is the first);
    `earlier_course_dispenses` count only for the supply still on hand.
    """

    birth_date: date
    sex: Sex
    can_get_pregnant: bool | None
    cannot_basis: CannotBasis | None
    menstrual_cycles: MenstrualCycles
    enrolled: bool
    enrolled_with_this_prescriber: bool
    agreement: AgreementFacts | None
    pregnancy_hold: bool
    open_discordance: bool
    live_authorization: bool
    open_confirmation: bool
    dispenses: tuple[DispenseFacts, ...] = ()
    pregnancy_tests: tuple[PregnancyTestFacts, ...] = ()
    surveys: tuple[SurveyFacts, ...] = ()
    earlier_course_dispenses: tuple[DispenseFacts, ...] = ()


def require_patient_in_utc(patient: PatientFacts) -> None:
    """Raises ValueError when any instant of the patient's facts is not in UTC."""
    for test in patient.pregnancy_tests:
        require_utc(test.collected_at)
    for survey in patient.surveys:
        require_utc(survey.completed_at)
    for dispense in patient.dispenses:
        require_utc(dispense.authorized_at)


def treatment_began_on(patient: PatientFacts) -> date | None:
    """The day the first dispense of the current course was shipped or picked up, or None before it."""
    return min((dispense.dispensed_on for dispense in patient.dispenses), default=None)


def last_dispensed_authorization_at(patient: PatientFacts) -> datetime | None:
    """When the latest authorization that led to a dispense of the current course was issued, or None."""
    return max((dispense.authorized_at for dispense in patient.dispenses), default=None)
