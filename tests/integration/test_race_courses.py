"""Courses that change hands or end while something else happens: real threads, on whichever engine the suite runs.

Whichever comes first: when all have committed, no number is live under a course that has ended or moved.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

import tests.factories as make
from authorizations.actions.discontinue import discontinue_treatment
from authorizations.actions.patient_signature import sign_for_patient
from authorizations.models import Authorization, Confirmation, Decision
from patients.actions import invite_to_sign
from patients.models import Enrollment, Transfer
from rems_portal.errors import ActRefused
from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.forms import Signer
from tests.factories.patients import PATIENT
from tests.integration.test_races import all_at_once, ask

pytestmark = [pytest.mark.django_db(transaction=True)]
ROUNDS = 4


def ready_to_sign(asked: Transfer, at: datetime = make.NOW) -> Callable[[], Any]:
    """Return the patient's signature under a transfer's form: a link is out already."""
    link, _secret = invite_to_sign(by=make.actor(asked.to_prescriber.user), at=at, agreement=asked.agreement)
    name = asked.enrollment.patient.full_name

    def act() -> Any:
        proof = make.link_signing(name, at=at)
        return sign_for_patient(
            by=PATIENT, at=at, invitation=link, signer=Signer.PATIENT, signing=proof, program=make.PROGRAM
        )

    return act


def ending(one: Enrollment) -> Callable[[], Any]:
    dr = one.prescriber
    answers = make.ending_answers(one)

    def act() -> Any:
        return discontinue_treatment(
            by=make.actor(dr.user),
            at=make.NOW,
            prescriber=dr,
            enrollment=one,
            answers=answers,
            program=make.PROGRAM,
            signing=make.signing(dr.user),
        )

    return act


def surprises(results: list[Any]) -> list[Any]:
    """Return the exceptions that are no refusals."""
    allowed = (ActRefused, Enrollment.DoesNotExist)
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, allowed)]


def live(one: Enrollment) -> tuple[int, int]:
    return (
        Authorization.objects.filter(enrollment=one, status__in=["active", "confirmed"]).count(),
        Confirmation.objects.filter(enrollment=one, status="open").count(),
    )


@pytest.mark.rems("PH-08")
def test_confirmations_against_a_transfer_leave_nothing_live() -> None:
    shop = make.pharmacy()
    for _ in range(ROUNDS):
        one = make.enrollment(RiskCategory.AM)
        number = make.authorization(one)
        confirm, sign = ask(number, shop, None), ready_to_sign(make.transfer(one))
        results = all_at_once([confirm, sign, confirm])
        assert not [result for result in results if isinstance(result, Exception)], results
        assert live(one) == (0, 0)


def test_of_two_transfers_signed_at_once_one_is_done_and_the_other_withdrawn() -> None:
    for _ in range(ROUNDS):
        one = make.enrollment(RiskCategory.AM)
        first, second = make.transfer(one), make.transfer(one)
        results = all_at_once([ready_to_sign(first), ready_to_sign(second)])
        assert not surprises(results), results
        done = Transfer.objects.filter(enrollment=one, done_at__isnull=False).get()
        assert Transfer.objects.filter(enrollment=one, withdrawn_at__isnull=False).count() == 1
        one.refresh_from_db()
        assert one.prescriber == done.to_prescriber
        assert one.agreements.current().get() == done.agreement


def test_one_prescriber_asking_many_times_at_once_asks_once() -> None:
    one, dr = make.enrollment(RiskCategory.AM), make.prescriber()
    results = all_at_once([lambda: make.transfer(one, to=dr)] * 6)
    assert not [result for result in results if isinstance(result, Exception)], results
    assert Transfer.objects.filter(enrollment=one).count() == 1


@pytest.mark.rems("PR-09")
def test_an_ending_against_asking_for_an_authorization_leaves_nothing_live() -> None:
    for _ in range(ROUNDS):
        one = make.ready(make.enrollment(RiskCategory.AM))
        results = all_at_once([lambda one=one: make.ask_authorization(one), ending(one)])
        assert not surprises(results), results
        one.refresh_from_db()
        assert (one.status, live(one)) == ("discontinued", (0, 0))


def test_an_ending_against_a_transfer_is_one_or_the_other() -> None:
    for _ in range(ROUNDS):
        one = make.enrollment(RiskCategory.AM)
        asked = make.transfer(one)
        results = all_at_once([ready_to_sign(asked), ending(one)])
        assert not surprises(results), results
        one.refresh_from_db()
        asked.refresh_from_db()
        moved = one.prescriber == asked.to_prescriber
        assert moved == (asked.done_at is not None)
        assert moved == (one.status == "enrolled")
        assert sum(isinstance(result, Exception) for result in results) == 1


def test_an_authorization_against_a_transfer_is_never_live_under_the_old_prescriber() -> None:
    for _ in range(ROUNDS):
        one = make.ready(make.enrollment(RiskCategory.AM))
        results = all_at_once([lambda one=one: make.ask_authorization(one), ready_to_sign(make.transfer(one))])
        assert not surprises(results), results
        assert live(one) == (0, 0)
        assert all(isinstance(result, Exception | Decision) or result.purpose == "transfer" for result in results)
