"""The patient survey: when one is needed, which one is current, and which answers contradict the record.

The answers themselves are private: what this module says about them goes to program staff, never to another party.
"""

from collections.abc import Mapping
from datetime import date, datetime

from rems_portal.rules.calendars import (
    day_in_words,
    days_after,
    instant_in_words,
    last_day_reaching_back_to,
    months_before,
    program_day,
)
from rems_portal.rules.categories import group_of
from rems_portal.rules.enrollment import category_of
from rems_portal.rules.facts import PatientFacts, SurveyFacts, last_dispensed_authorization_at, treatment_began_on
from rems_portal.rules.programs.definition import ProgramVersion, SurveyQuestion
from rems_portal.rules.vocabulary import RuleGroup

__all__ = [
    "SurveyFacts",
    "contradictions",
    "next_survey_due",
    "survey_is_current",
    "survey_is_required",
    "survey_questions",
    "survey_wanted",
]


def survey_is_required(group: RuleGroup, *, first: bool, program: ProgramVersion) -> bool:
    """Whether a patient of a group must have completed the survey before a first or a later prescription."""
    return not first or group in program.survey_before_first


def earliest_survey_day(group: RuleGroup, on: date, program: ProgramVersion) -> date:
    """The earliest program day on which a survey may have been completed to be good on a program day."""
    months = program.survey_every_months.get(group)
    return days_after(on, -program.survey_max_age_days) if months is None else months_before(on, months)


def _newer_than(patient: PatientFacts, group: RuleGroup, program: ProgramVersion) -> datetime | None:
    """The instant a survey must be newer than, or None: groups with a rhythm in months need no new one."""
    return None if group in program.survey_every_months else last_dispensed_authorization_at(patient)


def survey_is_current(patient: PatientFacts, group: RuleGroup, at: datetime, program: ProgramVersion) -> bool:
    """Whether a survey good for a prescription at an instant (UTC) is on file.

    Completed after the last authorization that was dispensed and at most 30 days old (PF-06, PF-14, PC-04, PC-10,
    PM-09); for groups with a rhythm in months, completed within those calendar months (PN-03, PN-08). True also where
    none is required.
    """
    if not survey_is_required(group, first=not patient.dispenses, program=program):
        return True
    earliest = earliest_survey_day(group, program_day(at), program)
    newer_than = _newer_than(patient, group, program)
    return any(
        survey.completed_at <= at
        and (newer_than is None or survey.completed_at > newer_than)
        and program_day(survey.completed_at) >= earliest
        for survey in patient.surveys
    )


def survey_wanted(patient: PatientFacts, group: RuleGroup, at: datetime, program: ProgramVersion) -> str:
    """Which survey would be good at an instant (UTC), as a phrase for a sentence."""
    earliest = day_in_words(earliest_survey_day(group, program_day(at), program))
    newer_than = _newer_than(patient, group, program)
    if newer_than is None:
        return f"completed on or after {earliest}"
    return f"completed after {instant_in_words(newer_than)} and not before {earliest}"


def next_survey_due(patient: PatientFacts, at: datetime, program: ProgramVersion) -> date | None:
    """The program day by which the patient should complete the next survey (PF-14, PN-08, PC-10, PM-09), or None.

    None while not enrolled or before the first dispense. With a rhythm in months: the last day on which the newest
    survey is still good. Before each prescription: the day the supply ends, unless a survey good for that day is there.
    """
    began = treatment_began_on(patient)
    if began is None or not patient.enrolled:
        return None
    group = group_of(category_of(patient, program_day(at), program))
    newer_than = _newer_than(patient, group, program)
    days = [
        program_day(survey.completed_at)
        for survey in patient.surveys
        if survey.completed_at <= at and (newer_than is None or survey.completed_at > newer_than)
    ]
    months = program.survey_every_months.get(group)
    if months is not None:
        return last_day_reaching_back_to(max(days, default=began), months)
    supply_ends = max(days_after(dispense.dispensed_on, dispense.days_supply) for dispense in patient.dispenses)
    good_through = max((days_after(day, program.survey_max_age_days) for day in days), default=None)
    return None if good_through is not None and good_through >= max(supply_ends, program_day(at)) else supply_ends


def survey_questions(group: RuleGroup, program: ProgramVersion) -> tuple[SurveyQuestion, ...]:
    """The questions of the patient survey for a group, in their order."""
    return tuple(question for question in program.survey_questions if group in question.groups)


def contradictions(
    group: RuleGroup, answers: Mapping[str, bool], program: ProgramVersion
) -> tuple[SurveyQuestion, ...]:
    """The questions whose answers contradict the record (PF-17, PC-12). For program staff only.

    `answers` maps question codes to yes (True) or no (False). Raises KeyError for a question left out.
    """
    return tuple(
        question for question in survey_questions(group, program) if answers[question.code] is question.alarming
    )
