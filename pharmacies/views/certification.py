"""The pages on which a pharmacy is certified (PH-01, PH-02) and renews that. They translate; acts and rules decide."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from pharmacies.actions import certify_pharmacy, change_pharmacy_details, start_certification
from pharmacies.facts import ENROLLMENT_FORM
from pharmacies.forms import DetailsForm, EnrollmentForm, IdentityForm
from pharmacies.presenters import STEPS, MaterialToReview, shown_certification, zone_in_words
from pharmacies.queries import sites_to_sign
from pharmacies.views.standings import Standing, standing_of, step_page, to_next_step
from pharmacies.views.visits import visit_of
from rems_portal.admin.history import changes_of
from rems_portal.errors import ActRefused
from rems_portal.materials.actions import record_reading
from rems_portal.materials.presenters import text_of
from rems_portal.rules.forms import FormDefinition, Signer
from rems_portal.rules.programs import form_named
from rems_portal.signatures.forms import SigningForm, signing_form
from rems_portal.signatures.renewals import past_of
from rems_portal.web import actor_of


def certify_new(request: HttpRequest) -> HttpResponse:
    """Take who a pharmacy is, and begin its certification with the viewer as its authorized representative."""
    visit = visit_of(request)
    form = IdentityForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            begun = start_certification(
                by=actor_of(request), at=visit.at, user=visit.user, identity=form.identity(), program=visit.program
            )
            return redirect("pharmacies:certify-pharmacy", begun.pk)
        except ActRefused as refusal:
            form.add_error("npi", [finding.sentence for finding in refusal.findings])
    return _new_page(request, form, visit.program.quiz_questions_asked)


def certify_pharmacy_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the next step of a certification or, once it is decided, how it stands."""
    standing = standing_of(request, pk, to_sign=True)
    if not (standing.first or (standing.taking_over and standing.open)):
        return _standing_page(request, standing)
    if standing.unread is not None:
        return _material_page(request, standing, standing.unread)
    if standing.step == 3:
        return redirect("pharmacies:certify-quiz", pk)
    return redirect("pharmacies:certify-sign", pk)


