"""The Certification Quiz as rows and pages: one paper at a time, every try kept, nothing re-rolled (PH-01)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client

import tests.factories as make
from pharmacies.actions import start_certification, take_quiz
from pharmacies.models import PharmacyCertification, QuizAttempt
from rems_portal.accounts.models import User
from rems_portal.errors import ActRefused
from tests.integration.certifying import RIGHT, answers_to, begun, identity, paper, quiz, sign

pytestmark = pytest.mark.django_db

LATER = replace(make.PROGRAM, version="2026-06-20", in_force=date(2026, 6, 20))


def send(user: User, attempt: QuizAttempt, answers: dict[str, str], **changes: Any) -> QuizAttempt:
    arguments = {"by": make.actor(user), "at": make.NOW, "attempt": attempt, "program": make.PROGRAM}
    return take_quiz(**arguments | changes, answers=answers)


@pytest.mark.rems("PH-01")
def test_paper_is_kept_from_its_opening_and_opening_again_gives_the_same() -> None:
    user, certification = begun()
    first = paper(user, certification)
    assert (first.opened_at, first.taken_at, first.correct, first.passed) == (make.NOW, None, None, False)
    assert (first.person, first.program_version, first.questions) == (user, make.PROGRAM.version, 10)
    assert len({asked["question"] for asked in first.paper}) == 10
    again = paper(user, certification, minutes=9)
    assert (again.pk, again.paper, again.opened_at) == (first.pk, first.paper, make.NOW)
    assert QuizAttempt.objects.count() == 1


@pytest.mark.rems("PH-01")
def test_paper_of_one_site_is_the_paper_of_all() -> None:
    user, first = begun()
    _, second = begun(user)
    assert paper(user, first).pk == paper(user, second).pk


@pytest.mark.rems("PH-01")
def test_every_try_is_kept_and_a_failed_one_leads_to_a_new_paper() -> None:
    user, certification = begun()
    tries = [quiz(user, certification, wrong=wrong, minutes=minutes) for minutes, wrong in ((0, 10), (5, 3), (9, 2))]
    assert [attempt.passed for attempt in tries] == [False, False, True]
    assert [attempt.correct for attempt in certification.quiz_attempts.all()] == [0, 7, 8]
    assert len({str(attempt.paper) for attempt in tries}) == 3


@pytest.mark.rems("PH-01")
def test_papers_of_two_people_differ() -> None:
    papers = [str(paper(*begun()).paper) for _ in range(4)]
    assert len(set(papers)) == 4


@pytest.mark.rems("PH-01")
def test_paper_is_sent_once_and_what_is_sent_again_changes_nothing() -> None:
    user, certification = begun()
    attempt = quiz(user, certification, wrong=10)
    again = send(user, attempt, answers_to(attempt), at=make.NOW + make.hours(1))
    assert (again.correct, again.passed, again.taken_at) == (0, False, make.NOW)
    assert again.history.count() == 2


def test_unanswered_and_foreign_answers_dont_count() -> None:
    user, certification = begun()
    attempt = paper(user, certification)
    answers = answers_to(attempt)
    with pytest.raises(ActRefused, match="1 of 10 are still open"):
        send(user, attempt, dict(list(answers.items())[1:]))
    done = send(user, attempt, answers | RIGHT)
    assert set(done.answers) == {asked["question"] for asked in attempt.paper}


def test_passed_quiz_needs_no_other_paper() -> None:
    user, certification = begun()
    quiz(user, certification)
    with pytest.raises(ActRefused, match="You have passed"):
        paper(user, certification)


@pytest.mark.rems("PH-01")
def test_paper_of_an_older_version_stays_unsent_and_a_new_one_is_drawn() -> None:
    user, certification = begun()
    old = paper(user, certification)
    with pytest.raises(ActRefused, match="quiz has changed"):
        send(user, old, answers_to(old), program=LATER)
    new = paper(user, certification, program=LATER)
    assert (new.pk != old.pk, new.program_version) == (True, "2026-06-20")
    assert certification.quiz_attempts.filter(taken_at=None).count() == 2


def test_nobody_sends_anothers_paper() -> None:
    user, certification = begun()
    attempt = paper(user, certification)
    other = make.pharmacist(certification.pharmacy, representative=True)
    with pytest.raises(QuizAttempt.DoesNotExist):
        send(other, attempt, answers_to(attempt))
    with pytest.raises(PermissionDenied):
        send(make.account(User.Role.PHARMACIST), attempt, answers_to(attempt))


@pytest.mark.rems("PH-01")
def test_passed_quiz_of_somebody_else_doesnt_count() -> None:
    user, certification = begun()
    quiz(user, certification)
    other = make.pharmacist(certification.pharmacy, representative=True)
    with pytest.raises(ActRefused) as refused:
        sign(other, certification)
    assert [one.rule for one in refused.value.findings] == ["CERT-11", "CERT-12"]


class TestPages:
    """What the representative sees."""

    @pytest.fixture(autouse=True)
    def now(self) -> Any:
        with time_machine.travel(make.NOW, tick=False) as traveller:
            yield traveller

    @pytest.fixture
    def mine(self, client: Client) -> tuple[User, PharmacyCertification, str]:
        user, certification = begun()
        client.force_login(user)
        return user, certification, f"/pharmacies/certify/{certification.pk}/quiz/"

    def test_begin_reload_back_and_two_tabs_give_the_same_paper(self, client: Client, mine: Any) -> None:
        _, _, here = mine
        assert "Begin the quiz" in client.get(here).text
        assert not QuizAttempt.objects.exists()
        first = client.post(here).headers["Location"]
        assert client.post(here).headers["Location"] == client.get(here).headers["Location"] == first
        assert client.get(first).text.count('type="radio"') == 30
        order = [asked["question"] for asked in QuizAttempt.objects.get().paper]
        assert [field.name for field in client.get(first).context["form"]] == order

    def test_answers_sent_twice_show_the_first_ones(self, client: Client, mine: Any) -> None:
        _, _, here = mine
        address = client.post(here).headers["Location"]
        attempt = QuizAttempt.objects.get()
        client.post(address, answers_to(attempt, wrong=10))
        page = client.post(address, answers_to(attempt), follow=True)
        assert "sent before" in page.text and "0 of 10 answers are right" in page.text
        assert "Draw a new paper" in page.text and "Tries at the quiz" in client.get(here).text

    def test_what_was_wrong_is_explained_with_the_right_answer(self, client: Client, mine: Any) -> None:
        user, certification, here = mine
        attempt = quiz(user, certification, wrong=1)
        page = client.get(f"{here}{attempt.pk}/")
        asked = next(one for one in make.PROGRAM.quiz if one.code == attempt.paper[0]["question"])
        assert page.text.count("You chose") == 1 and page.text.count("The right answer") == 1
        answered = page.context["answered"][0]
        assert (answered.asked.question, answered.holds) == (asked, False)
        assert answered.right in {choice.sentence for choice in asked.choices if choice.code == asked.right}
        assert "Go on to the signature" in page.text

    def test_outdated_paper_leads_to_a_new_one(self, client: Client, mine: Any) -> None:
        user, certification, here = mine
        attempt = paper(user, certification, program=replace(make.PROGRAM, version="2026-05-01"))
        page = client.get(f"{here}{attempt.pk}/", follow=True)
        assert "quiz has changed" in page.text and "Begin the quiz" in page.text

    def test_attempt_from_before_papers_were_kept_is_shown(self, client: Client, mine: Any) -> None:
        user, certification, here = mine
        codes = [one.code for one in make.PROGRAM.quiz[:8]]
        old = certification.quiz_attempts.create(
            person=user,
            program="lenalidomide",
            program_version="1999-01-01",
            opened_at=make.NOW,
            taken_at=make.NOW,
            paper=[{"question": code, "choices": []} for code in [*codes, "gone"]],
            answers={code: RIGHT[code] for code in codes},
            correct=8,
            questions=8,
            passed=True,
        )
        page = client.get(f"{here}{old.pk}/")
        assert len(page.context["answered"]) == 8 and "You passed" in page.text

    def test_unsent_paper_of_another_representative_is_not_there(self, client: Client, mine: Any) -> None:
        _, certification, here = mine
        other = make.pharmacist(certification.pharmacy, representative=True)
        unsent = paper(other, certification)
        assert client.get(f"{here}{unsent.pk}/").status_code == 404
        sent = send(other, unsent, answers_to(unsent))
        assert client.get(f"{here}{sent.pk}/").status_code == 200
        assert str(other) in client.get(here).text

    def test_passed_quiz_counts_for_the_next_site(self, client: Client, mine: Any) -> None:
        user, certification, _ = mine
        attempt = quiz(user, certification)
        second = start_certification(
            by=make.actor(user), at=make.NOW, user=user, identity=identity(), program=make.PROGRAM
        )
        here = f"/pharmacies/certify/{second.pk}/quiz/"
        assert "It counts for every pharmacy you represent" in client.get(here).text
        assert client.get(f"{here}{attempt.pk}/").status_code == 200
        assert "You have passed the quiz" in client.post(here, follow=True).text
