"""The prescriber survey, the patient survey and the Education and Counseling Checklist as forms, one for each group.

Each is made of the program version's own statements, items and questions, so that no sentence stands twice. What a
missing statement, a supply of 29 days or a prescription by telephone means is for the rules to say: such answers are
kept and signed too, with the refusal.
"""

from collections.abc import Iterator

from rems_portal.rules.forms.definition import (
    NOTICE,
    Choice,
    FormDefinition,
    Item,
    ItemKind,
    Section,
    SignatureLine,
    Signer,
)
from rems_portal.rules.obligations import for_group
from rems_portal.rules.programs.definition import ProgramVersion
from rems_portal.rules.vocabulary import RuleGroup

LARGEST_QUANTITY = 999
LONGEST_THERAPY_DAYS = 366
TELEPHONE = "telephone"
LANGUAGES = {"en": "English", "es": "Español"}

PRESCRIBER_SURVEY, PATIENT_SURVEY, CHECKLIST = "prescriber_survey", "patient_survey", "checklist"

_PRESCRIPTION = ("PR-09", "PR-18")
_SUPPLY = ("PR-10", "PR-19")
_NO_REFILLS = ("PR-11", "PR-20")
_ASKING = (
    "I am the prescriber of this patient. The prescription and the counseling are as stated above, and I ask the "
    "program to authorize the prescription."
)


def prescriber_survey_form(group: RuleGroup, first: bool, program: ProgramVersion) -> FormDefinition:
    """The prescriber survey of a group, before a first or a later prescription of a course (PR-09, PR-18)."""
    moment = "first prescription" if first else "later prescription"
    return FormDefinition(
        code=f"{PRESCRIBER_SURVEY}_{group}",
        title=f"Prescriber Survey: {group.label}, {moment}",
        program=program.program,
        program_name=program.program_name,
        version=program.version,
        sections=(
            Section("prescription", "The prescription", tuple(_prescription_items(program))),
            Section("counseling", "Counseling", tuple(_statements(group, first, program)), "I attest that:"),
        ),
        signatures=(SignatureLine(Signer.PRESCRIBER, _ASKING),),
    )


def _prescription_items(program: ProgramVersion) -> Iterator[Item]:
    strengths = tuple(Choice(f"{one:f}", f"{one:f} mg") for one in program.strengths_mg)
    days = f"{program.min_days_supply} to {program.max_days_supply} days."
    yield Item(
        "strength", "Strength of one capsule", ItemKind.TEXT, choices=strengths, obligations=_PRESCRIPTION, longest=12
    )
    yield Item("days_supply", "Days’ supply", ItemKind.NUMBER, help=days, obligations=_SUPPLY)
    yield Item(
        "quantity",
        "Quantity",
        ItemKind.NUMBER,
        help="Capsules in all.",
        obligations=_PRESCRIPTION,
        most=LARGEST_QUANTITY,
    )
    yield Item(
        "days_of_therapy",
        "Days of therapy",
        ItemKind.NUMBER,
        help="On how many of these days a capsule is taken, for example 21 of 28.",
        obligations=_PRESCRIPTION,
        least=1,
        most=LONGEST_THERAPY_DAYS,
    )
    none = "None. Each dispense needs a prescription and an authorization of its own."
    yield Item("refills", "Refills", ItemKind.NUMBER, help=none, obligations=_NO_REFILLS)
    yield Item(
        "transmission",
        "How does the prescription reach the pharmacy?",
        ItemKind.CHOICE,
        choices=(
            Choice("electronic", "Electronic"),
            Choice("written", "Written"),
            Choice(TELEPHONE, "By telephone"),
        ),
        obligations=_NO_REFILLS,
    )
    replacing = "Void the patient’s live authorization number, if there is one, and replace it by this one"
    yield Item("replace_live_authorization", replacing, ItemKind.TICK, required=False, obligations=("PR-18",))


def _statements(group: RuleGroup, first: bool, program: ProgramVersion) -> Iterator[Item]:
    for one in program.attestations:
        if group in one.groups and one.moment.covers(first):
            obligations = for_group(one.obligations(first), group)
            yield Item(one.code, one.sentence, ItemKind.TICK, required=False, obligations=obligations)


def statement_codes(form: FormDefinition) -> tuple[str, ...]:
    """The codes of what a prescriber survey has the prescriber attest, in order."""
    counseling = next(section for section in form.sections if section.code == "counseling")
    return tuple(item.code for item in counseling.items)


_SURVEY_WORDS = {
    "en": {
        "title": "Patient Survey",
        "section": "Questions",
        "intro": "Please answer yes or no.",
        "yes": "Yes",
        "no": "No",
        "patient": "These answers are mine, and they are true.",
        "guardian": "I am the patient’s parent or guardian. I answered for the patient, and the answers are true.",
    },
    "es": {
        "title": "Encuesta para el paciente",
        "section": "Preguntas",
        "intro": "Conteste sí o no, por favor.",
        "yes": "Sí",
        "no": "No",
        "patient": "Estas respuestas son mías y son ciertas.",
        "guardian": "Soy padre, madre o tutor del paciente. Contesté por el paciente y las respuestas son ciertas.",
    },
}


def patient_survey_form(group: RuleGroup, program: ProgramVersion, language: str = "en") -> FormDefinition:
    """The patient survey of a group in one of `LANGUAGES`; the patient or the guardian signs it (PF-06, PM-09).

    Raises KeyError for another language.
    """
    words = _SURVEY_WORDS[language]
    yes_no = (Choice("yes", words["yes"]), Choice("no", words["no"]))
    return FormDefinition(
        code=f"{PATIENT_SURVEY}_{group}",
        title=words["title"],
        program=program.program,
        program_name=program.program_name,
        version=program.version,
        sections=(
            Section(
                "questions",
                words["section"],
                tuple(
                    Item(
                        one.code,
                        one.sentence_in(language),
                        ItemKind.YES_NO,
                        choices=yes_no,
                        obligations=for_group(one.obligations, group),
                    )
                    for one in program.survey_questions
                    if group in one.groups
                ),
                words["intro"],
            ),
        ),
        signatures=(
            SignatureLine(Signer.PATIENT, words["patient"]),
            SignatureLine(Signer.GUARDIAN, words["guardian"]),
        ),
        language=language,
        notice=NOTICE[language],
    )


def checklist_form(group: RuleGroup, program: ProgramVersion) -> FormDefinition:
    """The Education and Counseling Checklist of a group (PH-03 to PH-06, PH-10); it is completed, nobody signs it."""
    items = tuple(
        Item(one.code, one.sentence, ItemKind.TICK, obligations=for_group(one.obligations, group))
        for one in program.checklist
        if group in one.groups
    )
    return FormDefinition(
        code=f"{CHECKLIST}_{group}",
        title=f"Education and Counseling Checklist: {group.label}",
        program=program.program,
        program_name=program.program_name,
        version=program.version,
        sections=(Section("counseling", "Gone through with the patient or guardian", items),),
    )


def forms_in_force(program: ProgramVersion, *, first: bool, language: str = "en") -> tuple[FormDefinition, ...]:
    """Every form of a version that there is in a language, each code once; `first` tells which prescriber survey."""
    derived: list[FormDefinition] = []
    for group in RuleGroup:
        if language == "en":
            derived += [prescriber_survey_form(group, first, program), checklist_form(group, program)]
        if language in LANGUAGES:
            derived.append(patient_survey_form(group, program, language))
    return (*(form for form in program.forms if form.language == language), *derived)
