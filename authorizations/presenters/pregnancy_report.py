"""A pregnancy report in words: what can be chosen, what will happen, what has happened and what to do next.

Each reader gets the words that fit: a patient, a guardian, the prescriber's office, a pharmacy, program staff.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from authorizations.queries.pregnancy_report import Outcome
from authorizations.wording_report import WORDS
from patients.models import SafetyCase

Kind = SafetyCase.Kind
Words = Mapping[str, str]
ENGLISH: Words = WORDS["en"]


class Voice(StrEnum):
    """Who reports, and so who is spoken to."""

    PATIENT = "patient"
    GUARDIAN = "guardian"
    PRESCRIBER = "prescriber"
    DELEGATE = "delegate"
    PHARMACIST = "pharmacist"
    STAFF = "program_staff"

    @property
    def by_link(self) -> bool:
        """Whether this reader came by a survey link, and so reads the survey's language."""
        return self in (Voice.PATIENT, Voice.GUARDIAN)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be reported: its value in the form, and the kind of case it opens."""

    value: str
    kind: SafetyCase.Kind


CHOICES = (
    Choice("pregnant", Kind.PREGNANCY),
    Choice("suspected", Kind.PREGNANCY),
    Choice("menses", Kind.MENSES_BEGAN),
    Choice("partner_pregnant", Kind.PARTNER_PREGNANCY),
    Choice("partner_suspected", Kind.PARTNER_PREGNANCY),
)
_KINDS = {choice.value: choice.kind for choice in CHOICES}


def choices_for(kinds: Iterable[SafetyCase.Kind], voice: Voice, words: Words = ENGLISH) -> list[tuple[str, str]]:
    """Return the choices of the form, as value and words, for what can be reported about the patient."""
    wanted = set(kinds)
    about = "self" if voice == Voice.PATIENT else "other"
    return [(one.value, words[f"{one.value}.{about}"]) for one in CHOICES if one.kind in wanted]


def hints(words: Words = ENGLISH) -> dict[str, str]:
    """Return the line under each choice that has one."""
    return {one.value: words[f"{one.value}.why"] for one in CHOICES if f"{one.value}.why" in words}


def kind_of(value: str) -> SafetyCase.Kind:
    """Return the kind of case that a choice opens."""
    return _KINDS[value]


def details_of(value: str, typed: str) -> str:
    """Return what is written on the report, for program staff: what was chosen, in English, then what was typed."""
    return f"{ENGLISH[f'{value}.other']}. {typed.strip()}".strip()


def consequences(kind: SafetyCase.Kind, voice: Voice, words: Words = ENGLISH) -> list[str]:
    """Return, before the report is sent, what sending it will do."""
    if kind == Kind.PARTNER_PREGNANCY:
        return [words["case_opened"], words["not_stopped"]]
    again = words["lifted_by_form" if kind == Kind.MENSES_BEGAN else "lifted_by_staff"]
    if voice.by_link:
        return [words["stops_at_once"], words["all_are_told"], again]
    return [
        "Every live authorization and every confirmation not yet dispensed becomes void at once, at every pharmacy.",
        "New ones are refused. " + again,
        "The prescriber, pharmacies with an open confirmation, and program staff are told now.",
    ]


def numbers_voided(outcome: Outcome) -> list[tuple[str, str]]:
    """Return the numbers that became void, as kind and number."""
    return [
        *(("Authorization", number) for number in outcome.authorizations),
        *(("Confirmation", number) for number in outcome.confirmations),
    ]


def parties_told(outcome: Outcome, words: Words = ENGLISH) -> list[str]:
    """Return the parties that were told, in words."""
    return [words[f"told_{party}"] for party in ("prescriber", "pharmacy", "staff") if party in outcome.told]


def next_steps(kind: SafetyCase.Kind, voice: Voice, words: Words = ENGLISH) -> list[str]:
    """Return what the reader should do now."""
    if voice.by_link:
        return [words[f"{step}.{voice}"] for step in _STEPS_BY_LINK[kind]]
    if kind == Kind.PARTNER_PREGNANCY:
        return _PARTNER_STEPS
    return (_MENSES_STEPS if kind == Kind.MENSES_BEGAN else _PREGNANCY_STEPS)[voice]


_STEPS_BY_LINK = {
    Kind.PREGNANCY: ("do_stop", "do_call", "do_keep"),
    Kind.MENSES_BEGAN: ("do_pause", "do_test"),
    Kind.PARTNER_PREGNANCY: ("do_partner", "do_condom", "do_talk"),
}
_PARTNER_STEPS = [
    "Ask that his partner sees her doctor, and that the doctor knows about the medicine.",
    "Remind him: a condom at every contact, also after a vasectomy.",
    "The program will call to follow up.",
]
_OFFICE = [
    "Reach the patient now: she must stop the medicine at once.",
    "Refer her to an obstetrician experienced in reproductive toxicity.",
    "Unused product is returned; the program will call to follow up.",
]
_PREGNANCY_STEPS = {
    Voice.PRESCRIBER: _OFFICE,
    Voice.DELEGATE: ["Tell the prescriber in person now.", *_OFFICE],
    Voice.PHARMACIST: [
        "Do not dispense or ship on any number of this patient. Stop a parcel that has not left.",
        "Tell the patient to stop the medicine and to call the prescriber now.",
        "Accept unused product. The program will call to follow up.",
    ],
    Voice.STAFF: ["Open the case in the administration pages and follow it up today."],
}
_FORM_FIRST = [
    "She takes no further capsule until the prescriber has talked with the family.",
    "Record a pregnancy test and sign the form for a female child who can get pregnant.",
]
_MENSES_STEPS = {
    Voice.PRESCRIBER: _FORM_FIRST,
    Voice.DELEGATE: ["Tell the prescriber today.", *_FORM_FIRST],
    Voice.PHARMACIST: [
        "Do not dispense or ship on any number of this patient.",
        "Tell the family to call the prescriber before the next capsule.",
    ],
    Voice.STAFF: ["Open the case in the administration pages and follow it up today."],
}
