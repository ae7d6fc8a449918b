"""The eleven checks of an authorization, each alone and all together, and what is granted."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from rems_portal.rules.authorization import (
    AUTHORIZATION_RULES,
    decide_authorization,
    preview_authorization,
    required_attestations,
)
from rems_portal.rules.categories import RiskCategory, RuleGroup, group_of
from rems_portal.rules.enrollment import AgreementFacts
from rems_portal.rules.findings import Party
from rems_portal.rules.obligations import concerns
from rems_portal.rules.vocabulary import TestResult
from tests.unit.rules.builders import (
    EVERY_CATEGORY,
    EVERY_GROUP,
    EVERYTHING_ATTESTED,
    NOON,
    PROGRAM,
    authorization_facts,
    authorize,
    dispense,
    instant,
    patient,
    pregnancy_test,
    ready,
    sentences,
    survey,
)

pytestmark = pytest.mark.rems("PR-09", "PR-18")


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("category", EVERY_CATEGORY)
def test_authorization_is_granted_when_everything_is_in_order(category, first):
    decision = authorize(ready(category, first=first))
    assert decision.granted
    assert decision.category == category
    assert decision.group == group_of(category)
    assert decision.program_version == "2026-04-27"


@pytest.mark.parametrize(
    ("category", "valid_through"),
    [
        (RiskCategory.AF_CAN, date(2026, 6, 21)),
        (RiskCategory.FC_CAN, date(2026, 6, 21)),
        (RiskCategory.AF_CANNOT, date(2026, 7, 15)),
        (RiskCategory.FC_CANNOT, date(2026, 7, 15)),
        (RiskCategory.AM, date(2026, 7, 15)),
        (RiskCategory.MC, date(2026, 7, 15)),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_valid_through_is_7_days_after_the_test_or_30_after_issue(category, valid_through, first):
    changes = {}
    if category in (RiskCategory.AF_CAN, RiskCategory.FC_CAN):
        evening_before = pregnancy_test("2026-06-14T23:59:59")
        changes["pregnancy_tests"] = (pregnancy_test("2026-06-04T09:00:00"), evening_before)
    decision = authorize(ready(category, first=first, **changes))
    assert decision.valid_through == valid_through
    assert decision.backing_test == changes.get("pregnancy_tests", (None, None))[1]


@pytest.mark.parametrize(
    ("at", "valid_through"),
    [
        pytest.param("2027-01-01T04:59:59+00:00", date(2027, 1, 30), id="last second of the year in New York"),
        pytest.param("2027-01-01T05:00:00+00:00", date(2027, 1, 31), id="first second of the year in New York"),
        pytest.param("2027-03-14T23:59:59", date(2027, 4, 13), id="end of the spring night"),
        pytest.param("2026-11-01T00:00:00", date(2026, 12, 1), id="begin of the autumn night"),
        pytest.param("2028-01-31T12:00:00", date(2028, 3, 1), id="over 29 February"),
    ],
)
def test_day_of_issue_is_a_program_day(at, valid_through):
    assert authorize(patient(RiskCategory.AM), at=instant(at)).valid_through == valid_through


@pytest.mark.rems("PR-01", "PR-02", "PR-03")
def test_an_uncertified_prescriber_gets_none():
    decision = authorize(ready(RiskCategory.AM), prescriber_certified=False)
    assert decision.failed == ("AUTH-01",)
    assert decision.findings[0].obligations == ("PR-01", "PR-02", "PR-03")
    assert decision.findings[0].move == Party.PRESCRIBER
    assert (decision.category, decision.valid_through) == (None, None)


@pytest.mark.rems("PR-08")
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"enrolled": False},
            "The patient is not enrolled in the program now. "
            "Enroll the patient with the agreement form for: Adult Male.",
        ),
        (
            {"enrolled_with_this_prescriber": False},
            "The patient is not enrolled with this prescriber. Enroll the patient yourself before you prescribe.",
        ),
    ],
)
def test_a_patient_enrolled_nowhere_or_elsewhere_gets_none(changes, sentence):
    decision = authorize(ready(RiskCategory.AM, **changes))
    assert decision.failed == ("AUTH-02",)
    assert sentences(decision, "AUTH-02") == [sentence]


@pytest.mark.rems("PR-08", "PF-05", "PN-04", "PC-03", "PM-03")
@pytest.mark.parametrize("form", EVERY_CATEGORY)
@pytest.mark.parametrize("category", EVERY_CATEGORY)
def test_only_the_form_that_fits_is_right(category, form):
    decision = authorize(ready(category, agreement=AgreementFacts(form, True)))
    assert decision.failed == (() if form == category else ("AUTH-03",))


@pytest.mark.rems("PR-08")
@pytest.mark.parametrize("category", EVERY_CATEGORY)
def test_a_form_missing_or_not_fully_signed_is_refused(category):
    assert authorize(ready(category, agreement=None)).failed == ("AUTH-03",)
    assert authorize(ready(category, agreement=AgreementFacts(category, False))).failed == ("AUTH-03",)
    assert authorize(ready(category, agreement=AgreementFacts(category, True, intact=False))).failed == ("AUTH-03",)


@pytest.mark.rems("PR-08")
@pytest.mark.parametrize(
    ("birth_date", "at", "failed"),
    [
        pytest.param(date(2008, 6, 15), "2026-06-14T23:59:59", (), id="a second before the 18th birthday"),
        pytest.param(date(2008, 6, 15), "2026-06-15T00:00:00", ("AUTH-03",), id="the 18th birthday"),
        pytest.param(
            date(2008, 6, 15), "2026-06-14T21:00:00-07:00", ("AUTH-03",), id="in New York, not yet in California"
        ),
        pytest.param(date(2008, 2, 29), "2026-02-28T23:59:59", (), id="born 29 February: 28 February"),
        pytest.param(date(2008, 2, 29), "2026-03-01T00:00:00", ("AUTH-03",), id="born 29 February: 1 March"),
    ],
)
def test_childs_form_ends_with_the_18th_birthday(birth_date, at, failed):
    child = patient(RiskCategory.MC, birth_date=birth_date)
    assert authorize(child, at=instant(at)).failed == failed


@pytest.mark.rems("PG-01", "PR-21", "PF-17", "PC-12")
@pytest.mark.parametrize("category", EVERY_CATEGORY)
@pytest.mark.parametrize("first", [True, False])
def test_a_hold_refuses_everybody(category, first):
    decision = authorize(ready(category, first=first, pregnancy_hold=True))
    assert decision.failed == ("AUTH-04",)
    assert decision.findings[0].move == Party.PROGRAM


@pytest.mark.rems("PG-01", "PR-21")
@pytest.mark.parametrize("category", EVERY_CATEGORY)
@pytest.mark.parametrize(
    "collected_at",
    [
        pytest.param("2026-01-01T09:00:00", id="long ago"),
        pytest.param("2026-06-15T12:00:00", id="now"),
        pytest.param("2026-06-15T12:00:01", id="dated in the future"),
    ],
)
def test_an_uncleared_positive_test_refuses_everybody(category, collected_at):
    fine = ready(category)
    for cleared in (False, True):
        test = pregnancy_test(collected_at, TestResult.POSITIVE, cleared=cleared, sensitivity_miu_ml=500)
        decision = authorize(replace(fine, pregnancy_tests=(*fine.pregnancy_tests, test)))
        assert ("AUTH-04" in decision.failed) is not cleared


def test_the_latest_positive_test_is_named():
    tests = [pregnancy_test(f"2026-05-{day:02}T09:00:00", TestResult.POSITIVE) for day in (3, 17, 9)]
    decision = authorize(ready(RiskCategory.AM, pregnancy_tests=tuple(tests)))
    assert sentences(decision, "AUTH-04")[0].startswith("The pregnancy test collected on May 17, 2026 is positive")


REQUIRED = {
    (RuleGroup.FCGP, True): {
        *("benefits_risks", "materials_given", "patient_survey", "contraception", "emergency_contraception"),
        "four_weeks_contraception",
    },
    (RuleGroup.FCGP, False): {"patient_survey", "contraception", "emergency_contraception"},
    (RuleGroup.AFN, True): {"benefits_risks", "materials_given", "patient_survey"},
    (RuleGroup.AFN, False): {"patient_survey"},
    (RuleGroup.FCN, True): {"benefits_risks", "materials_given", "patient_survey"},
    (RuleGroup.FCN, False): {"patient_survey"},
    (RuleGroup.MALE, True): {
        *("benefits_risks", "materials_given", "patient_survey", "emergency_contraception", "barrier_contraception"),
    },
    (RuleGroup.MALE, False): {"patient_survey", "emergency_contraception", "barrier_contraception"},
}

COUNSELING = (
    *("PR-05", "PR-06", "PR-07", "PR-15", "PR-16", "PR-17", "PF-01", "PF-03", "PF-04", "PF-10"),
    *("PN-01", "PN-02", "PN-07", "PC-01", "PC-02", "PC-07", "PM-01", "PM-02", "PM-06"),
)


@pytest.mark.rems(*COUNSELING)
@pytest.mark.parametrize("statement", sorted(EVERYTHING_ATTESTED))
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("category", EVERY_CATEGORY)
def test_each_statement_is_needed_exactly_where_it_is_asked_for(category, first, statement):
    decision = authorize(ready(category, first=first), attested=EVERYTHING_ATTESTED - {statement})
    needed = statement in REQUIRED[group_of(category), first]
    rule = "AUTH-08" if statement == "four_weeks_contraception" else "AUTH-07"
    assert decision.failed == ((rule,) if needed else ())


@pytest.mark.parametrize("group", EVERY_GROUP)
@pytest.mark.parametrize("first", [True, False])
def test_required_attestations_are_exactly_those_the_rules_want(group, first):
    wanted = required_attestations(group, first, PROGRAM)
    assert {code for code, _, _ in wanted} == REQUIRED[group, first]
    for _, sentence, obligations in wanted:
        assert sentence.endswith(".")
        assert obligations
        assert all(concerns(obligation, group) for obligation in obligations)


def test_missing_counseling_is_listed_with_its_own_obligations():
    decision = authorize(ready(RiskCategory.AM, first=False), attested=frozenset({"patient_survey"}))
    (finding,) = decision.findings
    assert finding.obligations == ("PR-17", "PM-06")
    assert finding.sentence == (
        "This counseling is not attested yet: “I counseled the patient on emergency contraception, with the Patient "
        "Guide.” “I counseled the patient on barrier contraception, also after a vasectomy, with the Patient Guide.”"
    )


@pytest.mark.rems("PR-10", "PR-19")
@pytest.mark.parametrize(
    ("prescription", "holds"),
    [
        pytest.param({"days_supply": -1}, False, id="-1 days"),
        pytest.param({"days_supply": 0}, False, id="no days"),
        pytest.param({"days_supply": 1}, True, id="1 day"),
        pytest.param({"days_supply": 28}, True, id="28 days"),
        pytest.param({"days_supply": 29}, False, id="29 days"),
        pytest.param({"days_supply": 10**9}, False, id="a billion days"),
        pytest.param({"quantity": 0}, False, id="no capsules"),
        pytest.param({"quantity": -1}, False, id="less than none"),
        pytest.param({"quantity": 1}, True, id="1 capsule"),
        pytest.param({"strength_mg": Decimal("2.5")}, True, id="2.5 mg"),
        pytest.param({"strength_mg": Decimal("2.50")}, True, id="2.50 mg"),
        pytest.param({"strength_mg": Decimal(25)}, True, id="25 mg"),
        pytest.param({"strength_mg": Decimal(3)}, False, id="3 mg"),
        pytest.param({"strength_mg": Decimal(0)}, False, id="0 mg"),
        pytest.param({"strength_mg": Decimal(-5)}, False, id="-5 mg"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_supply_and_strength_keep_their_limits(prescription, holds, first):
    decision = authorize(ready(RiskCategory.AM, first=first), prescription=prescription)
    assert decision.failed == (() if holds else ("AUTH-09",))


def test_wrong_supply_strength_and_quantity_are_said_together():
    wrong = {"days_supply": 29, "strength_mg": Decimal(3), "quantity": 0}
    assert sentences(authorize(ready(RiskCategory.AM), prescription=wrong), "AUTH-09") == [
        "A prescription is for 1 to 28 days, not 29. 3 mg is not a strength of this medicine; there are: "
        "2.5, 5, 10, 15, 20, 25 mg. The quantity must be more than 0."
    ]


@pytest.mark.rems("PR-11", "PR-20")
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("prescription", "sentence"),
    [
        ({"refills": 1}, "Refills are not allowed: prescribe without, and ask for a new authorization each time."),
        ({"refills": -1}, "Refills are not allowed: prescribe without, and ask for a new authorization each time."),
        (
            {"by_telephone": True},
            "Telephone prescriptions are not allowed: write the prescription or send it electronically.",
        ),
    ],
)
def test_refills_and_telephone_are_refused(prescription, sentence, first):
    decision = authorize(ready(RiskCategory.AM, first=first), prescription=prescription)
    assert decision.failed == ("AUTH-10",)
    assert sentences(decision, "AUTH-10") == [sentence]


@pytest.mark.parametrize(
    ("live", "replace_it", "discordance", "move"),
    [
        pytest.param(False, False, False, None, id="nothing in the way"),
        pytest.param(True, True, False, None, id="live one to be replaced"),
        pytest.param(True, False, False, Party.PRESCRIBER, id="live one"),
        pytest.param(False, False, True, Party.PROGRAM, id="discordance"),
        pytest.param(True, True, True, Party.PROGRAM, id="live one to be replaced, discordance"),
        pytest.param(True, False, True, Party.PROGRAM, id="both"),
    ],
)
def test_no_other_live_authorization_and_no_discordance(live, replace_it, discordance, move):
    who = ready(RiskCategory.AM, live_authorization=live, open_discordance=discordance)
    decision = authorize(who, replace_live_authorization=replace_it)
    assert [finding.move for finding in decision.findings] == ([move] if move else [])
    assert decision.failed == (("AUTH-11",) if move else ())


def test_an_open_confirmation_alone_does_not_refuse():
    assert authorize(ready(RiskCategory.AM, open_confirmation=True)).granted


def test_everything_that_is_missing_is_listed_at_once():
    who = patient(
        RiskCategory.AF_CAN,
        enrolled=False,
        agreement=None,
        pregnancy_hold=True,
        open_discordance=True,
        live_authorization=True,
    )
    wrong = {"days_supply": 29, "refills": 1}
    decision = authorize(who, prescriber_certified=False, prescription=wrong, attested=frozenset())
    assert decision.failed == tuple(f"AUTH-{number:02}" for number in range(1, 12))
    assert decision.outcome == "refused"
    assert (decision.category, decision.valid_through, decision.backing_test) == (None, None, None)


def test_the_group_is_that_of_the_category_that_fits_not_of_the_form():
    woman = patient(RiskCategory.AF_CAN, agreement=AgreementFacts(RiskCategory.AM, True))
    decision = authorize(woman)
    assert decision.group == RuleGroup.FCGP
    assert {"AUTH-03", "AUTH-05", "AUTH-06"} <= set(decision.failed)


@pytest.mark.parametrize("category", EVERY_CATEGORY)
def test_preview_shows_what_is_missing_apart_from_prescription_and_survey(category):
    preview = preview_authorization(at=NOON, prescriber_certified=True, patient=ready(category), program=PROGRAM)
    assert preview.granted
    bare = patient(category, live_authorization=True)
    preview = preview_authorization(at=NOON, prescriber_certified=False, patient=bare, program=PROGRAM)
    assert not {"AUTH-07", "AUTH-08", "AUTH-09", "AUTH-10"} & set(preview.failed)
    assert {"AUTH-01", "AUTH-11"} <= set(preview.failed)


def test_local_instants_are_refused():
    facts = authorization_facts(ready(RiskCategory.AM))
    with pytest.raises(ValueError, match="UTC"):
        decide_authorization(replace(facts, at=NOON.astimezone(None).replace(tzinfo=None)), PROGRAM)
    local = replace(survey("2026-06-14T12:00:00"), completed_at=instant("2026-06-14T12:00:00").replace(tzinfo=None))
    with pytest.raises(ValueError, match="UTC"):
        decide_authorization(authorization_facts(ready(RiskCategory.AM, surveys=(local,))), PROGRAM)
    wrong = replace(dispense("2026-06-01"), authorized_at=instant("2026-06-01T12:00:00").replace(tzinfo=None))
    with pytest.raises(ValueError, match="UTC"):
        decide_authorization(authorization_facts(ready(RiskCategory.AM, dispenses=(wrong,))), PROGRAM)


def test_rules_are_registered_in_order_and_each_states_something():
    assert [rule.id for rule in AUTHORIZATION_RULES] == [f"AUTH-{number:02}" for number in range(1, 12)]
    assert all(rule.statement.endswith(".") for rule in AUTHORIZATION_RULES)
