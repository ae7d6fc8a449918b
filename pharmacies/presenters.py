"""What the pharmacy's own pages show, worked out from records and rules; no markup, no clock, no queries of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pharmacies.facts import (
    ENROLLMENT_FORM,
    PROCESS_COLUMNS,
    AskedQuestion,
    asked_questions,
    enrollment_answers,
    kept_answers,
)
from pharmacies.forms import ZONES
from pharmacies.models import Pharmacy, PharmacyCertification, PharmacyStaff, QuizAttempt
from pharmacies.queries import Workplace
from rems_portal.rules.certification import oldest_training, renewal_of, required_materials
from rems_portal.rules.findings import Party
from rems_portal.rules.forms import Signer
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.rules.programs import Material, ProgramVersion, get_program, version_named
from rems_portal.signatures.copies import held_against, is_intact, signed_by
from rems_portal.signatures.presenters import ShownForm, shown_form
from rems_portal.signatures.renewals import past_of

STEPS = ("The pharmacy", "Materials", "Quiz", "Sign")


@dataclass(frozen=True, slots=True)
class MaterialToReview:
    """One required material, and when its current version was reviewed."""

    material: Material
    place: int
    reviewed_at: datetime | None


def materials_to_review(
    reviewed: Mapping[tuple[str, str], datetime], *, at: datetime, program: ProgramVersion
) -> list[MaterialToReview]:
    """Return the required materials at their current version, in order, with what was reviewed of them."""
    return [
        MaterialToReview(one, place, reviewed.get((one.code, one.version)))
        for place, one in enumerate(required_materials(Party.PHARMACY, at, program), 1)
    ]


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """One question of an attempt: what was chosen, what is right, and why."""

    asked: AskedQuestion
    chosen: str
    right: str
    holds: bool


def answered_questions(attempt: QuizAttempt, program: ProgramVersion) -> list[AnsweredQuestion]:
    """Return every question of a paper that was sent, with its explanation, in the wording of the paper's version."""
    answered = []
    for asked in asked_questions(attempt, version_of(attempt, program)):
        words = {choice.code: choice.sentence for choice in asked.question.choices}
        chosen = attempt.answers.get(asked.code, "")
        right = asked.question.right
        answered.append(AnsweredQuestion(asked, words.get(chosen, "No answer"), words[right], chosen == right))
    return answered


def version_of(attempt: QuizAttempt, program: ProgramVersion) -> ProgramVersion:
    """Return the program version an attempt was drawn from; the one in force where it is no longer known."""
    if attempt.program_version == program.version:
        return program
    try:
        return version_named(get_program(attempt.program), attempt.program_version)
    except LookupError:
        return program


def zone_in_words(pharmacy: Pharmacy) -> str:
    """Return the pharmacy's time zone as people call it."""
    return dict(ZONES).get(pharmacy.time_zone, pharmacy.time_zone.rpartition("/")[2].replace("_", " "))


@dataclass(frozen=True, slots=True)
class Site:
    """One of the pharmacies the viewer works in; `certification` only where the viewer is its representative.

    `steps`: what is still to do until it is certified (again); `renew_by`: the first day on which it no longer counts;
    `untrained`: how many of its staff may not confirm.
    """

    place: Workplace
    certification: PharmacyCertification | None
    steps: tuple[str, ...]
    renew_by: date | None
    overdue: bool
    staff: int
    untrained: int

    @property
    def untrained_words(self) -> str:
        """How many may not confirm, as a label."""
        return f"{self.untrained} untrained"

    @property
    def to_sign(self) -> bool:
        """Is nothing left but to attest and sign?"""
        return self.certification is not None and self.steps == STEPS[3:]


def sites_of(
    places: Sequence[Workplace],
    certifications: Mapping[int, PharmacyCertification],
    staff: Mapping[int, Sequence[PharmacyStaff]],
    *,
    step: int,
    on: date,
    program: ProgramVersion,
) -> list[Site]:
    """Return the viewer's pharmacies; `step`: what the viewer in person has to do next for any of them."""
    return [
        _site(place, certifications.get(place.pharmacy.pk), staff.get(place.pharmacy.pk, ()), step, on, program)
        for place in places
    ]


def _site(
    place: Workplace,
    certification: PharmacyCertification | None,
    staff: Sequence[PharmacyStaff],
    step: int,
    on: date,
    program: ProgramVersion,
) -> Site:
    demand = program.recertification.get(Party.PHARMACY)
    certified = certification is not None and certification.status == CertificationStatus.CERTIFIED
    renewal = renewal_of(certification.program_version, demand) if certification and certified else None
    first = certification is not None and certification.status == CertificationStatus.IN_PROGRESS
    oldest = oldest_training(on, program)
    return Site(
        place=place,
        certification=certification,
        steps=STEPS[step - 1 :] if first or renewal else (),
        renew_by=renewal.from_day if renewal else None,
        overdue=renewal is not None and renewal.from_day <= on,
        staff=len(staff),
        untrained=sum(row.trained_at is None or row.trained_version < oldest for row in staff),
    )


def next_step(materials: list[MaterialToReview], *, passed: bool) -> int:
    """Return the step of a certification to be signed that comes next: 2 materials, 3 quiz, 4 sign."""
    if any(one.reviewed_at is None for one in materials):
        return 2
    return 4 if passed else 3


def shown_certification(certification: PharmacyCertification) -> ShownForm | None:
    """Return the Pharmacy Enrollment Form as it was signed, held against every copy; None while nothing is signed.

    The history is asked for the details that held then only where those of now are others.
    """
    form = certification.form
    if form is None:
        return None
    attested = {code: getattr(certification, column) for code, column in PROCESS_COLUMNS.items()}
    shown = shown_form(form, kept=enrollment_answers(certification.pharmacy, frozenset()) | attested)
    if not is_intact(shown):
        shown = shown_form(form, kept=kept_answers(certification))
    signature = signed_by(shown).get(Signer.REPRESENTATIVE)
    signed_at = signature.signed_at if signature else None
    return held_against(
        shown,
        {
            "form": (f"{ENROLLMENT_FORM} of {certification.program}", f"{form.code} of {form.program}"),
            "signed_name": (certification.signed_name, signature.printed_name if signature else ""),
            "signed_at": (certification.signed_at, signed_at),
            "certified_at": (certification.certified_at, signed_at),
        },
    )


def certificate_of(certification: PharmacyCertification, program: ProgramVersion) -> dict[str, Any]:
    """Return what a pharmacy's certificate says, as `certificate_pdf` takes it; for one certified by a signed form."""
    pharmacy, past = certification.pharmacy, past_of(certification)
    return {
        "title": "Certified pharmacy",
        "name": pharmacy.name,
        "place": pharmacy.address,
        "identifiers": [("NPI", pharmacy.npi), ("NCPDP id", pharmacy.ncpdp_id)],
        "says": f"is certified in the {program.program_name} and may obtain confirmation numbers and dispense in it.",
        "program_name": program.program_name,
        "version": certification.program_version,
        "since": past.since,
        "renewed_at": past.renewed_at,
        "number": certification.form.number if certification.form else "",
        "intact": is_intact(shown_certification(certification)),
    }
