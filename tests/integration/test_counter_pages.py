"""The counter through its pages: every refusal, bad input, double sending, who may, and nothing told too early."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client

import tests.factories as make
from authorizations.forms.pharmacy import code_of, read_from_code
from authorizations.models import Authorization, Confirmation, Decision
from pharmacies.models import Pharmacy
from rems_portal.accounts.models import User
from rems_portal.audit.models import AccessEvent
from rems_portal.numbering import new_number
from rems_portal.rules.numbers import Kind
from rems_portal.rules.vocabulary import RiskCategory
from tests.integration import refusals

pytestmark = pytest.mark.django_db

NOW = make.NOW
FORM = "b8b2d3a0-5c1c-4a54-9d29-1f1f0e0f2a11"
NOT_FOUND = "No authorization was found for this number and date of birth"


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(client: Client, clock: Any) -> Pharmacy:
    made = make.pharmacy(time_zone="America/Chicago")
    client.force_login(made.staff.get().user)
    return made


def typed(number: Authorization, **changes: Any) -> dict[str, Any]:
    born: date = changes.pop("birth_date", number.enrollment.patient.birth_date)
    return {
        "key": FORM,
        "authorization_number": number.number,
        "birth_date_month": born.month,
        "birth_date_day": born.day,
        "birth_date_year": born.year,
        "category": number.category,
        "days_supply": number.days_supply,
        "strength": f"{number.strength_mg.normalize():f}",
        "origin": "new",
    } | changes


def scanned(number: Authorization, **changes: Any) -> dict[str, Any]:
    """What a page without scripts sends after the prescription's code was scanned into the first box."""
    code = code_of(number.number, number.category, number.strength_mg, number.days_supply)
    return typed(number, category="", strength="", days_supply="") | {"authorization_number": code} | changes


def test_the_prescriptions_code_fills_what_was_left_empty(client: Client, shop: Pharmacy) -> None:
    number = refusals.male()
    answer = client.post("/counter/", scanned(number), follow=True)
    assert answer.status_code == 200
    assert Confirmation.objects.get().authorization == number


def test_what_was_typed_stands_against_the_code_and_is_refused(client: Client, shop: Pharmacy) -> None:
    number = refusals.male()
    answer = client.post("/counter/", scanned(number, category="AF_CAN", days_supply="29"), follow=True)
    assert "risk category" in answer.content.decode().lower()
    decision = Decision.objects.filter(ask="confirmation").get()
    assert {"CONF-06", "CONF-08"} <= set(decision.failed.split(","))


@pytest.mark.parametrize("category", list(RiskCategory), ids=str)
@pytest.mark.parametrize("strength", ["2.5", "10"])
def test_every_code_reads_as_it_was_written(category: RiskCategory, strength: str) -> None:
    sent = QueryDict(mutable=True)
    sent["authorization_number"] = code_of("A-2222-3333-4444-55", category, Decimal(strength), 28)
    read = read_from_code(sent)
    assert read.dict() == {
        "authorization_number": "A-2222-3333-4444-55", "category": category, "strength": strength, "days_supply": "28",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["A-2222-3333-4444-55", "A-2222-3333-4444-55 AM", "AM 10 28", "A-2222-3333-4444-55 AM 10 x"],
)
def test_other_texts_are_no_code(text: str) -> None:
    sent = QueryDict(mutable=True)
    sent["authorization_number"] = text
    assert read_from_code(sent) is sent


def ask(client: Client, number: Authorization, **changes: Any) -> Any:
    return client.post("/counter/", typed(number, **changes), follow=True)


@pytest.mark.rems("PH-07", "PH-08", "PH-09")
@pytest.mark.parametrize("category", make.CATEGORIES)
def test_granted_shows_the_number_its_deadlines_and_every_check(
    client: Client, shop: Pharmacy, category: RiskCategory
) -> None:
    page = ask(client, make.authorization(make.enrollment(category)))
    held = Confirmation.objects.get()
    assert page.redirect_chain == [(f"/confirmations/{held.number}/dispense/", 302)]
    assert held.number in page.text
    assert "Education and Counseling Checklist" in page.text
    answer = f"/counter/decisions/{held.decision_id}/"
    assert answer in page.text
    page = client.get(answer)
    assert "June 15, 2026, 10:00 AM CDT" in page.text or "Jun 15, 2026, 10:00 AM CDT" in page.text
    assert page.text.count("Holds: ") == 10
    assert "Does not hold" not in page.text
    ship_today = "Mon, Jun 15, 2026" in page.text and "11:59 PM CDT" in page.text
    assert ship_today == (category in (RiskCategory.AF_CAN, RiskCategory.FC_CAN))
    assert "10:00 AM CDT" in page.text and "Go through the checklist" in page.text
    assert category.label in page.text


