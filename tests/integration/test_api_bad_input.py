"""What can't be read is refused by name with a sentence: 400, 413 or 415, never a fault, and nothing is written."""

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

import tests.factories as make
from authorizations.models import Authorization, Decision
from patients.models import PregnancyTest
from rems_portal.errors import StaleRecord
from rems_portal.interop.answers import answer_errors
from rems_portal.interop.api import confirmations as views
from tests.integration.api_calls import (
    ROOT,
    System,
    at_now,  # noqa: F401
    authorization_ask,
    confirmation_ask,
    system_of,
    test_ask,
)
from tests.integration.refusals import male

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

INSTANTS = [
    "2026-06-15T08:30:00",
    "2026-06-15",
    "2026-02-30T08:30:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "yesterday",
    1781526600,
    None,
    "",
    {},
]
WHOLES = ["28", 28.0, 28.5, 1e9, True, None, "a", [], {}, 10**9 + 1, -(10**9) - 1, 10**400]
TEXTS = ["", "  ", "\x00", "a\x00b", "\ud800", 7, None, ["a"], "x" * 151]


@pytest.fixture
def number() -> Authorization:
    return male()


@pytest.fixture
def pharmacy() -> System:
    return system_of(make.pharmacy())


def assert_malformed(reply: Any, *fields: str) -> None:
    body = reply.json()
    assert (reply.status_code, body["code"]) == (400, "malformed"), reply.content
    assert {one["field"] for one in body["fields"]} == set(fields)
    assert all(one["message"].endswith((".", "50).")) for one in body["fields"]), body
    assert not Decision.objects.filter(ask="confirmation").exists()


# --- the body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"not json",
        b"[]",
        b"null",
        b"3",
        b'"text"',
        b"\xff\xfe",
        b'{"birth_date": "\xff"}',
        b'{"days_supply": NaN}',
        b'{"days_supply": Infinity}',
        b'{"days_supply": -Infinity}',
        b'{"days_supply": 28, "days_supply": 27}',
        b'{"days_supply": ' + b"9" * 5000 + b"}",
        b'{"strength_mg": 1e99999999999999999999}',
        b'{"\\ud800": 1}',
        b"[" * 50_000,
        b'{"a":' * 10_000,
    ],
)
def test_body_that_is_not_one_object_is_malformed(pharmacy: System, body: bytes) -> None:
    reply = pharmacy.post("confirmations", body)
    if body:
        assert_malformed(reply, "body")
    else:
        assert reply.status_code == 400


def test_empty_object_names_every_field_that_is_needed(pharmacy: System) -> None:
    needed = ("authorization_number", "risk_category", "birth_date", "days_supply", "strength_mg")
    assert_malformed(pharmacy.post("confirmations", {}), *needed)


def test_field_that_is_not_known_is_named(pharmacy: System, number: Authorization) -> None:
    """A misspelt `by_telephone` must not be taken for a prescription that was not verbal."""
    assert_malformed(pharmacy.post("confirmations", confirmation_ask(number, by_telefone=True)), "by_telefone")
    long = pharmacy.post("confirmations", confirmation_ask(number, **{"x" * 50_000: 1}))
    assert len(long.json()["fields"][0]["field"]) == 60


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json"]
)
def test_other_content_types_are_refused(pharmacy: System, number: Authorization, kind: str) -> None:
    body = json.dumps(confirmation_ask(number))
    reply = Client().generic("POST", f"{ROOT}confirmations", body, content_type=kind, headers=pharmacy.headers())
    assert (reply.status_code, reply.json()["code"]) == (415, "unsupported_media_type")


def test_utf8_is_read_whatever_charset_is_claimed(pharmacy: System, number: Authorization) -> None:
    kind = "application/json; charset=latin-1"
    body = json.dumps(confirmation_ask(number))
    reply = Client().post(f"{ROOT}confirmations", body, content_type=kind, headers=pharmacy.headers())
    assert reply.status_code == 201


