"""The patient survey's signature, and its pages in Spanish."""

import pytest
import time_machine

import tests.factories as make
from authorizations.wording import WORDS
from patients.models import PatientSurvey
from tests.integration.answering import C, answer_all, handed_over, let_in, page, questions_of, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield traveller


@pytest.mark.rems("PM-09", "PF-14")
def test_survey_is_signed_with_the_name_on_record_by_link_and_sealed(client):
    one, secret = handed_over(C.AM)
    let_in(client, one, secret)
    answer_all(client, one, secret)
    assert one.patient.full_name in client.get(page(secret, "survey-check")).content.decode()
    send(client, secret)
    form = PatientSurvey.objects.get().form
    signature = form.signatures.get()
    assert (signature.printed_name, signature.signer, signature.method) == (one.patient.full_name, "patient", "link")
    assert (form.language, form.completed_at, form.answers) == ("en", make.NOW, PatientSurvey.objects.get().answers)


def test_guardian_of_the_agreement_need_not_type_the_name_again_and_another_can(client):
    one, secret = handed_over(C.MC)
    let_in(client, one, secret, who="guardian")
    answer_all(client, one, secret)
    begun = client.get(page(secret, "survey-check")).context["form"]
    assert begun["name"].value() == one.agreements.get().guardian_name
    send(client, secret, name="Sam Keeper", relation="Legal guardian")
    signature = PatientSurvey.objects.get().form.signatures.get()
    assert (signature.printed_name, signature.relation) == ("Sam Keeper", "Legal guardian")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": " "}, "full name"),
        ({"name": "x"}, "Type your first and your family name."),
        ({"relation": ""}, "Say what you are"),
    ],
)
def test_guardian_without_name_or_relation_signs_nothing(client, typed, words):
    one, secret = handed_over(C.MC)
    let_in(client, one, secret, who="guardian")
    answer_all(client, one, secret)
    assert words in send(client, secret, **typed).content.decode()
    assert not PatientSurvey.objects.exists()


def test_guardian_with_one_name_says_that_it_is_the_whole_name(client):
    one, secret = handed_over(C.MC)
    let_in(client, one, secret, who="guardian")
    answer_all(client, one, secret)
    assert 'name="whole_name"' in send(client, secret, name="Suharto").content.decode()
    send(client, secret, name="Suharto", whole_name="on")
    assert PatientSurvey.objects.get().form.signatures.get().printed_name == "Suharto"


def test_form_that_changed_before_sending_is_shown_again_with_its_answers(client):
    one, secret = handed_over(C.AM)
    let_in(client, one, secret)
    answer_all(client, one, secret)
    text = send(client, secret, form_seen="an older wording").content.decode()
    assert "The questions have changed since you began" in text
    assert not PatientSurvey.objects.exists()
    assert send(client, secret).url == page(secret, "survey-sent")


def test_whole_survey_in_spanish_is_stored_in_spanish_and_the_choice_is_remembered(client):
    one, secret = handed_over(C.AM)
    assert 'lang="es"' in client.get(page(secret) + "?lang=es").content.decode()
    let_in(client, one, secret)
    asked = client.get(page(secret, "survey-question", 1)).content.decode()
    assert '<html lang="es"' in asked and "Pregunta 1 de 6" in asked and ">Sí<" in asked
    answer_all(client, one, secret)
    shown = client.get(page(secret, "survey-check")).content.decode()
    assert all(question.translations["es"] in shown for question in questions_of(one))
    send(client, secret)
    sent = client.get(page(secret, "survey-sent")).content.decode()
    assert "Gracias" in sent and "Usted contestó en español." in sent
    form = PatientSurvey.objects.get().form
    assert (form.language, form.read.parts[0].lines[0].words) == ("es", "Sí")


def test_language_of_the_browser_is_taken_and_the_switch_leads_to_the_other(client):
    _one, secret = handed_over()
    spanish = client.get(page(secret), headers={"Accept-Language": "es-MX,es;q=0.9"}).content.decode()
    assert "Encuesta para el paciente" in spanish and "?lang=en" in spanish
    french = client.get(page(secret), headers={"Accept-Language": "fr"}).content.decode()
    assert "Patient survey" in french and "?lang=es" in french
    assert "Este enlace ya no funciona" in client.get(page("unknown") + "?lang=es").content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Escriba la fecha de nacimiento"),
        ({"birth_date_month": "enero", "birth_date_day": "3", "birth_date_year": "1970"}, "con números"),
        ({"birth_date_month": "1", "birth_date_day": "3", "birth_date_year": "1950"}, "no va con esa fecha"),
    ],
)
def test_what_is_typed_wrong_is_told_in_spanish(client, typed, words):
    _one, secret = handed_over()
    text = client.post(page(secret) + "?lang=es", {"who": "patient", **typed}).content.decode()
    assert words in text and "Mes" in text


def test_both_languages_have_the_same_words():
    own = {"month", "day", "year", "birth_date_unreadable"}
    assert set(WORDS["en"]) == set(WORDS["es"]) - own
    same = {key for key in WORDS["en"] if WORDS["en"][key] == WORDS["es"][key]}
    assert same <= {"no"}
