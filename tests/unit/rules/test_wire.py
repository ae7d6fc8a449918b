"""Facts written down as the question that asks again."""

import json
from decimal import Decimal

from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.questions import answer_line, read_authorization, read_confirmation
from rems_portal.rules.wire import authorization_request, confirmation_request
from tests.unit.rules.builders import (
    EVERY_CATEGORY,
    LENALIDOMIDE,
    NOON,
    PRESCRIPTION,
    PROGRAM,
    authorization_facts,
    confirmation_facts,
    dispense,
    ready,
)


def test_an_authorizations_facts_are_read_back_as_they_were():
    for category in EVERY_CATEGORY:
        who = ready(category, first=False, earlier_course_dispenses=(dispense("2026-01-01"),))
        facts = authorization_facts(who)
        written = json.loads(json.dumps(authorization_request(facts)), parse_float=Decimal)
        assert read_authorization(written, NOON, PROGRAM) == facts


def test_a_confirmations_facts_are_read_back_as_they_were():
    for category in EVERY_CATEGORY:
        facts = confirmation_facts(ready(category), category=category, issued={"strength_mg": Decimal("2.5")})
        written = json.loads(json.dumps(confirmation_request(facts)), parse_float=Decimal)
        assert read_confirmation(written, NOON) == facts


def test_the_question_can_be_put_to_the_command():
    line = json.dumps(authorization_request(authorization_facts(ready(RiskCategory.AF_CAN))))
    answered = answer_line(line, LENALIDOMIDE)
    assert (answered["outcome"], answered["valid_through"]) == ("granted", "2026-06-22")


def test_whole_strengths_are_written_as_whole_numbers():
    written = authorization_request(authorization_facts(ready(RiskCategory.AM)))
    assert json.dumps(written["prescription"]["strength_mg"]) == "10"
    assert PRESCRIPTION.strength_mg == Decimal(10)


def test_a_number_that_leads_to_nobody_is_written_without_patient():
    written = confirmation_request(confirmation_facts(None, authorization=None))
    assert (written["patient"], written["authorization"]) == (None, None)
