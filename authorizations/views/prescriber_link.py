"""The office hands over the patient survey: an expiring link, shown once, as a code to scan and as text to copy."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from authorizations.queries.patient_survey import form_language
from authorizations.views.prescriber import address, office_of, patient_or_404
from authorizations.wording import WORDS
from patients.actions import invite_to_survey
from rems_portal.qr import qr_path
from rems_portal.rules.calendars import PROGRAM_ZONE
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.signatures.wording import instant_words
from rems_portal.web import actor_of


@never_cache
def hand_over_survey(request: HttpRequest, number: str) -> HttpResponse:
    """Explain the link, or make it and show it.

    The link is shown in the answer to the POST itself: its secret is kept nowhere, so no later page could show it. Sent
    twice, the newer link is the good one. What goes to the patient is in the language of the form that was signed.
    """
    office = office_of(request)
    enrollment = patient_or_404(request, office, number)
    context = {
        "patient": enrollment.patient,
        "enrolled": enrollment.status == EnrollmentStatus.ENROLLED,
        "patient_url": address("authorizations:patient", number),
        "crumbs": [
            {"label": "My patients", "url": address("authorizations:worklist")},
            {"label": number, "url": address("authorizations:patient", number)},
            {"label": "Patient survey"},
        ],
    }
    if request.method == "POST" and context["enrolled"]:
        invitation, secret = invite_to_survey(
            by=actor_of(request, on_behalf_of=enrollment.prescriber), at=office.at, enrollment=enrollment
        )
        link = request.build_absolute_uri(reverse("authorizations:patient-survey", args=[secret]))
        language = form_language(invitation) or "en"
        until = instant_words(invitation.expires_at, PROGRAM_ZONE.key, language)
        context |= {"invitation": invitation, "link": link, "code": qr_path(link)}
        context |= {"words": WORDS[language], "good_until": until}
        return render(request, "authorizations/prescriber/survey_link.html", context)
    open_links = enrollment.survey_invitations.filter(used_at__isnull=True, expires_at__gt=office.at)
    context["open_link"] = open_links.order_by("-invited_at").first()
    return render(request, "authorizations/prescriber/hand_over_survey.html", context)
