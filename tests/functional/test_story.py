"""The main job in a real browser, for each of six categories: from certification to the next 28 days' authorization.

Time is the server's and is moved between steps; everything else is what people do and see.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page

import tests.factories as make
from authorizations.models import Authorization, Confirmation, Dispense
from rems_portal.accounts.models import User
from rems_portal.rules.categories import group_of
from rems_portal.rules.vocabulary import RiskCategory, RuleGroup
from tests.functional import people

pytestmark = [
    pytest.mark.functional,
    pytest.mark.pango,
    pytest.mark.django_db(transaction=True),
    pytest.mark.rems("PR-01", "PR-02", "PR-03", "PR-08", "PR-09", "PR-18", "PH-01", "PH-02", "PH-08", "PH-10", "PH-19"),
]

BEGIN = people.utc(2026, 6, 1)
DAYS_TO_SECOND_TEST = 12
DAYS_TO_NEXT = 24


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The server's clock, running from BEGIN; the browser keeps its own."""
    with time_machine.travel(BEGIN, tick=True) as coordinates:
        yield coordinates


def office_and_pharmacy(new_page: Callable[..., Page]) -> tuple[people.PrescriberPerson, people.PharmacistPerson]:
    doctor = make.account(User.Role.PRESCRIBER, full_name="Ada Example")
    pharmacist = make.account(User.Role.PHARMACIST, full_name="Phil Example")
    make.product()
    return (
        people.PrescriberPerson(new_page(viewport=people.WIDE), doctor),
        people.PharmacistPerson(new_page(viewport=people.WIDE), pharmacist),
    )


def get_authorization(
    doctor: people.PrescriberPerson, phone: Page, number: str, category: RiskCategory, now: Any, *, first: bool
) -> str:
    """What must be there before the authorization at `now`, and the authorization."""
    group = group_of(category)
    if group is RuleGroup.FCGP:
        doctor.records_test(number, people.ago(now, hours=3))
    needs_survey = group is not RuleGroup.MALE if first else group is not RuleGroup.AFN
    if needs_survey:
        people.patient_answers(phone, doctor.hands_over_survey(number), category)
    return doctor.asks_for_authorization(number, first=first)


@pytest.mark.parametrize("category", list(RiskCategory), ids=str)
def test_main_job_of_a_category_runs_from_certification_to_the_next_authorization(
    category: RiskCategory, new_page: Callable[..., Page], clock: time_machine.Traveller
) -> None:
    doctor, pharmacist = office_and_pharmacy(new_page)
    phone = new_page(viewport=people.PHONE)
    doctor.sign_in()
    doctor.becomes_certified(make.npi())
    pharmacist.sign_in()
    pharmacist.certifies_pharmacy(make.npi(), make.ncpdp_id(), "Sample Street Pharmacy")
    number = doctor.enrolls(category, "Story")
    people.family_signs(phone, doctor.hands_over_form(number), category)

    now = BEGIN
    if group_of(category) is RuleGroup.FCGP:
        doctor.records_test(number, people.ago(BEGIN, hours=1))
        now = BEGIN + timedelta(days=DAYS_TO_SECOND_TEST)
        clock.move_to(now)
        doctor.sign_in()
        pharmacist.sign_in()
    first = get_authorization(doctor, phone, number, category, now, first=True)
    confirmation = pharmacist.confirms(first, category)
    pharmacist.dispenses(confirmation, "picked_up" if category is RiskCategory.AM else "shipped")

    dispense = Dispense.objects.get(confirmation__number=confirmation)
    assert dispense.in_time
    assert Authorization.objects.get(number=first).status == "dispensed"

    later = now + timedelta(days=DAYS_TO_NEXT)
    clock.move_to(later)
    doctor.sign_in()
    second = get_authorization(doctor, phone, number, category, later, first=False)
    assert second != first
    assert Authorization.objects.get(number=second).status == "active"
    assert Confirmation.objects.filter(authorization__number=second).count() == 0
