"""Walks the pages of a prescriber's office for tests: who is signed in, which page, which form."""

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from patients.models import Enrollment
from prescribers.models import Prescriber
from rems_portal.rules.calendars import PROGRAM_ZONE
from tests.factories import NOW, PASSWORD
from tests.factories.authorizations import EVERYTHING


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def as_prescriber(dr: Prescriber) -> Client:
    return signed_in(dr.user)


def page(name: str, *arguments: Any) -> str:
    return reverse(f"authorizations:{name}", args=arguments)


def of(name: str, one: Enrollment, *more: Any) -> str:
    return page(name, one.patient.number, *more)


def text_of(response: HttpResponse) -> str:
    """Return a page's words, with every run of space as one."""
    return " ".join(response.content.decode().split())


def typed_moment(name: str, instant: Any) -> dict[str, str]:
    """Return what is typed into the boxes of a moment, on the program's clock."""
    local = instant.astimezone(PROGRAM_ZONE)
    return {
        f"{name}_month": str(local.month),
        f"{name}_day": str(local.day),
        f"{name}_year": str(local.year),
        f"{name}_time": f"{local:%H:%M}",
    }


def typed_test(collected_at: Any = NOW, **changes: str) -> dict[str, str]:
    """Return what is typed into the form of a negative test collected at an instant."""
    typed = {
        "submission_key": str(uuid4()),
        "method": "serum",
        "result": "negative",
        "sensitivity": "25",
        "laboratory": "Maple Street Laboratory",
    }
    return typed_moment("collected_at", collected_at) | typed | changes


def signed_by(user: Any, password: str = PASSWORD) -> dict[str, str]:
    """Return what is typed to sign: the address is asked for the first signature of a session."""
    return {"user_name": user.email, "password": password}


def typed_survey(**changes: Any) -> dict[str, Any]:
    """Return what is typed into a complete prescriber survey; `survey` keywords are those of `prescriber_survey`."""
    typed: dict[str, Any] = {
        "submission_key": str(uuid4()),
        "strength": "10",
        "days_supply": "28",
        "quantity": "21",
        "days_of_therapy": "21",
        "transmission": "electronic",
        "attested": sorted(EVERYTHING),
    }
    return typed | changes
