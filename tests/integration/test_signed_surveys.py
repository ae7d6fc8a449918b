"""Surveys and checklists are what was signed: any changed byte, in the document or a copy, shows wherever they show."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection

import tests.factories as make
from authorizations.models import Authorization, Checklist, Decision
from authorizations.presenters.signed import shown_checklist, shown_prescriber_survey
from patients.models import PatientSurvey
from patients.presenters import shown_patient_survey
from rems_portal.rules.vocabulary import RiskCategory
from rems_portal.signatures.copies import is_intact
from rems_portal.signatures.models import SignedForm
from tests.integration.offices import as_prescriber, of, page, signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.rems("PR-09", "PR-18", "PH-10", "PM-09")]

BROKEN = "This record does not match its signature"


@pytest.fixture(autouse=True)
def at_now() -> Any:
    with time_machine.travel(make.NOW, tick=False):
        yield


def later_month(category: RiskCategory = RiskCategory.AM) -> Authorization:
    """Return an authorization with patient survey, prescriber survey and checklist behind it."""
    one = make.enrollment(category)
    make.treated(one, at=make.NOW - make.days(28))
    number = make.authorization(one)
    make.checklist(make.confirmation(number))
    return number


def change_document(form: SignedForm, old: str, new: str) -> None:
    assert old in form.document
    SignedForm.objects.filter(pk=form.pk).update(document=form.document.replace(old, new, 1))


def change_facts(decision: Decision, change: Callable[[dict[str, Any]], None]) -> None:
    """Write to a decision as only somebody with the database's password can."""
    facts = json.loads(json.dumps(decision.facts))
    change(facts)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE authorizations_decision SET facts = %s WHERE id = %s", [json.dumps(facts), decision.pk])


@pytest.mark.parametrize("category", make.CATEGORIES)
def test_nothing_changed_shows_nothing_broken(category: RiskCategory) -> None:
    number = later_month(category)
    assert all(is_intact(shown_prescriber_survey(one)) for one in Decision.objects.all())
    assert all(shown_prescriber_survey(one) for one in Decision.objects.filter(ask="authorization"))
    assert all(shown_prescriber_survey(one) is None for one in Decision.objects.filter(ask="confirmation"))
    for checklist in Checklist.objects.all():
        assert is_intact(shown_checklist(checklist)) and checklist.form.signatures.count() == 0
    for survey in PatientSurvey.objects.all():
        assert is_intact(shown_patient_survey(survey)) and survey.form.signatures.count() == 1
    assert BROKEN not in text_of(as_prescriber(number.prescriber).get(of("patient", number.enrollment)))


# ---- the prescriber survey


COLUMNS = [
    ("days_supply", 27),
    ("quantity", 22),
    ("strength_mg", 25),
    ("days_of_therapy", 20),
    ("transmission", "written"),
    ("attested", ["patient_survey"]),
    ("attested", ["barrier_contraception", "emergency_contraception", "patient_survey", "invented"]),
]


@pytest.mark.parametrize(("column", "value"), COLUMNS, ids=str)
def test_changed_column_of_a_number_shows_on_its_page_and_the_patients(column: str, value: Any) -> None:
    number = later_month()
    Authorization.objects.filter(pk=number.pk).update(**{column: value})
    client = as_prescriber(number.prescriber)
    assert BROKEN in text_of(client.get(page("authorization", number.number)))
    assert "Does not match its signature" in text_of(client.get(of("patient", number.enrollment)))


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: facts["prescription"].update(days_supply=14),
        lambda facts: facts["prescription"].update(quantity=22),
        lambda facts: facts["prescription"].update(strength_mg=2.5),
        lambda facts: facts["prescription"].update(refills=1),
        lambda facts: facts["prescription"].update(by_telephone=True),
        lambda facts: facts["survey"].update(days_of_therapy=1),
        lambda facts: facts["survey"].update(transmission="written"),
        lambda facts: facts.update(replace_live_authorization=True),
        lambda facts: facts["attested"].remove("patient_survey"),
    ],
)
def test_changed_fact_of_a_decision_shows(change: Callable[[dict[str, Any]], None]) -> None:
    number = later_month()
    change_facts(number.decision, change)
    assert BROKEN in text_of(as_prescriber(number.prescriber).get(page("authorization", number.number)))