@pytest.mark.parametrize("field", ["authorization_number", "risk_category", "birth_date", "strength_mg"])
def test_a_megabyte_in_a_field_is_too_large(pharmacy: System, number: Authorization, field: str) -> None:
    reply = pharmacy.post("confirmations", confirmation_ask(number) | {field: "A" * 1_000_000})
    assert (reply.status_code, reply.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("field", ["authorization_number", "risk_category", "birth_date", "strength_mg"])
def test_sixty_kilobytes_in_a_field_are_malformed(pharmacy: System, number: Authorization, field: str) -> None:
    assert_malformed(pharmacy.post("confirmations", confirmation_ask(number) | {field: "A" * 60_000}), field)


def test_what_was_sent_is_not_repeated_back(pharmacy: System, number: Authorization) -> None:
    body = confirmation_ask(number) | {"risk_category": "<b>Robin</b>", "birth_date": "<b>Robin</b>"}
    assert b"Robin" not in pharmacy.post("confirmations", body).content


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/png;q=0.1", "nonsense"])
def test_answers_are_json_whatever_is_accepted(accept: str) -> None:
    reply = Client().post(f"{ROOT}confirmations", "{}", content_type="application/json", headers={"Accept": accept})
    assert (reply.status_code, reply.headers["Content-Type"]) == (401, "application/json")


# --- each field


@pytest.mark.parametrize("value", WHOLES)
@pytest.mark.parametrize("field", ["days_supply", "quantity", "refills", "days_of_therapy"])
def test_what_is_no_whole_number_is_named(field: str, value: Any) -> None:
    one = make.enrollment()
    assert_malformed(system_of(one.prescriber).post("authorizations", authorization_ask(one, **{field: value})), field)


@pytest.mark.parametrize(
    "value", [0, -1, 1000, 2.555, "2.555", "10 mg", "", "-5", "1e1", True, None, [], 1e-300, "NaN", "٣"]
)
def test_what_is_no_strength_is_named(pharmacy: System, number: Authorization, value: Any) -> None:
    assert_malformed(pharmacy.post("confirmations", confirmation_ask(number) | {"strength_mg": value}), "strength_mg")


def test_strength_with_a_billion_zeros_takes_no_memory(pharmacy: System, number: Authorization) -> None:
    for sent in ("1e-999999999", "1e999999999", "0e-999999999"):
        body = json.dumps(confirmation_ask(number) | {"strength_mg": 1}).replace(": 1}", f": {sent}}}")
        assert_malformed(pharmacy.post("confirmations", body), "strength_mg")


@pytest.mark.parametrize("value", ["1961-4-9", "1961-02-29", "04/09/1961", "19610409", "1899-12-31", 19610409, None])
def test_what_is_no_day_is_named(pharmacy: System, number: Authorization, value: Any) -> None:
    assert_malformed(pharmacy.post("confirmations", confirmation_ask(number) | {"birth_date": value}), "birth_date")


@pytest.mark.parametrize("value", ["yes", "true", 1, 0, None, []])
@pytest.mark.parametrize("field", ["refill", "by_telephone"])
def test_what_is_not_true_or_false_is_named(pharmacy: System, number: Authorization, field: str, value: Any) -> None:
    assert_malformed(pharmacy.post("confirmations", confirmation_ask(number) | {field: value}), field)


@pytest.mark.parametrize("value", ["am", "MALE", "", None, 1, ["AM"], {"AM": 1}])
def test_what_is_no_category_is_named(pharmacy: System, number: Authorization, value: Any) -> None:
    reply = pharmacy.post("confirmations", confirmation_ask(number) | {"risk_category": value})
    assert_malformed(reply, "risk_category")


@pytest.mark.parametrize("value", ["", "A-", "A-\x00", "\ud800", "A" * 61, 7, None, ["A"], "C-HJVE-K2TQ-T7HG-EV", "Å"])
def test_what_is_no_authorization_number_is_named(pharmacy: System, number: Authorization, value: Any) -> None:
    reply = pharmacy.post("confirmations", confirmation_ask(number) | {"authorization_number": value})
    assert_malformed(reply, "authorization_number")


@pytest.mark.parametrize("value", INSTANTS)
@pytest.mark.parametrize("field", ["collected_at", "reported_at"])
def test_what_is_no_instant_is_named(field: str, value: Any) -> None:
    one = make.enrollment()
    path = f"patients/{one.patient.number}/pregnancy-tests"
    assert_malformed(system_of(one.prescriber).post(path, test_ask(**{field: value})), field)
    assert not PregnancyTest.objects.exists()


@pytest.mark.parametrize("value", TEXTS)
def test_what_is_no_laboratory_is_named(value: Any) -> None:
    one = make.enrollment()
    path = f"patients/{one.patient.number}/pregnancy-tests"
    assert_malformed(system_of(one.prescriber).post(path, test_ask(laboratory=value)), "laboratory")


@pytest.mark.parametrize(
    "text", ["O’Neill & Söhne", "<script>alert(1)</script>", "\u202eyrotarobaL", "'; DROP TABLE x"]
)
def test_odd_but_readable_laboratories_are_kept_as_they_are(text: str) -> None:
    one = make.enrollment()
    path = f"patients/{one.patient.number}/pregnancy-tests"
    assert system_of(one.prescriber).post(path, test_ask(laboratory=text)).status_code == 201
    assert PregnancyTest.objects.get().laboratory == text


@pytest.mark.parametrize("value", ["all", None, {}, [1], [None], ["\x00"], [["a"]], ["x" * 61], ["a"] * 51])
def test_what_is_no_list_of_codes_is_named(value: Any) -> None:
    one = make.enrollment()
    reply = system_of(one.prescriber).post("authorizations", authorization_ask(one) | {"attested": value})
    assert reply.status_code == 400
    assert all(field["field"].startswith("attested") for field in reply.json()["fields"])


# --- header and address


@pytest.mark.parametrize("key", ["", " ", "x" * 65, "a b", "kä", "\x00", "a\tb"])
def test_key_that_can_not_be_kept_is_named(pharmacy: System, number: Authorization, key: str) -> None:
    assert_malformed(pharmacy.post("confirmations", confirmation_ask(number), key=key), "Idempotency-Key")


@pytest.mark.parametrize(
    "text", ["x", "%00", "%FF%FE", "C-", "A-HJVE-K2TQ-T7HG-EQ", "x" * 4000, "..%2f", "%F0%9F%92%8A"]
)
def test_address_without_a_confirmation_number_is_malformed(pharmacy: System, text: str) -> None:
    assert pharmacy.get(f"confirmations/{text}").status_code in {400, 404}


@pytest.mark.parametrize("path", ["", "nothing", "confirmations/", "confirmations/a/b/c", "patients"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_addresses_that_are_none_are_not_found_in_json(pharmacy: System, path: str, method: str) -> None:
    reply = getattr(Client(), method)(ROOT + path, headers=pharmacy.headers())
    assert (reply.status_code, reply.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_are_told_so_in_json(pharmacy: System, method: str) -> None:
    reply = Client().generic(method, f"{ROOT}confirmations", headers=pharmacy.headers())
    assert (reply.status_code, reply.json()["code"]) == (405, "method_not_allowed")


# --- our own faults


def test_fault_of_ours_is_json_too_and_says_nothing_of_it(
    pharmacy: System, number: Authorization, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError(f"secret of {number.number}")

    monkeypatch.setattr(views, "confirm_dispense", broken)
    client = Client(raise_request_exception=False)
    body = json.dumps(confirmation_ask(number))
    reply = client.post(f"{ROOT}confirmations", body, content_type="application/json", headers=pharmacy.headers())
    assert (reply.status_code, reply.json()["code"]) == (500, "fault")
    assert b"secret" not in reply.content
    with pytest.raises(RuntimeError):
        pharmacy.post("confirmations", body)


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [(StaleRecord("Confirmation"), 409, "conflict"), (PermissionDenied("Not you."), 403, "not_allowed")],
)
def test_what_an_act_raises_has_its_status(
    pharmacy: System,
    number: Authorization,
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
    status: int,
    code: str,
) -> None:
    def act(**_: Any) -> None:
        raise raised

    monkeypatch.setattr(views, "confirm_dispense", act)
    reply = pharmacy.post("confirmations", confirmation_ask(number))
    assert (reply.status_code, reply.json()["code"]) == (status, code)


def test_every_error_has_all_fields_of_the_one_shape(pharmacy: System) -> None:
    shape = {"code", "message", "fields", "failed", "findings", "program_version"}
    replies = [pharmacy.post("confirmations", {}), System().get("x"), pharmacy.get("confirmations/x")]
    assert all(set(reply.json()) == shape for reply in replies)
    assert answer_errors.__module__ == "rems_portal.interop.answers"
