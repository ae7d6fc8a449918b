"""A patient's e-mail address is given or corrected after enrollment, by the office; who the patient is stays."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

import tests.factories as make
from patients.actions import change_patient_email
from patients.models import Enrollment, Patient
from rems_portal.accounts.models import User
from rems_portal.errors import ActRefused
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.categories import RiskCategory
from tests.factories import NOW
from tests.integration.offices import as_prescriber, of, signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.rems("PR-08")]


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def change(one: Enrollment, email: str, *, user: User | None = None) -> Patient:
    who = user or one.prescriber.user
    return change_patient_email(by=make.actor(who), at=NOW, user=who, enrollment=one, email=email)


def test_delegate_gives_an_address_and_the_link_goes_out_by_mail() -> None:
    one = make.pending_enrollment(RiskCategory.AM, email="")
    aide = make.delegate_of(one.prescriber)
    office = signed_in(aide)
    give = of("patient-email", one)
    before = text_of(office.get(of("hand-over-form", one)))
    assert "Send by e-mail" not in before and give in before
    assert give in text_of(office.get(of("patient", one)))
    assert office.post(give, {"email": "patient@example.com"}).status_code == 302
    last = Patient.objects.get(pk=one.patient_id).history.order_by("-history_id").first()
    assert (last.email, last.history_user_id) == ("patient@example.com", aide.pk)
    assert "Send by e-mail" in text_of(office.get(of("hand-over-form", one)))
    office.post(of("hand-over-form", one), {"how": "mail"})
    assert OutboxMessage.objects.get(kind="signing_link").recipient == "patient@example.com"


def test_address_is_shown_corrected_and_taken_away() -> None:
    one = make.enrollment(RiskCategory.AM, email="wrogn@example.com")
    dr = as_prescriber(one.prescriber)
    assert "wrogn@example.com" in text_of(dr.get(of("patient", one)))
    assert 'value="wrogn@example.com"' in text_of(dr.get(of("patient-email", one)))
    dr.post(of("patient-email", one), {"email": "right@example.com"})
    assert "right@example.com" in text_of(dr.get(of("patient", one)))
    dr.post(of("patient-email", one), {"email": ""})
    assert Patient.objects.get(pk=one.patient_id).email == ""


def test_nothing_but_the_address_changes() -> None:
    one = make.enrollment(RiskCategory.AM)
    before = Patient.objects.values().get(pk=one.patient_id)
    typed = {"email": "a@example.com", "family_name": "Other", "birth_date": "1990-01-01", "sex": "female"}
    as_prescriber(one.prescriber).post(of("patient-email", one), typed)
    assert Patient.objects.values().get(pk=one.patient_id) == before | {"email": "a@example.com"}
    assert make.ask_authorization(make.ready(one)).granted  # the agreement form is still what was signed


@pytest.mark.parametrize(
    ("email", "sentence"), [("old@example.com", "Nothing would change"), ("nobody", "Type a whole e-mail address")]
)
def test_refusals_say_what_to_do(email: str, sentence: str) -> None:
    one = make.enrollment(RiskCategory.AM, email="old@example.com")
    with pytest.raises(ActRefused, match=sentence):
        change(one, email)
    assert sentence in text_of(as_prescriber(one.prescriber).post(of("patient-email", one), {"email": email}))
    assert Patient.objects.get(pk=one.patient_id).email == "old@example.com"


def test_office_of_a_course_that_is_over_leaves_the_address() -> None:
    one = make.enrollment(RiskCategory.AM)
    make.discontinued(one)
    with pytest.raises(ActRefused, match="no longer enrolled with you"):
        change(one, "a@example.com")
    dr = as_prescriber(one.prescriber)
    assert dr.get(of("patient-email", one)).status_code == 302
    assert of("patient-email", one) not in text_of(dr.get(of("patient", one)))


def test_nobody_else_may() -> None:
    one, other = make.enrollment(RiskCategory.AM), make.prescriber()
    strangers: list[Any] = [other.user, make.delegate_of(other), make.administrator()]
    for user in strangers:
        with pytest.raises(PermissionDenied):
            change(one, "a@example.com", user=user)
    assert as_prescriber(other).get(of("patient-email", one)).status_code == 404
