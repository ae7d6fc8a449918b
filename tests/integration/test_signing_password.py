"""The password asked afresh for every signature: counted, told, limited; the user name for the first of a series."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import logout
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string

import tests.factories as make
from rems_portal.accounts.models import User
from rems_portal.signatures.actions import MAX_WRONG, WAIT, WrongPassword, prove_password
from rems_portal.signatures.forms import SERIES, signing_form
from rems_portal.signatures.models import Method, SigningTry

pytestmark = [pytest.mark.django_db, pytest.mark.rems("PR-03")]
SECOND = timedelta(seconds=1)


def prove(user: User, password: str = make.PASSWORD, *, at: Any = make.NOW, **more: Any) -> Any:
    return prove_password(by=make.actor(more.pop("by", user)), at=at, user=user, password=password, **more)


def wrong(user: User, *, at: Any = make.NOW, **more: Any) -> str:
    with pytest.raises(WrongPassword) as refusal:
        prove(user, more.pop("password", "wrong"), at=at, **more)
    return refusal.value.findings[0].sentence


# ---- the proof ----


def test_right_password_proves_who_signs_and_when() -> None:
    dr = make.account(full_name="Mary Otieno, MD")
    proof = prove(dr, zone="America/Chicago")
    assert (proof.printed_name, proof.user_id, proof.method) == ("Mary Otieno, MD", dr.pk, Method.PASSWORD)
    assert (proof.at, proof.zone, proof.relation) == (make.NOW, "America/Chicago", "")
    kept = SigningTry.objects.get()
    assert (kept.user, kept.tried_at, kept.right) == (dr, make.NOW, True)
    assert kept.history.get().actor_name == "Mary Otieno, MD"


def test_wrong_password_is_counted_and_told() -> None:
    dr = make.account()
    assert wrong(dr) == "The password is not right. Nothing was signed, and nothing you typed is lost. Try again."
    assert SigningTry.objects.get().right is False


@pytest.mark.parametrize("password", ["", " ", f" {make.PASSWORD}", f"{make.PASSWORD} ", make.PASSWORD.upper(), "\x00"])
def test_nearly_right_is_wrong(password: str) -> None:
    assert "is not right" in wrong(make.account(), password=password)


def test_user_name_must_be_the_accounts_own_where_it_is_asked_for() -> None:
    dr = make.account(email="Dr.Otieno@Example.com")
    other = make.account(email="other@example.com")
    assert prove(dr, user_name=" dr.otieno@EXAMPLE.com ")
    told = wrong(dr, password=make.PASSWORD, user_name=other.email)
    assert told.startswith("The e-mail address or password is not right.")
    assert "is not right" in wrong(dr, password=make.PASSWORD, user_name="")


def test_nobody_signs_with_anothers_password() -> None:
    dr, aide = make.account(), make.account(User.Role.DELEGATE)
    assert "is not right" in wrong(dr, by=aide, password=make.PASSWORD)
    assert SigningTry.objects.get().history.get().actor_name == aide.full_name


def test_inactive_account_signs_nothing() -> None:
    dr = make.account()
    User.objects.filter(pk=dr.pk).update(is_active=False)
    assert "is not right" in wrong(dr, password=make.PASSWORD)


# ---- the limit ----


def test_sixth_try_in_fifteen_minutes_waits_even_with_the_right_password() -> None:
    dr = make.account()
    for number in range(MAX_WRONG):
        assert "Try again." in wrong(dr, at=make.NOW + number * SECOND)
    told = wrong(dr, at=make.NOW + timedelta(minutes=2), password=make.PASSWORD)
    assert told == (
        "Too many wrong passwords. Nothing was signed. Try again in 13 minutes, from June 15, 2026, 11:15 AM EDT on."
    )
    last = wrong(dr, at=make.NOW + WAIT - SECOND, password=make.PASSWORD, zone="America/Chicago")
    assert last.endswith("Try again in 1 minute, from June 15, 2026, 10:15 AM CDT on.")
    assert prove(dr, at=make.NOW + WAIT)


def test_end_of_the_wait_is_told_in_whole_minutes_that_are_over() -> None:
    dr = make.account()
    for number in range(MAX_WRONG):
        wrong(dr, at=make.NOW + timedelta(seconds=1 + number, milliseconds=5))
    told = wrong(dr, at=make.NOW + timedelta(minutes=1))
    assert told.endswith("Try again in 15 minutes, from June 15, 2026, 11:16 AM EDT on.")
    assert prove(dr, at=make.NOW + WAIT + timedelta(minutes=1))


@pytest.mark.parametrize("password", [make.PASSWORD, "wrong"])
def test_tries_during_the_wait_are_kept_as_refused_and_make_it_no_longer(password: str) -> None:
    dr = make.account()
    for number in range(MAX_WRONG):
        wrong(dr, at=make.NOW + number * SECOND)
    refused_at = [make.NOW + timedelta(minutes=minute) for minute in (1, 5, 10, 14)]
    for at in refused_at:
        assert "Too many" in wrong(dr, at=at, password=password)
    kept = SigningTry.objects.filter(refused=True).order_by("tried_at")
    assert [one.tried_at for one in kept] == refused_at
    assert not any(one.right for one in kept)
    assert str(kept[0]).endswith(": refused")
    assert {one.history.get().actor_name for one in kept} == {dr.full_name}
    assert prove(dr, at=make.NOW + WAIT)
    assert SigningTry.objects.filter(refused=False).count() == MAX_WRONG + 1


def test_each_wrong_one_is_forgotten_by_itself() -> None:
    dr = make.account()
    for number in range(MAX_WRONG):
        wrong(dr, at=make.NOW + number * timedelta(minutes=1))
    assert "is not right" in wrong(dr, at=make.NOW + WAIT)
    told = wrong(dr, at=make.NOW + WAIT + SECOND)
    assert "Try again in 1 minute, " in told


def test_right_ones_don_t_count_and_others_are_not_hindered() -> None:
    dr, other = make.account(), make.account()
    for number in range(MAX_WRONG - 1):
        wrong(dr, at=make.NOW + number * SECOND)
        assert prove(dr, at=make.NOW + number * SECOND)
    wrong(dr, at=make.NOW + MAX_WRONG * SECOND)
    assert prove(other, at=make.NOW + MAX_WRONG * SECOND)
    assert "Too many" in wrong(dr, at=make.NOW + MAX_WRONG * SECOND)


@pytest.mark.django_db(transaction=True)
def test_guesses_sent_at_once_never_get_more_than_five() -> None:
    dr = make.account()
    gate, told = threading.Barrier(12), []

    def guess(number: int) -> None:
        gate.wait(30)
        try:
            prove(dr, f"guess {number}", at=make.NOW + number * SECOND)
        except WrongPassword as refusal:
            told.append(refusal.findings[0].sentence)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(told) == 12
    assert sum("is not right" in sentence for sentence in told) == MAX_WRONG
    assert SigningTry.objects.filter(right=False, refused=False).count() == MAX_WRONG
    assert SigningTry.objects.filter(refused=True).count() == 12 - MAX_WRONG


# ---- the part of a page on which somebody signs ----


def request_of(user: User, session: Any = None, **typed: str) -> HttpRequest:
    request = HttpRequest()
    request.user, request.session = user, SessionStore() if session is None else session
    if typed:
        request.method, request.POST = "POST", QueryDict(mutable=True)
        request.POST.update(typed)
    return request


def test_first_signature_of_a_series_asks_for_the_address_and_later_ones_do_not() -> None:
    dr = make.account(email="dr@example.com")
    first = signing_form(request_of(dr, user_name="dr@example.com", password=make.PASSWORD))
    assert first.prove(make.NOW).user_id == dr.pk
    session = first.request.session
    assert "user_name" not in signing_form(request_of(dr, session)).fields
    second = signing_form(request_of(dr, session, password=make.PASSWORD))
    assert second.prove(make.NOW + SECOND).user_id == dr.pk
    third = signing_form(request_of(dr, session, password=""))
    assert third.prove(make.NOW + SECOND) is None
    assert third.errors["password"] == ["Type your password to sign."]


def test_signing_out_or_another_account_ends_the_series() -> None:
    dr = make.account(email="dr@example.com")
    session = SessionStore()
    assert signing_form(request_of(dr, session, user_name=dr.email, password=make.PASSWORD)).prove(make.NOW)
    assert "user_name" in signing_form(request_of(make.account(), session)).fields
    request = request_of(dr, session)
    logout(request)
    assert SERIES not in request.session
    assert "user_name" in signing_form(request_of(dr, request.session)).fields


def test_failed_first_signature_begins_no_series_and_keeps_the_address() -> None:
    dr = make.account(email="dr@example.com")
    form = signing_form(request_of(dr, user_name=dr.email, password="wrong"))
    assert form.prove(make.NOW) is None
    assert "is not right" in form.errors["password"][0]
    assert SERIES not in form.request.session
    shown = render_to_string("signatures/password.html", {"signing": form, "name": "Mary", "meaning": "I agree."})
    assert 'value="dr@example.com"' in shown
    assert "wrong" not in shown
    assert "Signed as <b>Mary</b>" in shown


def test_missing_address_is_no_try() -> None:
    dr = make.account()
    form = signing_form(request_of(dr, password=make.PASSWORD))
    assert form.prove(make.NOW) is None
    assert form.errors["user_name"] == ["Type the e-mail address you sign in with."]
    assert not SigningTry.objects.exists()


@time_machine.travel(make.NOW, tick=False)
def test_million_letters_are_a_wrong_password() -> None:
    dr = make.account()
    form = signing_form(request_of(dr, user_name="x" * 1_000_000, password="y" * 1_000_000))
    assert form.prove(make.NOW) is None
    assert len(str(form.errors)) < 2_000
