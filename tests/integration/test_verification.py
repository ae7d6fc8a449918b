"""The public page that checks documents: by number, by file; of patients it says nothing."""

import re
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

import tests.factories as make
from patients.models import Agreement, PatientSurvey
from patients.presenters import shown_agreement
from pharmacies import presenters as pharmacies
from prescribers import presenters as prescribers
from prescribers.models import PrescriberCertification
from rems_portal import pdf
from rems_portal.rules.categories import RiskCategory
from rems_portal.signatures import pdf as signatures_pdf
from rems_portal.signatures.models import SignedForm
from rems_portal.signatures.presenters import shown_form
from tests.integration.offices import text_of
from tests.integration.signed_forms import spoil, wholly_signed, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_now() -> Any:
    with time_machine.travel(make.NOW, tick=False) as clock:
        yield clock


def verify(number: str, **more: Any) -> HttpResponse:
    return Client().get(reverse("authorizations:verify"), {"number": number, **more})


def send(number: str, content: bytes) -> HttpResponse:
    file = SimpleUploadedFile("form.pdf", content, content_type="application/pdf")
    return Client().post(reverse("authorizations:verify"), {"number": number, "document": file})


# ---- by number ----


def test_page_opens_for_everybody_and_asks_for_the_number() -> None:
    answer = Client().get(reverse("authorizations:verify"))
    assert answer.status_code == 200
    assert "Form number or verification code" in answer.text and 'enctype="multipart/form-data"' in answer.text


@pytest.mark.parametrize(
    "spell", [str, str.lower, lambda number: number.replace("-", " "), lambda number: f"  {number}"]
)
def test_number_is_found_however_it_is_typed(spell: Any) -> None:
    form = wholly_signed()
    shown = text_of(verify(spell(form.number)))
    assert "The program has this document" in shown and form.number in shown
    assert "unchanged" in shown and form.version in shown


def test_of_a_patients_form_nothing_is_told_about_the_patient() -> None:
    agreement = make.enrollment(RiskCategory.FC_CAN).agreements.get()
    form = agreement.form or SignedForm.objects.get(about__startswith="patient")
    shown = text_of(verify(form.number))
    assert "A form about a patient" in shown and "The program has this document" in shown
    document = form.read
    secrets = {form.about, form.about.split()[1], document.title, form.code, document.entered_by}
    secrets |= {line.words for part in document.parts for line in part.lines if len(line.words) > 3}
    secrets |= {signature.printed_name for signature in form.signatures.all()}
    assert not {secret for secret in secrets if secret in shown}


def test_unfinished_form_says_so() -> None:
    assert "Signatures are missing" in text_of(verify(written().number))


def test_changed_form_says_so() -> None:
    form = wholly_signed()
    spoil(form, document=form.document.replace("post", "hand"))
    shown = text_of(verify(form.number))
    assert "does not match its signature" in shown and "The program has this document" not in shown


