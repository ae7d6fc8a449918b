"""The main navigation: what each role finds in the bar at the top, on every page. It only names addresses.

Seeing a link gives no right: each page decides for itself who may. Must not query the database.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from rems_portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class Place:
    """One link: its words, the page it leads to, and the pages on which it counts as the current one."""

    label: str
    page: str
    also: frozenset[str] = frozenset()


def _place(label: str, page: str, *also: str) -> Place:
    return Place(label, page, frozenset({page, *also}))


REPORT = _place("Report a pregnancy", "authorizations:report-pregnancy")
PATIENTS = _place(
    "My patients",
    "authorizations:worklist",
    "authorizations:patient",
    "authorizations:record-test",
    "authorizations:positive-test",
    "authorizations:hand-over-survey",
    "authorizations:authorize",
    "authorizations:refusal",
    "authorizations:authorization",
)
COUNTER = _place("Confirm", "authorizations:counter", "authorizations:confirm-result")
OPEN_CONFIRMATIONS = _place(
    "Open confirmations",
    "authorizations:open-confirmations",
    "authorizations:confirmation",
    "authorizations:checklist",
    "authorizations:dispense",
    "authorizations:confirmation-record",
    "authorizations:cancel",
)

PLACES: dict[str, tuple[Place, ...]] = {
    User.Role.PRESCRIBER: (
        PATIENTS,
        _place("Enroll a patient", "patients:enroll"),
        _place("My certification", "prescribers:certify", "prescribers:delegates"),
        REPORT,
    ),
    User.Role.DELEGATE: (PATIENTS, REPORT),
    User.Role.PHARMACIST: (
        COUNTER,
        OPEN_CONFIRMATIONS,
        _place(
            "Certification & staff",
            "pharmacies:certify",
            "pharmacies:staff",
            "pharmacies:certify-new",
            "pharmacies:certify-pharmacy",
            "pharmacies:certify-identity",
            "pharmacies:certify-material",
            "pharmacies:certify-quiz",
            "pharmacies:certify-quiz-result",
            "pharmacies:certify-sign",
            "pharmacies:training",
        ),
        REPORT,
    ),
    User.Role.PROGRAM_STAFF: (_place("Administration", "admin:index"), REPORT),
}
MAILBOX = _place("Demo mailbox", "notifications:mailbox")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the links for who is signed in, each with `label`, `url` and `current`; none for anybody else."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    match = request.resolver_match
    here = match.view_name if match else ""
    places = PLACES.get(user.role, ()) + ((MAILBOX,) if settings.DEMO else ())
    links = [{"label": place.label, "url": _address(place.page), "current": here in place.also} for place in places]
    return [link for link in links if link["url"]]


def _address(page: str) -> str:
    try:
        return reverse(page)
    except NoReverseMatch:
        return ""