@pytest.mark.rems("PH-08")
def test_number_may_be_typed_as_people_type(client: Client, shop: Pharmacy) -> None:
    number = refusals.male()
    page = ask(client, number, authorization_number=number.number.lower().replace("-", " "))
    assert Confirmation.objects.get().number in page.text


@pytest.mark.rems("PH-08")
def test_sent_twice_is_one_number(client: Client, shop: Pharmacy) -> None:
    number = refusals.male()
    first, second = ask(client, number), ask(client, number)
    assert first.redirect_chain == second.redirect_chain
    assert Confirmation.objects.count() == Decision.objects.filter(ask="confirmation").count() == 1


def test_corrected_form_with_the_same_key_is_a_new_question(client: Client, shop: Pharmacy) -> None:
    number = refusals.male()
    assert "do not dispense" in ask(client, number, days_supply="29").text
    assert Confirmation.objects.count() == 0
    page = ask(client, number)
    assert Confirmation.objects.get().number in page.text


@pytest.mark.rems("PH-11")
@pytest.mark.parametrize("supply", ["0", "29", "-1", "1000000000"])
def test_supply_that_can_not_be_is_refused_by_the_rules_with_a_sentence(
    client: Client, shop: Pharmacy, supply: str
) -> None:
    page = ask(client, refusals.male(), days_supply=supply)
    assert "Not confirmed: do not dispense" in page.text
    assert f"{supply} days’ supply can not be dispensed" in page.text
    assert Decision.objects.get(ask="confirmation").failed == "CONF-08"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"days_supply": "1e9"}, "type a whole number, for example 28"),
        ({"days_supply": "two weeks"}, "type a whole number, for example 28"),
        ({"days_supply": ""}, "type a whole number, for example 28"),
        ({"days_supply": "9" * 30}, "1000000000"),
        ({"authorization_number": ""}, "Type the authorization number"),
        ({"authorization_number": "A-2222"}, "A character is missing or too many"),
        ({"birth_date_month": "2", "birth_date_day": "30"}, "is not in the calendar"),
        ({"birth_date_year": ""}, "must include a year"),
        ({"birth_date_year": "2030"}, "lies in the future"),
        ({"category": ""}, "Choose the one that is written on it"),
        ({"category": "XX"}, "Choose one of the six"),
        ({"strength": "7"}, "Choose one of the strengths"),
        ({"origin": ""}, "Say how the prescription came"),
        ({"origin": "no"}, "Say how the prescription came"),
    ],
)
def test_bad_input_is_told_and_nothing_typed_is_lost(
    client: Client, shop: Pharmacy, changes: dict[str, str], sentence: str
) -> None:
    number = refusals.male()
    page = ask(client, number, **changes)
    assert page.redirect_chain == []
    assert sentence in page.text
    if "authorization_number" not in changes:
        assert number.number in page.text
    year = changes.get("birth_date_year", number.enrollment.patient.birth_date.year)
    assert f'value="{year}"' in page.text or not year
    assert not Decision.objects.filter(ask="confirmation").exists()


def test_mistyped_number_is_told_from_an_unknown_one(client: Client, shop: Pharmacy) -> None:
    number = refusals.male()
    wrong = number.number[:-1] + ("2" if number.number[-1] != "2" else "3")
    assert "A character is mistyped" in ask(client, number, authorization_number=wrong).text
    assert not Decision.objects.filter(ask="confirmation").exists()
    assert NOT_FOUND in ask(client, number, authorization_number=new_number(Kind.AUTHORIZATION)).text
    assert Decision.objects.filter(ask="confirmation").count() == 1


@pytest.mark.parametrize("kind", [Kind.CONFIRMATION, Kind.PATIENT, Kind.CASE])
def test_number_of_another_kind_is_told(client: Client, shop: Pharmacy, kind: Kind) -> None:
    page = ask(client, refusals.male(), authorization_number=new_number(kind))
    assert f"This is {kind.label}" in page.text