def test_changed_form_of_a_certified_pharmacy_shows_no_word_of_certified() -> None:
    form = make.pharmacy().certifications.get().form
    assert "Certified now" in text_of(verify(form.number))
    spoil(form, document=form.document.replace("e", "a"))
    shown = text_of(verify(form.number))
    assert "does not match its signature" in shown and "ertified now" not in shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type the number. It begins with F"),
        ("F-", "A character is missing or too many"),
        ("A-2222-2222-2222-22", "A form number begins with F"),
        ("x" * 1_000, "longer than 80 characters"),
        ("F-5G7G-NH8Z-7B95-KW", "mistyped, or two are swapped"),
        ("‮F\x00", "invisible characters"),
    ],
)
def test_mistyped_number_is_told_at_its_field_without_looking(
    typed: str, sentence: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        answer = verify(typed)
    assert answer.status_code == 200
    assert "One thing needs your attention" in answer.text
    told = re.search(r'id="id_number_error">.*?</p>', answer.text, re.DOTALL)
    assert told is not None and sentence in told[0]
    assert "The program has" not in answer.text


def test_unknown_number_is_told() -> None:
    assert "The program has no document of this number" in text_of(verify("F-5G7G-NH8Z-7B95-KV"))


# ---- prescribers and pharmacies ----


def test_prescribers_form_says_whether_the_prescriber_is_certified_now() -> None:
    dr = make.prescriber()
    certification = dr.certifications.get()
    shown = text_of(verify(certification.form.number))
    assert "Certified now" in shown and str(dr) in shown and dr.npi in shown
    assert certification.form.read.title in shown
    PrescriberCertification.objects.update(status="suspended")
    shown = text_of(verify(certification.form.number))
    assert "Not certified now" in shown and "Certified now" not in shown


def test_pharmacys_form_says_whether_the_pharmacy_is_certified_now() -> None:
    shop = make.pharmacy()
    form = shop.certifications.get().form
    shown = text_of(verify(form.number))
    assert "Certified now" in shown and shop.name in shown and shop.npi in shown
    shop.certifications.update(status="decertified")
    assert "Not certified now" in text_of(verify(form.number))


def test_form_that_a_newer_one_replaced_says_so() -> None:
    dr = make.prescriber()
    certification = dr.certifications.get()
    old = certification.form
    spoil(certification, form_id=None)
    shown = text_of(verify(old.number))
    assert "Certified now" in shown and "A newer enrollment form has replaced this one" in shown


# ---- by file ----


@pytest.mark.pango
def test_file_is_compared_byte_for_byte() -> None:
    form = wholly_signed()
    drawn = signatures_pdf.signed_form_pdf(shown_form(form))
    assert "It is exactly the file that the portal makes" in text_of(send(form.number, drawn))
    place = len(drawn) // 2
    for changed in (drawn + b"\n", drawn[:-1], drawn[:place] + bytes([drawn[place] ^ 1]) + drawn[place + 1 :], b"x"):
        assert "not the one that the portal makes" in text_of(send(form.number, changed))


@pytest.mark.pango
def test_certificates_are_compared_too() -> None:
    dr, shop = make.prescriber(), make.pharmacy()
    for one, certificate_of in (
        (dr.certifications.get(), prescribers.certificate_of),
        (shop.certifications.get(), pharmacies.certificate_of),
    ):
        drawn = signatures_pdf.certificate_pdf(**certificate_of(one, make.PROGRAM))
        assert "exactly the file" in text_of(send(one.form.number, drawn))
        forged = signatures_pdf.certificate_pdf(**certificate_of(one, make.PROGRAM) | {"name": "Somebody Else"})
        assert "not the one that the portal makes" in text_of(send(one.form.number, forged))
        type(one).objects.filter(pk=one.pk).update(status="suspended")
        assert "not the one that the portal makes" in text_of(send(one.form.number, drawn))


@pytest.mark.pango
def test_older_print_is_not_the_present_one() -> None:
    form = written()
    early = signatures_pdf.signed_form_pdf(shown_form(form))
    assert "exactly the file" in text_of(send(form.number, early))
    whole = wholly_signed()
    assert "older print" in text_of(send(whole.number, early))


def test_file_beyond_the_limit_is_refused_and_never_touches_the_disk(settings: Any, monkeypatch: Any) -> None:
    def no_file(*_: Any, **__: Any) -> Any:
        raise AssertionError("an uploaded file was written")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", no_file)
    monkeypatch.setattr("django.core.files.temp.NamedTemporaryFile", no_file)
    form = wholly_signed()
    answer = send(form.number, b"x" * (settings.FILE_UPLOAD_MAX_MEMORY_SIZE + 1))
    assert answer.status_code == 200
    assert "larger than 2 MB" in text_of(answer)


@pytest.mark.parametrize("content", [b"%PDF-1.7 " + b"A" * 5_000, b"\x00" * 100, b"<html>"])
def test_file_is_never_parsed(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authorizations.views.verification.signed_form_pdf", lambda shown: b"drawn")
    assert "not the one that the portal makes" in text_of(send(wholly_signed().number, content))


def test_without_pango_the_number_is_checked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise pdf.PdfUnavailable

    monkeypatch.setattr(pdf, "_weasyprint", missing)
    shown = text_of(send(wholly_signed().number, b"%PDF"))
    assert "could not be compared" in shown and "The program has this document" in shown


# ---- guessing ----


def test_look_ups_are_limited() -> None:
    form = wholly_signed()
    answers = [verify(form.number).status_code for _ in range(61)]
    assert (answers[:60], answers[60]) == ([200] * 60, 429)
    told = verify(form.number)
    assert "Too many look-ups" in told.text and form.version not in told.text


def test_files_are_limited_more_tightly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authorizations.views.verification.signed_form_pdf", lambda shown: b"drawn")
    form = wholly_signed()
    assert [send(form.number, b"x").status_code for _ in range(11)] == [200] * 10 + [429]


def test_page_needs_its_own_token_to_be_sent() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(reverse("authorizations:verify"), {"number": "F"}).status_code == 403


def test_a_copy_that_was_changed_beside_the_form_is_not_called_unchanged() -> None:
    survey = make.patient_survey(make.enrollment())
    assert "are unchanged" in text_of(verify(survey.form.number))
    PatientSurvey.objects.filter(pk=survey.pk).update(answers={**survey.answers, "counseled": False})
    assert "are unchanged" not in text_of(verify(survey.form.number))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("category", "FC_CANNOT"),
        ("prescriber_signed_name", "Dr. Somebody"),
        ("patient_signed_name", "Somebody"),
        ("guardian_name", "Somebody"),
        ("guardian_relation", "Legal guardian"),
    ],
)
def test_an_agreements_column_that_differs_from_its_signatures_shows(column: str, value: str) -> None:
    agreement = make.enrollment(RiskCategory.FC_CAN).agreements.get()
    assert shown_agreement(agreement).integrity.holds
    Agreement.objects.filter(pk=agreement.pk).update(**{column: value})
    agreement.refresh_from_db()
    assert column.replace("_", " ") in shown_agreement(agreement).integrity.problems[0]
    assert "are unchanged" not in text_of(verify(agreement.form.number))
