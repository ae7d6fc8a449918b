"""The forms that are made of a version's statements, items and questions: one for each group, in both languages."""

from datetime import UTC, datetime

import pytest
from textstat import textstat

from rems_portal.rules.authorization import required_attestations
from rems_portal.rules.dispensing import checklist_items
from rems_portal.rules.forms import ItemKind, Signer, problems, read_document, write_document
from rems_portal.rules.forms.surveys import (
    LANGUAGES,
    checklist_form,
    forms_in_force,
    patient_survey_form,
    prescriber_survey_form,
    statement_codes,
)
from rems_portal.rules.surveys import survey_questions
from rems_portal.rules.vocabulary import RuleGroup
from tests.unit.rules.builders import PROGRAM
from tests.unit.rules.toy_program import TOY_VERSION

GROUPS = list(RuleGroup)
PRESCRIPTION = {
    "strength": "10",
    "days_supply": 28,
    "quantity": 21,
    "days_of_therapy": 21,
    "refills": 0,
    "transmission": "electronic",
}
AT = datetime(2026, 6, 1, 15, tzinfo=UTC)


@pytest.mark.rems("PR-09", "PR-18", "PR-05", "PR-15")
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("group", GROUPS)
def test_prescriber_survey_asks_for_the_prescription_and_the_groups_statements(group, first):
    form = prescriber_survey_form(group, first, PROGRAM)
    required = required_attestations(group, first, PROGRAM)
    assert statement_codes(form) == tuple(one.code for one in required)
    for one in required:
        item = form.item(one.code)
        assert (item.text, item.obligations, item.kind) == (one.sentence, one.obligations, ItemKind.TICK)
    assert problems(form, PRESCRIPTION | dict.fromkeys(statement_codes(form), True)) == ()
    assert [line.signer for line in form.signatures] == [Signer.PRESCRIBER]
    assert (form.code, form.version) == (f"prescriber_survey_{group}", PROGRAM.version)


@pytest.mark.rems("PR-10", "PR-11", "PR-19", "PR-20")
@pytest.mark.parametrize(
    "answers",
    [
        {"days_supply": 29},
        {"days_supply": -1},
        {"refills": 3},
        {"transmission": "telephone"},
        {"strength": "7"},
        {"quantity": 0},
    ],
)
def test_prescriber_survey_keeps_what_the_rules_will_refuse(answers):
    assert problems(prescriber_survey_form(RuleGroup.MALE, False, PROGRAM), PRESCRIPTION | answers) == ()


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"quantity": 1000}, "quantity"),
        ({"days_of_therapy": 0}, "days_of_therapy"),
        ({"days_of_therapy": 367}, "days_of_therapy"),
        ({"transmission": "pigeon"}, "transmission"),
        ({"strength": None}, "strength"),
        ({"barrier_contraception": True}, "barrier_contraception"),
    ],
)
def test_prescriber_survey_takes_no_answer_that_is_none(answers, code):
    found = problems(prescriber_survey_form(RuleGroup.AFN, False, PROGRAM), PRESCRIPTION | answers)
    assert [one.item for one in found] == [code]


@pytest.mark.rems("PF-06", "PF-14", "PN-03", "PN-08", "PC-04", "PC-10", "PM-09")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", GROUPS)
def test_patient_survey_asks_the_groups_questions_in_each_language(group, language):
    form = patient_survey_form(group, PROGRAM, language)
    questions = survey_questions(group, PROGRAM)
    assert [item.code for item in form.items()] == [one.code for one in questions]
    assert [item.text for item in form.items()] == [one.sentence_in(language) for one in questions]
    assert {item.kind for item in form.items()} == {ItemKind.YES_NO}
    assert {line.signer for line in form.signatures} == {Signer.PATIENT, Signer.GUARDIAN}
    assert form.language == language


@pytest.mark.parametrize("group", GROUPS)
def test_both_languages_ask_the_same_in_other_words(group):
    english, spanish = (patient_survey_form(group, PROGRAM, language) for language in ("en", "es"))
    assert english.code == spanish.code
    for one, other in zip(english.items(), spanish.items(), strict=True):
        assert (one.code, one.kind, one.obligations) == (other.code, other.kind, other.obligations)
        assert one.text != other.text
        assert other.text.startswith("¿") and other.text.endswith("?")
    assert {section.title for section in english.sections}.isdisjoint(section.title for section in spanish.sections)
    assert english.notice != spanish.notice
    for line, other_line in zip(english.signatures, spanish.signatures, strict=True):
        assert line.signer == other_line.signer
        assert line.meaning != other_line.meaning


def test_a_spanish_document_says_yes_and_no_in_spanish():
    form = patient_survey_form(RuleGroup.MALE, PROGRAM, "es")
    answers = {item.code: item.code != "uses_condom" for item in form.items()}
    written = write_document(form, answers, number="F-1", about="patient P-1", entered_by="Patient", entered_at=AT)
    lines = {line.code: line.words for line in read_document(written).parts[0].lines}
    assert lines["counseled"] == "Sí"
    assert lines["uses_condom"] == "No"


def test_a_language_without_a_translation_has_no_survey():
    with pytest.raises(KeyError):
        patient_survey_form(RuleGroup.MALE, PROGRAM, "fr")


@pytest.mark.rems("PH-03", "PH-04", "PH-05", "PH-06", "PH-10")
@pytest.mark.parametrize("group", GROUPS)
def test_checklist_wants_every_item_of_the_group_and_nobodys_signature(group):
    form = checklist_form(group, PROGRAM)
    items = checklist_items(group, PROGRAM)
    assert [(item.code, item.text) for item in form.items()] == [(one.code, one.sentence) for one in items]
    assert form.signatures == ()
    ticked = {item.code: True for item in items}
    assert problems(form, ticked) == ()
    assert [one.item for one in problems(form, ticked | {"dose": False})] == ["dose"]


def test_every_form_of_a_language_has_a_code_of_its_own():
    for language, count in (("en", 12), ("es", 4)):
        codes = [form.code for form in forms_in_force(PROGRAM, first=True, language=language)]
        assert len(codes) == len(set(codes)) == count + sum(form.language == language for form in PROGRAM.forms)
    assert forms_in_force(PROGRAM, first=True, language="fr") == ()


def test_another_product_has_its_own_statements_strengths_and_version():
    form = prescriber_survey_form(RuleGroup.MALE, False, TOY_VERSION)
    assert statement_codes(form) == ("toy_talk",)
    assert [choice.code for choice in form.item("strength").choices] == ["0.1"]
    assert form.item("days_supply").help == "2 to 10 days."
    assert [item.code for item in checklist_form(RuleGroup.AFN, TOY_VERSION).items()] == ["toy_item"]


@pytest.mark.parametrize("group", GROUPS)
def test_spanish_questions_read_easily(group):
    textstat.set_lang("es")
    text = " ".join(item.text.strip("¿?") + "." for item in patient_survey_form(group, PROGRAM, "es").items())
    try:
        assert textstat.fernandez_huerta(text) >= 60
    finally:
        textstat.set_lang("en_US")
