"""The page on which a prescriber ends a course of treatment. It says before the signature what that does."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from authorizations.actions.discontinue import CODE, discontinue_treatment
from authorizations.forms.ending import EndingForm
from authorizations.queries.offices import business_of
from authorizations.queries.safety import rule_group_at
from authorizations.views.prescriber import Office, address, office_of, patient_or_404
from patients.models import Enrollment
from patients.presenters import shown_ending
from rems_portal.errors import ActRefused
from rems_portal.pdf import pdf_answer
from rems_portal.rules.calendars import days_after, program_day
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.rules.programs import form_named
from rems_portal.signatures.forms import SigningForm, signing_form
from rems_portal.signatures.pdf import signed_form_pdf
from rems_portal.signatures.presenters import ShownForm
from rems_portal.web import actor_of


def discontinue_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show the form and what signing it does; take the signature, and end the treatment (domain.md section 9)."""
    office = office_of(request)
    enrollment = patient_or_404(request, office, number)
    if not office.signs_for(enrollment.prescriber):
        who = enrollment.prescriber.full_name
        raise PermissionDenied(f"Only {who} in person may end the treatment: it takes a signature.")
    if enrollment.status != EnrollmentStatus.ENROLLED:
        messages.warning(request, "The patient is not in treatment now, so there is nothing to end.")
        return redirect("authorizations:patient", number)
    form = EndingForm(
        request.POST if request.method == "POST" else None,
        definition=form_named(office.program, CODE),
        group=rule_group_at(enrollment, office.at, office.program),
    )
    signing = signing_form(request)
    if form.is_valid() and _ended(request, office, enrollment, form, signing):
        return redirect("authorizations:patient", number)
    return _page(request, office, enrollment, form, signing)


def _ended(
    request: HttpRequest, office: Office, enrollment: Enrollment, form: EndingForm, signing: SigningForm
) -> bool:
    """Sign; False, with the errors in the forms, when the password is wrong or the act refuses."""
    proof = signing.prove(office.at)
    if proof is None:
        return False
    try:
        ended = discontinue_treatment(
            by=actor_of(request),
            at=office.at,
            prescriber=enrollment.prescriber,
            enrollment=enrollment,
            answers=form.answers(),
            program=office.program,
            signing=proof,
            form_seen=form.cleaned_data["shown_form"] or None,
        )
    except ActRefused as refusal:
        form.add_error(None, [finding.sentence for finding in refusal.findings])
        return False
    messages.success(request, f"Treatment of {ended.patient.number} has ended. Numbers issued before are void.")
    return True


def _page(
    request: HttpRequest, office: Office, enrollment: Enrollment, form: EndingForm, signing: SigningForm
) -> HttpResponse:
    number = enrollment.patient.number
    business = business_of([enrollment], at=office.at)[enrollment.pk]
    context = {
        "form": form,
        "signing": signing,
        "definition": form.definition,
        "meaning": form.definition.signatures[0].meaning,
        "patient": enrollment.patient,
        "prescriber": enrollment.prescriber,
        "live": business.live,
        "waiting": business.waiting,
        "unsigned": business.unsigned,
        "held": any(case.holds for case in business.cases),
        "until": days_after(program_day(office.at), office.program.after_treatment_days),
        "crumbs": [
            {"label": "My patients", "url": address("authorizations:worklist")},
            {"label": number, "url": address("authorizations:patient", number)},
            {"label": "End the treatment"},
        ],
        "patient_url": address("authorizations:patient", number),
    }
    return render(request, "authorizations/prescriber/discontinue.html", context)


def ending_form(request: HttpRequest, number: str) -> HttpResponse:
    """Show the form with which the latest course was ended, with its signature."""
    enrollment, shown = _ended_or_404(request, number)
    context = {
        "patient": enrollment.patient,
        "shown": shown,
        "pdf_url": address("authorizations:ending-form-pdf", number),
        "crumbs": [
            {"label": "My patients", "url": address("authorizations:worklist")},
            {"label": number, "url": address("authorizations:patient", number)},
            {"label": str(shown.form)},
        ],
    }
    return render(request, "authorizations/prescriber/signed_form.html", context)


@never_cache
def ending_form_document(request: HttpRequest, number: str) -> HttpResponse:
    """Return that form as PDF."""
    _enrollment, shown = _ended_or_404(request, number)
    return pdf_answer(
        request,
        lambda: signed_form_pdf(shown),
        filename=f"{shown.form}.pdf",
        back_url=address("authorizations:ending-form", number),
    )


def _ended_or_404(request: HttpRequest, number: str) -> tuple[Enrollment, ShownForm]:
    enrollment = patient_or_404(request, office_of(request), number)
    shown = shown_ending(enrollment)
    if shown is None:
        raise Http404("This course was not ended with a form")
    return enrollment, shown
