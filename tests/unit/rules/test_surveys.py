"""The patient survey: who needs one when, how old it may be, when the next is due, which answers contradict."""

from datetime import date

import pytest

from rems_portal.rules.categories import RiskCategory, RuleGroup
from rems_portal.rules.surveys import contradictions, next_survey_due, survey_questions
from tests.unit.rules.builders import (
    EVERY_CATEGORY,
    EVERY_GROUP,
    NOON,
    PROGRAM,
    authorize,
    dispense,
    instant,
    patient,
    ready,
    sentences,
    survey,
)

FCGP_AND_FCN = [RiskCategory.AF_CAN, RiskCategory.FC_CAN, RiskCategory.FC_CANNOT]
MALES = [RiskCategory.AM, RiskCategory.MC]


def survey_holds(category, *completed_at, first, at=NOON, **changes):
    surveys = tuple(survey(one) for one in completed_at)
    return "AUTH-06" not in authorize(ready(category, first=first, surveys=surveys, **changes), at=at).failed


@pytest.mark.rems("PF-06", "PN-03", "PC-04")
@pytest.mark.parametrize("category", [*FCGP_AND_FCN, RiskCategory.AF_CANNOT])
def test_females_need_a_survey_before_the_first_prescription(category):
    assert not survey_holds(category, first=True)
    assert survey_holds(category, "2026-06-14T12:00:00", first=True)


@pytest.mark.rems("PM-03")
@pytest.mark.parametrize("category", MALES)
def test_males_need_none_before_the_first_prescription(category):
    assert survey_holds(category, first=True)


@pytest.mark.rems("PF-14", "PN-08", "PC-10", "PM-09")
@pytest.mark.parametrize("category", EVERY_CATEGORY)
def test_everybody_needs_one_before_a_later_prescription(category):
    assert not survey_holds(category, first=False)
    assert survey_holds(category, "2026-06-14T12:00:00", first=False)


THIRTY_DAYS = [
    pytest.param("2026-05-15T23:59:00", False, id="31 days before, last minute"),
    pytest.param("2026-05-15T23:59:59", False, id="31 days before, last second"),
    pytest.param("2026-05-16T00:00:00", True, id="30 days before, first second"),
    pytest.param("2026-05-16T00:01:00", True, id="30 days before, a minute on"),
    pytest.param("2026-06-15T12:00:00", True, id="at that instant"),
    pytest.param("2026-06-15T12:00:01", False, id="a second in the future"),
]


@pytest.mark.rems("PF-06", "PC-04")
@pytest.mark.parametrize("category", FCGP_AND_FCN)
@pytest.mark.parametrize(("completed_at", "holds"), THIRTY_DAYS)
def test_a_first_survey_is_at_most_30_days_old(category, completed_at, holds):
    assert survey_holds(category, completed_at, first=True) is holds


@pytest.mark.rems("PF-14", "PC-10", "PM-09")
@pytest.mark.parametrize("category", [*FCGP_AND_FCN, *MALES])
@pytest.mark.parametrize(("completed_at", "holds"), THIRTY_DAYS)
def test_a_later_survey_is_at_most_30_days_old(category, completed_at, holds):
    long_ago = (dispense("2026-03-01"),)
    assert survey_holds(category, completed_at, first=False, dispenses=long_ago) is holds


@pytest.mark.rems("PF-14", "PC-10", "PM-09")
@pytest.mark.parametrize("category", [*FCGP_AND_FCN, *MALES])
@pytest.mark.parametrize(
    ("completed_at", "holds"),
    [
        pytest.param("2026-05-20T14:59:59", False, id="a second before the last authorization"),
        pytest.param("2026-05-20T15:00:00", False, id="at the instant of the last authorization"),
        pytest.param("2026-05-20T15:00:01", True, id="a second after the last authorization"),
        pytest.param("2026-05-20T15:01:00", True, id="a minute after the last authorization"),
    ],
)
def test_a_later_survey_is_newer_than_the_last_dispensed_authorization(category, completed_at, holds):
    dispenses = (dispense("2026-05-21", authorized_at="2026-05-20T15:00:00"), dispense("2026-04-20"))
    assert survey_holds(category, completed_at, first=False, dispenses=dispenses) is holds


