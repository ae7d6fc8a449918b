"""The survey's link under threads: guesses are counted, two sendings make one survey, no answer is lost."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connections

import tests.factories as make
from authorizations.actions.patient_survey import complete_patient_survey
from patients.actions import MAX_WRONG_BIRTH_DATES, check_birth_date, keep_survey_answers
from patients.models import PatientSurvey, SafetyReport, SurveyInvitation
from rems_portal.audit.actors import Actor, Channel
from rems_portal.rules.vocabulary import RiskCategory, RuleGroup

pytestmark = pytest.mark.django_db(transaction=True)
LINK = Actor(name="Patient", channel=Channel.LINK)


def at_once(act: Callable[[int], Any], times: int) -> list[Any]:
    start, results = threading.Barrier(times), [None] * times

    def run(number: int) -> None:
        start.wait(30)
        try:
            results[number] = act(number)
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_guesses_sent_at_once_never_get_more_than_five_tries() -> None:
    link, _secret = make.invitation(make.enrollment(RiskCategory.AM))
    born = link.enrollment.patient.birth_date

    def guess(number: int) -> bool:
        day = born if number == 11 else date(1990, 1, 1 + number)
        return check_birth_date(by=LINK, at=make.NOW, invitation=link, birth_date=day)

    results = at_once(guess, 12)
    link.refresh_from_db()
    assert not [result for result in results if isinstance(result, Exception)], results
    assert link.failed_birth_dates == MAX_WRONG_BIRTH_DATES
    assert sum(results) <= 1
    assert link.history.filter(failed_birth_dates__gt=0).count() == MAX_WRONG_BIRTH_DATES


def test_a_survey_sent_from_two_tabs_at_once_is_one_survey() -> None:
    one = make.enrollment(RiskCategory.AF_CAN)
    link, _secret = make.invitation(one)
    answers = make.reassuring_answers(RuleGroup.FCGP) | {"may_be_pregnant": True}

    def send(_number: int) -> PatientSurvey:
        return complete_patient_survey(
            by=LINK,
            at=make.NOW,
            invitation=link,
            answers=answers,
            completed_by=PatientSurvey.CompletedBy.PATIENT,
            group=RuleGroup.FCGP,
            program=make.PROGRAM,
            signing=make.link_signing(one.patient.full_name),
        )

    results = at_once(send, 6)
    assert {getattr(result, "pk", result) for result in results} == {PatientSurvey.objects.get().pk}
    assert SafetyReport.objects.count() == 2


def test_answers_given_in_two_tabs_at_once_are_all_kept() -> None:
    link, _secret = make.invitation(make.enrollment(RiskCategory.AM))

    def answer(number: int) -> None:
        keep_survey_answers(by=LINK, at=make.NOW, invitation=link, draft={f"q{number}": "yes"})

    assert at_once(answer, 6) == [None] * 6
    assert set(SurveyInvitation.objects.get().draft) == {f"q{number}" for number in range(6)}
