"""A pregnancy report in words: what can be chosen, what will happen, what has happened and what to do next.

Each reader gets the words that fit: a patient, a guardian, the prescriber's office, a pharmacy, program staff.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from authorizations.queries.pregnancy_report import Outcome
from patients.models import SafetyCase

Kind = SafetyCase.Kind


class Voice(StrEnum):
    """Who reports, and so who is spoken to."""

    PATIENT = "patient"
    GUARDIAN = "guardian"
    PRESCRIBER = "prescriber"
    DELEGATE = "delegate"
    PHARMACIST = "pharmacist"
    STAFF = "program_staff"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be reported: its value in the form, the kind of case it opens, the words for two readers."""

    value: str
    kind: SafetyCase.Kind
    of_self: str
    of_other: str
    why: str = ""


CHOICES = (
    Choice(
        "pregnant", Kind.PREGNANCY, "I am pregnant, or a test was positive", "She is pregnant, or a test was positive"
    ),
    Choice(
        "suspected",
        Kind.PREGNANCY,
        "I may be pregnant",
        "She may be pregnant",
        "A missed period, unusual bleeding, contraception that stopped or failed, or any other reason.",
    ),
    Choice("menses", Kind.MENSES_BEGAN, "My menstrual periods have begun", "Her menstrual periods have begun"),
    Choice("partner_pregnant", Kind.PARTNER_PREGNANCY, "My partner is pregnant", "His partner is pregnant"),
    Choice("partner_suspected", Kind.PARTNER_PREGNANCY, "My partner may be pregnant", "His partner may be pregnant"),
)
_BY_VALUE = {choice.value: choice for choice in CHOICES}


def choices_for(kinds: Iterable[SafetyCase.Kind], voice: Voice) -> list[tuple[str, str]]:
    """Return the choices of the form, as value and words, for what can be reported about the patient."""
    wanted = set(kinds)
    own = voice == Voice.PATIENT
    return [(choice.value, choice.of_self if own else choice.of_other) for choice in CHOICES if choice.kind in wanted]


def hints() -> dict[str, str]:
    """Return the line under each choice that has one."""
    return {choice.value: choice.why for choice in CHOICES if choice.why}


def kind_of(value: str) -> SafetyCase.Kind:
    """Return the kind of case that a choice opens."""
    return _BY_VALUE[value].kind


def details_of(value: str, typed: str) -> str:
    """Return what is written on the report: what was chosen, then what was typed."""
    return f"{_BY_VALUE[value].of_other}. {typed.strip()}".strip()


def consequences(kind: SafetyCase.Kind, voice: Voice) -> list[str]:
    """Return, before the report is sent, what sending it will do."""
    if kind == Kind.PARTNER_PREGNANCY:
        return [
            "A case is opened. Program staff, the prescriber and a pharmacy that is about to dispense are told.",
            "The treatment goes on: no number becomes void.",
        ]
    again = "Only program staff can lift this, with a reason."
    if kind == Kind.MENSES_BEGAN:
        again = "It is lifted when the form that fits her now is signed and program staff have seen it."
    if voice in (Voice.PATIENT, Voice.GUARDIAN):
        return [
            "The treatment is stopped at once: no pharmacy can dispense on the numbers there are.",
            "The program, the prescriber and a pharmacy that is about to dispense are told to act. "
            "What you write is read by program staff only.",
            again,
        ]
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


def parties_told(outcome: Outcome) -> list[str]:
    """Return the parties that were told, in words."""
    words = {
        "prescriber": "The prescriber",
        "pharmacy": "The pharmacy with an open confirmation",
        "staff": "Program staff",
    }
    return [words[party] for party in words if party in outcome.told]


def next_steps(kind: SafetyCase.Kind, voice: Voice) -> list[str]:
    """Return what the reader should do now."""
    if kind == Kind.PARTNER_PREGNANCY:
        return _PARTNER_STEPS[voice in (Voice.PATIENT, Voice.GUARDIAN)]
    return (_MENSES_STEPS if kind == Kind.MENSES_BEGAN else _PREGNANCY_STEPS)[voice]


_PARTNER_STEPS = {
    True: [
        "Your partner should see a doctor soon and tell them about your medicine.",
        "Use a condom at every contact, also after a vasectomy.",
        "Call your care team today. The program will call too.",
    ],
    False: [
        "Ask that his partner sees her doctor, and that the doctor knows about the medicine.",
        "Remind him: a condom at every contact, also after a vasectomy.",
        "The program will call to follow up.",
    ],
}
_OFFICE = [
    "Reach the patient now: she must stop the medicine at once.",
    "Refer her to an obstetrician experienced in reproductive toxicity.",
    "Unused product is returned; the program will call to follow up.",
]
_PREGNANCY_STEPS = {
    Voice.PATIENT: [
        "Stop taking the medicine now. Do not take another capsule.",
        "Call your care team now. Do not wait for their call.",
        "Keep the capsules you have; your care team tells you how to return them.",
    ],
    Voice.GUARDIAN: [
        "The patient must stop taking the medicine now. Give no further capsule.",
        "Call the care team now. Do not wait for their call.",
        "Keep the capsules you have; the care team tells you how to return them.",
    ],
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
    Voice.PATIENT: ["Take no further capsule for now.", "Call your care team today: a pregnancy test comes first."],
    Voice.GUARDIAN: ["Give no further capsule for now.", "Call the care team today: a pregnancy test comes first."],
    Voice.PRESCRIBER: _FORM_FIRST,
    Voice.DELEGATE: ["Tell the prescriber today.", *_FORM_FIRST],
    Voice.PHARMACIST: [
        "Do not dispense or ship on any number of this patient.",
        "Tell the family to call the prescriber before the next capsule.",
    ],
    Voice.STAFF: ["Open the case in the administration pages and follow it up today."],
}
