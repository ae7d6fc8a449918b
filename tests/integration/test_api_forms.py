"""The forms in force over REST: the definitions that pages and stored answers are made of, in each language."""

from dataclasses import asdict

import pytest

import tests.factories as make
from authorizations.models import Checklist, Decision
from patients.models import PatientSurvey
from rems_portal.rules.forms import fingerprint
from rems_portal.rules.forms.surveys import LANGUAGES, checklist_form, forms_in_force, prescriber_survey_form
from rems_portal.rules.vocabulary import RiskCategory, RuleGroup
from tests.integration.api_calls import System, at_now, system_of  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now"), pytest.mark.rems("PH-10", "PR-09", "PR-18")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_list_holds_every_form_of_the_language(language: str) -> None:
    answer = system_of(make.pharmacy()).get(f"forms?language={language}").json()
    expected = forms_in_force(make.PROGRAM, first=True, language=language)
    assert answer["program_version"] == make.PROGRAM.version
    assert [form["code"] for form in answer["forms"]] == [form.code for form in expected]
    assert [form["fingerprint"] for form in answer["forms"]] == [fingerprint(form) for form in expected]


@pytest.mark.parametrize("group", list(RuleGroup))
def test_one_form_is_its_definition_whole(group: RuleGroup) -> None:
    system = system_of(make.prescriber())
    answer = system.get(f"forms/checklist_{group}").json()
    definition = asdict(checklist_form(group, make.PROGRAM))
    assert [item["text"] for item in answer["sections"][0]["items"]] == [
        item["text"] for item in definition["sections"][0]["items"]
    ]
    assert set(answer["sections"][0]["items"][0]) == set(definition["sections"][0]["items"][0])
    for moment, first in (("first", True), ("later", False)):
        found = system.get(f"forms/prescriber_survey_{group}?moment={moment}").json()
        assert found["fingerprint"] == fingerprint(prescriber_survey_form(group, first, make.PROGRAM))
        assert found["signatures"][0]["signer"] == "prescriber"


def test_spanish_survey_has_the_english_codes() -> None:
    system = system_of(make.pharmacy())
    english, spanish = (system.get(f"forms/patient_survey_MALE?language={code}").json() for code in ("en", "es"))
    codes = [[item["code"] for item in form["sections"][0]["items"]] for form in (english, spanish)]
    assert codes[0] == codes[1]
    assert spanish["title"] != english["title"]


@pytest.mark.parametrize("query", ["language=fr", "moment=never", "language="])
def test_other_values_of_a_parameter_are_malformed(query: str) -> None:
    answer = system_of(make.pharmacy()).get(f"forms?{query}")
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (400, query.partition("=")[0])


@pytest.mark.parametrize("code", ["checklist_NOBODY", "prescriber_survey_MALE?language=es"])
def test_unknown_form_is_not_found(code: str) -> None:
    answer = system_of(make.pharmacy()).get(f"forms/{code}")
    assert (answer.status_code, answer.json()["message"]) == (404, "There is no form of this code in this language.")


def test_forms_need_a_token() -> None:
    for path in ("forms", "forms/checklist_MALE"):
        assert System().get(path).status_code == 401


@pytest.mark.parametrize("category", make.CATEGORIES)
def test_stored_forms_ask_what_the_api_tells(category: RiskCategory) -> None:
    one = make.enrollment(category)
    make.treated(one)
    make.patient_survey(one)
    system = system_of(one.prescriber)
    for form in (
        Decision.objects.get(ask="authorization").form,
        Checklist.objects.get().form,
        PatientSurvey.objects.latest("completed_at").form,
    ):
        told = system.get(f"forms/{form.code}").json()
        texts = [line.text for part in form.read.parts for line in part.lines]
        assert texts == [item["text"] for section in told["sections"] for item in section["items"]]
        assert (form.version, form.language) == (told["version"], told["language"])
