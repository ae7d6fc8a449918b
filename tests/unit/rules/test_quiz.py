"""The Pharmacy Certification Quiz: the bank, papers drawn from it, and their score (PH-01)."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems_portal.rules.quiz import (
    PaperQuestion,
    QuizAttemptFacts,
    draw_paper,
    questions_on,
    quiz_is_passed,
    quiz_percent,
    right_answers_needed,
    score_paper,
)
from tests.unit.rules.builders import PROGRAM

CHOICES = {question.code: {choice.code for choice in question.choices} for question in PROGRAM.quiz}


@pytest.mark.rems("PH-01")
@pytest.mark.parametrize("question", PROGRAM.quiz, ids=lambda question: question.code)
def test_each_question_has_one_right_choice_and_says_why(question):
    assert [choice.code for choice in question.choices].count(question.right) == 1
    assert len({choice.code for choice in question.choices}) == len(question.choices) > 2
    assert len({choice.sentence for choice in question.choices}) == len(question.choices)
    assert question.sentence[-1] in ".?"
    assert question.explanation.endswith(".")
    assert question.obligations and all(one[:3] in ("PH-", "PG-") for one in question.obligations)


@pytest.mark.rems("PH-01")
def test_the_bank_holds_more_than_a_paper_asks_and_names_each_question_once():
    assert len(CHOICES) == len(PROGRAM.quiz) == 18
    assert PROGRAM.quiz_questions_asked == 10
    places = {[choice.code for choice in one.choices].index(one.right) for one in PROGRAM.quiz}
    assert places == {0, 1, 2}


@pytest.mark.rems("PH-01")
@given(st.integers())
def test_a_paper_asks_different_questions_each_with_all_its_choices(seed):
    paper = draw_paper(PROGRAM, Random(seed))
    assert len({asked.question for asked in paper}) == len(paper) == 10
    for asked in paper:
        assert len(asked.choices) == len(set(asked.choices))
        assert set(asked.choices) == CHOICES[asked.question]


@pytest.mark.rems("PH-01")
def test_chance_decides_which_questions_and_both_orders():
    assert draw_paper(PROGRAM, Random(7)) == draw_paper(PROGRAM, Random(7))
    papers = [draw_paper(PROGRAM, Random(seed)) for seed in range(60)]
    assert len(set(papers)) == 60
    assert {asked.question for paper in papers for asked in paper} == set(CHOICES)
    for code in CHOICES:
        orders = {asked.choices for paper in papers for asked in paper if asked.question == code}
        places = {paper.index(asked) for paper in papers for asked in paper if asked.question == code}
        assert len(orders) > 1 and len(places) > 1


def test_a_bank_that_is_too_small_makes_no_paper():
    with pytest.raises(ValueError, match="larger"):
        draw_paper(replace(PROGRAM, quiz_questions_asked=19), Random(1))


@pytest.mark.rems("PH-01")
def test_answers_are_scored_against_the_paper_only():
    paper = draw_paper(PROGRAM, Random(3))
    right = {question.code: question.right for question in PROGRAM.quiz}
    assert score_paper(paper, right, PROGRAM) == QuizAttemptFacts(10, 10, "2026-04-27")
    asked = paper[0].question
    assert score_paper(paper, right | {asked: "nonsense"}, PROGRAM).correct == 9
    not_asked = next(code for code in CHOICES if code not in {one.question for one in paper})
    assert score_paper(paper, right | {not_asked: "nonsense"}, PROGRAM).correct == 10
    assert score_paper(paper, {}, PROGRAM).correct == 0


def test_questions_come_in_the_order_of_the_paper():
    paper = draw_paper(PROGRAM, Random(5))
    assert [question.code for question in questions_on(paper, PROGRAM)] == [asked.question for asked in paper]
    with pytest.raises(KeyError):
        questions_on((PaperQuestion("of another version", ()),), PROGRAM)


def test_percent_is_rounded_down():
    assert (quiz_percent(0, 7), quiz_percent(2, 3), quiz_percent(7, 7)) == (0, 66, 100)
    assert quiz_is_passed(8, 10, PROGRAM)
    assert not quiz_is_passed(7, 10, PROGRAM)


@pytest.mark.parametrize(("correct", "total"), [(-1, 10), (11, 10), (0, 0)])
def test_an_impossible_count_of_answers_is_an_error(correct, total):
    with pytest.raises(ValueError, match="right answers"):
        quiz_percent(correct, total)


@given(st.integers(1, 60), st.integers(1, 100))
def test_the_answers_needed_are_the_fewest_that_pass(questions, mark):
    program = replace(PROGRAM, quiz_pass_percent=mark)
    needed = right_answers_needed(questions, program)
    assert quiz_is_passed(needed, questions, program)
    assert not quiz_is_passed(needed - 1, questions, program)
