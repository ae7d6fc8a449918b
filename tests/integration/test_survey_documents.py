"""Surveys as PDF: the prescriber's for the office, the patient's for the patient and for program staff, nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

import tests.factories as make
from patients.models import PatientSurvey
from rems_portal.accounts.locking import LOCKED
from rems_portal.audit.models import AccessEvent
from rems_portal.rules.vocabulary import RiskCategory
from rems_portal.signatures.models import SignedForm
from tests.integration import answering
from tests.integration.offices import as_prescriber, of, page, signed_in, text_of
from tests.integration.test_documents import text_of as words_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield traveller


def looks() -> list[tuple[str, str]]:
    return list(AccessEvent.objects.order_by("pk").values_list("actor_name", "record"))


# ---- the prescriber survey


@pytest.mark.pango
@pytest.mark.rems("PR-18")
def test_prescriber_survey_is_a_pdf_with_its_signature_always_the_same() -> None:
    number = make.authorization(make.enrollment(RiskCategory.AM))
    dr, form = number.prescriber, number.decision.form
    address = page("authorization-survey-pdf", number.number)
    assert address in text_of(as_prescriber(dr).get(page("authorization", number.number)))
    first, again = (as_prescriber(dr).get(address) for _ in range(2))
    assert first["Content-Type"] == "application/pdf" and first.content == again.content
    assert first["Content-Disposition"] == f'inline; filename="{form.number}.pdf"'
    told = words_of(first.content)
    assert form.number in told and form.read.title in told and form.signatures.get().printed_name in told
    assert looks()[-1] == (dr.user.get_full_name(), f"authorization {number.number}")


@pytest.mark.pango
def test_prescriber_survey_that_was_answered_no_is_a_pdf_too() -> None:
    one = make.enrollment(RiskCategory.AF_CAN)
    asked = make.ask_authorization(one)
    assert not asked.granted
    dr, address = as_prescriber(one.prescriber), of("refusal-survey-pdf", one, asked.pk)
    assert address in text_of(dr.get(of("refusal", one, asked.pk)))
    assert asked.form.number in words_of(dr.get(address).content)
    assert looks()[-1] == (one.prescriber.user.get_full_name(), f"decision {asked.pk}")


@pytest.mark.pango
def test_changed_prescriber_survey_is_stamped() -> None:
    number = make.authorization(make.enrollment(RiskCategory.AM))
    form = number.decision.form
    SignedForm.objects.filter(pk=form.pk).update(document=form.document.replace("10", "15", 1))
    told = words_of(as_prescriber(number.prescriber).get(page("authorization-survey-pdf", number.number)).content)
    assert "match its signature" in told


def test_nobody_else_gets_a_prescriber_survey() -> None:
    number = make.authorization(make.enrollment(RiskCategory.AM))
    refused = make.ask_authorization(make.enrollment(RiskCategory.AF_CAN))
    other = as_prescriber(make.prescriber())
    assert other.get(page("authorization-survey-pdf", number.number)).status_code == 404
    assert other.get(of("refusal-survey-pdf", refused.enrollment, refused.pk)).status_code == 404
    own = as_prescriber(number.prescriber)
    assert own.get(of("refusal-survey-pdf", number.enrollment, refused.pk)).status_code == 404


# ---- the patient survey, for the patient


def sent(client: Client) -> tuple[PatientSurvey, str]:
    """Return a survey that was sent by its link, and the link’s secret."""
    one, secret = answering.handed_over(RiskCategory.AM)
    answering.let_in(client, one, secret)
    answering.answer_all(client, one, secret)
    answering.send(client, secret)
    return PatientSurvey.objects.get(), secret


@pytest.mark.pango
@pytest.mark.rems("PM-09")
def test_patient_keeps_a_copy_of_the_survey_for_an_hour_where_it_was_sent(client: Client, clock: Any) -> None:
    survey, secret = sent(client)
    address = page("survey-copy", secret)
    assert address in text_of(client.get(page("survey-sent", secret)))
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf" and "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"] == f'inline; filename="{survey.form.number}.pdf"'
    told = words_of(answer.content)
    assert survey.form.number in told and survey.enrollment.patient.full_name in told
    assert looks()[-1] == ("Patient", f"patient {survey.enrollment.patient.number}")
    assert Client().get(address).status_code == 404
    clock.shift(make.hours(1))
    assert client.get(address).status_code == 404
    assert address not in text_of(client.get(page("survey-sent", secret)))


def test_no_copy_before_the_survey_is_sent(client: Client) -> None:
    one, secret = answering.handed_over(RiskCategory.AM)
    answering.let_in(client, one, secret)
    assert client.get(page("survey-copy", secret)).status_code == 404


def test_no_copy_stays_on_a_device_of_the_office(client: Client) -> None:
    """domain.md 5: one party is never told another's private answer, also not by the history of its own browser."""
    survey, secret = sent(client)
    client.force_login(survey.enrollment.prescriber.user)
    assert client.get(page("survey-copy", secret)).status_code == 404
    assert page("survey-copy", secret) not in text_of(client.get(page("survey-sent", secret)))


def test_no_copy_while_a_device_is_locked_for_the_patient(client: Client) -> None:
    _survey, secret = sent(client)
    session = client.session
    session[LOCKED] = True
    session.save()
    assert client.get(page("survey-copy", secret)).status_code == 404


# ---- any form, for program staff


@pytest.mark.pango
@pytest.mark.parametrize("staff", [make.case_manager, make.auditor, make.administrator])
def test_program_staff_open_a_patient_survey_as_pdf(staff: Any) -> None:
    survey = make.patient_survey(make.enrollment(RiskCategory.AM))
    user = staff()
    address = page("any-form-pdf", survey.form.number)
    assert f'href="{address}"' in text_of(
        signed_in(user).get(reverse("admin:signatures_signedform_change", args=[survey.form.pk]))
    )
    answer = signed_in(user).get(address)
    assert answer["Content-Type"] == "application/pdf" and survey.form.number in words_of(answer.content)
    assert looks()[-1] == (user.get_full_name(), f"patient {survey.enrollment.patient.number}")


def test_office_never_gets_a_patient_survey() -> None:
    survey = make.patient_survey(make.enrollment(RiskCategory.AM))
    dr = survey.enrollment.prescriber
    for user in (dr.user, make.delegate_of(dr), make.pharmacist(make.pharmacy())):
        assert signed_in(user).get(page("any-form-pdf", survey.form.number)).status_code == 403
    assert as_prescriber(dr).get(of("signed-form-pdf", survey.enrollment, survey.form.number)).status_code == 404


def test_form_that_is_not_there_is_written_down() -> None:
    assert signed_in(make.auditor()).get(page("any-form-pdf", "F-0000")).status_code == 404
    assert looks()[-1][1] == "form F-0000"
