"""The addresses of the pages of a prescriber's office. Opaque numbers only: no name, no health data."""

from django.urls import path

from authorizations.routes.converters import KEY, NUMBER
from authorizations.views.prescriber_authorization import authorization, authorization_pdf, authorization_survey_pdf
from authorizations.views.prescriber_authorize import authorize, refusal, refusal_survey_pdf
from authorizations.views.prescriber_category import change_category_page
from authorizations.views.prescriber_contact import patient_email
from authorizations.views.prescriber_ending import discontinue_page, ending_form, ending_form_document
from authorizations.views.prescriber_form import hand_over_form, signed_form, signed_form_document, withdraw
from authorizations.views.prescriber_link import hand_over_survey
from authorizations.views.prescriber_patient import patient_page
from authorizations.views.prescriber_tests import positive_test, record_test
from authorizations.views.prescriber_transfer import ask_transfer_page, transfer_page, withdraw_transfer_page
from authorizations.views.prescriber_worklist import worklist_page

_PATIENT = f"my-patients/<{NUMBER}:number>/"
_AUTHORIZATION = f"authorizations/<{NUMBER}:number>/"

urlpatterns = [
    path("my-patients/", worklist_page, name="worklist"),
    path(_PATIENT, patient_page, name="patient"),
    path(_PATIENT + "tests/new/", record_test, name="record-test"),
    path(_PATIENT + f"tests/<{KEY}:key>/", positive_test, name="positive-test"),
    path(_PATIENT + "survey-link/", hand_over_survey, name="hand-over-survey"),
    path(_PATIENT + "email/", patient_email, name="patient-email"),
    path(_PATIENT + "category/", change_category_page, name="change-category"),
    path(_PATIENT + "end/", discontinue_page, name="discontinue"),
    path(_PATIENT + "end/form/", ending_form, name="ending-form"),
    path(_PATIENT + "end/form.pdf", ending_form_document, name="ending-form-pdf"),
    path(_PATIENT + "form/", hand_over_form, name="hand-over-form"),
    path(_PATIENT + "withdraw/", withdraw, name="withdraw"),
    path(_PATIENT + f"forms/<{NUMBER}:form>/", signed_form, name="signed-form"),
    path(_PATIENT + f"forms/<{NUMBER}:form>.pdf", signed_form_document, name="signed-form-pdf"),
    path(_PATIENT + "authorize/", authorize, name="authorize"),
    path(_PATIENT + f"refusals/<{KEY}:key>/", refusal, name="refusal"),
    path(_PATIENT + f"refusals/<{KEY}:key>/survey.pdf", refusal_survey_pdf, name="refusal-survey-pdf"),
    path("transfers/ask/", ask_transfer_page, name="ask-transfer"),
    path(f"transfers/<{NUMBER}:form>/", transfer_page, name="transfer"),
    path(f"transfers/<{NUMBER}:form>/withdraw/", withdraw_transfer_page, name="withdraw-transfer"),
    path(_AUTHORIZATION, authorization, name="authorization"),
    path(_AUTHORIZATION + "prescription.pdf", authorization_pdf, name="authorization-pdf"),
    path(_AUTHORIZATION + "survey.pdf", authorization_survey_pdf, name="authorization-survey-pdf"),
]
