"""Program versions: dated parameters with sources, the register, the materials."""

from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from rems_portal.rules.categories import RuleGroup
from rems_portal.rules.obligations import concerns
from rems_portal.rules.programs import (
    Moment,
    Program,
    VersionError,
    get_program,
    materials_on_offer,
    version_in_force,
    version_named,
)
from tests.unit.rules.builders import EVERY_GROUP, LENALIDOMIDE, PROGRAM

DESCRIPTIVE = {
    *("program", "program_name", "version", "in_force", "sources", "materials", "attestations", "checklist"),
    *("survey_questions", "pharmacy_processes", "quiz", "forms"),
}


@pytest.mark.rems("PG-06")
def test_the_register_holds_the_four_modifications():
    assert [one.version for one in LENALIDOMIDE.modifications] == [
        "2021-05-21",
        "2021-08-05",
        "2023-03-24",
        "2026-04-27",
    ]
    assert all(one.approved_on.isoformat() == one.version and one.summary for one in LENALIDOMIDE.modifications)


@pytest.mark.rems("PG-06")
@pytest.mark.parametrize("day", [date(2026, 4, 27), date(2026, 4, 28), date(2900, 1, 1)])
def test_the_version_in_force_begins_on_its_day(day):
    assert version_in_force(LENALIDOMIDE, day) is PROGRAM


@pytest.mark.rems("PG-06")
@pytest.mark.parametrize("day", [date(2026, 4, 26), date(2023, 3, 24), date(1999, 1, 1)])
def test_before_the_first_known_version_there_is_none(day):
    with pytest.raises(VersionError, match=r"The rules are known from 2026-04-27 on"):
        version_in_force(LENALIDOMIDE, day)


@pytest.mark.rems("PG-06")
def test_a_later_version_takes_over_on_its_day():
    later = replace(PROGRAM, version="2028-01-01", in_force=date(2028, 1, 1))
    program = Program("two", "Two versions", LENALIDOMIDE.modifications, (PROGRAM, later))
    assert version_in_force(program, date(2027, 12, 31)) is PROGRAM
    assert version_in_force(program, date(2028, 1, 1)) is later
    assert version_named(program, "2028-01-01") is later


@pytest.mark.rems("PG-06")
def test_versions_are_found_by_name():
    assert version_named(LENALIDOMIDE, "2026-04-27") is PROGRAM
    with pytest.raises(VersionError, match="parameters of version 2021-05-21 are not known"):
        version_named(LENALIDOMIDE, "2021-05-21")
    with pytest.raises(VersionError, match="no program version of that name"):
        version_named(LENALIDOMIDE, "2030-01-01")


def test_programs_are_found_by_code():
    assert get_program("lenalidomide") is LENALIDOMIDE
    with pytest.raises(KeyError):
        get_program("aspirin")


def test_every_parameter_names_its_source():
    parameters = {field.name for field in fields(PROGRAM)} - DESCRIPTIVE
    assert set(PROGRAM.sources) == parameters
    assert all(PROGRAM.sources.values())


def test_the_parameters_are_those_of_the_program():
    assert PROGRAM.strengths_mg == tuple(map(Decimal, ("2.5", "5", "10", "15", "20", "25")))
    assert (PROGRAM.min_days_supply, PROGRAM.max_days_supply, PROGRAM.max_days_on_hand) == (1, 28, 7)
    assert (PROGRAM.first_test_earliest_days, PROGRAM.first_test_latest_days) == (14, 10)
    assert (PROGRAM.second_test_within_hours, PROGRAM.later_test_within_days) == (24, 7)
    assert (PROGRAM.valid_days_after_test, PROGRAM.valid_days_after_issue) == (7, 30)
    assert PROGRAM.survey_every_months == {RuleGroup.AFN: 6}
    assert (PROGRAM.after_treatment_days, PROGRAM.coming_of_age_warning_days) == (28, 30)
    assert PROGRAM.lapse_after_months is None


@pytest.mark.rems("PG-03")
def test_a_withdrawn_material_is_no_longer_on_offer_from_that_day_on():
    def codes(day):
        return {material.code for material in materials_on_offer(PROGRAM, day)}

    withdrawn = date(2026, 4, 27)
    assert "emergency_contraception_brochure" in codes(withdrawn - timedelta(days=1))
    assert codes(withdrawn) == {
        *("prescribing_information", "welcome_letter", "prescriber_guide", "education_prescribing_safety_kit"),
        *("pharmacy_guide", "pharmacy_training", "patient_guide"),
    }
    assert all(material.source for material in PROGRAM.materials)


@pytest.mark.parametrize(
    ("moment", "first", "covered"),
    [
        (Moment.FIRST, True, True),
        (Moment.FIRST, False, False),
        (Moment.LATER, True, False),
        (Moment.LATER, False, True),
        (Moment.EVERY, True, True),
        (Moment.EVERY, False, True),
    ],
)
def test_a_moment_covers_first_or_later_or_both(moment, first, covered):
    assert moment.covers(first) is covered


@pytest.mark.parametrize("texts", [PROGRAM.attestations, PROGRAM.checklist, PROGRAM.survey_questions])
def test_texts_have_codes_of_their_own_and_are_sentences(texts):
    assert len({one.code for one in texts}) == len(texts)
    assert all(one.sentence[-1] in ".?" for one in texts)


@pytest.mark.parametrize("group", EVERY_GROUP)
def test_every_text_cites_an_obligation_of_each_group_it_is_for(group):
    cited = [one.obligations for one in (*PROGRAM.checklist, *PROGRAM.survey_questions) if group in one.groups]
    for one in PROGRAM.attestations:
        if group in one.groups:
            cited += [one.obligations(first) for first in (True, False) if one.moment.covers(first)]
    assert all(any(concerns(each, group) for each in obligations) for obligations in cited)
