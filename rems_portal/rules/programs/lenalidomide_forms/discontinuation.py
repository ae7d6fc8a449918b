"""The form with which a prescriber ends a course of treatment of the Lenalidomide REMS, in our own words.

Data only. `group` is the rule group that holds on the day; the portal fills it in, and it decides what is told.
"""

from rems_portal.rules.forms.definition import (
    Choice,
    FormDefinition,
    Item,
    ItemKind,
    Section,
    SignatureLine,
    Signer,
    When,
)
from rems_portal.rules.vocabulary import RuleGroup

CODE = "discontinuation"
OTHER = "other"
REASONS = (
    Choice("completed", "The planned treatment is complete"),
    Choice("no_effect", "The medicine doesn’t work well enough"),
    Choice("side_effects", "Side effects"),
    Choice("pregnancy", "Pregnancy, or the wish to have a child"),
    Choice("patient_wish", "The patient wishes to stop"),
    Choice("never_began", "Treatment never began"),
    Choice("lost", "The patient doesn’t come any more"),
    Choice("died", "The patient died"),
    Choice(OTHER, "Another reason"),
)
_TOLD = tuple(choice.code for choice in REASONS if choice.code not in ("lost", "died"))
_GROUPS = tuple(Choice(group.value, group.label) for group in RuleGroup)


def _told(code: str, text: str, groups: tuple[RuleGroup, ...], *obligations: str) -> Item:
    told = (When("reason", _TOLD), When("group", tuple(group.value for group in groups)))
    return Item(code, text, ItemKind.TICK, when=told, obligations=obligations)


_EVERYBODY = tuple(RuleGroup)
_FEMALE = tuple(group for group in RuleGroup if group is not RuleGroup.MALE)
WHY = Section(
    "why",
    "The end of treatment",
    (
        Item("group", "Rules that hold for the patient", ItemKind.CHOICE, choices=_GROUPS),
        Item("reason", "Why does treatment end?", ItemKind.CHOICE, choices=REASONS),
        Item("reason_words", "Say the reason", ItemKind.TEXT, when=(When("reason", (OTHER,)),), longest=150),
        Item(
            "last_capsule",
            "Day of the last capsule",
            ItemKind.DATE,
            help="Leave it empty if you don’t know it.",
            when=(When("reason", tuple(choice.code for choice in REASONS if choice.code != "never_began")),),
            required=False,
        ),
    ),
)
TOLD = Section(
    "told",
    "What you told the patient, or the parent or guardian",
    (
        _told(
            "contraception",
            "For 4 more weeks: two methods of contraception together, or no sexual contact with a male.",
            (RuleGroup.FCGP,),
            "PF-16",
        ),
        _told(
            "condom",
            "For 4 more weeks: a condom at every sexual contact with a female who is pregnant or can get pregnant.",
            (RuleGroup.MALE,),
            "PM-10",
        ),
        _told("blood", "For 4 more weeks: no blood donation.", _FEMALE, "PF-15", "PN-09", "PC-11"),
        _told("donation", "For 4 more weeks: no blood and no sperm donation.", (RuleGroup.MALE,), "PM-11"),
        _told(
            "unused",
            "Bring unused capsules back to the program, the prescriber or the pharmacy.",
            _EVERYBODY,
            "PR-22",
            "PF-18",
            "PN-10",
            "PC-13",
            "PM-13",
        ),
    ),
)
MEANING = "I end this course of treatment, and what I ticked was said to the patient or to the parent or guardian."


def discontinuation_form(program: str, program_name: str, version: str) -> FormDefinition:
    """Return the form at a version of the program."""
    return FormDefinition(
        code=CODE,
        title="End of treatment",
        program=program,
        program_name=program_name,
        version=version,
        sections=(WHY, TOLD),
        signatures=(SignatureLine(Signer.PRESCRIBER, MEANING),),
    )


DISCONTINUATION = discontinuation_form("lenalidomide", "Lenalidomide REMS", "2026-04-27")
