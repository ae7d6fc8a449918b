"""The Pharmacy Certification Quiz: a paper drawn from the bank, and its score (PH-01).

Randomness is an argument: the act that opens an attempt draws it. Whether a passed quiz still counts towards a
certification is the business of `rules.certification`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from rems_portal.rules.programs.definition import ProgramVersion, QuizQuestion

Drawn = TypeVar("Drawn")


class Chance(Protocol):
    """Where randomness comes from: Python's `random.Random`, or anything that draws as it does."""

    def sample(self, population: Sequence[Drawn], k: int) -> list[Drawn]:
        """So many different ones, in an order of their own. Raises ValueError for more than there are."""


@dataclass(frozen=True, slots=True)
class QuizAttemptFacts:
    """One attempt: right answers out of the questions on its paper, and the program version it was drawn from."""

    correct: int
    total: int
    version: str


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """One question as a paper asks it: its code, and the codes of its choices in the order shown."""

    question: str
    choices: tuple[str, ...]


def draw_paper(program: ProgramVersion, chance: Chance) -> tuple[PaperQuestion, ...]:
    """A paper of the version's bank: as many questions as it asks, questions and choices in an order of their own.

    Raises ValueError when the bank holds fewer questions than are asked.
    """
    drawn = chance.sample(program.quiz, program.quiz_questions_asked)
    return tuple(
        PaperQuestion(one.code, tuple(chance.sample([choice.code for choice in one.choices], len(one.choices))))
        for one in drawn
    )


def questions_on(paper: tuple[PaperQuestion, ...], program: ProgramVersion) -> tuple[QuizQuestion, ...]:
    """The questions of a paper in its order. Raises KeyError when the version's bank lacks one."""
    bank = {question.code: question for question in program.quiz}
    return tuple(bank[asked.question] for asked in paper)


def score_paper(
    paper: tuple[PaperQuestion, ...], answers: Mapping[str, str], program: ProgramVersion
) -> QuizAttemptFacts:
    """How many of the paper's questions were answered rightly: answers by the question's code (PH-01).

    Raises KeyError when the version's bank lacks one of the questions.
    """
    questions = questions_on(paper, program)
    right = sum(answers.get(question.code) == question.right for question in questions)
    return QuizAttemptFacts(right, len(questions), program.version)


def quiz_percent(correct: int, total: int) -> int:
    """The share of right answers in whole percent, rounded down. Raises ValueError for an impossible count."""
    if not 0 <= correct <= total or total == 0:
        raise ValueError("The right answers must lie between none and all of at least one question.")
    return correct * 100 // total


def quiz_is_passed(correct: int, total: int, program: ProgramVersion) -> bool:
    """Whether an attempt at the Pharmacy Certification Quiz reaches the pass mark (PH-01)."""
    return quiz_percent(correct, total) >= program.quiz_pass_percent


def right_answers_needed(questions: int, program: ProgramVersion) -> int:
    """How many of so many answers must be right to pass."""
    return -(-questions * program.quiz_pass_percent // 100)