SIX_MONTHS = [
    pytest.param("2026-08-31T12:00:00", "2026-02-27T23:59:59", False, id="31 August: 27 February"),
    pytest.param("2026-08-31T12:00:00", "2026-02-28T00:00:00", True, id="31 August: 28 February"),
    pytest.param("2028-08-31T12:00:00", "2028-02-28T23:59:59", False, id="31 August of a leap year: 28 February"),
    pytest.param("2028-08-31T12:00:00", "2028-02-29T00:00:00", True, id="31 August of a leap year: 29 February"),
    pytest.param("2026-08-28T00:00:00", "2026-02-28T00:00:00", True, id="28 August: 28 February"),
    pytest.param("2026-08-29T00:00:00", "2026-02-28T00:00:00", True, id="29 August: 28 February"),
    pytest.param("2026-09-01T00:00:00", "2026-02-28T23:59:59", False, id="1 September: 28 February"),
    pytest.param("2026-09-01T00:00:00", "2026-03-01T00:00:00", True, id="1 September: 1 March"),
    pytest.param("2027-03-31T12:00:00", "2026-09-30T00:00:00", True, id="31 March: 30 September"),
    pytest.param("2027-03-31T12:00:00", "2026-09-29T23:59:59", False, id="31 March: 29 September"),
    pytest.param("2026-12-15T12:00:00", "2026-06-15T00:00:00", True, id="mid-month, first second"),
    pytest.param("2026-12-15T12:00:00", "2026-06-14T23:59:59", False, id="mid-month, a second before"),
    pytest.param("2026-12-15T12:00:00", "2026-12-15T12:00:00", True, id="at that instant"),
    pytest.param("2026-12-15T12:00:00", "2026-12-15T12:00:01", False, id="a second in the future"),
]


@pytest.mark.rems("PN-03", "PN-08")
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(("at", "completed_at", "holds"), SIX_MONTHS)
def test_an_adult_female_who_can_not_needs_one_within_6_calendar_months(at, completed_at, holds, first):
    when = instant(at)
    assert survey_holds(RiskCategory.AF_CANNOT, completed_at, first=first, at=when) is holds


@pytest.mark.rems("PN-08")
def test_an_adult_female_who_can_not_needs_no_new_one_for_each_prescription():
    dispenses = (dispense("2026-06-01"), dispense("2026-05-01"))
    assert survey_holds(RiskCategory.AF_CANNOT, "2026-01-20T12:00:00", first=False, dispenses=dispenses)


def test_the_sentence_says_which_survey_is_wanted():
    assert sentences(authorize(ready(RiskCategory.AF_CAN, surveys=())), "AUTH-06") == [
        "A patient survey completed on or after May 16, 2026 is missing. Give the patient the link to the survey."
    ]
    assert sentences(authorize(ready(RiskCategory.AM, first=False, surveys=())), "AUTH-06") == [
        "A patient survey completed after May 18, 2026, 12:00 PM EDT and not before May 16, 2026 is missing. "
        "Give the patient the link to the survey."
    ]


@pytest.mark.rems("PF-14", "PC-10", "PM-09")
@pytest.mark.parametrize("category", [*FCGP_AND_FCN, *MALES])
@pytest.mark.parametrize(
    ("completed_at", "at", "due"),
    [
        pytest.param(None, "2026-05-19T12:00:00", date(2026, 6, 15), id="none yet: the day the supply ends"),
        pytest.param("2026-05-18T12:00:00", "2026-05-19T12:00:00", date(2026, 6, 15), id="only the one used already"),
        pytest.param("2026-05-18T12:00:01", "2026-05-19T12:00:00", None, id="a new one, good on that day"),
        pytest.param("2026-06-01T12:00:00", "2026-06-01T12:00:00", None, id="one at that instant"),
        pytest.param("2026-06-20T12:00:00", "2026-06-19T12:00:00", date(2026, 6, 15), id="one in the future"),
        pytest.param("2026-06-01T12:00:00", "2026-07-01T12:00:00", None, id="supply over, survey still good"),
        pytest.param("2026-06-01T12:00:00", "2026-07-02T12:00:00", date(2026, 6, 15), id="supply over, survey too old"),
    ],
)
def test_next_survey_is_due_when_the_supply_ends(category, completed_at, at, due):
    surveys = (survey(completed_at),) if completed_at else ()
    who = patient(category, dispenses=(dispense("2026-05-18"), dispense("2026-04-20")), surveys=surveys)
    assert next_survey_due(who, instant(at), PROGRAM) == due


