"""The shape of a program version: dated parameters with their sources, and the program's texts as data.

A second product is a second file of these values. Nothing here knows any product's name, and nothing decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from rems_portal.rules.forms.definition import FormDefinition
from rems_portal.rules.vocabulary import CannotBasis, Party, RuleGroup

EVERY_GROUP = frozenset(RuleGroup)


class Moment(StrEnum):
    """When something is asked for: before the first prescription of a course only, before each later one, or both."""

    FIRST = "first"
    LATER = "later"
    EVERY = "every"

    def covers(self, first: bool) -> bool:
        """Whether it is asked for before this prescription."""
        return self is Moment.EVERY or (self is Moment.FIRST) == first


@dataclass(frozen=True, slots=True)
class Modification:
    """One entry of the register of the REMS's modifications (PG-06)."""

    version: str
    approved_on: date
    summary: str


@dataclass(frozen=True, slots=True)
class Material:
    """One REMS material (PG-03): who reads it, at which version, from when and until when it is handed out.

    `required_for_certification`: a prescriber or pharmacy is certified only when it was read at this version.
    `must_be_read`: this version asks everybody of its audience to read it, also who read an earlier one; it blocks
    nothing. `changes`: what is new in this version. `languages`: codes of the languages it is written in.
    """

    code: str
    title: str
    audience: Party
    version: str
    in_force: date
    withdrawn: date | None
    source: str
    required_for_certification: bool = False
    must_be_read: bool = False
    changes: str = ""
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True, slots=True)
class Attestation:
    """One statement of the prescriber survey, and which rule asks for it."""

    code: str
    rule: str
    sentence: str
    groups: frozenset[RuleGroup]
    moment: Moment
    first_obligations: tuple[str, ...]
    later_obligations: tuple[str, ...] = ()

    def obligations(self, first: bool) -> tuple[str, ...]:
        """The obligations behind the statement, before a first or a later prescription."""
        return self.first_obligations if first else self.later_obligations


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One item of the pharmacy's Education and Counseling Checklist."""

    code: str
    sentence: str
    groups: frozenset[RuleGroup]
    obligations: tuple[str, ...]


class SurveyAlarm(StrEnum):
    """What an answer that contradicts the record leads to, besides a discordance for program staff."""

    DISCORDANCE = "discordance"
    PREGNANCY_SUSPECTED = "pregnancy_suspected"
    MENSES_BEGUN = "menses_begun"


@dataclass(frozen=True, slots=True)
class SurveyQuestion:
    """One yes-or-no question of the patient survey; `alarming` is the answer that contradicts the record.

    `translations`: the sentence by the code of each other language that patients may choose.
    """

    code: str
    sentence: str
    groups: frozenset[RuleGroup]
    obligations: tuple[str, ...]
    alarming: bool
    alarm: SurveyAlarm = SurveyAlarm.DISCORDANCE
    translations: Mapping[str, str] = field(default_factory=dict, hash=False)

    def sentence_in(self, language: str) -> str:
        """The question in a language. Raises KeyError for one it has not been translated into."""
        return self.sentence if language == "en" else self.translations[language]


@dataclass(frozen=True, slots=True)
class PharmacyProcess:
    """One of the processes a pharmacy attests to have in place (PH-02)."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class QuizChoice:
    """One answer to choose in the Pharmacy Certification Quiz."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """One question of the Pharmacy Certification Quiz (PH-01); `right` is the code of its one right choice."""

    code: str
    sentence: str
    choices: tuple[QuizChoice, ...]
    right: str
    explanation: str
    obligations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Renewal:
    """That what was signed or read under an older version must be done again.

    `oldest_version`: the first version whose own still counts. `from_day`: the program day from which older ones no
    longer do; until then they are only warned about. Versions are named by their dates, so that they can be compared.
    """

    oldest_version: str
    from_day: date


@dataclass(frozen=True, slots=True, eq=False)
class ProgramVersion:
    """The parameters in force from one modification on. `sources` says, for each parameter, where its value is from.

    Units are in the names: days are calendar days of the program's zone, hours are elapsed hours, months are calendar
    months, strengths are milligrams, sensitivities mIU/mL.
    """

    program: str
    program_name: str
    version: str
    in_force: date
    strengths_mg: tuple[Decimal, ...]
    min_days_supply: int
    max_days_supply: int
    max_days_on_hand: int
    dispense_within_hours: int
    max_test_sensitivity_miu_ml: int
    first_test_earliest_days: int
    first_test_latest_days: int
    second_test_within_hours: int
    later_test_within_days: int
    weekly_tests_for_days: int
    weekly_test_interval_days: int
    regular_test_interval_days: int
    irregular_test_interval_days: int
    survey_max_age_days: int
    survey_before_first: frozenset[RuleGroup]
    survey_every_months: Mapping[RuleGroup, int]
    valid_days_after_test: int
    valid_days_after_issue: int
    adult_cannot_bases: frozenset[CannotBasis]
    child_cannot_bases: frozenset[CannotBasis]
    coming_of_age_warning_days: int
    assent_from_age_years: int
    after_treatment_days: int
    lapse_after_months: int | None
    quiz_questions_asked: int
    quiz_pass_percent: int
    recertification: Mapping[Party, Renewal]
    staff_retraining: Renewal | None
    sources: Mapping[str, str]
    materials: tuple[Material, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    checklist: tuple[ChecklistItem, ...] = ()
    survey_questions: tuple[SurveyQuestion, ...] = ()
    pharmacy_processes: tuple[PharmacyProcess, ...] = ()
    quiz: tuple[QuizQuestion, ...] = ()
    forms: tuple[FormDefinition, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """One product's REMS: its register of modifications, and the versions whose parameters are known."""

    code: str
    name: str
    modifications: tuple[Modification, ...]
    versions: tuple[ProgramVersion, ...] = field(default=())
