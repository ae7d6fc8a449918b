"""What the pages of the counter share: who looks, where they may confirm, and the page for those who can't yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from authorizations.models import Confirmation
from authorizations.presenters.pharmacy import Held
from authorizations.queries.pharmacy import confirmations_of
from pharmacies.queries import Workplace, workplaces
from pharmacies.views.visits import Visit, visit_of
from rems_portal.web import visible_or_404

# The number whose dispense was just recorded waits here for the page that says so.
JUST_RECORDED = "pharmacy_recorded"


@dataclass(frozen=True, slots=True)
class Shift:
    """Who of pharmacy staff looks, and the pharmacies that person works in."""

    visit: Visit
    places: Sequence[Workplace]

    @property
    def trained(self) -> list[Workplace]:
        """The pharmacies in which this person has a training record."""
        return [place for place in self.places if place.trained]

    @property
    def may_confirm(self) -> bool:
        """Is there a certified pharmacy in which this person is trained?"""
        return any(place.ready for place in self.places)


def shift_of(request: HttpRequest) -> Shift:
    """Return who looks. Raises PermissionDenied for everybody but pharmacy staff."""
    visit = visit_of(request)
    return Shift(visit, workplaces(visit.user, visit.today, visit.program))


def not_ready(request: HttpRequest, shift: Shift) -> HttpResponse:
    """Show what is missing before this person may confirm, and who does it."""
    return render(request, "authorizations/pharmacy/not_ready.html", {"places": shift.places}, status=403)


def mending_links() -> dict[str, tuple[str, str]]:
    """Return, for each rule that the pharmacy can do something about, the words and the address of the page for it."""
    waiting = ("See your open confirmations", reverse("authorizations:open-confirmations"))
    return {
        "CONF-01": ("See the certification", reverse("pharmacies:certify")),
        "CONF-03": waiting,
        "CONF-10": waiting,
    }


def confirmation_or_404(request: HttpRequest, shift: Shift, number: str) -> Confirmation:
    """Return a confirmation of one of the viewer's pharmacies, and write the look down. Raises Http404 for others."""
    visit = shift.visit
    rows = confirmations_of(visit.user, at=visit.at)
    return visible_or_404(request, rows, at=visit.at, kind="confirmation", number=number)


def just_recorded(request: HttpRequest, shift: Shift) -> Held | None:
    """Return the confirmation whose dispense this session has just recorded: once, then None, also on a reload."""
    number = request.session.pop(JUST_RECORDED, None)
    if number is None:
        return None
    visit = shift.visit
    found = confirmations_of(visit.user, at=visit.at).filter(number=number, dispense__isnull=False).first()
    return Held(found, visit.at) if found else None
