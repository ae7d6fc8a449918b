"""The ten checks of a confirmation, each alone and all together, and the deadlines that are granted."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from rems_portal.rules.categories import RiskCategory, RuleGroup
from rems_portal.rules.dispensing import CONFIRMATION_RULES, PharmacyFacts, decide_confirmation
from rems_portal.rules.enrollment import AgreementFacts
from rems_portal.rules.findings import Party
from rems_portal.rules.lifecycles import AuthorizationStatus
from rems_portal.rules.vocabulary import TestResult
from tests.unit.rules.builders import (
    EVERY_CATEGORY,
    NOON,
    PROGRAM,
    confirm,
    confirmation_facts,
    dispense,
    instant,
    patient,
    pregnancy_test,
    sentences,
)

pytestmark = pytest.mark.rems("PH-08")

FCGP = [RiskCategory.AF_CAN, RiskCategory.FC_CAN]


@pytest.mark.parametrize("category", EVERY_CATEGORY)
def test_confirmation_is_granted_when_everything_is_in_order(category):
    decision = confirm(patient(category), category=category)
    assert decision.granted
    assert decision.outcome == "granted"
    assert decision.pick_up_by == instant("2026-06-16T12:00:00")


@pytest.mark.rems("PH-01", "PH-02")
def test_an_uncertified_pharmacy_gets_none():
    decision = confirm(patient(), pharmacy=PharmacyFacts(certified=False, time_zone="America/Denver"))
    assert decision.failed == ("CONF-01",)
    assert (decision.ship_by, decision.pick_up_by) == (None, None)


@pytest.mark.rems("PH-07")
@pytest.mark.parametrize("request_", [{"number_known": False}, {"birth_date_matches": False}])
def test_wrong_number_and_wrong_birth_date_get_the_same_answer(request_):
    decision = confirm(patient(), request=request_)
    assert decision.failed == ("CONF-02",)
    assert sentences(decision, "CONF-02") == [
        "No authorization was found for this number and date of birth. Check both on the prescription; "
        "if they are right, call the prescriber."
    ]


def test_without_an_authorization_every_check_that_needs_it_fails():
    assert confirm(patient(), authorization=None).failed == ("CONF-02", "CONF-03", "CONF-06", "CONF-08")


def test_without_a_patient_every_check_that_needs_one_fails():
    decision = confirm(None, authorization=None)
    assert decision.failed == ("CONF-02", "CONF-03", "CONF-05", "CONF-06", "CONF-08", "CONF-09", "CONF-10")
    assert decision.group is None
    unknown = confirm(None, authorization=None, prescriber_certified=False)
    assert sentences(unknown, "CONF-04") == sentences(unknown, "CONF-03")
    assert confirm(None).failed == ("CONF-05", "CONF-06", "CONF-09", "CONF-10")


@pytest.mark.parametrize(
    ("status", "live", "said"),
    [
        (AuthorizationStatus.ACTIVE, True, ""),
        (AuthorizationStatus.CONFIRMED, False, "already has a confirmation number"),
        (AuthorizationStatus.DISPENSED, False, "already been used for a dispense"),
        (AuthorizationStatus.VOID, False, "This authorization is void"),
        (AuthorizationStatus.EXPIRED, False, "expired; it was good through January 1, 2900"),
    ],
)
def test_only_an_active_authorization_is_live(status, live, said):
    decision = confirm(patient(), issued={"status": status})
    assert decision.failed == (() if live else ("CONF-03",))
    assert not said or said in sentences(decision, "CONF-03")[0]


@pytest.mark.parametrize(
    ("at", "live"),
    [
        pytest.param("2026-06-15T12:00:00", True, id="on the last day"),
        pytest.param("2026-06-15T23:59:00", True, id="last minute of the last day"),
        pytest.param("2026-06-15T23:59:59", True, id="last second of the last day"),
        pytest.param("2026-06-16T00:00:00", False, id="the day after"),
        pytest.param("2026-06-15T20:59:59-07:00", True, id="last second, written in California"),
        pytest.param("2026-06-15T21:00:00-07:00", False, id="the day after, still the last day in California"),
    ],
)
def test_an_authorization_is_good_through_its_whole_last_program_day(at, live):
    decision = confirm(patient(), at=instant(at), issued={"valid_through": date(2026, 6, 15)})
    assert decision.failed == (() if live else ("CONF-03",))


@pytest.mark.rems("PR-01", "PR-02", "PR-03")
def test_the_prescriber_must_be_certified_now():
    assert confirm(patient(), prescriber_certified=False).failed == ("CONF-04",)


@pytest.mark.rems("PG-01", "PR-21", "PF-17", "PC-12", "PH-17")
@pytest.mark.parametrize("category", EVERY_CATEGORY)
def test_a_hold_or_an_uncleared_positive_test_refuses_everybody(category):
    held = confirm(patient(category, pregnancy_hold=True), category=category)
    assert held.failed == ("CONF-05",)
    for collected_at in ("2026-01-01T09:00:00", "2026-06-15T12:00:01"):
        for cleared in (False, True):
            test = pregnancy_test(collected_at, TestResult.POSITIVE, cleared=cleared)
            decision = confirm(patient(category, pregnancy_tests=(test,)), category=category)
            assert decision.failed == (() if cleared else ("CONF-05",))
            assert cleared or decision.findings[0].sentence == held.findings[0].sentence


def test_an_indeterminate_test_is_no_matter_of_the_pharmacy():
    tests = (pregnancy_test("2026-06-15T09:00:00", TestResult.INDETERMINATE),)
    assert confirm(patient(RiskCategory.AF_CAN, pregnancy_tests=tests), category=RiskCategory.AF_CAN).granted


def test_the_patient_must_be_enrolled_now():
    decision = confirm(patient(enrolled=False))
    assert decision.failed == ("CONF-05",)
    assert decision.findings[0].move == Party.PRESCRIBER


def test_the_prescriber_of_the_enrollment_and_the_signatures_are_no_matter_of_the_pharmacy():
    who = patient(enrolled_with_this_prescriber=False, agreement=AgreementFacts(RiskCategory.MC, False))
    assert confirm(who).granted


@pytest.mark.rems("PH-07")
@pytest.mark.parametrize("written", EVERY_CATEGORY)
@pytest.mark.parametrize("authorized", EVERY_CATEGORY)
def test_the_category_written_is_the_one_authorized_and_fits(authorized, written):
    decision = confirm(patient(RiskCategory.AF_CAN), category=authorized, request={"category_on_prescription": written})
    right = authorized == written == RiskCategory.AF_CAN
    assert decision.failed == (() if right else ("CONF-06",))
    assert right or ("not the one that was authorized" in decision.findings[0].sentence) is (written != authorized)


@pytest.mark.rems("PH-07")
@pytest.mark.parametrize(
    ("at", "failed"),
    [
        pytest.param("2026-06-14T23:59:59", (), id="a second before the 18th birthday"),
        pytest.param("2026-06-15T00:00:00", ("CONF-06",), id="the 18th birthday"),
    ],
)
def test_childs_category_no_longer_fits_on_the_18th_birthday(at, failed):
    who = patient(RiskCategory.MC, birth_date=date(2008, 6, 15))
    assert confirm(who, category=RiskCategory.MC, at=instant(at)).failed == failed


@pytest.mark.rems("PH-13", "PH-14")
@pytest.mark.parametrize("request_", [{"refill": True}, {"by_telephone": True}, {"refill": True, "by_telephone": True}])
def test_refills_and_verbal_orders_are_refused(request_):
    decision = confirm(patient(), request=request_)
    assert decision.failed == ("CONF-07",)
    assert ("Refills" in decision.findings[0].sentence) is ("refill" in request_)
    assert ("telephone" in decision.findings[0].sentence) is ("by_telephone" in request_)


@pytest.mark.rems("PH-11")
@pytest.mark.parametrize(
    ("authorized", "asked", "holds"),
    [
        pytest.param(28, -1, False, id="-1 days"),
        pytest.param(28, 0, False, id="no days"),
        pytest.param(28, 1, True, id="1 day"),
        pytest.param(28, 28, True, id="28 days"),
        pytest.param(28, 29, False, id="29 days"),
        pytest.param(14, 14, True, id="all that was authorized"),
        pytest.param(14, 13, True, id="less than authorized"),
        pytest.param(14, 15, False, id="a day more than authorized"),
        pytest.param(90, 29, False, id="never more than 28, whatever was authorized"),
        pytest.param(90, 28, True, id="28 of more than allowed"),
    ],
)
def test_supply_keeps_its_limits(authorized, asked, holds):
    decision = confirm(patient(), issued={"days_supply": authorized}, request={"days_supply": asked})
    assert decision.failed == (() if holds else ("CONF-08",))


@pytest.mark.rems("PH-11")
@pytest.mark.parametrize(
    ("asked", "holds"),
    [(Decimal("2.50"), True), (Decimal("2.5"), True), (Decimal(5), False), (Decimal("2.51"), False)],
)
def test_strength_is_as_authorized(asked, holds):
    decision = confirm(patient(), issued={"strength_mg": Decimal("2.5")}, request={"strength_mg": asked})
    assert decision.failed == (() if holds else ("CONF-08",))


def test_wrong_supply_and_strength_are_said_together():
    decision = confirm(patient(), request={"days_supply": 29, "strength_mg": Decimal(5)})
    assert sentences(decision, "CONF-08") == [
        "29 days’ supply can not be dispensed: 28 days at most are allowed. The strength authorized is 10 mg, not 5 mg."
    ]


@pytest.mark.rems("PH-12")
@pytest.mark.parametrize(
    ("at", "holds"),
    [
        pytest.param("2026-06-15T12:00:00", False, id="8 days left"),
        pytest.param("2026-06-15T23:59:59", False, id="8 days left, last second"),
        pytest.param("2026-06-16T00:00:00", True, id="7 days left, first second"),
        pytest.param("2026-06-16T00:01:00", True, id="7 days left, a minute on"),
        pytest.param("2026-06-30T12:00:00", True, id="used up"),
    ],
)
@pytest.mark.parametrize("where", ["dispenses", "earlier_course_dispenses"])
def test_at_most_7_days_of_supply_are_left(at, holds, where):
    who = patient(RiskCategory.AM, **{where: (dispense("2026-05-26", 28), dispense("2026-06-08", 1))})
    decision = confirm(who, at=instant(at))
    assert decision.failed == (() if holds else ("CONF-09",))
    assert holds or sentences(decision, "CONF-09") == [
        "The patient has 8 days of supply left, 7 at most are allowed. Ask again on June 16, 2026 or later."
    ]


@pytest.mark.rems("PH-12")
def test_the_supply_that_ends_last_counts_not_the_last_dispense():
    who = patient(RiskCategory.AM, dispenses=(dispense("2026-06-01", 28), dispense("2026-06-10", 7)))
    assert confirm(who).failed == ("CONF-09",)


def test_another_open_confirmation_refuses():
    assert confirm(patient(open_confirmation=True)).failed == ("CONF-10",)


def test_a_live_authorization_and_a_discordance_do_not_refuse():
    assert confirm(patient(live_authorization=True, open_discordance=True)).granted


def test_everything_that_is_missing_is_listed_at_once():
    who = patient(RiskCategory.AM, pregnancy_hold=True, open_confirmation=True, dispenses=(dispense("2026-06-15"),))
    decision = confirm(
        who,
        category=RiskCategory.MC,
        issued={"status": AuthorizationStatus.VOID},
        request={"number_known": False, "refill": True, "days_supply": 0},
        prescriber_certified=False,
        pharmacy=PharmacyFacts(certified=False, time_zone="America/New_York"),
    )
    assert decision.failed == tuple(f"CONF-{number:02}" for number in range(1, 11))
    assert decision.outcome == "refused"
    assert (decision.ship_by, decision.pick_up_by) == (None, None)
    assert decision.group == RuleGroup.MALE


@pytest.mark.rems("PH-15")
@pytest.mark.parametrize("category", [category for category in EVERY_CATEGORY if category not in FCGP])
@pytest.mark.parametrize(
    ("at", "by"),
    [
        pytest.param("2026-06-15T12:00:00", "2026-06-16T12:00:00", id="any day"),
        pytest.param("2027-03-13T12:00:00", "2027-03-14T13:00:00", id="night when daylight saving begins"),
        pytest.param("2026-10-31T12:00:00", "2026-11-01T11:00:00", id="night when daylight saving ends"),
    ],
)
def test_others_ship_or_hand_over_within_24_elapsed_hours(category, at, by):
    decision = confirm(patient(category), category=category, at=instant(at))
    assert decision.ship_by == decision.pick_up_by == instant(by)


@pytest.mark.rems("PH-16")
@pytest.mark.parametrize("category", FCGP)
@pytest.mark.parametrize(
    ("zone", "at", "ship_by"),
    [
        pytest.param("America/New_York", "2026-06-15T12:00:00", "2026-06-16T00:00:00", id="New York"),
        pytest.param("America/New_York", "2026-06-15T23:59:59", "2026-06-16T00:00:00", id="last second of the day"),
        pytest.param("America/New_York", "2026-06-15T00:00:00", "2026-06-16T00:00:00", id="first second of the day"),
        pytest.param("America/New_York", "2027-03-14T00:30:00", "2027-03-15T00:00:00", id="23 hour day"),
        pytest.param("America/New_York", "2026-11-01T00:30:00", "2026-11-02T00:00:00", id="25 hour day"),
        pytest.param("America/Phoenix", "2027-03-14T12:00:00", "2027-03-15T00:00:00-07:00", id="Phoenix, spring"),
        pytest.param("America/Phoenix", "2026-11-01T12:00:00", "2026-11-02T00:00:00-07:00", id="Phoenix, autumn"),
        pytest.param("Pacific/Honolulu", "2026-06-16T05:59:59", "2026-06-16T00:00:00-10:00", id="Honolulu, before"),
        pytest.param("Pacific/Honolulu", "2026-06-16T06:00:00", "2026-06-17T00:00:00-10:00", id="Honolulu, midnight"),
        pytest.param("America/Puerto_Rico", "2026-12-15T23:30:00", "2026-12-17T00:00:00-04:00", id="Puerto Rico"),
        pytest.param("America/Los_Angeles", "2027-03-14T02:30:00-08:00", "2027-03-15T00:00:00-07:00", id="LA, spring"),
        pytest.param("America/Los_Angeles", "2026-11-01T01:30:00-07:00", "2026-11-02T00:00:00-08:00", id="LA, autumn"),
    ],
)
def test_for_females_who_can_get_pregnant_the_day_ends_in_the_pharmacys_zone(category, zone, at, ship_by):
    when = instant(at)
    decision = confirm(patient(category), category=category, at=when, pharmacy=PharmacyFacts(True, zone))
    assert decision.ship_by == instant(ship_by)
    assert (decision.pick_up_by - when).total_seconds() == 24 * 3600


def test_the_group_is_that_of_the_category_that_fits():
    decision = confirm(patient(RiskCategory.AF_CAN), category=RiskCategory.AM)
    assert decision.group == RuleGroup.FCGP


def test_local_instants_and_unknown_zones_are_refused():
    facts = confirmation_facts(patient())
    with pytest.raises(ValueError, match="UTC"):
        decide_confirmation(replace(facts, at=NOON.replace(tzinfo=None)), PROGRAM)
    with pytest.raises(ValueError, match="time zone"):
        decide_confirmation(replace(facts, pharmacy=PharmacyFacts(True, "Mars/Olympus")), PROGRAM)
    wrong = patient(surveys=(), pregnancy_tests=(pregnancy_test(NOON.replace(tzinfo=None)),))
    with pytest.raises(ValueError, match="UTC"):
        confirm(wrong)


def test_no_sentence_tells_the_pharmacy_why_treatment_is_held():
    decision = confirm(patient(RiskCategory.AF_CAN, pregnancy_hold=True), category=RiskCategory.AF_CAN)
    assert "pregnan" not in decision.findings[0].sentence


def test_rules_are_registered_in_order_and_each_states_something():
    assert [rule.id for rule in CONFIRMATION_RULES] == [f"CONF-{number:02}" for number in range(1, 11)]
    assert all(rule.statement.endswith(".") for rule in CONFIRMATION_RULES)
