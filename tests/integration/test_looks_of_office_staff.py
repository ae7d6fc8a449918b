"""Looks of office staff at a prescriber's patient are written down as "X for Dr. Y" on every page, and cost no more."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import tests.factories as make
from patients.actions import prepare_enrollment
from prescribers.models import Prescriber
from rems_portal.accounts.models import User
from rems_portal.audit.models import AccessEvent
from rems_portal.rules.categories import RiskCategory
from tests.factories import NOW
from tests.integration.offices import page, signed_in

pytestmark = pytest.mark.django_db
C = RiskCategory


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def dr() -> Prescriber:
    return make.prescriber()


@pytest.fixture
def aide(dr: Prescriber) -> User:
    """Office staff of two prescribers: the name must be that of the one whose record it is."""
    made = make.delegate_of(make.prescriber())
    return make.delegate_of(dr, user=made)


def patient(name: str, category: RiskCategory = C.AF_CAN) -> Callable[[Prescriber], str]:
    return lambda dr: page(name, make.enrollment(category, prescriber=dr).patient.number)


def waiting_form(dr: Prescriber) -> str:
    return page("hand-over-form", make.pending_enrollment(prescriber=dr).patient.number)


def waiting_transfer(dr: Prescriber) -> str:
    return page("hand-over-form", make.transfer(make.enrollment(C.AM), to=dr).agreement.form.number)


def transfer(dr: Prescriber) -> str:
    return page("transfer", make.transfer(make.enrollment(C.AM), to=dr).agreement.form.number)


def signed_form(name: str) -> Callable[[Prescriber], str]:
    def address(dr: Prescriber) -> str:
        one = make.enrollment(C.AM, prescriber=dr)
        return page(name, one.patient.number, one.agreements.get().form.number)

    return address


def ended(name: str) -> Callable[[Prescriber], str]:
    return lambda dr: page(name, make.discontinued(make.enrollment(C.AM, prescriber=dr)).patient.number)


def refusal(dr: Prescriber) -> str:
    one = make.enrollment(prescriber=dr)
    return page("refusal", one.patient.number, make.ask_authorization(one).pk)


def positive_test(dr: Prescriber) -> str:
    one = make.enrollment(prescriber=dr)
    test = make.pregnancy_test(one, collected_at=NOW - make.hours(2), result="positive")
    return page("positive-test", one.patient.number, test.pk)


def number(name: str) -> Callable[[Prescriber], str]:
    return lambda dr: page(name, make.authorization(make.enrollment(C.AM, prescriber=dr)).number)


def prepared(dr: Prescriber) -> str:
    kept = prepare_enrollment(
        by=make.actor(dr.user), at=NOW, user=dr.user, prescriber=dr, answers={"given_name": "Robin"}
    )
    return reverse("patients:prepare-again", args=[kept.pk])


PAGES = {
    "patient and history": patient("patient"),
    "record a test": patient("record-test"),
    "survey link": patient("hand-over-survey"),
    "pregnancy report": patient("report-pregnancy"),
    "form that waits": waiting_form,
    "form of a transfer that waits": waiting_transfer,
    "transfer": transfer,
    "signed form": signed_form("signed-form"),
    "signed form (PDF)": signed_form("signed-form-pdf"),
    "ending form": ended("ending-form"),
    "ending form (PDF)": ended("ending-form-pdf"),
    "refusal": refusal,
    "positive test": positive_test,
    "authorization": number("authorization"),
    "prescription sheet (PDF)": number("authorization-pdf"),
    "prepared form": prepared,
}


def looks_at(address: str, user: User) -> list[AccessEvent]:
    before = AccessEvent.objects.count()
    assert signed_in(user).get(address).status_code in (200, 503)  # 503: this machine can't make PDFs
    return list(AccessEvent.objects.order_by("pk"))[before:]


@pytest.mark.parametrize("of", PAGES.values(), ids=PAGES.keys())
def test_staff_is_named_with_the_prescriber_whose_record_it_is(
    dr: Prescriber, aide: User, of: Callable[[Prescriber], str]
) -> None:
    address = of(dr)
    looks = looks_at(address, aide)
    assert looks
    assert {(look.actor_name, look.user) for look in looks} == {(f"{aide.full_name} for {dr}", aide)}
    assert {look.actor_name for look in looks_at(address, dr.user)} == {dr.user.full_name}


@pytest.mark.parametrize("of", [PAGES["patient and history"], PAGES["authorization"]])
def test_naming_the_prescriber_costs_no_query(
    dr: Prescriber, aide: User, of: Callable[[Prescriber], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, client = of(dr), signed_in(aide)
    named = queries(client, address)
    monkeypatch.setattr("rems_portal.web.actor_of", lambda request, *, on_behalf_of=None: make.actor(request.user))
    assert queries(client, address) == named


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as made:
        client.get(address)
    return len(made)


def test_number_of_a_patient_who_was_taken_over_is_seen_for_whom_the_staff_works() -> None:
    before, now = make.prescriber(), make.prescriber()
    issued = make.authorization(make.enrollment(C.AM, prescriber=before))
    make.transferred(make.transfer(issued.enrollment, to=now))
    address = page("authorization", issued.number)
    for dr in (before, now):
        aide = make.delegate_of(dr)
        assert {look.actor_name for look in looks_at(address, aide)} == {f"{aide.full_name} for {dr}"}
        assert {look.actor_name for look in looks_at(address, dr.user)} == {dr.user.full_name}


def test_try_at_a_foreign_record_is_nobodys_and_keeps_the_staffs_own_name(aide: User) -> None:
    foreign = make.enrollment().patient.number
    assert signed_in(aide).get(page("patient", foreign)).status_code == 404
    look = AccessEvent.objects.get()
    assert (look.actor_name, look.outcome) == (aide.full_name, "denied")
