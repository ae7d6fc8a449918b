"""The addresses of the pages of a prescriber's office. Opaque numbers only: no name, no health data."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from authorizations.views.prescriber_authorization import authorization, authorization_pdf
from authorizations.views.prescriber_authorize import authorize, refusal
from authorizations.views.prescriber_link import hand_over_survey
from authorizations.views.prescriber_patient import patient_page
from authorizations.views.prescriber_tests import positive_test, record_test
from authorizations.views.prescriber_worklist import worklist_page


class NumberConverter(StringConverter):
    """A number that people read aloud, or what somebody took for one."""

    regex = "[A-Za-z0-9-]{1,40}"


class KeyConverter(StringConverter):
    """The key of a record of ours: a whole number that the database can hold."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:  # type: ignore[override]
        """Return the key as a number."""
        return int(value)


register_converter(NumberConverter, "office_number")
register_converter(KeyConverter, "office_key")

_PATIENT = "my-patients/<office_number:number>/"
_AUTHORIZATION = "authorizations/<office_number:number>/"

urlpatterns = [
    path("my-patients/", worklist_page, name="worklist"),
    path(_PATIENT, patient_page, name="patient"),
    path(_PATIENT + "tests/new/", record_test, name="record-test"),
    path(_PATIENT + "tests/<office_key:key>/", positive_test, name="positive-test"),
    path(_PATIENT + "survey-link/", hand_over_survey, name="hand-over-survey"),
    path(_PATIENT + "authorize/", authorize, name="authorize"),
    path(_PATIENT + "refusals/<office_key:key>/", refusal, name="refusal"),
    path(_AUTHORIZATION, authorization, name="authorization"),
    path(_AUTHORIZATION + "prescription.pdf", authorization_pdf, name="authorization-pdf"),
]
