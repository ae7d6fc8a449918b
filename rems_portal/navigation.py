"""The main navigation: what each role finds in the bar at the top, on every page. It only names addresses.

Seeing a link gives no right: each page decides for itself who may. Must not query the database.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from rems_portal.accounts.locking import is_locked
from rems_portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class Place:
    """One link: its words, the page it leads to, and how the names of the pages begin that belong to it."""

    label: str
    page: str
    pages: tuple[str, ...]


def _place(label: str, page: str, *pages: str) -> Place:
    return Place(label, page, pages or (page,))


REPORT = _place("Report a pregnancy", "authorizations:report-pregnancy")
ADMINISTRATION = _place("Administration", "admin:index", "admin:")
MATERIALS = _place("Materials", "materials:library", "materials:")
MAILBOX = _place("Demo mailbox", "notifications:mailbox")
PATIENTS = _place(
    "My patients",
    "authorizations:worklist",
    "authorizations:worklist",
    "authorizations:patient",
    "authorizations:record-test",
    "authorizations:positive-test",
    "authorizations:hand-over-survey",
    "authorizations:authoriz",
    "authorizations:refusal",
    "authorizations:change-category",
)
OPEN_CONFIRMATIONS = _place(
    "Open confirmations",
    "authorizations:open-confirmations",
    "authorizations:open-confirmations",
    "authorizations:confirmation",
    "authorizations:checklist",
    "authorizations:dispense",
    "authorizations:cancel",
)

PLACES: dict[str, tuple[Place, ...]] = {
    User.Role.PRESCRIBER: (
        PATIENTS,
        _place("Enroll a patient", "patients:enroll", "patients:"),
        _place("My certification", "prescribers:certify", "prescribers:"),
        MATERIALS,
        REPORT,
    ),
    User.Role.DELEGATE: (
        PATIENTS,
        _place("Prepared forms", "patients:prepared-forms", "patients:"),
        _place("Whom I work for", "prescribers:served", "prescribers:"),
        MATERIALS,
        REPORT,
    ),
    User.Role.PHARMACIST: (
        _place("Confirm", "authorizations:counter", "authorizations:counter", "authorizations:confirm-result"),
        OPEN_CONFIRMATIONS,
        _place("Certification & staff", "pharmacies:certify", "pharmacies:"),
        MATERIALS,
        REPORT,
    ),
    User.Role.PROGRAM_STAFF: (ADMINISTRATION, MATERIALS, REPORT),
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the links for who is signed in, each with `label`, `url` and `current`; none for anybody else."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    if is_locked(request) or getattr(request, "sets_up_first_factor", False):
        return []
    match = request.resolver_match
    here = match.view_name if match else ""
    return [
        {"label": place.label, "url": reverse(place.page), "current": here.startswith(place.pages)}
        for place in places_of(user)
    ]


def places_of(user: User) -> tuple[Place, ...]:
    """Return where somebody's work is; an auditor only reads, and so reports nothing."""
    places = PLACES.get(user.role, ())
    if user.staff_role == User.StaffRole.AUDITOR:
        places = (ADMINISTRATION, MATERIALS)
    return (*places, MAILBOX) if settings.DEMO else places
