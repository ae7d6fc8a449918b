"""Where a recorded dispense leads: on with the work, once, and with what was recorded; or to what needs a look."""

from typing import Any

import pytest
import time_machine
from django.test import Client

import tests.factories as make
from authorizations.models import ComplianceCase, Confirmation, Dispense
from authorizations.views import pharmacy_dispense
from pharmacies.models import Pharmacy
from rems_portal.rules.vocabulary import RiskCategory
from tests.integration.holding import CHICAGO, NOW, at_path, counseled, held_by, later, stop, when

pytestmark = [pytest.mark.django_db, pytest.mark.rems("PH-09", "PH-19")]

RECORDED = "The dispense is recorded"
BEFORE = "What you sent now changed nothing"


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(client: Client, clock: Any) -> Pharmacy:
    made = make.pharmacy(time_zone="America/Chicago")
    client.force_login(made.staff.get().user)
    return made


@pytest.fixture
def held(shop: Pharmacy) -> Confirmation:
    """A confirmation whose checklist is complete."""
    one = held_by(shop, RiskCategory.AF_CAN)
    make.checklist(one, at=NOW)
    return one


def record(client: Client, held: Confirmation, query: str = "", **changes: Any) -> Any:
    return client.post(at_path(held, f"dispense/{query}"), when(NOW.astimezone(CHICAGO), **changes), follow=True)


def test_counter_is_empty_again_and_says_what_was_recorded(client: Client, held: Confirmation) -> None:
    page = record(client, held)
    assert page.redirect_chain == [("/counter/", 302)]
    panel = page.text.partition("<h1>")[0]
    assert RECORDED in panel and held.number in panel and "picked up" in panel and "10:00 AM CDT" in panel
    for link in (at_path(held), at_path(held, "record/")):
        assert f'href="{link}"' in panel
    assert page.context["form"]["authorization_number"].value() is None
    assert "<title>Recorded." in page.text


def test_nothing_about_the_patient_is_shown_with_it(client: Client, held: Confirmation) -> None:
    patient, text = held.enrollment.patient, record(client, held).text
    for words in (patient.family_name, patient.given_name, patient.number, str(patient.birth_date.year)):
        assert words not in text


def test_page_shown_again_says_it_no_more(client: Client, held: Confirmation) -> None:
    record(client, held)
    assert RECORDED not in client.get("/counter/").text
    assert RECORDED not in client.get("/confirmations/").text


def test_who_came_from_the_list_goes_on_there(client: Client, held: Confirmation) -> None:
    assert f'href="{at_path(held, "dispense/?list")}"' in client.get("/confirmations/").text
    page = record(client, held, "?list")
    assert page.redirect_chain == [("/confirmations/", 302)]
    assert RECORDED in page.text.partition("<h1>")[0]


def test_checklist_saved_first_does_not_forget_the_list(client: Client, shop: Pharmacy) -> None:
    path = at_path(held_by(shop), "dispense/?list")
    assert client.post(path, counseled(Confirmation.objects.get())).headers["Location"] == path


def test_pharmacy_that_may_not_confirm_now_is_led_to_the_list(client: Client, shop: Pharmacy, held: Any) -> None:
    shop.certifications.update(status="suspended")
    page = record(client, held)
    assert page.redirect_chain == [("/confirmations/", 302)] and RECORDED in page.text


# ---- twice ----


def test_sent_again_changes_nothing_and_says_so(client: Client, held: Confirmation) -> None:
    record(client, held)
    client.get("/counter/")
    page = record(client, held, how="shipped", lot="ANOTHER")
    assert page.redirect_chain == [(at_path(held), 302)]
    assert BEFORE in page.text and "ANOTHER" not in page.text
    assert Dispense.objects.get().how == "picked_up"
    assert RECORDED not in client.get("/counter/").text


def test_page_of_the_form_visited_again_leads_to_the_record(client: Client, held: Confirmation) -> None:
    record(client, held)
    page = client.get(at_path(held, "dispense/"), follow=True)
    assert page.redirect_chain == [(at_path(held), 302)] and BEFORE not in page.text


def test_who_was_slower_by_a_moment_is_not_told_it_was_theirs(
    client: Client, held: Confirmation, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = pharmacy_dispense.dispense_findings

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        make.dispense(held, at=NOW)
        return looks(*args, **kwargs)

    clock.shift(5)
    monkeypatch.setattr(pharmacy_dispense, "dispense_findings", meanwhile)
    page = record(client, held, how="shipped")
    assert page.redirect_chain == [(at_path(held), 302)] and BEFORE in page.text
    assert Dispense.objects.count() == 1
    assert RECORDED not in client.get("/counter/").text


# ---- what needs a look ----


@pytest.mark.rems("PH-16")
def test_deviation_leads_to_its_own_page(client: Client, held: Confirmation, shop: Pharmacy, clock: Any) -> None:
    at = NOW + make.hours(15)
    later(client, clock, shop, at)
    late = when(at.astimezone(CHICAGO), how="shipped", late_is_right="on")
    page = client.post(at_path(held, "dispense/"), late, follow=True)
    assert page.redirect_chain == [(at_path(held), 302)] and "recorded as a deviation" in page.text
    assert RECORDED not in client.get("/counter/").text


@pytest.mark.rems("PH-17")
def test_product_that_left_before_the_stop_leads_to_its_own_page(
    client: Client, held: Confirmation, shop: Pharmacy, clock: Any
) -> None:
    stop(held, NOW + make.hours(1))
    later(client, clock, shop, NOW + make.hours(2))
    page = record(client, held)
    assert Dispense.objects.get().in_time and ComplianceCase.objects.get().kind == "void_dispense"
    assert page.redirect_chain == [(at_path(held), 302)]
    assert "opened a compliance case about it" in page.text and "Nothing is left to do" not in page.text


def test_number_of_another_pharmacy_in_the_session_shows_nothing(client: Client, shop: Pharmacy) -> None:
    other = held_by(make.pharmacy())
    make.dispense(other, at=NOW)
    session = client.session
    session["pharmacy_recorded"] = other.number
    session.save()
    assert other.number not in client.get("/counter/").text
