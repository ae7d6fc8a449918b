"""The page on which a prescriber's office gives or corrects a patient's e-mail address."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from authorizations.forms.prescriber_form import PatientEmailForm
from authorizations.views.prescriber import address, office_of, patient_or_404
from patients.actions import change_patient_email
from rems_portal.errors import ActRefused
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.web import actor_of


def patient_email(request: HttpRequest, number: str) -> HttpResponse:
    """Show the address on record, or take another and go back to the patient."""
    office = office_of(request)
    enrollment = patient_or_404(request, office, number)
    if enrollment.status not in (EnrollmentStatus.PENDING, EnrollmentStatus.ENROLLED):
        messages.warning(request, "The patient is no longer enrolled with you. The address stays as it is.")
        return redirect("authorizations:patient", number)
    given = request.POST if request.method == "POST" else None
    form = PatientEmailForm(given, initial={"email": enrollment.patient.email})
    if form.is_valid():
        try:
            change_patient_email(
                by=actor_of(request, on_behalf_of=enrollment.prescriber),
                at=office.at,
                user=office.user,
                enrollment=enrollment,
                email=form.cleaned_data["email"],
            )
            messages.success(request, "The e-mail address is changed.")
            return redirect("authorizations:patient", number)
        except ActRefused as refusal:
            form.add_error(None, [finding.sentence for finding in refusal.findings])
    context = {
        "form": form,
        "patient": enrollment.patient,
        "patient_url": address("authorizations:patient", number),
        "crumbs": [
            {"label": "My patients", "url": address("authorizations:worklist")},
            {"label": number, "url": address("authorizations:patient", number)},
            {"label": "E-mail address"},
        ],
    }
    return render(request, "authorizations/prescriber/email.html", context)
