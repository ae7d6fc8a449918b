"""The office hands over the patient survey: the link is shown once, scans, expires, and replaces the one before."""

import re
from collections.abc import Iterator

import pytest
import time_machine

import tests.factories as make
from patients.actions import hash_secret
from patients.models import SurveyInvitation
from rems_portal.audit.actors import acting_as
from rems_portal.qr import qr_path
from tests.integration.authorization_refusals import CAN, MAN, SYSTEM
from tests.integration.offices import as_prescriber, of, signed_in, text_of

pytestmark = pytest.mark.django_db

LINK = re.compile(r"http://testserver/s/([A-Za-z0-9_-]+)/")


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(make.NOW, tick=False):
        yield


@pytest.mark.rems("PF-06", "PF-14")
def test_link_is_shown_with_code_text_and_deadline() -> None:
    one = make.enrollment(CAN)
    answer = as_prescriber(one.prescriber).post(of("hand-over-survey", one))
    shown = text_of(answer)
    secret = LINK.search(shown)[1]
    assert SurveyInvitation.objects.get().token_hash == hash_secret(secret)
    assert qr_path(f"http://testserver/s/{secret}/").path in shown
    assert "June 22, 2026, 11:00 AM EDT" in shown
    assert "no-store" in answer["Cache-Control"]
    assert "style=" not in shown


def test_link_opens_the_survey() -> None:
    one = make.enrollment(CAN)
    shown = text_of(as_prescriber(one.prescriber).post(of("hand-over-survey", one)))
    assert signed_in(one.prescriber.user).get(LINK.search(shown)[0]).status_code == 200


def test_link_is_shown_only_once_and_a_new_one_replaces_it() -> None:
    one = make.enrollment(CAN)
    client = as_prescriber(one.prescriber)
    first = LINK.search(text_of(client.post(of("hand-over-survey", one))))[1]
    offer = text_of(client.get(of("hand-over-survey", one)))
    assert not LINK.search(offer)
    assert "A new link makes that one useless" in offer
    second = LINK.search(text_of(client.post(of("hand-over-survey", one))))[1]
    good = SurveyInvitation.objects.filter(expires_at__gt=make.NOW + make.hours(1))
    assert [link.token_hash for link in good] == [hash_secret(second)]
    assert first != second


def test_delegate_hands_over_the_link_for_the_prescriber() -> None:
    one = make.enrollment(MAN)
    aide = make.delegate_of(one.prescriber)
    assert LINK.search(text_of(signed_in(aide).post(of("hand-over-survey", one))))
    assert SurveyInvitation.objects.get().invited_by_name == f"{aide.full_name} for {one.prescriber}"


def test_looking_at_the_page_makes_no_link() -> None:
    one = make.enrollment(MAN)
    assert as_prescriber(one.prescriber).get(of("hand-over-survey", one)).status_code == 200
    assert not SurveyInvitation.objects.exists()


def test_discontinued_patient_gets_no_link() -> None:
    one = make.enrollment(MAN)
    with acting_as(SYSTEM):
        one.status, one.ended_at = "discontinued", make.NOW
        one.ended_by_name, one.ended_reason = "Dr. Test", "Completed"
        one.save()
    shown = text_of(as_prescriber(one.prescriber).post(of("hand-over-survey", one)))
    assert "No longer enrolled" in shown
    assert not SurveyInvitation.objects.exists()


def test_others_hand_over_nothing() -> None:
    one = make.enrollment(MAN)
    assert signed_in(make.pharmacist(make.pharmacy())).post(of("hand-over-survey", one)).status_code == 403
    assert as_prescriber(make.prescriber()).post(of("hand-over-survey", one)).status_code == 404
    assert not SurveyInvitation.objects.exists()
