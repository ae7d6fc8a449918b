"""Requests that are no valid questions: the field is named, the rest is still answered."""

import copy
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.questions import answer, answer_line
from rems_portal.rules.wire import authorization_request, confirmation_request, patient_fields
from tests.unit.rules.builders import (
    LENALIDOMIDE,
    NOON,
    authorization_facts,
    confirmation_facts,
    dispense,
    patient,
    ready,
)

WOMAN = ready(RiskCategory.AF_CAN, first=False, earlier_course_dispenses=(dispense("2025-01-01"),))
AUTHORIZATION = authorization_request(authorization_facts(WOMAN))
CONFIRMATION = confirmation_request(confirmation_facts(WOMAN, category=RiskCategory.AF_CAN))
NEXT_TEST = {"ask": "next-test", "at": NOON.isoformat(), "patient": patient_fields(WOMAN)}
REQUESTS = {"authorization": AUTHORIZATION, "confirmation": CONFIRMATION, "next-test": NEXT_TEST}
REMOVE = object()


def changed(request, path, value):
    """A copy of a request with the value at a path such as "patient.pregnancy_tests[0].result" replaced or removed."""
    result = copy.deepcopy(request)
    place, steps = result, path.replace("[", ".").replace("]", "").split(".")
    for step in steps[:-1]:
        place = place[int(step) if step.isdigit() else step]
    last = int(steps[-1]) if steps[-1].isdigit() else steps[-1]
    if value is REMOVE:
        del place[last]
    else:
        place[last] = value
    return result


def error_of(request):
    found = answer(request, LENALIDOMIDE)
    assert set(found) == {"error"}
    assert set(found["error"]) == {"field", "message"}
    assert found["error"]["message"].endswith(".")
    return found["error"]


def paths_of(value, path=""):
    """Every path to a field of a request, and what stands there."""
    for name, inner in value.items():
        here = f"{path}.{name}" if path else name
        yield here, inner
        if isinstance(inner, dict):
            yield from paths_of(inner, here)
        elif isinstance(inner, list) and inner and isinstance(inner[0], dict):
            yield from paths_of(inner[0], f"{here}[0]")


EVERY_FIELD = [
    pytest.param(request, path, value, id=f"{ask}: {path}")
    for ask, request in REQUESTS.items()
    for path, value in paths_of(request)
]
OPTIONAL = {"patient.earlier_course_dispenses", "patient.agreement.intact"}
NULLABLE = {"patient.cannot_basis", "patient.agreement", "authorization"}


def test_the_requests_to_be_spoiled_are_valid():
    for request in REQUESTS.values():
        assert "error" not in answer(request, LENALIDOMIDE)


@pytest.mark.parametrize(("request_", "path", "value"), EVERY_FIELD)
def test_a_missing_field_is_named(request_, path, value):
    spoiled = changed(request_, path, REMOVE)
    if path in OPTIONAL:
        assert "error" not in answer(spoiled, LENALIDOMIDE)
    else:
        assert error_of(spoiled) == {
            "field": path,
            "message": "Write one of: authorization, confirmation, next-test."
            if path == "ask" and "ask" in spoiled
            else "This field is required.",
        }


@pytest.mark.parametrize(("request_", "path", "value"), EVERY_FIELD)
def test_a_value_of_a_wrong_kind_is_named(request_, path, value):
    wrong = [None, True, 1, 1.5, "x", "", [], {}, [1], ["x"], [None], {"x": 1}, math.nan, math.inf, -math.inf, 10**30]
    for spoilt in wrong:
        if _could_be_right(path, value, spoilt):
            continue
        assert error_of(changed(request_, path, spoilt))["field"].startswith(path)


