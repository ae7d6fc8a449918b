"""A pharmacy's signed Enrollment Form, and its certificate, as PDF. Only for its authorized representative."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from pharmacies.presenters import certificate_of, shown_certification
from pharmacies.views.standings import standing_of
from rems_portal.pdf import pdf_answer
from rems_portal.rules.certification import counts_as_certified
from rems_portal.rules.findings import Party
from rems_portal.signatures.pdf import certificate_pdf, signed_form_pdf
from rems_portal.signatures.presenters import shown_form
from rems_portal.signatures.renewals import past_of


@never_cache
def certify_form_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the signed form; one that is no longer what was signed says so on each page.

    `?number=` names one that was signed before.
    """
    standing, number = standing_of(request, pk), request.GET.get("number")
    shown = shown_certification(standing.certification)
    if number:
        earlier = past_of(standing.certification).form_numbered(number)
        shown = shown_form(earlier) if earlier else None
    if shown is None:
        raise Http404("Nothing was signed electronically")
    return pdf_answer(
        request,
        lambda: signed_form_pdf(shown),
        filename=f"pharmacy-enrollment-{shown.form.number}.pdf",
        back_url=reverse("pharmacies:certify-pharmacy", args=[pk]),
    )


@never_cache
def certify_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the certificate of a pharmacy that is certified now; its verification code is the form's number."""
    standing = standing_of(request, pk)
    certification, form = standing.certification, standing.certification.form
    day, program = standing.visit.today, standing.visit.program
    counts = counts_as_certified(
        certification.status, certification.program_version, party=Party.PHARMACY, day=day, program=program
    )
    if form is None or not counts:
        raise Http404("No certificate")
    return pdf_answer(
        request,
        lambda: certificate_pdf(**certificate_of(certification, program)),
        filename=f"pharmacy-certificate-{form.number}.pdf",
        back_url=reverse("pharmacies:certify-pharmacy", args=[pk]),
    )
