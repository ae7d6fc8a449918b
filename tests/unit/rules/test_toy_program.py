"""The rules under another product's numbers: nothing of the first one sticks."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from rems_portal.rules.authorization import decide_authorization, preview_authorization, required_attestations
from rems_portal.rules.categories import CannotBasis, RiskCategory, RuleGroup, Sex, category_that_fits
from rems_portal.rules.certification import counts_as_certified, oldest_training
from rems_portal.rules.dispensing import checklist_items, decide_confirmation
from rems_portal.rules.enrollment import AgreementFacts, coming_of_age_warning
from rems_portal.rules.pregnancy_testing import next_test_due
from rems_portal.rules.questions import answer
from rems_portal.rules.quiz import draw_paper, quiz_is_passed
from rems_portal.rules.vocabulary import Party
from rems_portal.rules.wire import confirmation_request, patient_fields
from tests.unit.rules.builders import (
    NOON,
    PRESCRIPTION,
    authorization_facts,
    confirmation_facts,
    dispense,
    instant,
    patient,
    pregnancy_test,
    survey,
)
from tests.unit.rules.toy_program import TOY_PROGRAM, TOY_VERSION

TOY_PRESCRIPTION = replace(PRESCRIPTION, days_supply=10, strength_mg=Decimal("0.1"))


def toy_failed(who, at=NOON, attested=frozenset(), **prescription):
    facts = authorization_facts(who, at=at, attested=attested, prescription=replace(TOY_PRESCRIPTION, **prescription))
    return decide_authorization(facts, TOY_VERSION).failed


@pytest.mark.parametrize(
    ("early", "late", "sensitivity", "failed"),
    [
        pytest.param("2026-06-10T00:00:00", "2026-06-15T00:00:00", 20, (), id="at the outer ends"),
        pytest.param("2026-06-12T23:59:59", "2026-06-15T12:00:00", 20, (), id="at the inner ends"),
        pytest.param("2026-06-09T23:59:59", "2026-06-15T12:00:00", 20, ("AUTH-05",), id="first too early"),
        pytest.param("2026-06-13T00:00:00", "2026-06-15T12:00:00", 20, ("AUTH-05",), id="first too late"),
        pytest.param("2026-06-12T12:00:00", "2026-06-14T23:59:59", 20, ("AUTH-05",), id="second too early"),
        pytest.param("2026-06-12T12:00:00", "2026-06-15T12:00:00", 21, ("AUTH-05",), id="not sensitive enough"),
    ],
)
def test_test_windows_are_the_products_own(early, late, sensitivity, failed):
    tests = (pregnancy_test(early, sensitivity_miu_ml=20), pregnancy_test(late, sensitivity_miu_ml=sensitivity))
    who = patient(RiskCategory.AF_CAN, pregnancy_tests=tests)
    assert set(toy_failed(who)) - {"AUTH-06"} == set(failed)


def test_surveys_are_asked_of_the_products_own_groups():
    assert toy_failed(patient(RiskCategory.AM)) == ("AUTH-06",)
    assert toy_failed(patient(RiskCategory.AM, surveys=(survey("2026-06-11T00:00:00"),))) == ()
    assert toy_failed(patient(RiskCategory.AM, surveys=(survey("2026-06-10T23:59:59"),))) == ("AUTH-06",)


def test_a_rhythm_in_months_is_the_products_own():
    girl = patient(
        RiskCategory.FC_CANNOT, cannot_basis=CannotBasis.BILATERAL_OOPHORECTOMY, dispenses=(dispense("2026-06-01"),)
    )
    talked = frozenset({"toy_talk"})
    assert toy_failed(replace(girl, surveys=(survey("2026-04-15T00:00:00"),)), attested=talked) == ()
    assert toy_failed(replace(girl, surveys=(survey("2026-04-14T23:59:59"),)), attested=talked) == ("AUTH-06",)


@pytest.mark.parametrize(
    ("prescription", "failed"),
    [
        ({"days_supply": 1}, ("AUTH-09",)),
        ({"days_supply": 2}, ()),
        ({"days_supply": 11}, ("AUTH-09",)),
        ({"strength_mg": Decimal(10)}, ("AUTH-09",)),
    ],
)
def test_supply_and_strengths_are_the_products_own(prescription, failed):
    man = patient(RiskCategory.AM, surveys=(survey("2026-06-14T12:00:00"),))
    assert toy_failed(man, **prescription) == failed


def test_statements_are_the_products_own():
    assert required_attestations(RuleGroup.FCGP, True, TOY_VERSION) == ()
    assert required_attestations(RuleGroup.AFN, False, TOY_VERSION) == (("toy_talk", "We talked.", ("PR-15",)),)
    later = patient(RiskCategory.AM, surveys=(survey("2026-06-14T12:00:00"),), dispenses=(dispense("2026-06-01"),))
    assert toy_failed(later) == ("AUTH-07",)
    assert [item.code for item in checklist_items(RuleGroup.MALE, TOY_VERSION)] == ["toy_item"]


def test_bases_and_ages_are_the_products_own():
    def fits(birth_date, basis):
        return category_that_fits(
            birth_date=birth_date,
            sex=Sex.FEMALE,
            can_get_pregnant=False,
            cannot_basis=basis,
            on=date(2026, 6, 15),
            program=TOY_VERSION,
        )

    assert fits(date(1950, 1, 1), CannotBasis.MENOPAUSE_24_MONTHS) == RiskCategory.AF_CAN
    assert fits(date(2015, 1, 1), CannotBasis.MENSES_NOT_BEGUN) == RiskCategory.FC_CAN
    boy = patient(RiskCategory.MC, birth_date=date(2008, 6, 21))
    assert coming_of_age_warning(boy, NOON, TOY_VERSION) is None
    assert coming_of_age_warning(boy, instant("2026-06-16T00:00:00"), TOY_VERSION)


def test_validity_is_the_products_own():
    granted = preview_authorization(
        at=NOON,
        prescriber_certified=True,
        patient=patient(RiskCategory.AM, surveys=(survey("2026-06-14T12:00:00"),)),
        program=TOY_VERSION,
    )
    assert (granted.valid_through, granted.program, granted.program_version) == (
        date(2026, 6, 17),
        "toyvastatin",
        "2025-02-03",
    )


def test_deadlines_and_supply_left_are_the_products_own():
    facts = confirmation_facts(
        patient(dispenses=(dispense("2026-06-08", 10),)),
        request={"days_supply": 10, "strength_mg": Decimal("0.1")},
        issued={"strength_mg": Decimal("0.1")},
    )
    decision = decide_confirmation(facts, TOY_VERSION)
    assert decision.pick_up_by == instant("2026-06-15T18:00:00")
    more = replace(facts, patient=patient(dispenses=(dispense("2026-06-09", 10),)))
    assert decide_confirmation(more, TOY_VERSION).failed == ("CONF-09",)


@pytest.mark.parametrize(("tested", "due"), [("2026-06-06", "2026-06-08"), ("2026-06-07", "2026-06-27")])
def test_the_schedule_is_the_products_own(tested, due):
    woman = patient(
        RiskCategory.AF_CAN,
        agreement=AgreementFacts(RiskCategory.AF_CAN, True),
        dispenses=(dispense("2026-06-01", 10),),
        pregnancy_tests=(pregnancy_test(f"{tested}T12:00:00"),),
    )
    assert next_test_due(woman, NOON, TOY_VERSION) == date.fromisoformat(due)
    asked = {"ask": "next-test", "at": NOON.isoformat(), "patient": patient_fields(woman)}
    assert answer(asked, TOY_PROGRAM) == {"due": due, "program_version": "2025-02-03", "findings": []}


def test_questions_are_answered_under_the_program_asked():
    request = confirmation_request(confirmation_facts(patient(), at=instant("2025-02-03T12:00:00")))
    assert answer(request, TOY_PROGRAM)["failed"] == ["CONF-08"]


def test_the_pass_mark_is_the_products_own():
    assert quiz_is_passed(1, 2, TOY_VERSION)


def test_how_many_questions_are_drawn_is_the_products_own():
    assert len(draw_paper(TOY_VERSION, Random(1))) == 1


def test_who_renews_by_when_is_the_products_own():
    day = date(2025, 3, 1)
    asked = {"day": day, "program": TOY_VERSION}
    assert not counts_as_certified("certified", "2024-01-01", party=Party.PRESCRIBER, **asked)
    assert counts_as_certified("certified", "2024-01-01", party=Party.PHARMACY, **asked)
    assert (oldest_training(day, TOY_VERSION), oldest_training(date(2025, 3, 2), TOY_VERSION)) == ("", "2025-02-03")
