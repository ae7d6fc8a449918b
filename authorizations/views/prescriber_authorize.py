"""The prescriber survey, and the page that says everything that is missing when the answer is no."""

from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from authorizations.actions.authorize import authorize_prescription
from authorizations.forms.prescriber import PrescriberSurveyForm
from authorizations.models import Decision
from authorizations.presenters.decisions import checks_of, findings_of
from authorizations.presenters.prescriptions import answers_of, usual_answers
from authorizations.presenters.signed import shown_prescriber_survey
from authorizations.presenters.standing import Standing, standing_of
from authorizations.queries.offices import Business, business_of, decisions_of
from authorizations.queries.signing import unsigned_of
from authorizations.views.prescriber import Office, address, mending_links, office_of, patient_or_404
from authorizations.views.prescriber_authorization import survey_pdf
from patients.models import Enrollment
from rems_portal.errors import ActRefused, IdempotencyConflict
from rems_portal.rules.forms.surveys import TELEPHONE, prescriber_survey_form
from rems_portal.signatures.actions import Signing
from rems_portal.signatures.forms import SigningForm, signing_form
from rems_portal.web import actor_of, visible_or_404

FORM_RULES = ("AUTH-07", "AUTH-08", "AUTH-09", "AUTH-10", "AUTH-11")


def authorize(request: HttpRequest, number: str) -> HttpResponse:
    """Show the prescriber survey, or take it and go on to the number or to what is missing (PR-09, PR-18)."""
    office = office_of(request)
    enrollment = patient_or_404(request, office, number)
    if not office.signs_for(enrollment.prescriber):
        who = enrollment.prescriber.full_name
        raise PermissionDenied(
            f"Only {who} in person may complete the prescriber survey. You can prepare all the rest."
        )
    business = business_of([enrollment], at=office.at)[enrollment.pk]
    standing = standing_of(business, at=office.at, program=office.program)
    if request.method != "POST":
        initial = {"submission_key": uuid4()} | _earlier_answers(request, office, enrollment)
        form = _form(None, office, standing, business, initial=initial)
        return _page(request, office, enrollment, business, form, signing_form(request))
    form = _form(request.POST, office, standing, business)
    signing = signing_form(request)
    proof = signing.prove(office.at) if form.is_valid() else None
    decision = _ask(request, office, enrollment, form, proof) if proof else None
    if decision is None:
        return _page(request, office, enrollment, business, form, signing)
    if decision.granted:
        return redirect("authorizations:authorization", decision.authorization.number)
    return redirect("authorizations:refusal", number, decision.pk)


def _form(
    data: Any, office: Office, standing: Standing, business: Business, initial: dict[str, Any] | None = None
) -> PrescriberSurveyForm:
    definition = prescriber_survey_form(standing.group, standing.first, office.program)
    form = PrescriberSurveyForm(data, definition=definition, initial=initial)
    if business.live is None:
        del form.fields["replace_live_authorization"]
    return form


def _earlier_answers(request: HttpRequest, office: Office, enrollment: Enrollment) -> dict[str, Any]:
    """What was typed when the program said no, if the address names that decision; else as on the last prescription."""
    again = request.GET.get("again", "")
    if again.isascii() and again.isdigit() and len(again) < 19:
        asked = decisions_of(office.user, at=office.at).filter(enrollment=enrollment, pk=int(again)).first()
        if asked:
            return answers_of(asked)
    return usual_answers(enrollment.authorizations.order_by("-issued_at").first())


def _ask(
    request: HttpRequest, office: Office, enrollment: Enrollment, form: PrescriberSurveyForm, proof: Signing
) -> Decision | None:
    """Ask for the authorization. None, with the errors in the form, when it could not be asked."""
    key = form.cleaned_data["submission_key"]
    try:
        return authorize_prescription(
            by=actor_of(request),
            at=office.at,
            prescriber=enrollment.prescriber,
            enrollment=enrollment,
            survey=form.survey(),
            program=office.program,
            signing=proof,
            idempotency_key=str(key) if key else None,
        )
    except ActRefused as refusal:
        form.add_error(None, [finding.sentence for finding in refusal.findings])
    except IdempotencyConflict:
        form.add_error(
            None, "You sent this form before with other answers, and it was decided. Send it again to ask anew."
        )
        answers = request.POST.copy()
        answers["submission_key"] = str(uuid4())
        form.data = answers
    return None


def _page(
    request: HttpRequest,
    office: Office,
    enrollment: Enrollment,
    business: Business,
    form: PrescriberSurveyForm,
    signing: SigningForm,
) -> HttpResponse:
    number = enrollment.patient.number
    standing = standing_of(business, at=office.at, program=office.program)
    context = {
        "form": form,
        "signing": signing,
        "signed_name": office.user.get_full_name(),
        "meaning": form.definition.signatures[0].meaning,
        "refills": form.definition.item("refills"),
        "patient": enrollment.patient,
        "standing": standing,
        "live": business.live,
        "waiting": business.waiting,
        "links": mending_links(enrollment, office, unsigned=business.unsigned is not None),
        "crumbs": _crumbs(number, "Ask for an authorization"),
        "patient_url": address("authorizations:patient", number),
        "transmission_hints": {TELEPHONE: "The program does not allow it; the answer will be no."},
    }
    return render(request, "authorizations/prescriber/authorize.html", context)


def refusal(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """Show everything that was missing when the program said no, with what mends it."""
    office = office_of(request)
    enrollment, decision = _refused_or_404(request, office, number, key)
    links = mending_links(enrollment, office, unsigned=bool(unsigned_of([enrollment], office.at)))
    if office.signs_for(enrollment.prescriber):
        again = f"{address('authorizations:authorize', number)}?again={decision.pk}"
        links |= dict.fromkeys(FORM_RULES, ("Correct it in the survey", again))
    context = {
        "decision": decision,
        "patient": enrollment.patient,
        "findings": findings_of(decision),
        "all_checks": checks_of(decision),
        "survey": shown_prescriber_survey(decision),
        "survey_pdf_url": reverse("authorizations:refusal-survey-pdf", args=[number, decision.pk]),
        "links": links,
        "again": links.get("AUTH-09", ("", ""))[1],
        "crumbs": _crumbs(number, "Not authorized"),
        "patient_url": address("authorizations:patient", number),
    }
    return render(request, "authorizations/prescriber/refusal.html", context)


@never_cache
def refusal_survey_pdf(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """Return the prescriber survey that was answered no, as PDF (PR-18)."""
    _enrollment, decision = _refused_or_404(request, office_of(request), number, key)
    return survey_pdf(request, decision, back_url=reverse("authorizations:refusal", args=[number, decision.pk]))


def _refused_or_404(request: HttpRequest, office: Office, number: str, key: int) -> tuple[Enrollment, Decision]:
    """Return a refusal of one of this office's patients. The look is written down, also when it is denied."""
    enrollment = patient_or_404(request, office, number)
    rows = decisions_of(office.user, at=office.at).filter(enrollment=enrollment, outcome=Decision.Outcome.REFUSED)
    decision = visible_or_404(
        request, rows, at=office.at, kind="decision", on_behalf_of=lambda _asked: enrollment.prescriber, pk=str(key)
    )
    return enrollment, decision


def _crumbs(number: str, here: str) -> list[dict[str, str]]:
    return [
        {"label": "My patients", "url": address("authorizations:worklist")},
        {"label": number, "url": address("authorizations:patient", number)},
        {"label": here},
    ]
