"""The prescriber survey on its page: the number or all that is missing; sent twice, typed badly, at odd hours."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
import time_machine

import tests.factories as make
from authorizations.models import Authorization, Decision
from patients.models import Enrollment
from rems_portal.audit.models import AccessEvent
from rems_portal.rules.authorization import required_attestations
from rems_portal.rules.forms import FormDefinition, fingerprint
from rems_portal.rules.forms.surveys import prescriber_survey_form
from rems_portal.rules.vocabulary import RiskCategory
from tests.factories.patients import group_at
from tests.integration.authorization_refusals import CAN, MAN, REFUSALS, Refusal
from tests.integration.offices import as_prescriber, of, page, signed_by, signed_in, text_of, typed_survey

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(make.NOW, tick=False) as clock:
        yield clock


def offered(one: Enrollment) -> list[str]:
    """Return the statements that the page offers for this patient."""
    first = not one.dispenses.exists()
    return [code for code, *_ in required_attestations(group_at(one, make.NOW), first, make.PROGRAM)]


def form_of(one: Enrollment) -> FormDefinition:
    """Return the form that the page shows for this patient now."""
    return prescriber_survey_form(group_at(one, make.NOW), not one.dispenses.exists(), make.PROGRAM)


def ask(one: Enrollment, **changes: Any) -> Any:
    typed = typed_survey(attested=offered(one), form_seen=fingerprint(form_of(one)), **signed_by(one.prescriber.user))
    return as_prescriber(one.prescriber).post(of("authorize", one), typed | changes)


# --- the answer


@pytest.mark.rems("PR-09", "PR-18")
@pytest.mark.parametrize("category", list(RiskCategory))
def test_authorize_page_leads_to_the_number_with_category_and_last_day(category: RiskCategory) -> None:
    one = make.ready(make.enrollment(category))
    answer = ask(one)
    number = Authorization.objects.get()
    assert answer.url == page("authorization", number.number)
    shown = text_of(as_prescriber(one.prescriber).get(answer.url))
    assert number.number in shown
    assert f"{category.label} ({category.value})" in shown
    last_day = "Mon, Jun 22, 2026" if number.backing_test else "Wed, Jul 15, 2026"
    assert f"{last_day}," in shown
    assert "11:59 PM EDT" in shown
    assert "left" in shown


def typed_for(way: Refusal, one: Enrollment) -> dict[str, Any]:
    """Turn a way's survey into what is typed into the form."""
    survey = dict(way.survey)
    attested = survey.pop("attested", None)
    typed = {name: str(value) for name, value in survey.items() if name != "by_telephone"}
    if "by_telephone" in survey:
        typed["transmission"] = "telephone"
    if survey.get("days_supply", 28) < 21:
        typed["days_of_therapy"] = "1"
    if attested is not None:
        typed["attested"] = [code for code in offered(one) if code in attested]
    return typed


@pytest.mark.rems("PR-04", "PR-05", "PR-06", "PR-07", "PR-08", "PR-10", "PR-11", "PR-15", "PR-19", "PR-20", "PR-21")
@pytest.mark.parametrize("way", REFUSALS, ids=str)
def test_authorize_page_refused_says_everything_that_is_missing(way: Refusal) -> None:
    one = way.patient()
    answer = ask(one, **typed_for(way, one))
    decision = Decision.objects.filter(ask="authorization", outcome="refused").get()
    assert answer.url == of("refusal", one, decision.pk)
    assert set(decision.failed.split(",")) == way.failed
    shown = text_of(as_prescriber(one.prescriber).get(answer.url))
    for check in decision.checks:
        if check["finding"]:
            assert check["finding"]["sentence"].replace("'", "&#x27;").replace('"', "&quot;") in shown
    assert "Not authorized yet" in shown


def test_refusal_page_groups_by_whose_move_and_leads_to_what_mends_it() -> None:
    one = make.enrollment(CAN)
    shown = text_of(as_prescriber(one.prescriber).get(ask(one, days_supply="29").url))
    assert "Your move" in shown
    assert "Patient’s move" in shown
    for name in ("record-test", "hand-over-survey"):
        assert of(name, one) in shown
    assert f"{of('authorize', one)}?again={Decision.objects.get().pk}" in shown


