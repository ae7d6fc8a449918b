"""Bridges pharmacies' rows to the rules."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pharmacies.models import Pharmacy, PharmacyCertification, QuizAttempt
from rems_portal.audit.history import held_at
from rems_portal.materials.queries import readings_of
from rems_portal.rules.calendars import program_day, zone_named
from rems_portal.rules.certification import PharmacyCertificationFacts, ReviewFacts, oldest_certification, quiz_counts
from rems_portal.rules.findings import Party
from rems_portal.rules.forms import Answer
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.rules.numbers import ncpdp_id_is_valid, npi_is_valid
from rems_portal.rules.programs import ProgramVersion, QuizQuestion, materials_on_offer
from rems_portal.rules.quiz import PaperQuestion, QuizAttemptFacts

TRAINING = "pharmacy_training"  # the material that staff read before they confirm
ENROLLMENT_FORM = "pharmacy_enrollment"
IDENTITY = ("name", "npi", "ncpdp_id", "address", "phone", "time_zone")
# Which of a pharmacy's processes (codes of the program version) is kept in which column.
PROCESS_COLUMNS = {
    "seven_days_or_less": "attests_supply_left",
    "at_most_28_days": "attests_supply_limit",
    "number_and_category": "attests_number_and_category",
}


def is_certified(pharmacy: Pharmacy, program: ProgramVersion, at: datetime) -> bool:
    """Is the pharmacy certified in the program at `at` (UTC)? What `counts_as_certified` says, as one query."""
    return PharmacyCertification.objects.filter(
        pharmacy=pharmacy,
        program=program.program,
        status=CertificationStatus.CERTIFIED,
        program_version__gte=oldest_certification(Party.PHARMACY, program_day(at), program),
    ).exists()


def certification_facts(
    certification: PharmacyCertification, *, at: datetime, processes: frozenset[str], representative_id: int
) -> PharmacyCertificationFacts:
    """Return what the rules ask about a certification at `at` (UTC), if its form were signed with these processes.

    `representative_id`: the account of the authorized representative who signs; what that person read and the papers
    that person sent count, whatever pharmacy they were for.
    """
    return PharmacyCertificationFacts(
        at=at,
        reviews=tuple(
            ReviewFacts(one.material, one.version, one.read_at)
            for one in readings_of(representative_id, certification.program)
        ),
        quiz_attempts=quiz_attempts_of(representative_id, certification.program),
        processes=processes,
        form_complete=identity_is_complete(certification.pharmacy),
        form_signed=True,
    )


def enrollment_answers(pharmacy: Pharmacy, processes: frozenset[str]) -> dict[str, Answer]:
    """Return the answers of a Pharmacy Enrollment Form: who the pharmacy is, and the processes attested."""
    answers: dict[str, Answer] = {name: getattr(pharmacy, name) for name in IDENTITY}
    return answers | dict.fromkeys(processes, True)


def kept_answers(certification: PharmacyCertification) -> dict[str, Answer]:
    """Return the answers of the signed form that are kept in columns too, so that a tampered column shows as broken.

    The pharmacy's details are those that held when it was signed: an act that changes them later breaks no form.
    """
    kept: dict[str, Answer] = {code: getattr(certification, column) for code, column in PROCESS_COLUMNS.items()}
    pharmacy, signed_at = certification.pharmacy, certification.signed_at
    return kept | (held_at(pharmacy, signed_at, IDENTITY) if signed_at else {})


def quiz_attempts_of(person_id: int, program: str) -> tuple[QuizAttemptFacts, ...]:
    """Return a person's papers that were sent, in a program; one query."""
    rows = QuizAttempt.objects.filter(person_id=person_id, program=program, taken_at__isnull=False)
    return tuple(
        QuizAttemptFacts(correct, total, version)
        for correct, total, version in rows.values_list("correct", "questions", "program_version")
        if correct is not None
    )


def quiz_is_behind(person_id: int, program: ProgramVersion) -> bool:
    """Has the person passed a quiz that counts towards a certification signed now?"""
    return quiz_counts(quiz_attempts_of(person_id, program.program), program)


def paper_of(attempt: QuizAttempt) -> tuple[PaperQuestion, ...]:
    """Return the paper of an attempt, as it was drawn."""
    return tuple(PaperQuestion(one["question"], tuple(one["choices"])) for one in attempt.paper)


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One question of a paper as it is shown: `choices` are pairs of code and words, in the paper's order."""

    place: int
    question: QuizQuestion
    choices: tuple[tuple[str, str], ...]

    @property
    def code(self) -> str:
        """The question's code."""
        return self.question.code

    @property
    def sentence(self) -> str:
        """The question."""
        return self.question.sentence


def asked_questions(attempt: QuizAttempt, program: ProgramVersion) -> list[AskedQuestion]:
    """Return the questions of a paper in its order, with the wording of the version it was drawn from.

    A question that the version's bank lacks is left out; where the order of choices was not kept, it is the bank's.
    """
    bank = {question.code: question for question in program.quiz}
    asked = [(bank[one.question], one.choices) for one in paper_of(attempt) if one.question in bank]
    return [
        AskedQuestion(place, question, _choices(question, order)) for place, (question, order) in enumerate(asked, 1)
    ]


def _choices(question: QuizQuestion, order: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    words = {choice.code: choice.sentence for choice in question.choices}
    return tuple((code, words[code]) for code in order or words)


def paper_as_json(paper: tuple[PaperQuestion, ...]) -> list[dict[str, Any]]:
    """Return a paper as it is stored; `paper_of` reads it back."""
    return [{"question": asked.question, "choices": list(asked.choices)} for asked in paper]


def training_in_force(at: datetime, program: ProgramVersion) -> str:
    """Return the version of the Pharmacy Training that is handed out at `at`; "" when there is none."""
    offered = materials_on_offer(program, program_day(at))
    return next((one.version for one in offered if one.code == TRAINING), "")


def identity_is_complete(pharmacy: Pharmacy) -> bool:
    """Does the pharmacy say who and where it is, with numbers that can be right?"""
    named = bool(pharmacy.name and pharmacy.phone and pharmacy.address)
    numbered = npi_is_valid(pharmacy.npi) and ncpdp_id_is_valid(pharmacy.ncpdp_id)
    return named and numbered and zone_exists(pharmacy.time_zone)


def zone_exists(name: str) -> bool:
    """Is this the IANA name of a time zone?"""
    try:
        return bool(name and zone_named(name))
    except ValueError:
        return False
