"""What the pharmacy's own pages show, worked out from records and rules; no markup, no clock, no queries of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pharmacies.forms import ZONES
from pharmacies.models import Pharmacy, PharmacyCertification, QuizAttempt
from rems_portal.rules.certification import required_materials
from rems_portal.rules.findings import Party
from rems_portal.rules.programs import Material, ProgramVersion, QuizQuestion

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


def wording(program: ProgramVersion, name: str) -> list[str]:
    """Return the templates that may hold a document’s wording: the version’s own, then one that says it is missing."""
    folder = f"{program.program}-{program.version}"
    return [f"pharmacies/wording/{folder}/{name}.html", "pharmacies/wording/none.html"]


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """One question of an attempt: what was chosen, what is right, and why."""

    place: int
    question: QuizQuestion
    chosen: str
    right: str
    holds: bool


def answered_questions(attempt: QuizAttempt, program: ProgramVersion) -> list[AnsweredQuestion]:
    """Return every question of an attempt with its explanation; questions of another version are left out."""
    answered = []
    for place, question in enumerate(program.quiz, 1):
        words = {choice.code: choice.sentence for choice in question.choices}
        chosen = attempt.answers.get(question.code, "")
        holds = chosen == question.right
        answered.append(AnsweredQuestion(place, question, words.get(chosen, "No answer"), words[question.right], holds))
    return answered


def pass_mark(program: ProgramVersion) -> int:
    """Return how many answers must be right."""
    return -(-len(program.quiz) * program.quiz_pass_percent // 100)


def zone_in_words(pharmacy: Pharmacy) -> str:
    """Return the pharmacy's time zone as people call it."""
    return dict(ZONES).get(pharmacy.time_zone, pharmacy.time_zone.rpartition("/")[2].replace("_", " "))


def next_step(certification: PharmacyCertification, materials: list[MaterialToReview], *, passed: bool) -> int:
    """Return the step of an open certification that comes next: 2 materials, 3 quiz, 4 sign."""
    if any(one.reviewed_at is None for one in materials):
        return 2
    return 4 if passed else 3