def test_refused_answers_come_back_into_the_form() -> None:
    one = make.ready(make.enrollment(MAN))
    ask(one, days_supply="29", quantity="7", strength="2.5", transmission="telephone", attested=["patient_survey"])
    client = as_prescriber(one.prescriber)
    form = client.get(f"{of('authorize', one)}?again={Decision.objects.get().pk}").context["form"]
    kept = {name: str(form[name].value()) for name in ("days_supply", "quantity", "strength", "transmission")}
    assert kept == {"days_supply": "29", "quantity": "7", "strength": "2.5", "transmission": "telephone"}
    assert form["attested"].value() == ["patient_survey"]
    assert form["days_of_therapy"].value() == 21


@pytest.mark.parametrize("again", ["x", "-1", "99999999999999999999", "٣", ""])
def test_authorize_page_takes_no_harm_from_a_made_up_decision(again: str) -> None:
    one = make.enrollment(MAN)
    assert as_prescriber(one.prescriber).get(of("authorize", one), {"again": again}).status_code == 200


def test_authorize_page_begins_with_the_last_prescription() -> None:
    one = make.enrollment(MAN)
    make.authorization(one, days_supply=14, quantity=14)
    form = as_prescriber(one.prescriber).get(of("authorize", one)).context["form"]
    assert (form["days_supply"].value(), form["quantity"].value(), form["strength"].value()) == (14, 14, "10")


def test_authorize_page_says_beforehand_what_will_be_missing() -> None:
    one = make.enrollment(CAN)
    shown = text_of(as_prescriber(one.prescriber).get(of("authorize", one)))
    assert "Something is still missing" in shown
    assert "A patient survey" in shown


def test_authorize_page_offers_only_the_statements_of_the_group() -> None:
    shown = {}
    for category in (CAN, MAN):
        one = make.enrollment(category)
        shown[category] = as_prescriber(one.prescriber).get(of("authorize", one)).context["form"].fields["attested"]
    assert {code for code, _ in shown[MAN].choices} >= {"barrier_contraception"}
    assert "barrier_contraception" not in {code for code, _ in shown[CAN].choices}


# --- a live number


@pytest.mark.rems("PR-18")
def test_authorize_page_says_what_replacing_voids_and_does_it_only_when_told() -> None:
    one = make.enrollment(MAN)
    held = make.confirmation(make.authorization(one))
    shown = text_of(as_prescriber(one.prescriber).get(of("authorize", one)))
    assert held.authorization.number in shown
    assert held.pharmacy.name in shown
    assert Decision.objects.filter(outcome="refused").count() == 0
    ask(one)
    assert Decision.objects.filter(outcome="refused").get().failed == "AUTH-11"
    answer = ask(one, replace_live_authorization="on")
    replaced = text_of(as_prescriber(one.prescriber).get(answer.url))
    assert "It replaces <a" in replaced
    held.refresh_from_db()
    assert held.status == "void"


def test_authorize_page_without_a_live_number_has_no_box_to_replace_it() -> None:
    one = make.ready(make.enrollment(MAN))
    assert (
        "replace_live_authorization"
        not in as_prescriber(one.prescriber).get(of("authorize", one)).context["form"].fields
    )
    assert ask(one, replace_live_authorization="on").status_code == 302
    assert Decision.objects.get().facts["replace_live_authorization"] is False


# --- sent twice


def test_form_sent_twice_is_one_authorization() -> None:
    one = make.ready(make.enrollment(MAN))
    key = str(uuid4())
    assert ask(one, submission_key=key).url == ask(one, submission_key=key).url
    assert Authorization.objects.count() == 1


def test_form_sent_again_with_other_answers_is_asked_once_more_under_a_new_key() -> None:
    one = make.ready(make.enrollment(MAN))
    key = str(uuid4())
    ask(one, submission_key=key, days_supply="29")
    again = ask(one, submission_key=key)
    form = again.context["form"]
    assert "decided" in form.non_field_errors()[0]
    assert form["submission_key"].value() != key
    assert form["days_supply"].value() == "28"
    assert ask(one, submission_key=form["submission_key"].value()).url.startswith("/authorizations/A-")


def test_form_without_a_key_is_still_answered() -> None:
    one = make.ready(make.enrollment(MAN))
    assert ask(one, submission_key="").url.startswith("/authorizations/A-")