def _could_be_right(path, value, spoilt):
    if spoilt is None:
        return path in NULLABLE
    if isinstance(value, bool):
        return isinstance(spoilt, bool)
    if isinstance(value, list):
        return spoilt == []
    name = path.rpartition(".")[2]
    if name == "strength_mg":
        return type(spoilt) in (int, float) and abs(spoilt) <= 10**9
    return isinstance(value, int) and type(spoilt) is int and abs(spoilt) <= 10**9


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        pytest.param("ask", "refill", "Write one of: authorization, confirmation, next-test.", id="unknown ask"),
        pytest.param("at", "2026-06-15T12:00:00", "Write an instant", id="naive instant"),
        pytest.param("at", "2026-06-15", "Write an instant", id="a day for an instant"),
        pytest.param("at", "2026-06-15 12:00:00+00:00", "Write an instant", id="a blank for the T"),
        pytest.param("at", "2026-02-30T12:00:00+00:00", "Write an instant", id="instant on a day that does not exist"),
        pytest.param("at", "2026-06-15T24:01:00+00:00", "Write an instant", id="hour 24"),
        pytest.param("at", "2026-06-15T12:00:00+25:00", "Write an instant", id="offset of more than a day"),
        pytest.param("at", "9999-12-31T23:59:59-12:00", "Write an instant after the year 1900", id="end of time"),
        pytest.param("at", "0001-01-01T00:00:00+12:00", "Write an instant after the year 1900", id="begin of time"),
        pytest.param("patient.birth_date", "1990-02-30", "Write a day that exists", id="30 February"),
        pytest.param("patient.birth_date", "1900-02-29", "Write a day that exists", id="29 February of a common year"),
        pytest.param("patient.birth_date", "19900230", "Write a day that exists", id="a day without dashes"),
        pytest.param("patient.birth_date", "1990-W05-1", "Write a day that exists", id="a day of a week"),
        pytest.param("patient.birth_date", "1990-01-01T00:00:00Z", "Write a day that exists", id="instant for a day"),
        pytest.param("patient.birth_date", "1899-12-31", "Write a day from the year 1900 on", id="too long ago"),
        pytest.param("patient.birth_date", "2999-01-01", "Write a day from the year 1900 on", id="too far ahead"),
        pytest.param("patient.birth_date", "2026-06-16", "The birth date lies after", id="born tomorrow"),
        pytest.param("patient.sex", "other", "Write one of: female, male.", id="unknown sex"),
        pytest.param("patient.can_get_pregnant", None, "Write true or false for a female.", id="nothing for a female"),
        pytest.param("patient.cannot_basis", "choice", "Write one of: menopause_24_months", id="unknown basis"),
        pytest.param("patient.agreement.category", "XX", "Write one of: AF_CAN", id="unknown category"),
        pytest.param("patient.pregnancy_tests[1].result", "maybe", "Write one of: negative", id="unknown result"),
        pytest.param("patient.pregnancy_tests[1]", 7, "Write an object, in braces.", id="a number for a test"),
        pytest.param(
            "patient.pregnancy_tests[0].sensitivity_miu_ml", -1, "Write a whole number from 0", id="sensitivity"
        ),
        pytest.param(
            "patient.dispenses[0].days_supply", -1, "Write a whole number from 0", id="a supply less than none"
        ),
        pytest.param(
            "patient.dispenses[0].days_supply", 10**9, "Write a whole number from 0", id="a supply without end"
        ),
        pytest.param("patient.surveys[0].completed_at", "yesterday", "Write an instant", id="a word for an instant"),
        pytest.param("prescription.days_supply", 28.0, "Write a whole number, without quotes", id="28.0 days"),
        pytest.param("prescription.days_supply", "28", "Write a whole number, without quotes", id="28 in quotes"),
        pytest.param("prescription.days_supply", 10**9 + 1, "Write a whole number from", id="too many days"),
        pytest.param("prescription.strength_mg", "10", "Write a number, without quotes.", id="10 mg in quotes"),
        pytest.param("prescription.strength_mg", 1e300, "Write a number from", id="a strength without end"),
        pytest.param("attested[0]", "everything", "Write one of: barrier_contraception", id="unknown statement"),
        pytest.param("program_version", "2021-05-21", "The parameters of version 2021-05-21 are not", id="old version"),
        pytest.param("program_version", "2030-01-01", "There is no program version of that name", id="unknown version"),
        pytest.param("program_version", 7, "There is no program version of that name", id="a number for a version"),
    ],
)
def test_a_bad_authorization_request_names_field_and_remedy(path, value, message):
    error = error_of(changed(AUTHORIZATION, path, value))
    assert error["field"] == path
    assert error["message"].startswith(message)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        pytest.param("authorization.status", "sleeping", "Write one of: active, confirmed", id="unknown status"),
        pytest.param("authorization.valid_through", "2026-13-01", "Write a day that exists", id="month 13"),
        pytest.param("request.category_on_prescription", "AF", "Write one of: AF_CAN", id="unknown category"),
        pytest.param("request.days_supply", True, "Write a whole number", id="true for a number"),
        pytest.param("pharmacy.time_zone", "Mars/Olympus", "Write the IANA name", id="unknown zone"),
        pytest.param("pharmacy.time_zone", "../../etc/passwd", "Write the IANA name", id="a path"),
        pytest.param("pharmacy.time_zone", "", "Write the IANA name", id="no zone"),
        pytest.param("pharmacy.time_zone", ["UTC"], "Write the IANA name", id="a list for a zone"),
        pytest.param("patient", None, "Write an object", id="no patient, but an authorization"),
    ],
)
def test_a_bad_confirmation_request_names_field_and_remedy(path, value, message):
    error = error_of(changed(CONFIRMATION, path, value))
    assert error["field"] == path
    assert error["message"].startswith(message)


def test_a_male_with_a_pregnancy_test_is_no_valid_request():
    man = patient_fields(patient(RiskCategory.AM))
    man["pregnancy_tests"] = patient_fields(WOMAN)["pregnancy_tests"]
    error = error_of({**NEXT_TEST, "patient": man})
    assert error == {"field": "patient.pregnancy_tests", "message": "A male has no pregnancy tests; check the patient."}


