"""The six agreement forms: what its patients owe and get stands on each, in easy words, in English and in Spanish."""

import csv
from pathlib import Path

import pytest
import textstat

from rems_portal.rules.forms import FormDefinition, Signer
from rems_portal.rules.programs.lenalidomide_forms.agreements import AGREEMENTS
from rems_portal.rules.programs.lenalidomide_forms.agreements_es import AGREEMENTS_ES, SECTIONS, TITLES, WORDS
from rems_portal.rules.vocabulary import RULE_GROUPS, RiskCategory, RuleGroup

GRADE_OF_PATIENTS, GRADE_OF_CHILDREN = 8, 4
EASY_IN_SPANISH, VERY_EASY_IN_SPANISH = 80, 90  # Fernández Huerta: above 80 is easy, above 90 very easy
LETTERS = {RuleGroup.FCGP: "PF", RuleGroup.AFN: "PN", RuleGroup.FCN: "PC", RuleGroup.MALE: "PM"}
OBLIGATIONS = Path(__file__).parents[3] / "docs" / "obligations.csv"
PAIRS = list(zip(AGREEMENTS, AGREEMENTS_ES, strict=True))


def code_of(form: FormDefinition) -> RiskCategory:
    return RiskCategory(form.code.removeprefix("agreement_"))


def words_of(form: FormDefinition, section: str) -> str:
    return " ".join(item.text for part in form.sections if part.code == section for item in part.items)


def every_obligation(letters: str) -> set[str]:
    with OBLIGATIONS.open() as rows:
        return {row["id"] for row in csv.DictReader(rows) if row["id"].startswith(letters)}


@pytest.mark.rems("PF-15", "PF-16", "PF-19", "PN-09", "PN-11", "PC-11", "PC-14", "PM-10", "PM-11", "PM-14")
@pytest.mark.parametrize("form", AGREEMENTS, ids=lambda form: form.code)
def test_form_carries_every_obligation_of_its_patients_and_no_other(form: FormDefinition) -> None:
    cited = {one for item in form.items() for one in item.obligations}
    letters = LETTERS[RULE_GROUPS[code_of(form)]]
    assert {one for one in cited if one.startswith(letters)} == every_obligation(letters)
    assert cited >= {"PR-05", "PR-08", "PR-21"}


@pytest.mark.parametrize("form", AGREEMENTS, ids=lambda form: form.code)
def test_adults_sign_themselves_and_children_with_the_guardian(form: FormDefinition) -> None:
    signers = [line.signer for line in form.signatures]
    child = [Signer.PRESCRIBER, Signer.GUARDIAN, Signer.CHILD]
    assert signers == (child if code_of(form).is_child else [Signer.PRESCRIBER, Signer.PATIENT])
    assert bool(words_of(form, "child")) is code_of(form).is_child


@pytest.mark.parametrize("form", AGREEMENTS, ids=lambda form: form.code)
def test_form_reads_easily(form: FormDefinition) -> None:
    textstat.set_lang("en")
    assert textstat.flesch_kincaid_grade(words_of(form, "agrees")) < GRADE_OF_PATIENTS
    if code_of(form).is_child:
        assert textstat.flesch_kincaid_grade(words_of(form, "child")) < GRADE_OF_CHILDREN


@pytest.mark.parametrize("form", AGREEMENTS_ES, ids=lambda form: form.code)
def test_spanish_form_reads_easily(form: FormDefinition) -> None:
    textstat.set_lang("es")
    assert textstat.fernandez_huerta(words_of(form, "agrees")) > EASY_IN_SPANISH
    if code_of(form).is_child:
        assert textstat.fernandez_huerta(words_of(form, "child")) > VERY_EASY_IN_SPANISH


@pytest.mark.parametrize(("english", "spanish"), PAIRS, ids=lambda form: form.code)
def test_both_languages_have_the_same_items_answers_and_lines(english: FormDefinition, spanish: FormDefinition) -> None:
    def shape(form: FormDefinition) -> object:
        items = [
            (one.code, one.kind, [choice.code for choice in one.choices], one.when, one.obligations, bool(one.help))
            for one in form.items()
        ]
        sections = [(section.code, bool(section.intro)) for section in form.sections]
        lines = [(line.signer, line.optional) for line in form.signatures]
        return form.code, form.version, sections, items, lines

    assert shape(english) == shape(spanish)
    assert (english.language, spanish.language) == ("en", "es")
    assert "FDA" in spanish.notice


@pytest.mark.parametrize(("english", "spanish"), PAIRS, ids=lambda form: form.code)
def test_no_sentence_stayed_in_english(english: FormDefinition, spanish: FormDefinition) -> None:
    same = {one.text for one in english.items()} & {one.text for one in spanish.items()}
    assert same == set()


def test_no_translation_is_left_over() -> None:
    items = [item for form in AGREEMENTS for item in form.items()]
    used = {item.code for item in items}
    used |= {f"{item.code}.help" for item in items if item.help}
    used |= {f"{item.code}.{choice.code}" for item in items for choice in item.choices}
    used |= {f"signer.{line.signer}" for form in AGREEMENTS for line in form.signatures}
    assert WORDS.keys() == used
    assert TITLES.keys() == {form.code for form in AGREEMENTS}
    assert SECTIONS.keys() == {section.code for form in AGREEMENTS for section in form.sections}


@pytest.mark.rems("PM-10")
@pytest.mark.parametrize("code", ["agreement_AM", "agreement_MC"])
def test_condom_is_for_a_partner_who_is_pregnant_too(code: str) -> None:
    english, spanish = (next(one for one in forms if one.code == code) for forms in (AGREEMENTS, AGREEMENTS_ES))
    assert "a female who is pregnant or can get pregnant" in english.item("condom").text
    assert "una mujer que está embarazada o puede quedar embarazada" in spanish.item("condom").text


@pytest.mark.rems("PC-12")
def test_form_of_a_girl_who_can_not_is_right_after_an_operation_too() -> None:
    """Menses may not have begun, or never will: no statement says that they will come."""
    english, spanish = (
        next(one for one in forms if one.code == "agreement_FC_CANNOT") for forms in (AGREEMENTS, AGREEMENTS_ES)
    )
    for code, said, dicho in (
        ("menses", "if menstrual periods begin", "si me viene la regla"),
        ("child_period", "if you get a period", "si te viene la regla"),
    ):
        assert said in english.item(code).text and dicho in spanish.item(code).text
    told = " ".join(item.text for item in english.items())
    assert "first period" not in told and "when menstrual" not in told
