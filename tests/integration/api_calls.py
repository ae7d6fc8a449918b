"""Systems that call the API with a token of their own, for the tests of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

import tests.factories as make
from authorizations.models import Authorization, Confirmation
from patients.models import Enrollment
from pharmacies.models import Pharmacy
from prescribers.models import Prescriber
from rems_portal.interop.actions import NewToken, issue_api_token
from rems_portal.rules.categories import RuleGroup
from rems_portal.rules.dispensing import checklist_items
from tests.factories.authorizations import EVERYTHING

ROOT = "/api/v1/"
LABEL = "Main street system"


@pytest.fixture
def at_now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(make.NOW, tick=False) as clock:
        yield clock


@dataclass(frozen=True)
class System:
    """A program somewhere that holds a token, or none."""

    secret: str = ""

    def headers(self, key: str | None = None) -> dict[str, str]:
        sent = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        return sent | ({"Idempotency-Key": key} if key is not None else {})

    def post(self, path: str, body: Any, *, key: str | None = None) -> Any:
        """Send an object as JSON; text and bytes are sent as they are."""
        data = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return self.client.post(ROOT + path, data, content_type="application/json", headers=self.headers(key))

    def get(self, path: str) -> Any:
        return self.client.get(ROOT + path, headers=self.headers())

    @property
    def client(self) -> Client:
        return Client()


def system_of(owner: Prescriber | Pharmacy, *, at: datetime = make.NOW, label: str = LABEL) -> System:
    """Give a prescriber's or a pharmacy's system a token, as an administrator does."""
    staff = make.administrator()
    whose = {"prescriber": owner} if isinstance(owner, Prescriber) else {"pharmacy": owner}
    token = NewToken(label=label, **whose)  # type: ignore[arg-type]
    _token, secret = issue_api_token(by=make.actor(staff), at=at, user=staff, token=token)
    return System(secret)


def confirmation_ask(number: Authorization, **changes: Any) -> dict[str, Any]:
    """Return the body that asks for a confirmation of a number; keywords change it."""
    strength = changes.pop("strength_mg", number.strength_mg)
    return {
        "authorization_number": number.number,
        "risk_category": changes.pop("category", number.category),
        "birth_date": str(changes.pop("birth_date", number.enrollment.patient.birth_date)),
        "days_supply": number.days_supply,
        "strength_mg": float(strength),
    } | changes


def authorization_ask(one: Enrollment, **changes: Any) -> dict[str, Any]:
    """Return the body of a complete prescriber survey; keywords change it."""
    body = {
        "patient_number": one.patient.number,
        "days_supply": 28,
        "quantity": 21,
        "strength_mg": "10.00",
        "days_of_therapy": 21,
        "attested": sorted(EVERYTHING),
    }
    if "attested" in changes:
        changes["attested"] = sorted(changes["attested"])
    return body | changes


def test_ask(**changes: Any) -> dict[str, Any]:
    """Return a negative test of this morning."""
    return {
        "collected_at": "2026-06-15T08:30:00-04:00",
        "reported_at": "2026-06-15T10:05:00-04:00",
        "method": "serum",
        "sensitivity_miu_ml": 25,
        "result": "negative",
        "laboratory": "Maple Street Laboratory",
    } | changes


test_ask.__test__ = False  # type: ignore[attr-defined]


def items_of(held: Confirmation) -> list[str]:
    """Return the codes of the checklist of the patient's group."""
    return [item.code for item in checklist_items(RuleGroup(held.rule_group), make.PROGRAM)]
