"""Enrolling a patient again after treatment was discontinued: the enrollment page with what is on record filled in."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from patients.forms import EnrollmentForm
from patients.models import Enrollment
from patients.views.enrollment import asked_by, page, take
from prescribers.permissions import require_prescriber, scope
from rems_portal.rules.calendars import program_day
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.signatures.forms import signing_form
from rems_portal.web import visible_or_404


def enroll_again(request: HttpRequest, number: str) -> HttpResponse:
    """Show the form with the answers of the last course, and take it for this very patient.

    Who the patient is can't be changed here: one person is one record. The person is a prescriber with a course of this
    patient that is over or was withdrawn; others don't find the page.
    """
    asked = asked_by(request)
    require_prescriber(asked.user, "Only the prescriber in person may enroll a patient: it takes a signature.")
    rows: Any = scope(Enrollment.objects.filter(program=asked.program.program), asked.user, program_day(asked.at))
    latest = rows.filter(patient__number=number).latest_first()
    last: Enrollment = visible_or_404(
        request,
        rows.filter(pk__in=latest.values("pk")[:1]).select_related("patient", "prescriber"),
        at=asked.at,
        kind="patient",
        patient__number=number,
    )
    if request.method == "POST":
        return take(request, asked, last.prescriber, patient=last.patient)
    if last.status not in (EnrollmentStatus.DISCONTINUED, EnrollmentStatus.WITHDRAWN):
        messages.info(request, "This patient is enrolled, or waits for signatures.")
        return redirect("authorizations:patient", number)
    answers = _answers(last)
    initial = {"submission_key": uuid4(), **answers}
    form = EnrollmentForm(at=asked.at, program=asked.program, patient=last.patient, initial=initial)
    return page(request, asked, form, signing_form(request), again=answers)


def _answers(last: Enrollment) -> dict[str, str]:
    """Return what the last course says of the patient, by field of the enrollment page."""
    patient = last.patient
    answers = {
        "family_name": patient.family_name,
        "given_name": patient.given_name,
        "email": patient.email,
        "birth_date": patient.birth_date.isoformat(),
        "sex": patient.sex,
        "can_get_pregnant": {True: "yes", False: "no", None: ""}[last.can_get_pregnant],
        "cannot_basis": last.cannot_basis,
        "menstrual_cycles": last.menstrual_cycles,
    }
    return {name: answer for name, answer in answers.items() if answer}
