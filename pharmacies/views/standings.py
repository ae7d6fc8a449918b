"""What the pages of one pharmacy's certification share: where it stands, and the page around each step."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from pharmacies.facts import quiz_is_behind
from pharmacies.models import HandOver, PharmacyCertification
from pharmacies.presenters import STEPS, MaterialToReview, materials_to_review, next_step
from pharmacies.queries import (
    attempts_shown,
    certifications_open_to,
    certifications_represented_by,
    waiting_hand_over,
)
from pharmacies.views.visits import Visit, visit_of
from rems_portal.materials.queries import read_at, readings_of
from rems_portal.rules.certification import renewal_of
from rems_portal.rules.findings import Party
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.rules.programs import Renewal
from rems_portal.rules.quiz import right_answers_needed
from rems_portal.web import visible_or_404


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one pharmacy's certification stands at the instant of the request, for its authorized representative."""

    visit: Visit
    certification: PharmacyCertification
    materials: list[MaterialToReview]
    passed: bool
    handing: HandOver | None

    @property
    def taking_over(self) -> bool:
        """Is the viewer the one to whom the pharmacy is handed over, by signing?"""
        return self.handing is not None and self.handing.to_id == self.visit.user.pk

    @property
    def first(self) -> bool:
        """Is it the first certification, or one begun again, that is being filled in?"""
        return self.certification.status == CertificationStatus.IN_PROGRESS

    @property
    def renewal(self) -> Renewal | None:
        """What demands that the certification is renewed, if anything does."""
        if self.certification.status != CertificationStatus.CERTIFIED:
            return None
        return renewal_of(self.certification.program_version, self.visit.program.recertification.get(Party.PHARMACY))

    @property
    def overdue(self) -> bool:
        """Does the certification no longer count, because the day to renew it by has come?"""
        return self.renewal is not None and self.renewal.from_day <= self.visit.today

    @property
    def open(self) -> bool:
        """May the form be signed?"""
        certified = self.certification.status == CertificationStatus.CERTIFIED
        return self.first or self.renewal is not None or (self.taking_over and certified)

    @property
    def step(self) -> int:
        """The step that comes next: 2 materials, 3 quiz, 4 sign."""
        return next_step(self.materials, passed=self.passed)

    @property
    def unread(self) -> MaterialToReview | None:
        """The first material still to be read."""
        return next((one for one in self.materials if not one.reviewed_at), None)


def standing_of(request: HttpRequest, pk: int, *, to_sign: bool = False) -> Standing:
    """Return where a certification of the viewer's stands; `to_sign`: also one that is handed over to the viewer.

    Raises Http404 for those of other representatives.
    """
    visit = visit_of(request)
    reach = certifications_open_to if to_sign else certifications_represented_by
    rows = reach(visit.user, visit.today, visit.program.program)
    found = visible_or_404(request, rows, at=visit.at, kind="pharmacy certification", pk=str(pk))
    read = read_at(readings_of(visit.user.pk, visit.program.program))
    materials = materials_to_review(read, at=visit.at, program=visit.program)
    passed = quiz_is_behind(visit.user.pk, visit.program)
    return Standing(visit, found, materials, passed, waiting_hand_over(found.pharmacy))


def to_next_step(standing: Standing) -> HttpResponse:
    """Lead to what is still missing for the signature, in a renewal as in a first certification; then to signing."""
    pk = standing.certification.pk
    if not standing.open:
        return redirect("pharmacies:certify-pharmacy", pk)
    if standing.unread is not None:
        return redirect("pharmacies:certify-material", pk, standing.unread.material.code)
    return redirect("pharmacies:certify-sign" if standing.passed else "pharmacies:certify-quiz", pk)


def step_page(request: HttpRequest, step: str, standing: Standing, /, **context: Any) -> HttpResponse:
    """Show the page of a step, or of the certification as it is."""
    program = standing.visit.program
    context |= {
        "standing": standing,
        "certification": standing.certification,
        "steps": STEPS,
        "asked": program.quiz_questions_asked,
        "pass_mark": right_answers_needed(program.quiz_questions_asked, program),
        "attempts": attempts_shown(standing.certification, standing.visit.user),
    }
    return render(request, f"pharmacies/{step}.html", context)