def test_next_survey_is_not_due_while_the_newest_is_good():
    surveys = (survey("2026-05-19T12:00:00"), survey("2026-06-14T12:00:00"), survey("2026-05-20T12:00:00"))
    who = patient(RiskCategory.AM, dispenses=(dispense("2026-05-18"),), surveys=surveys)
    assert next_survey_due(who, instant("2026-07-14T12:00:00"), PROGRAM) is None
    assert next_survey_due(who, instant("2026-07-15T12:00:00"), PROGRAM) == date(2026, 6, 15)


@pytest.mark.rems("PN-07", "PN-08")
@pytest.mark.parametrize(
    ("completed_at", "due"),
    [
        pytest.param((), date(2026, 11, 18), id="none: six months after the start"),
        pytest.param(("2026-05-10T12:00:00", "2026-06-01T12:00:00"), date(2026, 12, 1), id="the newest counts"),
        pytest.param(("2026-02-28T12:00:00",), date(2026, 8, 31), id="good to the end of the month"),
        pytest.param(("2026-05-10T12:00:00", "2026-06-20T12:00:00"), date(2026, 11, 10), id="one in the future"),
    ],
)
def test_next_survey_of_an_adult_female_who_can_not_is_due_after_6_months(completed_at, due):
    who = patient(
        RiskCategory.AF_CANNOT, dispenses=(dispense("2026-05-18"),), surveys=tuple(survey(one) for one in completed_at)
    )
    assert next_survey_due(who, NOON, PROGRAM) == due


@pytest.mark.parametrize("category", EVERY_CATEGORY)
def test_no_survey_is_due_before_the_first_dispense_or_after_treatment(category):
    assert next_survey_due(patient(category), NOON, PROGRAM) is None
    ended = patient(category, dispenses=(dispense("2026-05-18"),), enrolled=False)
    assert next_survey_due(ended, NOON, PROGRAM) is None


HARMLESS = {
    "counseled": True,
    "knows_birth_defects": True,
    "will_not_share": True,
    "will_not_donate_blood": True,
    "may_be_pregnant": False,
    "uses_contraception": True,
    "menses": False,
    "menses_begun": False,
    "uses_condom": True,
    "will_not_donate_sperm": True,
}


@pytest.mark.parametrize("group", EVERY_GROUP)
def test_answers_that_fit_the_record_contradict_nothing(group):
    assert contradictions(group, HARMLESS, PROGRAM) == ()


@pytest.mark.rems("PF-17", "PC-12")
@pytest.mark.parametrize(
    ("group", "code", "alarm"),
    [
        (RuleGroup.FCGP, "may_be_pregnant", "pregnancy_suspected"),
        (RuleGroup.AFN, "may_be_pregnant", "pregnancy_suspected"),
        (RuleGroup.FCN, "may_be_pregnant", "pregnancy_suspected"),
        (RuleGroup.FCGP, "uses_contraception", "discordance"),
        (RuleGroup.AFN, "menses", "discordance"),
        (RuleGroup.FCN, "menses_begun", "menses_begun"),
        (RuleGroup.MALE, "uses_condom", "discordance"),
        (RuleGroup.MALE, "counseled", "discordance"),
    ],
)
def test_an_answer_that_contradicts_the_record_is_found(group, code, alarm):
    answers = {**HARMLESS, code: not HARMLESS[code]}
    assert [(one.code, one.alarm) for one in contradictions(group, answers, PROGRAM)] == [(code, alarm)]


def test_an_answer_left_out_is_an_error():
    with pytest.raises(KeyError):
        contradictions(RuleGroup.MALE, {}, PROGRAM)


@pytest.mark.parametrize("group", EVERY_GROUP)
def test_questions_are_asked_of_the_groups_they_concern(group):
    asked = {question.code for question in survey_questions(group, PROGRAM)}
    assert "counseled" in asked
    assert ("uses_contraception" in asked) is (group == RuleGroup.FCGP)
    assert ("menses" in asked) is (group == RuleGroup.AFN)
    assert ("menses_begun" in asked) is (group == RuleGroup.FCN)
    assert ("will_not_donate_sperm" in asked) is (group == RuleGroup.MALE)
    assert ("may_be_pregnant" in asked) is (group != RuleGroup.MALE)
