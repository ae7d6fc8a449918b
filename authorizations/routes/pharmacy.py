"""The addresses of the pages at the counter. Opaque numbers only: no name, no health data."""

from django.urls import path

from authorizations.routes.converters import KEY, NUMBER
from authorizations.views.pharmacy_confirmations import (
    checklist_pdf,
    confirmation,
    confirmation_pdf,
    confirmation_record,
    open_confirmations,
)
from authorizations.views.pharmacy_counter import confirm_result, counter
from authorizations.views.pharmacy_dispense import cancel, dispense

_CONFIRMATION = f"confirmations/<{NUMBER}:number>/"

urlpatterns = [
    path("counter/", counter, name="counter"),
    path(f"counter/decisions/<{KEY}:key>/", confirm_result, name="confirm-result"),
    path("confirmations/", open_confirmations, name="open-confirmations"),
    path(_CONFIRMATION, confirmation, name="confirmation"),
    path(_CONFIRMATION + "record/", confirmation_record, name="confirmation-record"),
    path(_CONFIRMATION + "record.pdf", confirmation_pdf, name="confirmation-pdf"),
    path(_CONFIRMATION + "checklist.pdf", checklist_pdf, name="checklist-pdf"),
    path(_CONFIRMATION + "dispense/", dispense, name="dispense"),
    path(_CONFIRMATION + "cancel/", cancel, name="cancel"),
]
