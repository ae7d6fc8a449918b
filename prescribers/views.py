"""The pages on which a prescriber is certified and names delegates. They translate; the acts and rules decide."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from prescribers.actions import (
    add_delegate,
    certify_prescriber,
    end_delegation,
    review_prescriber_material,
    save_prescriber_identity,
)
from prescribers.forms import DelegateForm, IdentityForm, SignatureForm
from prescribers.models import PrescriberCertification
from prescribers.permissions import require_prescriber
from prescribers.presenters import (
    STEPS,
    MaterialToReview,
    delegation_rows,
    materials_to_review,
    next_to_review,
    wording,
)
from prescribers.queries import certification_of, own_delegations
from rems_portal.accounts.models import User
from rems_portal.errors import ActRefused
from rems_portal.program import program_at
from rems_portal.rules.calendars import program_day
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.rules.programs import ProgramVersion
from rems_portal.web import actor_of, user_of, visible_or_404

ONLY_PRESCRIBERS = "Only a prescriber is certified here, from the prescriber’s own account."
ONLY_THEIR_DELEGATES = "Only the prescriber decides who prepares forms for them, from the prescriber’s own account."


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


def _standing(request: HttpRequest) -> Standing:
    at, user = timezone.now(), user_of(request)
    require_prescriber(user, ONLY_PRESCRIBERS)
    program = program_at(at)
    certification = certification_of(user, program.program)
    materials = materials_to_review(certification, at=at, program=program)
    return Standing(at, user, program, certification, materials)


def certify(request: HttpRequest) -> HttpResponse:
    """Show the next step of the viewer's certification or, once it is decided, how it stands (PR-01 to PR-03)."""
    standing = _standing(request)
    if standing.certification is None:
        return _identity_page(request, standing, IdentityForm(initial={"full_name": standing.user.full_name}))
    if not standing.open:
        return _page(
            request, "certification", standing, newer=[one for one in standing.materials if not one.reviewed_at]
        )
    following = next_to_review(standing.materials)
    if following:
        return _material_page(request, standing, following)
    return _signing_page(request, standing, SignatureForm())


def certify_identity(request: HttpRequest) -> HttpResponse:
    """Take who the prescriber is, or corrections to it before the form is signed (PR-02)."""
    standing = _standing(request)
    if not standing.open:
        return redirect("prescribers:certify")
    if request.method != "POST":
        shown = standing.certification.prescriber if standing.certification else None
        names = IdentityForm.base_fields
        initial = {name: getattr(shown, name) for name in names} if shown else {"full_name": standing.user.full_name}
        return _identity_page(request, standing, IdentityForm(initial=initial))
    form = IdentityForm(request.POST)
    if form.is_valid():
        try:
            save_prescriber_identity(
                by=actor_of(request),
                at=standing.at,
                user=standing.user,
                identity=form.identity(),
                program=standing.program,
            )
            return redirect("prescribers:certify")
        except ActRefused as refusal:
            form.add_error("npi", [finding.sentence for finding in refusal.findings])
    return _identity_page(request, standing, form)


def certify_material(request: HttpRequest, material: str) -> HttpResponse:
    """Show one required material, and take that it was reviewed in the version shown (PR-01, PR-03)."""
    standing = _standing(request)
    shown = next((one for one in standing.materials if one.material.code == material), None)
    if standing.certification is None:
        return redirect("prescribers:certify")
    if shown is None:
        raise Http404("No such material to review")
    if request.method != "POST":
        return _material_page(request, standing, shown)
    try:
        review_prescriber_material(
            by=actor_of(request),
            at=standing.at,
            certification=standing.certification,
            material=material,
            version=request.POST.get("version", ""),
            program=standing.program,
        )
    except ActRefused as refusal:
        messages.warning(request, str(refusal))
        return _material_page(request, standing, shown)
    return redirect("prescribers:certify")


def certify_sign(request: HttpRequest) -> HttpResponse:
    """Take the signature under the enrollment form: complete means certified at once (PR-02)."""
    standing = _standing(request)
    if standing.certification is None or request.method != "POST":
        return redirect("prescribers:certify")
    form = SignatureForm(request.POST)
    if not form.is_valid():
        return _signing_page(request, standing, form)
    try:
        certify_prescriber(
            by=actor_of(request),
            at=standing.at,
            certification=standing.certification,
            signed_name=form.cleaned_data["signed_name"],
            program=standing.program,
        )
    except ActRefused as refusal:
        return _signing_page(request, standing, form, refused=refusal.findings)
    messages.success(request, "You are certified. You can enroll your first patient now.")
    return redirect("prescribers:certify")


def _page(request: HttpRequest, name: str, standing: Standing, **context: Any) -> HttpResponse:
    context |= {"standing": standing, "certification": standing.certification, "steps": STEPS}
    return render(request, f"prescribers/{name}.html", context)


def _identity_page(request: HttpRequest, standing: Standing, form: IdentityForm) -> HttpResponse:
    return _page(request, "identity", standing, form=form)


def _material_page(request: HttpRequest, standing: Standing, shown: MaterialToReview) -> HttpResponse:
    text = wording(standing.program, shown.material.code)
    return _page(request, "material", standing, shown=shown, text=text)


def _signing_page(request: HttpRequest, standing: Standing, form: SignatureForm, refused: Any = ()) -> HttpResponse:
    text = wording(standing.program, "enrollment_form")
    return _page(request, "sign", standing, form=form, text=text, refused=refused)


def delegates(request: HttpRequest) -> HttpResponse:
    """List the viewer's delegates, and add one by the address of the account."""
    at, user = timezone.now(), user_of(request)
    require_prescriber(user, ONLY_THEIR_DELEGATES)
    program = program_at(at)
    certification = certification_of(user, program.program)
    certified = certification is not None and certification.status == CertificationStatus.CERTIFIED
    form = DelegateForm(request.POST if request.method == "POST" and certified else None)
    if certification and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            added = add_delegate(
                by=actor_of(request), at=at, prescriber=certification.prescriber, email=email, program=program
            )
            messages.success(request, f"{added.delegate} can prepare forms and enter results for you from now on.")
            return redirect("prescribers:delegates")
        except ActRefused as refusal:
            form.add_error("email", [finding.sentence for finding in refusal.findings])
    current, past = delegation_rows(own_delegations(user), program_day(at))
    context = {"form": form, "certified": certified, "current": current, "past": past}
    return render(request, "prescribers/delegates.html", context)


@require_POST
def delegate_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the viewer's delegations."""
    at, user = timezone.now(), user_of(request)
    require_prescriber(user, ONLY_THEIR_DELEGATES)
    delegation = visible_or_404(request, own_delegations(user), at=at, kind="delegation", pk=str(pk))
    ended = end_delegation(by=actor_of(request), at=at, delegation=delegation)
    messages.success(request, f"{ended.delegate} no longer sees anything of yours.")
    return redirect("prescribers:delegates")