@pytest.mark.parametrize(
    ("old", "new"), [('"answer":21', '"answer":22'), ("10 mg", "25 mg"), ("true", "false"), ("Quantity", "Quantities")]
)
def test_changed_byte_of_a_refused_survey_shows_on_its_page(old: str, new: str) -> None:
    one = make.ready(make.enrollment(RiskCategory.AM))
    decision = make.ask_authorization(one, days_supply=29)
    client = as_prescriber(one.prescriber)
    refusal = of("refusal", one, decision.pk)
    assert BROKEN not in text_of(client.get(refusal))
    change_document(decision.form, old, new)
    assert BROKEN in text_of(client.get(refusal))


def test_signature_put_under_another_name_shows() -> None:
    number = later_month()
    number.decision.form.signatures.update(printed_name="Somebody Else")
    shown = text_of(as_prescriber(number.prescriber).get(page("authorization", number.number)))
    assert "The signature of Somebody Else was changed after it was given" in shown


def test_survey_that_can_not_be_read_any_more_shows_and_the_page_still_opens() -> None:
    number = later_month()
    SignedForm.objects.filter(pk=number.decision.form_id).update(document="{")
    answer = as_prescriber(number.prescriber).get(page("authorization", number.number))
    assert answer.status_code == 200 and BROKEN in text_of(answer)


def test_number_from_before_electronic_signatures_is_shown_without_a_survey() -> None:
    number = later_month()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE authorizations_decision SET form_id = NULL")
    answer = as_prescriber(number.prescriber).get(page("authorization", number.number))
    assert answer.status_code == 200 and "as it was signed" not in text_of(answer)


# ---- the patient survey


@pytest.mark.parametrize("code", list(make.reassuring_answers("MALE")))
def test_changed_answer_of_the_patient_shows_without_telling_it(code: str) -> None:
    number = later_month()
    survey = PatientSurvey.objects.filter(enrollment=number.enrollment).latest("completed_at")
    PatientSurvey.objects.filter(pk=survey.pk).update(answers=survey.answers | {code: not survey.answers[code]})
    shown = text_of(as_prescriber(number.prescriber).get(of("patient", number.enrollment)))
    assert BROKEN in shown
    assert survey.form.read.parts[0].lines[0].text not in shown


def test_dropped_answer_and_changed_document_of_the_patient_show() -> None:
    number = later_month()
    survey = PatientSurvey.objects.filter(enrollment=number.enrollment).latest("completed_at")
    PatientSurvey.objects.filter(pk=survey.pk).update(answers={})
    assert not is_intact(shown_patient_survey(PatientSurvey.objects.get(pk=survey.pk)))
    change_document(survey.form, '"words":"Yes"', '"words":"No"')
    assert not is_intact(shown_patient_survey(PatientSurvey.objects.get(pk=survey.pk)))


# ---- the checklist


@pytest.mark.parametrize("broken", ["dropped item", "another item", "changed text"])
def test_changed_checklist_shows_on_the_confirmation_its_record_and_its_printout(broken: str) -> None:
    number = later_month()
    done = Checklist.objects.get(confirmation__authorization=number)
    if broken == "changed text":
        change_document(done.form, "Never sharing", "Ever sharing")
    else:
        items = done.items[1:] if broken == "dropped item" else [*done.items, "invented"]
        Checklist.objects.filter(pk=done.pk).update(items=items)
    held = done.confirmation
    client = signed_in(held.pharmacy.staff.get().user)
    assert BROKEN in text_of(client.get(f"/confirmations/{held.number}/"))
    assert "This checklist does not match" in text_of(client.get(f"/confirmations/{held.number}/record/"))


# ---- for program staff


def test_admin_says_of_each_record_whether_it_is_still_what_was_signed() -> None:
    number = later_month()
    survey = PatientSurvey.objects.filter(enrollment=number.enrollment).latest("completed_at")
    done = Checklist.objects.get(confirmation__authorization=number)
    client = signed_in(make.auditor())
    pages = [
        f"/admin/authorizations/decision/{number.decision_id}/change/",
        f"/admin/authorizations/authorization/{number.pk}/change/",
        f"/admin/authorizations/checklist/{done.pk}/change/",
        f"/admin/patients/patientsurvey/{survey.pk}/change/",
    ]
    for address in pages:
        shown = text_of(client.get(address))
        assert "Still what was" in shown and "changed after it was written" not in shown
    for form in (number.decision.form, done.form, survey.form):
        change_document(form, '"answer":', '"answer": ')
    for address in pages:
        assert "The form’s text or answers were changed after it was written" in text_of(client.get(address))