@pytest.mark.parametrize("said", [True, False])
def test_a_male_is_not_asked_whether_he_can_get_pregnant(said):
    man = {**patient_fields(patient(RiskCategory.AM)), "can_get_pregnant": said}
    assert error_of({**NEXT_TEST, "patient": man}) == {
        "field": "patient.can_get_pregnant",
        "message": "Write null for a male.",
    }


@pytest.mark.rems("PG-06")
@pytest.mark.parametrize(
    ("at", "valid"),
    [
        pytest.param("2026-04-26T23:59:59-04:00", False, id="a second before the version"),
        pytest.param("2026-04-27T00:00:00-04:00", True, id="the version's first second"),
        pytest.param("2026-04-26T21:00:00-07:00", True, id="the same, written in California"),
    ],
)
def test_before_the_version_in_force_nothing_is_answered(at, valid):
    asked = {**NEXT_TEST, "at": at}
    assert ("error" not in answer(asked, LENALIDOMIDE)) is valid
    if not valid:
        assert error_of(asked)["field"] == "at"
        named = answer({**asked, "program_version": "2026-04-27"}, LENALIDOMIDE)
        assert named["program_version"] == "2026-04-27"


@pytest.mark.rems("PR-10", "PR-19")
@pytest.mark.parametrize("days", [0, 29, -1, 10**9])
def test_a_supply_that_the_rules_refuse_is_a_valid_question(days):
    answered = answer(changed(AUTHORIZATION, "prescription.days_supply", days), LENALIDOMIDE)
    assert answered["failed"] == ["AUTH-09"]


@pytest.mark.parametrize("strength", ["2.5", "25", "25.0", "2.5e0", "1E1"])
def test_strengths_may_be_written_in_any_way_json_allows(strength):
    line = json.dumps(AUTHORIZATION).replace('"strength_mg": 10', f'"strength_mg": {strength}')
    assert answer_line(line, LENALIDOMIDE)["outcome"] == "granted"


def test_binary_floats_are_taken_for_the_decimals_they_print_as():
    assert answer(changed(AUTHORIZATION, "prescription.strength_mg", 2.5), LENALIDOMIDE)["outcome"] == "granted"


def test_an_unknown_number_may_come_without_authorization_and_patient():
    nobody = {**CONFIRMATION, "authorization": None, "patient": None}
    assert answer(nobody, LENALIDOMIDE)["outcome"] == "refused"
    known = answer({**CONFIRMATION, "authorization": None}, LENALIDOMIDE)
    assert known["failed"] == ["CONF-02", "CONF-03", "CONF-06", "CONF-08"]


def test_a_prescriber_is_not_needed_for_the_next_test_and_unknown_fields_are_ignored():
    assert answer({**NEXT_TEST, "colour": "red"}, LENALIDOMIDE) == {
        "due": "2026-07-13",
        "program_version": "2026-04-27",
        "findings": [],
    }


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("", id="empty"),
        pytest.param("\n", id="blank"),
        pytest.param("{", id="cut off"),
        pytest.param("not json", id="words"),
        pytest.param("[]", id="a list"),
        pytest.param("null", id="null"),
        pytest.param("7", id="a number"),
        pytest.param('"ask"', id="a string"),
        pytest.param('{"ask": NaN}', id="NaN"),
        pytest.param('{"ask": -Infinity}', id="infinity"),
        pytest.param('{"ask": ' + "9" * 5000 + "}", id="a whole number of 5000 digits"),
        pytest.param('{"ask": 1e99999999999999999999}', id="an exponent without end"),
        pytest.param("[" * 100_000, id="too deep"),
        pytest.param(b'{"ask": "\xff"}', id="not UTF-8"),
        pytest.param('{"ask": 1} {"ask": 2}', id="two on one line"),
    ],
)
def test_a_line_that_is_no_json_object_is_told_so(line):
    error = answer_line(line, LENALIDOMIDE)["error"]
    assert error["field"] == "line"
    assert error["message"].startswith("Write one JSON object on the line")


def test_lines_may_be_text_or_bytes():
    line = json.dumps(NEXT_TEST) + "\r\n"
    assert (
        answer_line(line, LENALIDOMIDE) == answer_line(line.encode(), LENALIDOMIDE) == answer(NEXT_TEST, LENALIDOMIDE)
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(EVERY_FIELD), json_values)
def test_whatever_stands_in_a_field_there_is_an_answer(field, value):
    request, path, _ = field.values
    answered = answer(changed(request, path, value), LENALIDOMIDE)
    json.dumps(answered)
    assert "error" in answered or "program_version" in answered


@given(json_values)
def test_whatever_the_request_there_is_an_answer(value):
    assert "error" in answer(value, LENALIDOMIDE)
