"""The OpenAPI document is whole, the API keeps to it under invented requests, its page has no inline code."""

import json
from collections.abc import Iterator
from io import StringIO
from itertools import cycle
from typing import Any

import pytest
import schemathesis
import time_machine
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

import tests.factories as make
from rems_portal.rules.numbers import Kind, parse_number
from rems_portal.wsgi import application
from tests.integration.api_calls import System, items_of, system_of

DOCUMENT = "/api/v1/openapi.json"
OPERATIONS = {
    ("post", "/api/v1/authorizations"): {201, 400, 401, 403, 404, 409, 413, 415, 422, 500},
    ("post", "/api/v1/confirmations"): {201, 400, 401, 403, 404, 409, 413, 415, 422, 500},
    ("get", "/api/v1/confirmations/{number}"): {200, 400, 401, 403, 404, 500},
    ("post", "/api/v1/confirmations/{number}/cancel"): {200, 400, 401, 403, 404, 413, 415, 422, 500},
    ("post", "/api/v1/confirmations/{number}/checklist"): {200, 400, 401, 403, 404, 413, 415, 422, 500},
    ("post", "/api/v1/confirmations/{number}/dispense"): {201, 400, 401, 403, 404, 409, 413, 415, 422, 500},
    ("get", "/api/v1/forms"): {200, 400, 401, 403, 404, 500},
    ("get", "/api/v1/forms/{code}"): {200, 400, 401, 403, 404, 500},
    ("post", "/api/v1/patients/{number}/pregnancy-tests"): {201, 400, 401, 403, 404, 409, 413, 415, 422, 500},
    ("get", "/api/v1/patients/{number}/status"): {200, 400, 401, 403, 404, 500},
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return the document as the command writes it, which fails on a warning."""
    written = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", stdout=written)
    described: dict[str, Any] = json.loads(written.getvalue())
    return described


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_document_describes_every_operation_with_every_status(document: dict[str, Any]) -> None:
    found = {(method, path): {int(code) for code in one["responses"]} for method, path, one in operations(document)}
    assert found == OPERATIONS


def test_document_is_public_and_the_same_as_the_commands(document: dict[str, Any]) -> None:
    assert Client().get(DOCUMENT).json() == document


def test_every_operation_needs_the_token_and_says_what_it_does(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for _method, _path, operation in operations(document):
        assert operation["security"] == [{"token": []}]
        assert operation["description"]


def test_every_error_has_the_one_shape_and_everything_an_example(document: dict[str, Any]) -> None:
    for _method, _path, operation in operations(document):
        for code, response in operation["responses"].items():
            (media,) = response["content"].values()
            if int(code) >= 400:
                assert media["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert media["examples"], (operation["operationId"], code)
        if "requestBody" in operation:
            (media,) = operation["requestBody"]["content"].values()
            assert media["examples"]


def test_key_is_described_where_a_repeat_would_matter(document: dict[str, Any]) -> None:
    with_key = {
        operation["operationId"]
        for _method, _path, operation in operations(document)
        if "Idempotency-Key" in [parameter["name"] for parameter in operation.get("parameters", ())]
    }
    assert with_key == {"authorize", "confirm", "submit_test"}


def test_request_bodies_are_closed(document: dict[str, Any]) -> None:
    asks = {name: schema for name, schema in document["components"]["schemas"].items() if name.endswith("Ask")}
    assert len(asks) == 6
    assert all(schema["additionalProperties"] is False for schema in asks.values())


def test_example_numbers_are_well_formed_and_lead_nowhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for kind in (Kind.PATIENT, Kind.AUTHORIZATION, Kind.CONFIRMATION):
        number = f"{kind.value}-HJVE-K2TQ-T7HG-E"
        start = text.index(number)
        assert parse_number(kind, text[start : start + len(number) + 1])


@pytest.mark.parametrize("page", ["docs", "explorer"])
def test_pages_of_the_document_have_no_inline_code(page: str) -> None:
    shown = Client().get(f"/api/v1/{page}")
    assert shown.status_code == 200
    for forbidden in ("<style", " style=", "<script>", " onclick="):
        assert forbidden not in shown.text


def test_reference_page_shows_every_operation_field_and_status(document: dict[str, Any]) -> None:
    shown = Client().get("/api/v1/docs").text
    for method, path, operation in operations(document):
        assert f"{method.upper()} {path}" in shown
        assert all(code in shown for code in operation["responses"])
    for name, schema in document["components"]["schemas"].items():
        if name.endswith("Ask") or name in ("Problem", "ConfirmationReply", "StatusReply"):
            assert all(field in shown for field in schema["properties"]), name


# --- invented requests


@pytest.fixture
def api(db: None) -> Iterator[Any]:
    """Return the schema as the running application serves it; the test's connection outlives requests."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with time_machine.travel(make.NOW, tick=False):
        yield schemathesis.openapi.from_wsgi(DOCUMENT, application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def known(db: None) -> dict[str, Any]:
    """Return numbers that exist and the tokens that may ask for them."""
    one = make.enrollment()
    held = make.confirmation(make.authorization(one))
    prescriber, pharmacy = system_of(one.prescriber), system_of(held.pharmacy)
    return {
        "patient": one.patient.number,
        "confirmation": held.number,
        "authorization": held.authorization.number,
        "birth_date": str(one.patient.birth_date),
        "items": items_of(held),
        "systems": {
            "patients": prescriber,
            "authorizations": prescriber,
            "confirmations": pharmacy,
            "forms": pharmacy,
        },
        "turn": cycle((True, True, False)),
    }


CHECKS = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)
BOUNDED = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
def test_invented_requests_get_described_answers(
    method: str, path: str, mode: GenerationMode, api: Any, known: dict[str, Any]
) -> None:
    """Two of three requests get numbers that exist, so that more than the door is tried."""
    system: System = known["systems"][path.split("/")[3]]

    @BOUNDED
    @given(case=api[path][method].as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        if next(known["turn"]):
            _lead_somewhere(case, known)
        headers = {name: value for name, value in (case.headers or {}).items() if name != "Authorization"}
        case.headers = headers | system.headers()
        case.call_and_validate(checks=CHECKS)

    ask()


def _lead_somewhere(case: schemathesis.Case, known: dict[str, Any]) -> None:
    if "number" in (case.path_parameters or {}):
        case.path_parameters["number"] = known["patient" if "patients" in case.path else "confirmation"]
    if "code" in (case.path_parameters or {}):
        case.path_parameters["code"] = "prescriber_survey_FCGP"
    if not isinstance(case.body, dict):
        return
    real = {
        "patient_number": known["patient"],
        "authorization_number": known["authorization"],
        "birth_date": known["birth_date"],
        "items": known["items"],
    }
    case.body = {name: real.get(name, value) for name, value in case.body.items()}
