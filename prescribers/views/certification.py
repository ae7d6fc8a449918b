"""The page on which a prescriber is certified. It translates; the acts and the rules decide."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from prescribers.actions import certify_prescriber, change_prescriber_details, save_prescriber_identity
from prescribers.actions.certify import ENROLLMENT_FORM
from prescribers.facts import enrollment_answers
from prescribers.forms import CertificationForm, DetailsForm
from prescribers.models import PrescriberCertification
from prescribers.permissions import require_prescriber
from prescribers.presenters import MaterialToReview, certificate_of, materials_to_review, shown_certification
from prescribers.queries import certification_of
from rems_portal.accounts.models import User
from rems_portal.admin.history import changes_of
from rems_portal.errors import ActRefused
from rems_portal.materials.queries import readings_of
from rems_portal.pdf import pdf_answer
from rems_portal.program import program_at
from rems_portal.rules.calendars import program_day
from rems_portal.rules.certification import renewal_of
from rems_portal.rules.findings import Party
from rems_portal.rules.forms import ItemKind
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.rules.programs import ProgramVersion, Renewal, form_named
from rems_portal.signatures.forms import SigningForm, signing_form
from rems_portal.signatures.pdf import certificate_pdf, signed_form_pdf
from rems_portal.signatures.presenters import ShownForm, shown_form
from rems_portal.signatures.renewals import past_of
from rems_portal.web import actor_of, user_of

CERTIFIED = "You are certified. You can enroll your first patient now."
RENEWED = "Your certification is renewed. Your patients and their authorization numbers go on as they were."
ONLY_PRESCRIBERS = "Only a prescriber is certified here, from the prescriber’s own account."


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the viewer's certification stands at the instant of the request."""

    at: datetime
    user: User
    program: ProgramVersion
    certification: PrescriberCertification | None
    materials: list[MaterialToReview]

    @property
    def open(self) -> bool:
        """May the certification still be filled in?"""
        return self.certification is None or self.certification.status == CertificationStatus.IN_PROGRESS

    @property
    def certified(self) -> bool:
        """Is the viewer certified, whatever may have to be renewed?"""
        return self.certification is not None and self.certification.status == CertificationStatus.CERTIFIED

    @property
    def renewal(self) -> Renewal | None:
        """What demands that a certification is signed anew, if anything does."""
        if self.certification is None or not self.certified:
            return None
        return renewal_of(self.certification.program_version, self.program.recertification.get(Party.PRESCRIBER))

    @property
    def overdue(self) -> bool:
        """Has the day passed on which a certification signed under an older version ceased to count?"""
        return self.renewal is not None and self.renewal.from_day <= program_day(self.at)

    @property
    def unread(self) -> list[MaterialToReview]:
        """The materials whose current version the viewer hasn't read."""
        return [one for one in self.materials if one.reviewed_at is None]


def _standing(request: HttpRequest) -> Standing:
    at, user = timezone.now(), user_of(request)
    require_prescriber(user, ONLY_PRESCRIBERS)
    program = program_at(at)
    certification = certification_of(user, program.program)
    materials = materials_to_review(readings_of(user.pk, program.program), at=at, program=program)
    return Standing(at, user, program, certification, materials)


def certify(request: HttpRequest) -> HttpResponse:
    """Show and take details, documents and signature on one page or, once it is decided, how it stands."""
    standing = _standing(request)
    if standing.open:
        return _fill_in(request, standing)
    if request.method == "POST":
        return redirect("prescribers:certify")
    past = past_of(standing.certification) if standing.certification else None
    changes = changes_of(standing.certification.prescriber) if standing.certification else []
    context = {
        "newer": [one for one in standing.unread if one.material.must_be_read],
        "shown": _shown(standing),
        "past": past,
        "changes": [one for one in changes if not (past and past.since) or one.at > past.since],
    }
    return _page(request, "certification", standing, **context)


def certify_renew(request: HttpRequest) -> HttpResponse:
    """Show and take the signature under a new version of the form, where the program version demands it."""
    standing = _standing(request)
    if standing.renewal is None:
        return redirect("prescribers:certify")
    return _fill_in(request, standing)