def certify_identity(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct who the pharmacy is, before the form is signed."""
    standing = standing_of(request, pk)
    if not standing.first:
        return redirect("pharmacies:certify-pharmacy", pk)
    pharmacy, visit = standing.certification.pharmacy, standing.visit
    form = IdentityForm(request.POST if request.method == "POST" else None, shown=pharmacy)
    if form.is_valid():
        try:
            start_certification(
                by=actor_of(request),
                at=visit.at,
                user=visit.user,
                identity=form.identity(),
                program=visit.program,
                pharmacy=pharmacy,
            )
            return redirect("pharmacies:certify-pharmacy", pk)
        except ActRefused as refusal:
            form.add_error("npi", [finding.sentence for finding in refusal.findings])
    return step_page(request, "identity", standing, form=form)


def certify_details(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what an enrolled pharmacy is called and where it is; the signed form stays as it is."""
    standing = standing_of(request, pk)
    if standing.first:
        return redirect("pharmacies:certify-identity", pk)
    pharmacy = standing.certification.pharmacy
    form = DetailsForm(request.POST if request.method == "POST" else None, shown=pharmacy)
    if form.is_valid():
        try:
            change_pharmacy_details(
                by=actor_of(request), at=standing.visit.at, pharmacy=pharmacy, details=form.details()
            )
            messages.success(request, "The pharmacy’s details are as you wrote them. The signed form stays as it was.")
            return redirect("pharmacies:certify-pharmacy", pk)
        except ActRefused as refusal:
            form.add_error(None, [finding.sentence for finding in refusal.findings])
    return step_page(request, "change_details", standing, form=form)


def certify_material(request: HttpRequest, pk: int, material: str) -> HttpResponse:
    """Show one required material, and take that it was reviewed in the version shown (PH-01)."""
    standing = standing_of(request, pk, to_sign=True)
    shown = next((one for one in standing.materials if one.material.code == material), None)
    if shown is None:
        raise Http404("No such material to review")
    if request.method != "POST":
        return _material_page(request, standing, shown)
    try:
        record_reading(
            by=actor_of(request),
            at=standing.visit.at,
            user=standing.visit.user,
            material=material,
            version=request.POST.get("version", ""),
            program=standing.visit.program,
        )
    except ActRefused as refusal:
        messages.warning(request, str(refusal))
        return _material_page(request, standing, shown)
    return to_next_step(standing_of(request, pk))


def certify_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the Pharmacy Enrollment Form and take its signature: complete means certified at once (PH-02)."""
    standing = standing_of(request, pk, to_sign=True)
    if not standing.open:
        return redirect("pharmacies:certify-pharmacy", pk)
    if standing.step < len(STEPS) and request.method != "POST":
        messages.info(request, f"Before you sign: {STEPS[standing.step - 1].lower()} first. This is what is missing.")
        return to_next_step(standing)
    definition, signing = form_named(standing.visit.program, ENROLLMENT_FORM), signing_form(request)
    form = EnrollmentForm(request.POST if request.method == "POST" else None, definition=definition)
    if request.method != "POST" or not all([form.is_valid(), signing.is_valid()]):  # both, to name all that is missing
        return _signing_page(request, standing, definition, form, signing)
    proof = signing.prove(standing.visit.at, zone=standing.certification.pharmacy.time_zone)
    if proof is None:
        return _signing_page(request, standing, definition, form, signing)
    try:
        certify_pharmacy(
            by=actor_of(request),
            at=standing.visit.at,
            certification=standing.certification,
            processes=form.attested(),
            signing=proof,
            program=standing.visit.program,
        )
    except ActRefused as refusal:
        return _signing_page(request, standing, definition, form, signing, refused=refusal.findings)
    return _signed(request, standing)


def _signed(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Go on with the next of the viewer's sites that waits for nothing but the signature, if there is one."""
    visit, signed = standing.visit, standing.certification
    words = f"{signed.pharmacy.name} is certified, and you are trained staff. You can confirm prescriptions now."
    if standing.taking_over:
        words = f"You represent {signed.pharmacy.name} from now on, and are trained staff. You signed its form anew."
    elif not standing.first:
        words = f"The certification of {signed.pharmacy.name} is renewed, and your training with it."
    waiting = sites_to_sign(visit.user, visit.today, visit.program)
    if not waiting:
        messages.success(request, words)
        return redirect("pharmacies:certify-pharmacy", signed.pk)
    count = "One more site waits" if len(waiting) == 1 else f"{len(waiting)} more sites wait"
    messages.success(request, f"{words} {count} for your signature. The next one is below.")
    return redirect("pharmacies:certify-sign", waiting[0].pk)


def _new_page(request: HttpRequest, form: IdentityForm, asked: int) -> HttpResponse:
    """Show the form for a pharmacy that isn't there yet."""
    return render(request, "pharmacies/identity.html", {"form": form, "steps": STEPS, "asked": asked})


def _standing_page(request: HttpRequest, standing: Standing) -> HttpResponse:
    certification = standing.certification
    return step_page(
        request,
        "certification",
        standing,
        zone=zone_in_words(certification.pharmacy),
        signed=shown_certification(certification),
        past=past_of(certification),
        changes=changes_of(certification.pharmacy),
    )


def _material_page(request: HttpRequest, standing: Standing, shown: MaterialToReview) -> HttpResponse:
    text = text_of(shown.material, standing.visit.program.program)
    return step_page(request, "material", standing, shown=shown, text=text, program=standing.visit.program)


def _signing_page(
    request: HttpRequest,
    standing: Standing,
    definition: FormDefinition,
    form: EnrollmentForm,
    signing: SigningForm,
    refused: Any = (),
) -> HttpResponse:
    line = definition.line(Signer.REPRESENTATIVE)
    return step_page(
        request,
        "sign",
        standing,
        form=form,
        signing=signing,
        refused=refused,
        definition=definition,
        only=[section.code for section in definition.sections if section.code not in ("pharmacy", "processes")],
        meaning=line.meaning if line else "",
        name=standing.visit.user.get_full_name(),
        zone=zone_in_words(standing.certification.pharmacy),
    )