# --- typed badly


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("days_supply", "", "whole number"),
        ("days_supply", "twenty", "whole number"),
        ("days_supply", "1e9", "whole number"),
        ("days_supply", "1000000000", "from 1 to 28"),
        ("days_supply", "28.5", "whole number"),
        ("quantity", "1000", "999 at most"),
        ("quantity", "9" * 1_000_000, "whole number"),
        ("days_of_therapy", "29", "can’t be longer"),
        ("days_of_therapy", "0", "type 1 or more"),
        ("strength", "7", "Select a valid choice"),
        ("strength", "", "required"),
        ("attested", ["x"], "offered here"),
        ("transmission", "pigeon", "Select a valid choice"),
    ],
)
def test_authorize_page_refuses_what_is_no_answer_and_keeps_the_rest(field: str, typed: Any, sentence: str) -> None:
    one = make.ready(make.enrollment(MAN))
    answer = ask(one, **({"quantity": "17"} | {field: typed}))
    form = answer.context["form"]
    assert sentence in " ".join(form.errors[field])
    if field != "quantity":
        assert form["quantity"].value() == "17"
    assert not Decision.objects.exists()


def test_authorize_page_shows_what_the_act_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    one = make.ready(make.enrollment(MAN))
    monkeypatch.setattr("authorizations.forms.prescriber.LARGEST_QUANTITY", 2000)
    assert "it must be 999 or less" in ask(one, quantity="1000").context["form"].non_field_errors()[0]


# --- who may


def test_delegate_is_told_that_only_the_prescriber_may_ask() -> None:
    one = make.ready(make.enrollment(MAN))
    client = signed_in(make.delegate_of(one.prescriber))
    for answer in (client.get(of("authorize", one)), client.post(of("authorize", one), typed_survey())):
        assert answer.status_code == 403
        assert f"Only {one.prescriber.full_name} in person" in answer.content.decode()
    assert not Decision.objects.exists()


# --- the signature


@pytest.mark.rems("PR-09", "PR-18")
def test_survey_is_stored_as_it_was_signed_with_its_name_meaning_and_instant() -> None:
    one = make.ready(make.enrollment(MAN))
    ask(one, days_of_therapy="21")
    decision = Decision.objects.get()
    signature = decision.form.signatures.get()
    assert (signature.printed_name, signature.method) == (one.prescriber.user.get_full_name(), "password")
    assert (signature.signed_at, signature.document_digest) == (make.NOW, decision.form.digest)
    assert "I ask the program to authorize" in signature.meaning
    said = decision.form.answers
    assert {name: said[name] for name in ("strength", "quantity", "transmission", "refills")} == {
        "strength": "10",
        "quantity": 21,
        "transmission": "electronic",
        "refills": 0,
    }
    assert {code for code in offered(one) if said[code]} == set(offered(one))
    assert decision.form.about == f"patient {one.patient.number}"


def test_refused_survey_is_kept_signed_too() -> None:
    one = make.ready(make.enrollment(MAN))
    ask(one, days_supply="29", attested=[], transmission="telephone")
    decision = Decision.objects.get(outcome="refused")
    assert decision.form.signatures.get().printed_name == one.prescriber.user.get_full_name()
    assert decision.form.answers["days_supply"] == 29
    assert decision.form.answers["transmission"] == "telephone"
    assert decision.form.answers["patient_survey"] is False


@pytest.mark.parametrize("wrong", [{"password": "no"}, {"password": ""}, {"user_name": "other@example.com"}])
def test_wrong_password_signs_nothing_and_keeps_what_was_typed(wrong: dict[str, str]) -> None:
    one = make.ready(make.enrollment(MAN))
    answer = ask(one, quantity="17", **wrong)
    assert answer.context["signing"].errors
    assert answer.context["form"]["quantity"].value() == "17"
    assert answer.context["form"]["attested"].value() == offered(one)
    assert not Decision.objects.exists()
    assert "no" not in answer.context["signing"]["password"].as_widget().split('value="')[1:]


def test_form_that_changed_meanwhile_is_shown_again_with_the_answers() -> None:
    one = make.ready(make.enrollment(MAN))
    answer = ask(one, quantity="17", form_seen="an older wording")
    form = answer.context["form"]
    assert "changed while you were filling it in" in form.non_field_errors()[0]
    assert form["quantity"].value() == "17"
    assert f'name="form_seen" value="{fingerprint(form_of(one))}"' in answer.content.decode()
    assert not Decision.objects.exists()


