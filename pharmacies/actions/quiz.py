"""The Certification Quiz (PH-01): a paper is opened, then sent once. Which questions count is `rules.quiz`."""

from collections.abc import Mapping
from datetime import datetime
from random import SystemRandom

from pharmacies.actions.certify import refusal
from pharmacies.facts import paper_as_json, paper_of, quiz_is_behind
from pharmacies.models import PharmacyCertification, QuizAttempt
from pharmacies.permissions import require_candidate
from pharmacies.queries import open_paper
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.rules.programs import ProgramVersion
from rems_portal.rules.quiz import draw_paper, quiz_is_passed, score_paper

CHANCE = SystemRandom()
OUTDATED = "The quiz has changed since you opened this paper. What you answered is kept; begin the quiz anew."


@act
def open_quiz(*, by: Actor, at: datetime, certification: PharmacyCertification, program: ProgramVersion) -> QuizAttempt:
    """Draw the paper of who is to sign, or give the one there is: until it is sent, no other is drawn (PH-01).

    Raises PermissionDenied unless `by` is the representative or to become that, ActRefused when the quiz is passed
    already.
    """
    person_id = require_candidate(by, certification.pharmacy, at)
    # One account's openings queue up here, so a double click can't draw two papers.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=person_id)
    there = open_paper(person_id, program)
    if there is not None:
        return there
    if quiz_is_behind(person_id, program):
        raise refusal("CERT-12", "PH-01", "You have passed the quiz. Go on with the certification.")
    paper = draw_paper(program, CHANCE)
    return QuizAttempt.objects.create(
        certification=certification,
        person_id=person_id,
        program=program.program,
        program_version=program.version,
        opened_at=at,
        paper=paper_as_json(paper),
        questions=len(paper),
    )


@act
def take_quiz(
    *, by: Actor, at: datetime, attempt: QuizAttempt, answers: Mapping[str, str], program: ProgramVersion
) -> QuizAttempt:
    """Score a paper and keep the answers (PH-01). A paper is sent once: what is sent again changes nothing.

    `answers`: chosen code by the question's code. Raises PermissionDenied unless `by` opened the paper and represents
    the pharmacy, ActRefused when a question is unanswered or the paper is of a version no longer in force.
    """
    person_id = require_candidate(by, attempt.certification.pharmacy, at)
    rows = QuizAttempt.objects.select_for_update(of=("self",), no_key=True)
    locked: QuizAttempt = rows.get(pk=attempt.pk, person_id=person_id)
    if locked.taken_at is not None:
        return locked
    if locked.program_version != program.version:
        raise refusal("CERT-12", "PH-01", OUTDATED)
    paper = paper_of(locked)
    kept = {asked.question: answers[asked.question] for asked in paper if answers.get(asked.question)}
    if len(kept) < len(paper):
        sentence = f"Answer every question; {len(paper) - len(kept)} of {len(paper)} are still open."
        raise refusal("CERT-12", "PH-01", sentence)
    score = score_paper(paper, kept, program)
    locked.taken_at, locked.answers, locked.correct = at, kept, score.correct
    locked.passed = quiz_is_passed(score.correct, score.total, program)
    locked.save(update_fields=["taken_at", "answers", "correct", "passed"])
    return locked
