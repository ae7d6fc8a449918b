"""An authorization number on screen, and as the sheet (PDF) that goes to the pharmacy with the prescription."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from authorizations.forms.pharmacy import code_of
from authorizations.models import Authorization, Decision
from authorizations.presenters.decisions import checks_of
from authorizations.presenters.prescriptions import IssuedNumber, issued_number
from authorizations.presenters.signed import shown_prescriber_survey
from authorizations.queries.offices import authorizations_of
from authorizations.views.prescriber import Office, address, office_of
from prescribers.models import Prescriber
from prescribers.permissions import may_prepare_for
from rems_portal.pdf import pdf_answer, render_pdf
from rems_portal.program import program_at
from rems_portal.qr import qr_path
from rems_portal.rules.calendars import day_in_words, program_day
from rems_portal.rules.categories import group_of
from rems_portal.rules.forms import NOTICE
from rems_portal.rules.vocabulary import RuleGroup
from rems_portal.signatures.pdf import signed_form_pdf
from rems_portal.web import visible_or_404


def authorization(request: HttpRequest, number: str) -> HttpResponse:
    """Show an authorization number, large, with its risk category and until when it is good (PR-09)."""
    issued = _issued(request, number)
    found = issued.authorization
    patient_number = found.enrollment.patient.number
    context = {
        "issued": issued,
        "authorization": found,
        "patient": found.enrollment.patient,
        "checks": checks_of(found.decision),
        "survey": shown_prescriber_survey(found.decision),
        "survey_pdf_url": address("authorizations:authorization-survey-pdf", number),
        "replaced": found.replaces,
        "category_words": f"{issued.category.label} ({issued.category.value})",
        "same_day": group_of(issued.category) is RuleGroup.FCGP,
        "ended": issued.ending,
        "patient_url": address("authorizations:patient", patient_number),
        "pdf_url": address("authorizations:authorization-pdf", number),
        "crumbs": [
            {"label": "My patients", "url": address("authorizations:worklist")},
            {"label": patient_number, "url": address("authorizations:patient", patient_number)},
            {"label": number},
        ],
    }
    return render(request, "authorizations/prescriber/authorization.html", context)


@never_cache
def authorization_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Return the prescription sheet; where the PDF library's parts are missing, a page that says what to install."""
    issued = _issued(request, number)
    return pdf_answer(
        request,
        lambda: render_pdf(None, "documents/prescription.html", {"issued": issued, **_sheet(issued)}),
        filename=f"prescription-{number}.pdf",
        back_url=address("authorizations:authorization", number),
        unavailable="authorizations/prescriber/no_pdf.html",
    )


@never_cache
def authorization_survey_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Return the prescriber survey with which the number was asked for, as PDF (PR-18)."""
    issued = _issued(request, number)
    back = address("authorizations:authorization", number)
    return survey_pdf(request, issued.authorization.decision, back_url=back)


def survey_pdf(request: HttpRequest, decision: Decision, *, back_url: str) -> HttpResponse:
    """Answer with the prescriber survey of a decision as PDF. Raises Http404 for one asked before forms were signed."""
    shown = shown_prescriber_survey(decision)
    if shown is None:
        raise Http404("No survey was signed for this decision.")
    return pdf_answer(request, lambda: signed_form_pdf(shown), filename=f"{shown.form.number}.pdf", back_url=back_url)


def _issued(request: HttpRequest, number: str) -> IssuedNumber:
    office = office_of(request)
    rows = authorizations_of(office.user, at=office.at)
    found = visible_or_404(
        request, rows, at=office.at, kind="authorization", on_behalf_of=lambda one: _served(office, one), number=number
    )
    return issued_number(found, office.at)


def _served(office: Office, issued: Authorization) -> Prescriber:
    """Return the prescriber through whom the office sees a number: who asked for it, else who took the patient over."""
    asker, now = issued.prescriber, issued.enrollment.prescriber
    return asker if asker == now or may_prepare_for(office.user, asker, program_day(office.at)) else now


def _sheet(issued: IssuedNumber) -> dict[str, object]:
    found = issued.authorization
    patient = found.enrollment.patient
    return {
        "authorization": found,
        "code": qr_path(code_of(found.number, found.category, found.strength_mg, found.days_supply)),
        "patient": patient,
        "prescriber": found.prescriber,
        "born": day_in_words(patient.birth_date),
        "title": "Prescription sheet",
        "lead": f"{found.prescriber}, {found.prescriber.practice_name}",
        "program": program_at(found.issued_at).program_name,
        "notice": NOTICE["en"],
        "created": found.issued_at.isoformat(timespec="seconds"),
    }