@pytest.mark.parametrize("name", ["authorize", "authorization", "authorization-pdf", "refusal"])
def test_others_have_no_part_in_it(name: str) -> None:
    one = make.ready(make.enrollment(MAN))
    refused = Decision.objects.get(pk=make.ask_authorization(one, days_supply=29).pk)
    number = make.ask_authorization(one).authorization
    address = {
        "authorize": of("authorize", one),
        "authorization": page("authorization", number.number),
        "authorization-pdf": page("authorization-pdf", number.number),
        "refusal": of("refusal", one, refused.pk),
    }[name]
    shop = make.pharmacy()
    for user in (make.pharmacist(shop), make.case_manager()):
        assert signed_in(user).get(address).status_code == 403
    other = make.prescriber()
    assert as_prescriber(other).get(address).status_code == 404
    denied = AccessEvent.objects.filter(outcome="denied").get()
    assert denied.user == other.user
    assert signed_in(make.delegate_of(other)).get(address).status_code == 404


def test_refusal_of_another_patient_of_the_same_prescriber_is_not_found_under_this_one() -> None:
    one = make.enrollment(CAN)
    other = make.enrollment(CAN, prescriber=one.prescriber)
    decision = make.ask_authorization(one)
    assert as_prescriber(one.prescriber).get(of("refusal", other, decision.pk)).status_code == 404


def test_delegate_sees_number_and_refusal() -> None:
    one = make.ready(make.enrollment(MAN))
    refused = make.ask_authorization(one, days_supply=29)
    number = make.ask_authorization(one).authorization
    client = signed_in(make.delegate_of(one.prescriber))
    assert client.get(page("authorization", number.number)).status_code == 200
    shown = text_of(client.get(of("refusal", one, refused.pk)))
    assert "Correct it in the survey" not in shown


# --- the page of a number whose time is over


@pytest.mark.parametrize(
    ("days_later", "words"), [(30, "Authorized"), (31, "Expired: no pharmacy can use this number")]
)
def test_number_page_tells_when_its_last_day_is_over(
    at_now: time_machine.Traveller, days_later: int, words: str
) -> None:
    number = make.authorization(make.enrollment(MAN))
    at_now.move_to(make.NOW + make.days(days_later), tick=False)
    shown = text_of(as_prescriber(number.prescriber).get(page("authorization", number.number)))
    assert words in shown
    assert ("Was good through" in shown) == (days_later > 30)


def test_number_page_tells_why_a_number_ended() -> None:
    number = make.authorization(make.enrollment(MAN))
    assert make.ask_authorization(number.enrollment, replace_live_authorization=True).granted
    shown = text_of(as_prescriber(number.prescriber).get(page("authorization", number.number)))
    assert "Void: no pharmacy can use this number" in shown
    assert "Replaced by a new authorization" in shown


# --- nights and birthdays


@pytest.mark.rems("PR-04", "PF-02")
@pytest.mark.parametrize(("elapsed_hours", "granted"), [(24, True), (24 + 1 / 60, False)])
def test_second_test_on_the_night_the_clocks_go_back_counts_elapsed_hours(
    at_now: time_machine.Traveller, elapsed_hours: float, granted: bool
) -> None:
    asked_at = datetime(2026, 11, 1, 19, 0, tzinfo=UTC)  # 2 PM EST; the day before, 2 PM was EDT: 25 hours earlier
    one = make.enrollment(CAN, at=asked_at - make.days(20))
    make.pregnancy_test(one, collected_at=asked_at - make.days(12))
    make.pregnancy_test(one, collected_at=asked_at - make.hours(elapsed_hours))
    make.patient_survey(one, at=asked_at - make.hours(1))
    at_now.move_to(asked_at, tick=False)
    assert ("/authorizations/" in ask(one).url) is granted


@pytest.mark.rems("PR-08")
@pytest.mark.parametrize(
    ("asked_at", "granted"),
    [
        (datetime(2026, 6, 20, 3, 59, tzinfo=UTC), True),  # a minute before midnight in New York
        (datetime(2026, 6, 20, 4, 0, tzinfo=UTC), False),  # the 18th birthday begins
    ],
)
def test_child_form_fits_until_the_birthday_begins_in_new_york(
    at_now: time_machine.Traveller, asked_at: datetime, granted: bool
) -> None:
    one = make.ready(make.enrollment(RiskCategory.MC, birth_date=date(2008, 6, 20)), at=asked_at)
    at_now.move_to(asked_at, tick=False)
    answer = ask(one)
    assert ("/authorizations/" in answer.url) is granted
    if not granted:
        assert Decision.objects.get().failed == "AUTH-03"
        assert "came of age" in text_of(as_prescriber(one.prescriber).get(answer.url))
