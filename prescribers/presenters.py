"""What the prescriber's pages show, worked out from records and rules; no markup, no clock, no queries of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from prescribers.models import Delegation, PrescriberCertification, PrescriberMaterialReview
from rems_portal.rules.certification import required_materials
from rems_portal.rules.findings import Party
from rems_portal.rules.programs import Material, ProgramVersion

STEPS = ("About you", "Materials", "Sign")


@dataclass(frozen=True, slots=True)
class MaterialToReview:
    """One required material: when its current version was reviewed, and the latest earlier version that was."""

    material: Material
    place: int
    reviewed_at: datetime | None
    earlier: PrescriberMaterialReview | None = None


def materials_to_review(
    certification: PrescriberCertification | None, *, at: datetime, program: ProgramVersion
) -> list[MaterialToReview]:
    """Return the required materials at their current version, in order, with what was reviewed of them."""
    reviews = sorted(certification.reviews.all(), key=lambda review: review.reviewed_at) if certification else []
    reviewed = {(review.material, review.version): review.reviewed_at for review in reviews}
    latest = {review.material: review for review in reviews}
    return [
        MaterialToReview(one, place, reviewed.get((one.code, one.version)), latest.get(one.code))
        for place, one in enumerate(required_materials(Party.PRESCRIBER, at, program), 1)
    ]


def next_to_review(materials: Iterable[MaterialToReview]) -> MaterialToReview | None:
    """Return the first material not yet reviewed in its current version."""
    return next((one for one in materials if one.reviewed_at is None), None)


def wording(program: ProgramVersion, name: str) -> list[str]:
    """Return the templates that may hold a document’s wording: the version’s own, then one that says it is missing."""
    folder = f"{program.program}-{program.version}"
    return [f"prescribers/wording/{folder}/{name}.html", "prescribers/wording/none.html"]


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """One delegation as its list shows it."""

    delegation: Delegation
    in_force: bool


def delegation_rows(delegations: Iterable[Delegation], today: date) -> tuple[list[DelegationRow], list[DelegationRow]]:
    """Return the delegations in force on the program day `today`, and those that are over."""
    rows = [DelegationRow(one, one.ends_on is None or one.ends_on > today) for one in delegations]
    return [row for row in rows if row.in_force], [row for row in rows if not row.in_force]
