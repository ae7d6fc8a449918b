"""Tokens of systems: hashed in the database, good until they end, and good for one kind of work."""

from typing import Any

import pytest
from django.test import Client

import tests.factories as make
from rems_portal.interop.actions import NewToken, issue_api_token, revoke_api_token
from rems_portal.interop.authentication import hash_token
from rems_portal.interop.models import ApiToken
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

NUMBERS = {"patient": "P-HJVE-K2TQ-T7HG-EK", "confirmation": "C-HJVE-K2TQ-T7HG-EV"}


def everything(system: System) -> list[Any]:
    """Call every operation."""
    confirmation = "confirmations/" + NUMBERS["confirmation"]
    patient = "patients/" + NUMBERS["patient"]
    posts = ["authorizations", "confirmations", patient + "/pregnancy-tests"]
    posts += [f"{confirmation}/{act}" for act in ("checklist", "dispense", "cancel")]
    return [*(system.post(path, {}) for path in posts), system.get(confirmation), system.get(patient + "/status")]


def test_without_a_token_nothing_is_answered() -> None:
    for reply in everything(System()):
        assert (reply.status_code, reply.json()["code"]) == (401, "not_authenticated")
        assert reply.headers["WWW-Authenticate"] == "Bearer"


def test_no_body_is_looked_at_before_the_token() -> None:
    assert System().post("confirmations", b"\xff not json").status_code == 401


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer a b", "Basic YTpi", "Bearer made-up", "Bearer ü", "Bearer \x00", ""]
)
def test_header_that_names_no_token_is_refused(header: str) -> None:
    shop = make.pharmacy()
    system_of(shop)
    reply = Client().post(
        f"{ROOT}confirmations", "{}", content_type="application/json", headers={"Authorization": header}
    )
    assert reply.status_code == 401


def test_expired_token_is_refused_from_its_last_instant_on(at_now: Any) -> None:  # noqa: F811
    system = system_of(make.pharmacy())
    at_now.move_to(make.NOW + make.days(365) - make.hours(1))
    assert system.post("confirmations", {}).status_code == 400
    at_now.move_to(make.NOW + make.days(365))
    assert system.post("confirmations", {}).status_code == 401


def test_revoked_token_is_refused_at_once() -> None:
    system, staff = system_of(make.pharmacy()), make.administrator()
    assert system.post("confirmations", {}).status_code == 400
    token = ApiToken.objects.get()
    revoke_api_token(by=make.actor(staff), at=make.NOW, user=staff, token=token, reason="Lost")
    assert system.post("confirmations", {}).status_code == 401


def test_token_of_the_wrong_kind_is_told_so() -> None:
    number = male()
    prescriber, pharmacy = system_of(number.prescriber), system_of(make.pharmacy())
    patient = f"patients/{number.enrollment.patient.number}"
    replies = [
        prescriber.post("confirmations", confirmation_ask(number)),
        prescriber.get(f"confirmations/{NUMBERS['confirmation']}"),
        pharmacy.post("authorizations", authorization_ask(number.enrollment)),
        pharmacy.post(f"{patient}/pregnancy-tests", test_ask()),
        pharmacy.get(f"{patient}/status"),
    ]
    assert {(reply.status_code, reply.json()["code"]) for reply in replies} == {(403, "not_allowed")}
    assert replies[0].json()["message"] == "This needs a pharmacy’s token."
    assert replies[2].json()["message"] == "This needs a prescriber’s token."


def test_only_the_hash_of_a_token_is_kept() -> None:
    staff, shop = make.administrator(), make.pharmacy()
    wanted = NewToken(label="Till", pharmacy=shop)
    token, secret = issue_api_token(by=make.actor(staff), at=make.NOW, user=staff, token=wanted)
    rows = [*ApiToken.objects.values_list(), *ApiToken.history.values_list()]
    assert len(secret) >= 43
    assert token.token_hash == hash_token(secret)
    assert secret not in str(rows)


def test_session_of_a_person_opens_nothing() -> None:
    client = Client()
    client.force_login(make.pharmacist(make.pharmacy()))
    reply = client.post(f"{ROOT}confirmations", "{}", content_type="application/json")
    assert reply.status_code == 401
