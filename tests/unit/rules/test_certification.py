"""What is missing before a prescriber or a pharmacy is certified."""

from dataclasses import replace

import pytest

from rems_portal.rules.certification import (
    PharmacyCertificationFacts,
    PrescriberCertificationFacts,
    QuizAttemptFacts,
    ReviewFacts,
    check_pharmacy_certification,
    check_prescriber_certification,
    findings_of,
    quiz_is_passed,
    quiz_percent,
    required_materials,
    score_quiz,
)
from rems_portal.rules.vocabulary import Party
from tests.unit.rules.builders import NOON, PROGRAM, instant


def reviews(audience):
    return tuple(
        ReviewFacts(material.code, material.version, NOON) for material in required_materials(audience, NOON, PROGRAM)
    )


PRESCRIBER = PrescriberCertificationFacts(NOON, reviews(Party.PRESCRIBER), form_complete=True, form_signed=True)
PHARMACY = PharmacyCertificationFacts(
    NOON,
    reviews(Party.PHARMACY),
    quiz_attempts=(QuizAttemptFacts(3, 10), QuizAttemptFacts(8, 10)),
    processes=frozenset(process.code for process in PROGRAM.pharmacy_processes),
    form_complete=True,
    form_signed=True,
)


def prescriber_lacks(**changes):
    return [one.rule for one in findings_of(check_prescriber_certification(replace(PRESCRIBER, **changes), PROGRAM))]


def pharmacy_lacks(**changes):
    return [one.rule for one in findings_of(check_pharmacy_certification(replace(PHARMACY, **changes), PROGRAM))]


@pytest.mark.rems("PR-01", "PR-02", "PR-03")
def test_a_prescriber_with_everything_lacks_nothing():
    assert prescriber_lacks() == []


@pytest.mark.rems("PR-01", "PR-03")
@pytest.mark.parametrize(
    ("material", "rule"),
    [
        ("prescribing_information", "CERT-01"),
        ("welcome_letter", "CERT-02"),
        ("prescriber_guide", "CERT-02"),
        ("education_prescribing_safety_kit", "CERT-02"),
    ],
)
def test_each_of_the_four_materials_must_be_reviewed_in_its_current_version(material, rule):
    others = tuple(review for review in PRESCRIBER.reviews if review.material != material)
    assert len(others) == 3
    assert prescriber_lacks(reviews=others) == [rule]
    assert prescriber_lacks(reviews=(*others, ReviewFacts(material, "2023-03-24", NOON))) == [rule]
    assert prescriber_lacks(reviews=(*others, ReviewFacts(material, "2026-04-27", instant("2026-06-15T12:00:01")))) == [
        rule
    ]


def test_missing_materials_are_named():
    (_, letter, _) = check_prescriber_certification(replace(PRESCRIBER, reviews=()), PROGRAM)
    assert letter.finding.sentence == (
        "Not reviewed yet in the current version: Welcome Letter, Prescriber Guide, Education and Prescribing Safety "
        "Kit. Open and review each."
    )


@pytest.mark.rems("PR-02")
@pytest.mark.parametrize("changes", [{"form_complete": False}, {"form_signed": False}])
def test_the_enrollment_form_must_be_complete_and_signed(changes):
    assert prescriber_lacks(**changes) == ["CERT-03"]
    assert pharmacy_lacks(**changes) == ["CERT-14"]


@pytest.mark.rems("PH-01", "PH-02")
def test_a_pharmacy_with_everything_lacks_nothing():
    assert pharmacy_lacks() == []


@pytest.mark.rems("PH-01")
@pytest.mark.parametrize("material", ["pharmacy_guide", "pharmacy_training"])
def test_a_pharmacy_reviews_guide_and_training(material):
    others = tuple(review for review in PHARMACY.reviews if review.material != material)
    assert len(others) == 1
    assert pharmacy_lacks(reviews=others) == ["CERT-11"]


@pytest.mark.rems("PH-01")
@pytest.mark.parametrize(
    ("attempts", "passed"),
    [
        pytest.param([], False, id="never taken"),
        pytest.param([(79, 100)], False, id="one point short"),
        pytest.param([(80, 100)], True, id="at the pass mark"),
        pytest.param([(799, 1000)], False, id="rounded down"),
        pytest.param([(8, 10), (0, 10)], True, id="passed once, failed later"),
    ],
)
def test_the_quiz_is_passed_once(attempts, passed):
    given = tuple(QuizAttemptFacts(correct, total) for correct, total in attempts)
    assert pharmacy_lacks(quiz_attempts=given) == ([] if passed else ["CERT-12"])


def test_quiz_percent_is_rounded_down():
    assert (quiz_percent(0, 7), quiz_percent(2, 3), quiz_percent(7, 7)) == (0, 66, 100)
    assert quiz_is_passed(4, 5, PROGRAM)
    assert not quiz_is_passed(3, 4, PROGRAM)


@pytest.mark.parametrize(("correct", "total"), [(-1, 10), (11, 10), (0, 0)])
def test_an_impossible_count_of_answers_is_an_error(correct, total):
    with pytest.raises(ValueError, match="right answers"):
        quiz_percent(correct, total)


@pytest.mark.rems("PH-02")
def test_each_of_the_three_processes_must_be_attested():
    assert len(PHARMACY.processes) == 3
    for process in PHARMACY.processes:
        assert pharmacy_lacks(processes=PHARMACY.processes - {process}) == ["CERT-13"]


def test_everything_that_is_missing_is_listed_at_once():
    nothing = {"reviews": (), "form_complete": False, "form_signed": False}
    assert prescriber_lacks(**nothing) == ["CERT-01", "CERT-02", "CERT-03"]
    assert pharmacy_lacks(**nothing, quiz_attempts=(), processes=frozenset()) == [
        "CERT-11",
        "CERT-12",
        "CERT-13",
        "CERT-14",
    ]


def test_local_instants_are_refused():
    with pytest.raises(ValueError, match="UTC"):
        prescriber_lacks(at=NOON.replace(tzinfo=None))
    with pytest.raises(ValueError, match="UTC"):
        pharmacy_lacks(at=NOON.replace(tzinfo=None))


@pytest.mark.rems("PH-01")
def test_a_quiz_is_scored_by_its_right_answers():
    right = {question.code: question.right for question in PROGRAM.quiz}
    assert score_quiz(right, PROGRAM) == QuizAttemptFacts(len(PROGRAM.quiz), len(PROGRAM.quiz))
    code = PROGRAM.quiz[0].code
    assert score_quiz({**right, code: "nonsense"}, PROGRAM).correct == len(PROGRAM.quiz) - 1
    assert score_quiz({}, PROGRAM).correct == 0


@pytest.mark.rems("PH-01")
@pytest.mark.parametrize("question", PROGRAM.quiz, ids=lambda question: question.code)
def test_each_quiz_question_has_one_right_choice_and_says_why(question):
    assert [choice.code for choice in question.choices].count(question.right) == 1
    assert len({choice.code for choice in question.choices}) == len(question.choices) > 1
    assert question.explanation.endswith(".")
    assert question.obligations
