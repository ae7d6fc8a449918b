"""The pages on which office staff prepare an agreement form for a prescriber. Nothing is signed here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from patients.actions import discard_prepared_enrollment, prepare_enrollment
from patients.forms import EnrollmentForm, SignatoryForm
from patients.models import PreparedEnrollment
from patients.queries import prepared_for
from patients.views.enrollment import Asked, asked_by, first_answers, page, prepared_form
from prescribers.models import Prescriber
from rems_portal.audit.actors import Actor
from rems_portal.errors import ActRefused
from rems_portal.rules.calendars import program_day
from rems_portal.web import user_of


def prepare(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Fill in an agreement form for a prescriber to read and sign, or go on with one that was begun.

    What was begun stays with its prescriber; a new one is kept for the prescriber who was chosen, or not at all.
    """
    asked = asked_by(request)
    prepared = prepared_form(request, asked, pk) if pk else None
    if request.method != "POST":
        form = EnrollmentForm(at=asked.at, program=asked.program, initial=first_answers(prepared))
        return page(request, asked, form, prepared=prepared, signatory=SignatoryForm(served=asked.served))
    form = EnrollmentForm(request.POST, at=asked.at, program=asked.program, signing=False)
    saving = request.POST.get("step") == "save"
    signatory = SignatoryForm(
        request.POST if saving and asked.served else None,
        served=asked.served,
        initial={"prescriber": request.POST.get("prescriber", "")},
    )
    if saving and form.is_valid() and (prepared or signatory.is_valid()):
        prescriber = prepared.prescriber if prepared else signatory.chosen()
        try:
            return _keep(request, asked, form, prescriber, prepared)
        except ActRefused as refusal:
            form.add_error(None, [finding.sentence for finding in refusal.findings])
    return page(request, asked, form, prepared=prepared, signatory=signatory)


def _keep(
    request: HttpRequest,
    asked: Asked,
    form: EnrollmentForm,
    prescriber: Prescriber,
    prepared: PreparedEnrollment | None,
) -> HttpResponse:
    kept = prepare_enrollment(
        by=_actor(request, prescriber),
        at=asked.at,
        user=asked.user,
        prescriber=prescriber,
        answers=form.typed_answers(),
        prepared=prepared,
    )
    messages.success(request, f"Kept for {kept.prescriber} to read and sign. Nobody is enrolled yet.")
    return redirect("patients:prepared-forms")


def _actor(request: HttpRequest, prescriber: Prescriber) -> Actor:
    return Actor.of(user_of(request), on_behalf_of=prescriber)


def prepared_forms(request: HttpRequest) -> HttpResponse:
    """List the forms that wait for a prescriber to sign, the newest first."""
    asked = asked_by(request)
    rows = prepared_for(asked.user, program_day(asked.at))[:100]
    context = {"rows": rows, "prescriber": asked.prescriber, "may_keep": bool(asked.served)}
    return render(request, "patients/prepared_forms.html", context)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a prepared form away unsigned."""
    asked = asked_by(request)
    prepared = prepared_form(request, asked, pk)
    try:
        discard_prepared_enrollment(
            by=_actor(request, prepared.prescriber),
            at=timezone.now(),
            user=asked.user,
            prescriber=prepared.prescriber,
            prepared=prepared,
        )
        messages.success(request, "The prepared form is discarded. Nothing was signed.")
    except ActRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect("patients:prepared-forms")
