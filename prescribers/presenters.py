"""What the prescriber's pages show, worked out from records and rules; no markup, no clock, no queries of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from prescribers.models import Delegation, PrescriberCertification
from rems_portal.materials.models import MaterialReading
from rems_portal.materials.presenters import text_of
from rems_portal.materials.queries import read_at
from rems_portal.rules.certification import required_materials
from rems_portal.rules.findings import Party
from rems_portal.rules.programs import Material, ProgramVersion


@dataclass(frozen=True, slots=True)
class MaterialToReview:
    """One required material: the templates of its text, when this version was read, and an earlier one that was."""

    material: Material
    text: list[str]
    reviewed_at: datetime | None
    earlier: MaterialReading | None = None


def materials_to_review(
    readings: list[MaterialReading], *, at: datetime, program: ProgramVersion
) -> list[MaterialToReview]:
    """Return the required materials at their current version, in order, with what was read of them.

    `readings`: the prescriber's own, the earliest first.
    """
    reviewed = read_at(readings)
    latest = {reading.material: reading for reading in readings}
    return [
        MaterialToReview(
            one, text_of(one, program.program), reviewed.get((one.code, one.version)), latest.get(one.code)
        )
        for one in required_materials(Party.PRESCRIBER, at, program)
    ]


def certificate_of(certification: PrescriberCertification, program: ProgramVersion) -> dict[str, Any]:
    """Return what a prescriber's certificate says, as `certificate_pdf` takes it; for one that is certified."""
    who = certification.prescriber
    return {
        "title": "Certified prescriber",
        "name": str(who),
        "place": who.practice_name,
        "identifiers": [("NPI", who.npi)],
        "says": f"is certified in the {program.program_name} and may enroll patients and prescribe in it.",
        "program_name": program.program_name,
        "version": certification.program_version,
        "since": certification.certified_at,
        "number": certification.form.number if certification.form else "",
    }


@dataclass(frozen=True, slots=True)
class DelegationList:
    """Delegations as their lists show them: those in force, those that begin later, those that are over."""

    current: list[Delegation]
    coming: list[Delegation]
    past: list[Delegation]


def delegation_list(delegations: Iterable[Delegation], today: date) -> DelegationList:
    """Return the delegations sorted by where they stand on the program day `today`."""
    found = DelegationList([], [], [])
    for one in delegations:
        if one.is_over(today):
            found.past.append(one)
        elif one.starts_on > today:
            found.coming.append(one)
        else:
            found.current.append(one)
    return found