def _fill_in(request: HttpRequest, standing: Standing) -> HttpResponse:
    definition = form_named(standing.program, ENROLLMENT_FORM)
    known = standing.certification.prescriber if standing.certification else None
    form = CertificationForm(
        request.POST if request.method == "POST" else None,
        definition=definition,
        materials=[(one.material.code, one.material.version) for one in standing.materials],
        ask_identity=standing.open,
        unread={one.material.code: one.material.title for one in standing.unread},
        initial=enrollment_answers(known) if known else {"full_name": standing.user.full_name},
    )
    signing = signing_form(request)
    refused = None
    if request.method == "POST":
        try:
            if _certified(request, standing, form, signing):
                messages.success(request, RENEWED if standing.renewal else CERTIFIED)
                return redirect("prescribers:certify")
        except ActRefused as refusal:
            refused = refusal.findings
    agreed = [one.code for one in definition.sections if all(item.kind is ItemKind.STATEMENT for item in one.items)]
    ticks = form.ticks()
    context = {
        "form": form,
        "signing": signing,
        "definition": definition,
        "agreed": agreed,
        "refused": refused,
        "documents": [(one, ticks.get(one.material.code)) for one in standing.materials],
    }
    return _page(request, "certify", standing, meaning=definition.signatures[0].meaning, **context)


def _certified(request: HttpRequest, standing: Standing, form: CertificationForm, signing: SigningForm) -> bool:
    """Keep the details, then sign; False, with the errors in the forms, when something is missing or wrong.

    Details that are right are kept whatever becomes of the rest. Raises ActRefused for what is missing elsewhere.
    """
    signing.is_valid()  # so that the page names all that is missing at once
    certification = _kept(request, standing, form)
    if certification is None or not form.is_valid():
        return False
    proof = signing.prove(standing.at)
    if proof is None:
        return False
    certify_prescriber(
        by=actor_of(request),
        at=standing.at,
        certification=certification,
        signing=proof,
        program=standing.program,
        read=[(one.material.code, one.material.version) for one in standing.unread],
    )
    return True


def _kept(request: HttpRequest, standing: Standing, form: CertificationForm) -> PrescriberCertification | None:
    """Write down who the prescriber is; None, with the error in the form, when that is missing or refused."""
    if not standing.open:
        return standing.certification
    identity = form.identity()
    if identity is None:
        return None
    try:
        return save_prescriber_identity(
            by=actor_of(request), at=standing.at, user=standing.user, identity=identity, program=standing.program
        )
    except ActRefused as refusal:
        form.add_error("npi", [finding.sentence for finding in refusal.findings])
        return None


def certify_details(request: HttpRequest) -> HttpResponse:
    """Change practice, credentials and telephone after the form was signed; the signed form stays as it is."""
    standing = _standing(request)
    if standing.open or standing.certification is None:
        return redirect("prescribers:certify")
    who = standing.certification.prescriber
    form = DetailsForm(request.POST if request.method == "POST" else None, initial=enrollment_answers(who))
    if form.is_valid():
        try:
            change_prescriber_details(by=actor_of(request), at=standing.at, prescriber=who, **form.cleaned_data)
            messages.success(request, "Your details are as you wrote them. The signed form stays as it was.")
            return redirect("prescribers:certify")
        except ActRefused as refusal:
            form.add_error(None, [finding.sentence for finding in refusal.findings])
    return _page(request, "change_details", standing, form=form)


def _shown(standing: Standing) -> ShownForm | None:
    one = standing.certification
    return shown_certification(one) if one else None


def _page(request: HttpRequest, name: str, standing: Standing, **context: Any) -> HttpResponse:
    context |= {"standing": standing, "certification": standing.certification}
    return render(request, f"prescribers/{name}.html", context)


@require_safe
@never_cache
def form_pdf(request: HttpRequest) -> HttpResponse:
    """Return the viewer's signed Prescriber Enrollment Form as PDF; `?number=` names one that was signed before."""
    standing, number = _standing(request), request.GET.get("number")
    shown = _shown(standing)
    if number and standing.certification:
        earlier = past_of(standing.certification).form_numbered(number)
        shown = shown_form(earlier) if earlier else None
    if shown is None:
        raise Http404("No form is signed")
    filename = f"prescriber-enrollment-form-{shown.form.number}.pdf"
    back = reverse("prescribers:certify")
    return pdf_answer(request, lambda: signed_form_pdf(shown), filename=filename, back_url=back)


@require_safe
@never_cache
def certificate(request: HttpRequest) -> HttpResponse:
    """Return the viewer's certificate as PDF, only while certified."""
    standing = _standing(request)
    one = standing.certification
    if one is None or one.form is None or not standing.certified or standing.overdue:
        raise Http404("Not certified by a signed form")
    said = certificate_of(one, standing.program)
    filename, back = f"prescriber-certificate-{one.form.number}.pdf", reverse("prescribers:certify")
    return pdf_answer(request, lambda: certificate_pdf(**said), filename=filename, back_url=back)
