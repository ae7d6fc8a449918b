"""What the prescriber's pages show, worked out from records and rules; no markup, no clock, no queries of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from prescribers.facts import enrollment_answers, kept_answers
from prescribers.models import Delegation, PrescriberCertification
from rems_portal.materials.models import MaterialReading
from rems_portal.materials.presenters import text_of
from rems_portal.materials.queries import read_at
from rems_portal.rules.certification import required_materials
from rems_portal.rules.findings import Party
from rems_portal.rules.forms import Signer
from rems_portal.rules.programs import Material, ProgramVersion
from rems_portal.signatures.copies import account_of, held_against, is_intact, signed_by
from rems_portal.signatures.presenters import ShownForm, shown_form
from rems_portal.signatures.renewals import past_of


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


def shown_certification(certification: PrescriberCertification) -> ShownForm | None:
    """Return the Prescriber Enrollment Form as it was signed, held against every copy; None while nothing is signed.

    The history is asked for the details that held then only where those of now are others.
    """
    form, who = certification.form, certification.prescriber
    if form is None:
        return None
    shown = shown_form(form, kept=enrollment_answers(who))
    if not is_intact(shown):
        shown = shown_form(form, kept=kept_answers(certification))
    signature = signed_by(shown).get(Signer.PRESCRIBER)
    signed_at = signature.signed_at if signature else None
    return held_against(
        shown,
        {
            "form": (f"prescriber_enrollment of {certification.program}", f"{form.code} of {form.program}"),
            "signed_name": (certification.signed_name, signature.printed_name if signature else ""),
            "signed_at": (certification.signed_at, signed_at),
            "certified_at": (certification.certified_at, signed_at),
            "prescriber": (who.user_id, account_of(shown, Signer.PRESCRIBER, who.user_id)),
        },
    )


def certificate_of(certification: PrescriberCertification, program: ProgramVersion) -> dict[str, Any]:
    """Return what a prescriber's certificate says, as `certificate_pdf` takes it; for one that is certified."""
    who, past = certification.prescriber, past_of(certification)
    return {
        "title": "Certified prescriber",
        "name": str(who),
        "place": who.practice_name,
        "identifiers": [("NPI", who.npi)],
        "says": f"is certified in the {program.program_name} and may enroll patients and prescribe in it.",
        "program_name": program.program_name,
        "version": certification.program_version,
        "since": past.since,
        "renewed_at": past.renewed_at,
        "number": certification.form.number if certification.form else "",
        "intact": is_intact(shown_certification(certification)),
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