@pytest.mark.rems("PH-08")
def test_unknown_number_and_wrong_birth_date_look_the_same(client: Client, shop: Pharmacy) -> None:
    number = refusals.male()
    pages = [
        ask(client, number, authorization_number=new_number(Kind.AUTHORIZATION)),
        ask(client, number, birth_date=date(1950, 1, 1)),
    ]
    numberless = [
        re.sub(r"A-[0-9A-Z-]+|csrf\S+ value=\S+|value=\"\d+\"|datetime=\S+|now=\S+", "", page.text) for page in pages
    ]
    assert numberless[0] == numberless[1]
    assert NOT_FOUND in numberless[0]
    assert not any(decision.enrollment_id for decision in Decision.objects.filter(ask="confirmation"))


def test_decision_that_found_nothing_has_no_page(client: Client, shop: Pharmacy) -> None:
    ask(client, refusals.male(), birth_date=date(1950, 1, 1))
    decision = Decision.objects.get(ask="confirmation")
    page = client.get(f"/counter/decisions/{decision.pk}/", follow=True)
    assert page.redirect_chain[-1][0] == "/counter/"


REFUSED_AT_THE_COUNTER = [
    one for one in refusals.REFUSALS if one not in (refusals.unknown_number, refusals.wrong_birth_date)
]


@pytest.mark.rems("PH-07", "PH-08", "PH-11", "PH-12", "PH-13", "PH-14")
@pytest.mark.parametrize("refuse", REFUSED_AT_THE_COUNTER)
def test_every_refusal_is_shown_with_whose_move_it_is(client: Client, clock: Any, refuse: Callable[[], Any]) -> None:
    """The page of a stored refusal, whatever led to it, read by the staff of the pharmacy that asked."""
    decision, failed = refuse()
    clock.move_to(decision.at)
    client.force_login(make.pharmacist(decision.pharmacy, at=decision.at))
    page = client.get(f"/counter/decisions/{decision.pk}/")
    assert page.text.count("Does not hold: ") == len(failed)
    assert page.text.count("Holds: ") == 10 - len(failed)
    assert "move</span>" in page.text
    for check in decision.checks:
        if check["finding"]:
            assert check["finding"]["sentence"].replace("'", "&#x27;") in page.text


def test_refused_leads_back_to_a_form_with_all_that_was_typed(client: Client, shop: Pharmacy) -> None:
    number = refusals.male()
    page = ask(client, number, origin="refill", days_supply="29")
    assert "/counter/?again" in page.text
    again = client.get("/counter/?again").text
    assert number.number in again and 'value="29"' in again
    assert f'value="{number.enrollment.patient.birth_date.year}"' in again
    assert re.search(r'name="origin" value="refill"[^>]*checked', again)
    fresh = client.get("/counter/").text
    assert number.number not in fresh
    assert number.number not in client.get("/counter/?again").text


@pytest.mark.rems("PH-13", "PH-14")
@pytest.mark.parametrize(
    ("origin", "facts", "sentence"),
    [
        ("refill", {"refill": True, "by_telephone": False}, "Refills can not be dispensed"),
        ("telephone", {"refill": False, "by_telephone": True}, "taken by telephone can not be dispensed"),
        ("new", {"refill": False, "by_telephone": False}, ""),
    ],
)
def test_how_the_prescription_came_is_asked_once_and_decided_by_the_rules(
    client: Client, shop: Pharmacy, origin: str, facts: dict[str, bool], sentence: str
) -> None:
    assert not re.search(r'name="origin"[^>]*checked', client.get("/counter/").text)
    page = ask(client, refusals.male(), origin=origin)
    decision = Decision.objects.get(ask="confirmation")
    assert {name: decision.facts["request"][name] for name in facts} == facts
    assert decision.failed == ("CONF-07" if sentence else "")
    assert decision.granted == (not sentence) and sentence in page.text


def test_answers_kept_before_the_question_changed_are_shown_and_the_question_is_asked(
    client: Client, shop: Pharmacy
) -> None:
    number = refusals.male()
    ask(client, number, days_supply="29")
    session = client.session
    kept = session["counter_typed"]
    kept.pop("origin")
    session["counter_typed"] = kept | {"refill": "yes", "by_telephone": "no"}
    session.save()
    page = client.get("/counter/?again")
    assert page.status_code == 200 and number.number in page.text
    assert not re.search(r'name="origin"[^>]*checked', page.text)
    old_page = typed(number, refill="no", by_telephone="no")
    old_page.pop("origin")
    assert "Say how the prescription came" in client.post("/counter/", old_page).text


