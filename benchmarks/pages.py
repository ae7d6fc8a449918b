"""Server time, bytes and queries of the main pages, measured inside the process on the filled database."""

import statistics
import time
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import tests.factories as make
from patients.models import Enrollment
from pharmacies.models import Pharmacy
from rems_portal.accounts.models import User

ROUNDS = 15


@dataclass(frozen=True)
class Page:
    """What one page costs: median server time in milliseconds, bytes of HTML, queries."""

    name: str
    milliseconds: float
    size: int
    queries: int


def measure(enrollment: Enrollment) -> list[Page]:
    """Measure the pages of one prescriber with 50 patients, of one pharmacist, and of program staff."""
    busy = Enrollment.objects.exclude(pk=enrollment.pk).select_related("patient", "prescriber__user").first()
    assert busy is not None
    number = busy.patient.number
    prescriber = {
        "worklist": "/my-patients/",
        "patient": f"/my-patients/{number}/",
        "prescriber survey": f"/my-patients/{number}/authorize/",
        "enroll a patient": "/patients/enroll/",
    }
    pharmacist = {"counter": "/counter/", "open confirmations": "/confirmations/"}
    staff = {"admin: decisions": "/admin/authorizations/decision/", "admin: patients": "/admin/patients/patient/"}
    shop = Pharmacy.objects.order_by("pk").last()
    return [
        *_pages(busy.prescriber.user, prescriber),
        *_pages(make.pharmacist(shop), pharmacist),
        *_pages(make.auditor(), staff),
    ]


def _pages(user: User, paths: dict[str, str]) -> list[Page]:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return [_page(client, name, path) for name, path in paths.items()]


def _page(client: Client, name: str, path: str) -> Page:
    times, size = [], 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = client.get(path)
        times.append(time.perf_counter() - began)
        size = len(answer.content)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return Page(name, 1000 * statistics.median(times), size, len(captured))
