"""The pages on which a pharmacy is certified (PH-01, PH-02). They translate; the acts and rules decide."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from pharmacies.actions import certify_pharmacy, review_pharmacy_material, start_certification, take_quiz
from pharmacies.forms import IdentityForm, QuizForm, SignatureForm
from pharmacies.models import PharmacyCertification
from pharmacies.presenters import (
    STEPS,
    MaterialToReview,
    answered_questions,
    materials_to_review,
    next_step,
    pass_mark,
    wording,
    zone_in_words,
)
from pharmacies.queries import certifications_represented_by, reviewed_at, workplaces
from pharmacies.views.visits import Visit, visit_of
from rems_portal.errors import ActRefused
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.web import actor_of, visible_or_404


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one pharmacy's certification stands at the instant of the request."""

    visit: Visit
    certification: PharmacyCertification
    materials: list[MaterialToReview]
    passed: bool

    @property
    def open(self) -> bool:
        """May the certification still be filled in?"""
        return self.certification.status == CertificationStatus.IN_PROGRESS

    @property
    def step(self) -> int:
        """The step that comes next."""
        return next_step(self.certification, self.materials, passed=self.passed)


def _standing(request: HttpRequest, pk: int) -> Standing:
    visit = visit_of(request)
    rows = certifications_represented_by(visit.user, visit.today, visit.program.program)
    found = visible_or_404(request, rows, at=visit.at, kind="pharmacy certification", pk=str(pk))
    materials = materials_to_review(reviewed_at(found), at=visit.at, program=visit.program)
    return Standing(visit, found, materials, any(attempt.passed for attempt in found.quiz_attempts.all()))


def certify(request: HttpRequest) -> HttpResponse:
    """List the viewer's pharmacies; go on with the one certification that is open, or begin the first (PH-01)."""
    visit = visit_of(request)
    mine = workplaces(visit.user, visit.today, visit.program.program)
    if not mine:
        return redirect("pharmacies:certify-new")
    represented = list(certifications_represented_by(visit.user, visit.today, visit.program.program))
    if len(mine) == len(represented) == 1:
        return redirect("pharmacies:certify-pharmacy", represented[0].pk)
    certifications = {one.pharmacy_id: one for one in represented}
    rows = [(place, certifications.get(place.pharmacy.pk)) for place in mine]
    return render(request, "pharmacies/overview.html", {"rows": rows})


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
    context = {"form": form, "steps": STEPS, "questions": len(visit.program.quiz)}
    return render(request, "pharmacies/identity.html", context)


def certify_pharmacy_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the next step of a certification or, once it is decided, how it stands."""
    standing = _standing(request, pk)
    if not standing.open:
        return _page(request, "certification", standing, zone=zone_in_words(standing.certification.pharmacy))
    if standing.step == 2:
        return _material_page(request, standing, next(one for one in standing.materials if not one.reviewed_at))
    if standing.step == 3:
        return _quiz_page(request, standing)
    return _signing_page(request, standing, SignatureForm(program=standing.visit.program))


def certify_identity(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct who the pharmacy is, before the form is signed."""
    standing = _standing(request, pk)
    if not standing.open:
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
    return _page(request, "identity", standing, form=form)


def certify_material(request: HttpRequest, pk: int, material: str) -> HttpResponse:
    """Show one required material, and take that it was reviewed in the version shown (PH-01)."""
    standing = _standing(request, pk)
    shown = next((one for one in standing.materials if one.material.code == material), None)
    if shown is None:
        raise Http404("No such material to review")
    if request.method != "POST":
        return _material_page(request, standing, shown)
    try:
        review_pharmacy_material(
            by=actor_of(request),
            at=standing.visit.at,
            certification=standing.certification,
            material=material,
            version=request.POST.get("version", ""),
            program=standing.visit.program,
        )
    except ActRefused as refusal:
        messages.warning(request, str(refusal))
        return _material_page(request, standing, shown)
    return redirect("pharmacies:certify-pharmacy", pk)


def certify_quiz(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the quiz, or score a try and explain every answer; each try is kept (PH-01)."""
    standing = _standing(request, pk)
    visit = standing.visit
    form = QuizForm(request.POST if request.method == "POST" else None, program=visit.program)
    if not form.is_valid():
        return _quiz_page(request, standing, form)
    try:
        attempt = take_quiz(
            by=actor_of(request),
            at=visit.at,
            user=visit.user,
            certification=standing.certification,
            answers=form.cleaned_data,
            program=visit.program,
        )
    except ActRefused as refusal:
        form.add_error(None, [finding.sentence for finding in refusal.findings])
        return _quiz_page(request, standing, form)
    return redirect("pharmacies:certify-quiz-result", pk, attempt.pk)


def certify_quiz_result(request: HttpRequest, pk: int, attempt: int) -> HttpResponse:
    """Show one try at the quiz with the right answers and why they are right."""
    standing = _standing(request, pk)
    attempts = standing.certification.quiz_attempts.all()
    shown = visible_or_404(request, attempts, at=standing.visit.at, kind="quiz attempt", pk=str(attempt))
    answered = answered_questions(shown, standing.visit.program)
    return _page(request, "quiz_result", standing, attempt=shown, answered=answered)


def certify_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the attested processes and the signature: complete means certified at once (PH-02)."""
    standing = _standing(request, pk)
    if request.method != "POST":
        return redirect("pharmacies:certify-pharmacy", pk)
    form = SignatureForm(request.POST, program=standing.visit.program)
    if not form.is_valid():
        return _signing_page(request, standing, form)
    try:
        certify_pharmacy(
            by=actor_of(request),
            at=standing.visit.at,
            certification=standing.certification,
            signature=form.signature(),
            program=standing.visit.program,
        )
    except ActRefused as refusal:
        return _signing_page(request, standing, form, refused=refusal.findings)
    messages.success(
        request, "The pharmacy is certified, and you are trained staff. You can confirm prescriptions now."
    )
    return redirect("pharmacies:certify-pharmacy", pk)


def _page(request: HttpRequest, name: str, standing: Standing, **context: Any) -> HttpResponse:
    context |= {
        "standing": standing,
        "certification": standing.certification,
        "steps": STEPS,
        "pass_mark": pass_mark(standing.visit.program),
        "questions": len(standing.visit.program.quiz),
    }
    return render(request, f"pharmacies/{name}.html", context)


def _material_page(request: HttpRequest, standing: Standing, shown: MaterialToReview) -> HttpResponse:
    text = wording(standing.visit.program, shown.material.code)
    return _page(request, "material", standing, shown=shown, text=text, program=standing.visit.program)


def _quiz_page(request: HttpRequest, standing: Standing, form: QuizForm | None = None) -> HttpResponse:
    return _page(request, "quiz", standing, form=form or QuizForm(program=standing.visit.program))


def _signing_page(request: HttpRequest, standing: Standing, form: SignatureForm, refused: Any = ()) -> HttpResponse:
    zone = zone_in_words(standing.certification.pharmacy)
    return _page(request, "sign", standing, form=form, refused=refused, zone=zone)