def test_no_address_holds_what_was_typed(client: Client, shop: Pharmacy) -> None:
    number = refusals.male()
    page = ask(client, number, origin="refill")
    addresses = [url for url, _ in page.redirect_chain] + re.findall(r'(?:href|action)="([^"]*)"', page.text)
    assert not [url for url in addresses if number.number in url or str(number.category) in url]


# ---- who may ----


def test_pharmacy_that_is_not_certified_is_told_what_to_do(client: Client, clock: Any) -> None:
    shop = make.pharmacy(certified=False)
    client.force_login(shop.staff.get().user)
    page = client.get("/counter/")
    assert page.status_code == 403
    assert "go on with the certification" in page.text


@pytest.mark.rems("PH-01")
def test_pharmacy_suspended_while_the_form_was_open_is_refused_by_the_rules(client: Client, shop: Pharmacy) -> None:
    shop.certifications.update(status="suspended")
    page = ask(client, refusals.male())
    assert "The pharmacy is not certified in the program now" in page.text
    assert "CONF-01" in page.text
    assert "certification is suspended" in client.get("/counter/").text


@pytest.mark.parametrize("path", ["/counter/", "/confirmations/"])
def test_untrained_staff_are_told_what_to_do(client: Client, clock: Any, path: str) -> None:
    shop = make.pharmacy()
    client.force_login(make.pharmacist(shop, trained=False))
    page = client.get(path)
    assert page.status_code == 403
    assert "Complete your training" in page.text
    assert client.post("/counter/", typed(refusals.male())).status_code == 403
    assert not Decision.objects.filter(ask="confirmation").exists()


def test_account_without_a_pharmacy_is_told_what_to_do(client: Client, clock: Any) -> None:
    client.force_login(make.account(User.Role.PHARMACIST))
    page = client.get("/counter/")
    assert page.status_code == 403 and "Certify a pharmacy" in page.text


@pytest.mark.parametrize("make_user", [lambda: make.prescriber().user, make.case_manager, make.administrator])
def test_other_roles_are_shown_the_door(client: Client, clock: Any, make_user: Any) -> None:
    client.force_login(make_user())
    for path in ("/counter/", "/counter/decisions/1/", "/confirmations/", "/confirmations/C-2222/"):
        assert client.get(path).status_code == 403


def test_nobody_enters_without_signing_in(client: Client) -> None:
    for path in ("/counter/", "/confirmations/", "/pharmacies/certify/", "/pharmacies/staff/"):
        assert client.get(path).headers["Location"].startswith("/accounts/login/")


def test_decision_of_another_pharmacy_is_not_there_and_that_is_written_down(client: Client, shop: Pharmacy) -> None:
    decision = make.ask_confirmation(refusals.male(), refill=True)
    assert client.get(f"/counter/decisions/{decision.pk}/").status_code == 404
    assert AccessEvent.objects.get(outcome="denied").record == f"decision {decision.pk}"


def test_a_page_of_the_pharmacy_one_has_left_is_not_sent_for_another(client: Client, shop: Pharmacy) -> None:
    left = str(make.pharmacy().pk)
    assert f'name="pharmacy" value="{shop.pk}"' in client.get("/counter/").text
    page = client.post("/counter/", typed(refusals.male(), pharmacy=left)).text
    assert "Choose one of your pharmacies." in page
    assert shop.name in page
    assert not Confirmation.objects.exists()


def test_somebody_of_two_pharmacies_says_which(client: Client, shop: Pharmacy) -> None:
    other, user = make.pharmacy(name="Second Pharmacy"), shop.staff.get().user
    make.pharmacist(other, user=user)
    number = refusals.male()
    assert "Choose the pharmacy" in ask(client, number).text
    assert "Choose one of your pharmacies" in ask(client, number, pharmacy=make.pharmacy().pk).text
    ask(client, number, pharmacy=other.pk)
    assert Confirmation.objects.get().pharmacy == other
    assert re.search(rf'name="pharmacy" value="{other.pk}"[^>]*checked', client.get("/counter/").text)


# ---- cost ----


def test_counter_asks_few_questions_of_the_database(
    client: Client, shop: Pharmacy, django_assert_max_num_queries: Any
) -> None:
    client.get("/counter/")
    number = refusals.female()
    with django_assert_max_num_queries(3):
        client.get("/counter/")
    with django_assert_max_num_queries(20):
        client.post("/counter/", typed(number))
