"""The patient survey in plain words: the answers to check, and what happens after they are sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from authorizations.queries.patient_survey import OpenSurvey
from patients.models import PatientSurvey
from rems_portal.rules.categories import RuleGroup
from rems_portal.rules.programs import ProgramVersion, SurveyAlarm
from rems_portal.rules.surveys import contradictions


@dataclass(frozen=True, slots=True)
class WhatNext:
    """What the person who sent the answers reads: must the medicine stop, is there something to talk about?"""

    stop: bool
    talk: bool
    menses: bool
    guardian: bool
    male: bool


def check_rows(survey: OpenSurvey, secret: str, words: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    """Return question, answer, and the address and words of the way to change it."""
    rows = []
    for place, question in enumerate(survey.questions, start=1):
        page = reverse("authorizations:survey-question", args=[secret, place])
        rows.append((question.text, question.words(survey.answer_to(question)), f"{page}?check", words["change"]))
    return rows


def what_next(survey: PatientSurvey, program: ProgramVersion) -> WhatNext:
    """Return what the answers mean for the person who gave them; nobody else is shown this."""
    alarms = {question.alarm for question in contradictions(RuleGroup(survey.rule_group), survey.answers, program)}
    menses = SurveyAlarm.MENSES_BEGUN in alarms
    return WhatNext(
        stop=SurveyAlarm.PREGNANCY_SUSPECTED in alarms or menses,
        talk=bool(alarms),
        menses=menses and SurveyAlarm.PREGNANCY_SUSPECTED not in alarms,
        guardian=survey.completed_by == PatientSurvey.CompletedBy.GUARDIAN,
        male=survey.rule_group == RuleGroup.MALE,
    )
