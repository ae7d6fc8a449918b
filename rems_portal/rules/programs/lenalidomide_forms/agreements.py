"""The six Patient-Physician Agreement Forms of the Lenalidomide REMS (PR-08), in our own words from the obligations.

Data only. One statement is written once and stands on every form to whose patients it applies. Items with answers bear
the codes of the enrollment's own fields. The Spanish wording is in `agreements_es`, code by code.
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
from rems_portal.rules.vocabulary import RULE_GROUPS, CannotBasis, MenstrualCycles, RiskCategory, RuleGroup, Sex


def _says(code: str, text: str, *obligations: str) -> Item:
    return Item(code, text, ItemKind.STATEMENT, obligations=obligations)


IDENTITY = (
    Item(
        "family_name", "Family name", ItemKind.TEXT, help="Or the only name, for a person with one name.", longest=100
    ),
    Item("given_name", "Given name", ItemKind.TEXT, required=False, longest=100),
    Item("birth_date", "Date of birth", ItemKind.DATE),
    Item(
        "sex",
        "Sex",
        ItemKind.CHOICE,
        choices=(Choice(Sex.FEMALE, "Female"), Choice(Sex.MALE, "Male")),
    ),
)
CAN = Item(
    "can_get_pregnant",
    "Can she get pregnant?",
    ItemKind.YES_NO,
    choices=(Choice("yes", "She can"), Choice("no", "She can not")),
)
CYCLES = Item(
    "menstrual_cycles",
    "Are her cycles regular?",
    ItemKind.CHOICE,
    help="It sets how often she is tested.",
    choices=(Choice(MenstrualCycles.REGULAR, "Regular"), Choice(MenstrualCycles.IRREGULAR, "Irregular")),
    when=(When("can_get_pregnant", (True,)),),
)
BASIS = Item(
    "cannot_basis",
    "Why can she not get pregnant?",
    ItemKind.CHOICE,
    choices=tuple(Choice(basis, basis.label[:1].upper() + basis.label[1:]) for basis in CannotBasis),
    when=(When("can_get_pregnant", (False,)),),
)

_EVERYONE = (
    _says(
        "told",
        "My prescriber told me about the benefits and the risks of lenalidomide. It can cause severe birth defects or "
        "the death of an unborn baby.",
        "PF-03",
        "PN-01",
        "PC-01",
        "PM-01",
    ),
    _says(
        "guide",
        "I have the Patient Guide. I have read it, or it was read to me.",
        "PF-04",
        "PN-02",
        "PC-02",
        "PM-02",
    ),
    _says(
        "join",
        "I join the program with this form, together with my prescriber.",
        "PF-05",
        "PN-04",
        "PC-03",
        "PM-03",
    ),
)
_MEDICINE = (
    _says(
        "pharmacy",
        "The pharmacy talks with me each time before I get the medicine. I ask when something is not clear.",
        "PF-07",
        "PF-08",
        "PF-12",
        "PF-13",
        "PN-05",
        "PN-06",
        "PC-05",
        "PC-06",
        "PC-08",
        "PC-09",
        "PM-04",
        "PM-05",
        "PM-07",
        "PM-08",
    ),
    _says(
        "keep",
        "I share the medicine with nobody and keep it out of children’s reach. I do not open, break or chew capsules.",
        "PF-19",
        "PN-11",
        "PC-14",
        "PM-14",
    ),
    _says(
        "return",
        "I give unused medicine back to the program, the prescriber or the pharmacy.",
        "PF-18",
        "PN-10",
        "PC-13",
        "PM-13",
    ),
)
_NO_BLOOD = _says(
    "no_blood",
    "I donate no blood during treatment and for 4 weeks after it.",
    "PF-15",
    "PN-09",
    "PC-11",
)
_OWN = {
    RuleGroup.FCGP: (
        _says("talked_contraception", "We talked about contraception and emergency contraception.", "PF-03"),
        _says(
            "contraception",
            "I use two methods of contraception at the same time, or I have no sexual contact with a male at all. This "
            "holds from 4 weeks before treatment until 4 weeks after it, in breaks too.",
            "PF-01",
            "PF-16",
        ),
        _says(
            "do_not_take",
            "I do not take the medicine while I am pregnant, breastfeeding or without contraception.",
            "PF-16",
        ),
        _says(
            "tests_before",
            "I have a pregnancy test 10 to 14 days before treatment, and another within 24 hours before it.",
            "PF-02",
        ),
        _says(
            "tests_during",
            "I have a pregnancy test every week for the first 4 weeks. Then I have one every 4 weeks, or every 2 weeks "
            "when my cycles are irregular.",
            "PF-09",
            "PF-11",
        ),
        _says(
            "stop",
            "I stop the medicine at once and tell my prescriber when I am or may be pregnant, miss a period, bleed "
            "unusually, or stop contraception.",
            "PF-17",
        ),
        _NO_BLOOD,
        _says("survey_each", "I answer the patient survey before each prescription.", "PF-06", "PF-14"),
        _says(
            "talk_again_contraception",
            "Before each prescription my prescriber talks with me again about contraception, emergency contraception "
            "and the survey.",
            "PF-10",
        ),
    ),
    RuleGroup.AFN: (
        _says(
            "cannot",
            "I can not get pregnant, for the reason given on this form. I tell my prescriber if that turns out to be "
            "wrong.",
            "PN-04",
        ),
        _NO_BLOOD,
        _says(
            "survey_six_months",
            "I answer the patient survey before the first prescription and then every 6 months.",
            "PN-03",
            "PN-08",
        ),
        _says("talk_again_six_months", "Every 6 months my prescriber reminds me of the survey.", "PN-07"),
    ),
    RuleGroup.FCN: (
        _says(
            "menses",
            "I tell my prescriber at once if menstrual periods begin. The medicine then stops until the form that "
            "fits is signed.",
            "PC-12",
        ),
        _NO_BLOOD,
        _says("survey_child", "I answer the patient survey before each prescription.", "PC-04", "PC-10"),
        _says("talk_again_survey", "Before each prescription my prescriber talks with me about the survey.", "PC-07"),
    ),
    RuleGroup.MALE: (
        _says(
            "talked_barrier",
            "We talked about condoms and about emergency contraception for a partner.",
            "PM-01",
        ),
        _says(
            "condom",
            "I use a condom at every sexual contact with a female who is pregnant or can get pregnant, also after a "
            "vasectomy. This holds during treatment and for 4 weeks after it.",
            "PM-10",
        ),
        _says(
            "partner",
            "I tell my prescriber of unprotected contact with a female who can get pregnant, and when a partner may be "
            "pregnant.",
            "PM-12",
        ),
        _says(
            "no_donation",
            "I donate neither blood nor sperm during treatment and for 4 weeks after it.",
            "PM-11",
        ),
        _says("survey_later", "I answer the patient survey before each prescription after the first.", "PM-09"),
        _says(
            "talk_again_barrier",
            "Before each prescription my prescriber talks with me again about condoms, emergency contraception and the "
            "survey.",
            "PM-06",
        ),
    ),
}
_FOR_CHILD = {
    RiskCategory.FC_CAN: _says(
        "child_pregnancy",
        "You must not get pregnant while you take it. If your period is late, or you are worried, stop taking it. Tell "
        "your parent or your doctor right away.",
        "PF-16",
        "PF-17",
    ),
    RiskCategory.FC_CANNOT: _says(
        "child_period", "Tell your parent and your doctor right away if you get a period.", "PC-12"
    ),
    RiskCategory.MC: _says(
        "child_condom",
        "If you have sex with a girl, use a condom every time. You can ask your doctor about it.",
        "PM-10",
    ),
}
_CHILD_BEGINS = (
    _says("child_why", "This medicine can help you. It can also hurt a baby before it is born."),
    _says("child_capsules", "Do not give your capsules to anybody. Do not open them or chew them."),
)
_CHILD_ENDS = (
    _says("child_blood", "Do not give blood while you take it."),
    _says("child_no", "You can ask anything. You can say no."),
)
_PRESCRIBER_ALL = (
    _says(
        "counseled",
        "I counseled the patient on benefits, risks and the surveys, with the Patient Guide and this form. I give a "
        "copy of both.",
        "PR-05",
    ),
    _says("fits", "I enroll the patient with the form that fits, and tell the program when another one does.", "PR-08"),
    _says("report", "I report at once any pregnancy of the patient or of a male patient’s partner.", "PR-21"),
    _says("take_back", "I return unused medicine from the patient to the program.", "PR-22"),
)
_PRESCRIBER_OWN = {
    RuleGroup.FCGP: (
        _says(
            "counseled_contraception",
            "I counseled on contraception and emergency contraception, and do so again before each prescription.",
            "PR-06",
            "PR-16",
        ),
        _says(
            "orders_tests",
            "I order the pregnancy tests when they are due and look at each result.",
            "PR-04",
            "PR-12",
            "PR-13",
            "PR-14",
        ),
    ),
    RuleGroup.AFN: (),
    RuleGroup.FCN: (),
    RuleGroup.MALE: (
        _says(
            "counseled_barrier",
            "I counseled on condoms and emergency contraception, and do so again before each prescription.",
            "PR-07",
            "PR-17",
        ),
    ),
}
_CHILD_NOTE = "“I” means the child. The parent or guardian agrees to it for the child and sees that it is kept."


def _answers(category: RiskCategory) -> tuple[Item, ...]:
    group = RULE_GROUPS[category]
    if group is RuleGroup.MALE:
        return IDENTITY
    return (*IDENTITY, CAN, CYCLES if group is RuleGroup.FCGP else BASIS)


def _sections(category: RiskCategory) -> tuple[Section, ...]:
    group = RULE_GROUPS[category]
    agrees = (*_EVERYONE, *_OWN[group], *_MEDICINE)
    sections = (
        Section("patient", "The patient", _answers(category)),
        Section("agrees", "What the patient agrees to", agrees, intro=_CHILD_NOTE if category.is_child else ""),
        Section("prescriber", "What the prescriber confirms", (*_PRESCRIBER_ALL, *_PRESCRIBER_OWN[group])),
    )
    if not category.is_child:
        return sections
    child = (*_CHILD_BEGINS, _FOR_CHILD[category], *_CHILD_ENDS)
    return (*sections, Section("child", "For the child, in simple words", child))


def _lines(category: RiskCategory) -> tuple[SignatureLine, ...]:
    prescriber = SignatureLine(
        Signer.PRESCRIBER, "I have read this form, what it says of the patient is right, and I agree to my part of it."
    )
    if not category.is_child:
        return (prescriber, SignatureLine(Signer.PATIENT, "I have read this form and agree to it."))
    return (
        prescriber,
        SignatureLine(Signer.GUARDIAN, "I have read this form and agree to it for the child."),
        SignatureLine(Signer.CHILD, "Somebody talked with me about this medicine. I know what to do, and I want to."),
    )


def _agreement(category: RiskCategory) -> FormDefinition:
    return FormDefinition(
        code=f"agreement_{category.value}",
        title=f"Patient-Physician Agreement Form: {category.label}",
        program="lenalidomide",
        program_name="Lenalidomide REMS",
        version="2026-04-27",
        sections=_sections(category),
        signatures=_lines(category),
    )


AGREEMENTS = tuple(_agreement(category) for category in RiskCategory)
