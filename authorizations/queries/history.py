"""Reads what happened in a patient's courses, for the page that tells it. Each kind in one query. Writes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from authorizations.models import Authorization, Confirmation
from patients.models import Agreement, Enrollment, Transfer
from rems_portal.rules.lifecycles import AuthorizationStatus, ConfirmationStatus


@dataclass(frozen=True, slots=True)
class PastOfCourses:
    """What the courses' records say happened; agreements with their signatures, in the order in which they were signed.

    `ended_by`: who acted when a number became void, by kind and number.
    """

    courses: tuple[Enrollment, ...]
    agreements: tuple[Agreement, ...]
    transfers: tuple[Transfer, ...]
    authorizations: tuple[Authorization, ...]
    confirmations: tuple[Confirmation, ...]
    ended_by: dict[str, str]


def past_of(courses: Iterable[Enrollment], *, asked_transfers: bool = False) -> PastOfCourses:
    """Return the past of courses that are in scope already.

    `asked_transfers`: with those that are not done, which are no business of the patient's prescriber so far. A
    transfer is done when its form is in force.
    """
    found = tuple(courses)
    keys = [one.pk for one in found]
    rows = Agreement.objects.filter(enrollment__in=keys).order_by("pk")
    if not asked_transfers:
        rows = rows.filter(in_force_from__isnull=False)
    agreements = tuple(
        rows.select_related(
            "form", "enrollment", "transfer__from_prescriber", "transfer__to_prescriber"
        ).prefetch_related("form__signatures")
    )
    void = {"enrollment__in": keys, "ended_at__isnull": False}
    authorizations = tuple(Authorization.objects.filter(status=AuthorizationStatus.VOID, **void))
    confirmations = tuple(
        Confirmation.objects.filter(status=ConfirmationStatus.VOID, **void).select_related("pharmacy")
    )
    return PastOfCourses(
        found,
        agreements,
        tuple(one.transfer for one in agreements if hasattr(one, "transfer")),
        authorizations,
        confirmations,
        _ended_by(Authorization, authorizations) | _ended_by(Confirmation, confirmations),
    )


def _ended_by(model: Any, rows: Sequence[Any]) -> dict[str, str]:
    """Return who acted when these numbers became void, as the history rows of that moment say."""
    said = model.history.filter(number__in=[row.number for row in rows], status="void").order_by("-history_id")
    return dict(said.values_list("number", "actor_name"))
