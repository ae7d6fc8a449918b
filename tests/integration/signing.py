"""Walks the pages behind a signing link for tests: a link, somebody's browser, what is typed on each page."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

import tests.factories as make
from patients.actions import invite_to_sign
from patients.models import Agreement, Enrollment, SigningInvitation
from tests.factories import NOW

GUARDIAN = {"signer": "guardian", "name": "Alex Testcase", "relation": "Parent"}


def link_to(agreement: Agreement, *, at: datetime = NOW) -> tuple[SigningInvitation, str]:
    """Make a link to a waiting form; return it with its secret."""
    prescriber = agreement.enrollment.prescriber
    return invite_to_sign(by=make.actor(prescriber.user), at=at, agreement=agreement)


def page(name: str, secret: str) -> str:
    return reverse(f"authorizations:{name}", args=[secret])


def typed_birth_date(one: Enrollment, *, years_off: int = 0) -> dict[str, str]:
    born = one.patient.birth_date
    boxes = {"month": born.month, "day": born.day, "year": born.year + years_off}
    return {f"birth_date_{box}": str(value) for box, value in boxes.items()}


def let_in(secret: str, one: Enrollment, client: Client | None = None) -> Client:
    """Return a browser in which the birth date was given."""
    browser = client or Client()
    answer = browser.post(page("sign", secret), typed_birth_date(one))
    assert answer.status_code == 302, answer.content.decode()
    return browser


def sign(browser: Client, secret: str, signer: str = "patient", **typed: str) -> HttpResponse:
    """Press the button under the form."""
    answer: Any = browser.post(page("signing-form", secret), {"signer": signer, **typed})
    return answer
