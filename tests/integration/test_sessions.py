"""Sessions: seen and ended by their owner, over in time, without losing what was typed; a locked device stays shut."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.urls import reverse

import tests.factories as make
from rems_portal.accounts.actions import end_sessions
from rems_portal.accounts.kept import COOKIE, DROPPED, MOST
from rems_portal.accounts.locking import LOCKED, is_locked, lock
from rems_portal.accounts.models import User
from rems_portal.accounts.sessions import device_of, network_of
from rems_portal.errors import ActRefused
from tests.factories import NOW, PASSWORD

pytestmark = pytest.mark.django_db
OVERVIEW = reverse("accounts:overview")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
MINUTE = dt.timedelta(minutes=1)


def signed_in(user: User, at: dt.datetime, **headers: str) -> Client:
    """Sign in by form; each second later, because a code works once."""
    client = Client(headers=headers)
    with time_machine.travel(at, tick=False):
        client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        client.post(reverse("mfa_authenticate"), {"code": make.second_factor_code(at)})
        assert "_auth_user_id" in client.session
    return client


@pytest.fixture
def user() -> User:
    return make.prescriber().user


# ---- seen and ended ----


def test_sessions_are_listed_in_words_and_ended_one_by_one(user: User) -> None:
    first, second = signed_in(user, NOW), signed_in(user, NOW + 2 * MINUTE, user_agent=FIREFOX)
    with time_machine.travel(NOW + 3 * MINUTE, tick=False):
        page = first.get(OVERVIEW)
        shown = {one.device: one for one in page.context["sessions"]}
        assert "Firefox on Windows" in page.text and "This one" in page.text
        assert not shown["Firefox on Windows"].current
        pk = shown["Firefox on Windows"].pk
        stranger = Client()
        stranger.force_login(make.account())
        assert stranger.post(reverse("accounts:session-end", args=[pk])).status_code == 404
        assert second.get(OVERVIEW).status_code == 200
        first.post(reverse("accounts:session-end", args=[pk]))
        assert second.get(OVERVIEW).status_code == 302
        assert first.get(OVERVIEW).status_code == 200


def test_all_others_are_ended_at_once_and_this_one_goes_on(user: User) -> None:
    first, second = signed_in(user, NOW), signed_in(user, NOW + 2 * MINUTE)
    with time_machine.travel(NOW + 3 * MINUTE, tick=False):
        page = first.post(reverse("accounts:sessions-end-others"), follow=True)
        assert "All other sessions have ended" in page.text
        assert [one.current for one in page.context["sessions"]] == [True]
        assert second.get(OVERVIEW).status_code == 302


def test_changing_the_password_ends_the_others(user: User) -> None:
    first, second = signed_in(user, NOW), signed_in(user, NOW + 2 * MINUTE)
    with time_machine.travel(NOW + 3 * MINUTE, tick=False):
        new = {"oldpassword": PASSWORD, "password1": "nine green bottles", "password2": "nine green bottles"}
        first.post(reverse("account_change_password"), new)
        assert first.get(OVERVIEW).status_code == 200
        assert second.get(OVERVIEW).status_code == 302


def test_nobody_ends_anothers_sessions() -> None:
    with pytest.raises(ActRefused):
        end_sessions(by=make.actor(make.administrator()), at=NOW, account=make.account())


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Linux"),
        ("", "Unknown browser on unknown system"),
    ],
)
def test_device_is_named_in_words(agent: str, words: str) -> None:
    assert device_of(agent) == words


def test_network_is_shown_without_its_last_part() -> None:
    assert network_of("192.0.2.77") == "192.0.2.…"
    assert "77" not in network_of("2001:db8:1:2::77")


# ---- over in time ----


def test_session_ends_after_twelve_hours_however_busy(user: User) -> None:
    client = signed_in(user, NOW)
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(35):
            clock.shift(20 * MINUTE)
            assert client.get(OVERVIEW).status_code == 200
        clock.shift(21 * MINUTE)
        assert client.get(OVERVIEW).status_code == 302


def test_clock_tells_what_is_left_without_being_use_and_staying_is_use(user: User) -> None:
    client, clock_page = signed_in(user, NOW), reverse("accounts:session")
    with time_machine.travel(NOW, tick=False) as clock:
        client.get(OVERVIEW)
        clock.shift(28 * MINUTE)
        assert client.get(clock_page).json() == {"idle": 120, "longest": 12 * 3600 - 28 * 60}
        assert client.get(clock_page).json()["idle"] == 120
        assert client.post(clock_page).json()["idle"] == 1800
        clock.shift(28 * MINUTE)
        assert client.get(OVERVIEW).status_code == 200


def test_a_page_gets_the_mark_of_its_forms_only_for_its_own_account(user: User) -> None:
    client, clock_page = Client(enforce_csrf_checks=True), reverse("accounts:session")
    client.force_login(user)
    assert "mark" not in client.get(clock_page).json()
    mark = client.get(clock_page, headers={"X-Page-Account": str(user.pk)}).json()["mark"]
    for whose in (str(make.account().pk), "", "0", f"{user.pk} "):
        assert client.get(clock_page, headers={"X-Page-Account": whose}).json()["mark"] == ""
    assert client.post(clock_page, {"csrfmiddlewaretoken": mark}).status_code == 200
    client.post(reverse("account_logout"), {"csrfmiddlewaretoken": mark})
    assert client.get(clock_page, headers={"X-Page-Account": str(user.pk)}).status_code == 302


def test_signing_in_again_makes_old_forms_void_and_the_page_says_what_to_do(user: User) -> None:
    client, clock_page = signed_in(user, NOW), reverse("accounts:session")
    whose, later = {"X-Page-Account": str(user.pk)}, NOW + 2 * MINUTE
    with time_machine.travel(NOW, tick=False):
        old = client.get(clock_page, headers=whose).json()["mark"]
        client.post(reverse("account_logout"))
    sign_in_again(client, user, later, OVERVIEW)  # in the other window
    client.handler.enforce_csrf_checks = True
    with time_machine.travel(later, tick=False):
        sent = client.post("/patients/enroll/", {"family_name": "O’Refused", "csrfmiddlewaretoken": old})
        assert sent.status_code == 403
        assert "Copy what you typed" in sent.text and "sign in as yourself first" in sent.text
        assert "O’Refused" not in sent.text
        new = client.get(clock_page, headers=whose).json()["mark"]
        assert client.post(clock_page, {"csrfmiddlewaretoken": new}).status_code == 200


# ---- what was typed ----


def typed() -> dict[str, str]:
    return {"family_name": "O’Kept", "given_name": "Sam", "password": "never kept", "csrfmiddlewaretoken": "x"}


def sent_late(client: Client, at: dt.datetime, path: str = "/patients/enroll/", **headers: str) -> Any:
    with time_machine.travel(at, tick=False):
        return client.post(path, typed(), headers=headers)


def keys_of(client: Client) -> list[str]:
    """Return the keys of kept forms that this browser holds."""
    return [one.value for name, one in client.cookies.items() if name.startswith(COOKIE) and one.value]


def sign_in_again(client: Client, user: User, at: dt.datetime, then: str) -> Any:
    """Sign in in the same browser and open the page."""
    with time_machine.travel(at, tick=False):
        client.post(f"{reverse('account_login')}", {"login": user.email, "password": PASSWORD})
        client.post(reverse("mfa_authenticate"), {"code": make.second_factor_code(at)})
        return client.get(then)


@pytest.mark.parametrize("late", [31 * MINUTE, dt.timedelta(hours=7)])
def test_form_sent_too_late_comes_back_filled_after_signing_in(user: User, late: dt.timedelta) -> None:
    client = signed_in(user, NOW)
    answer = sent_late(client, NOW + late)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{reverse('account_login')}?next=%2Fpatients%2Fenroll%2F"
    assert "O’Kept" not in str(answer.headers)
    page = sign_in_again(client, user, NOW + late + MINUTE, "/patients/enroll/")
    assert 'value="O’Kept"' in page.text
    assert "Nothing has been sent yet" in page.text
    assert "never kept" not in page.text
    assert len(keys_of(client)) == 1
    assert not any("Kept" in text or "enroll" in text for pair in client.cookies.items() for text in map(str, pair))


def test_nothing_typed_is_readable_in_the_database(user: User) -> None:
    client = signed_in(user, NOW)
    sent_late(client, NOW + 31 * MINUTE)
    stored = [row.get_decoded() for row in Session.objects.all()]
    assert any("sealed" in one for one in stored)
    assert "Kept" not in str(stored)


def test_it_is_never_restored_for_another_account(user: User) -> None:
    client, other = signed_in(user, NOW), make.prescriber().user
    sent_late(client, NOW + 31 * MINUTE)
    page = sign_in_again(client, other, NOW + 33 * MINUTE, "/patients/enroll/")
    assert page.status_code == 200 and "O’Kept" not in page.text
    page = sign_in_again(client, user, NOW + 36 * MINUTE, "/patients/enroll/")
    assert "O’Kept" not in page.text  # another's visit deleted it


def test_it_is_gone_after_eight_hours(user: User) -> None:
    client = signed_in(user, NOW)
    sent_late(client, NOW + 31 * MINUTE)
    page = sign_in_again(client, user, NOW + dt.timedelta(hours=9), "/patients/enroll/")
    assert "O’Kept" not in page.text


ENROLL = "/patients/enroll/"


def late_at(path: str, name: str, client: Client, at: dt.datetime) -> Any:
    """Send a form, of the page with this address, from one of the browser's windows."""
    with time_machine.travel(at, tick=False):
        return client.post(path, {**typed(), "family_name": name}, headers={"referer": f"http://testserver{path}"})


def opened(client: Client, path: str, at: dt.datetime) -> str:
    with time_machine.travel(at, tick=False):
        return client.get(path).text


def test_each_window_gets_its_own_form_back_once_whatever_is_opened_between(user: User) -> None:
    client, reauthenticated = signed_in(user, NOW), NOW + 35 * MINUTE
    assert late_at(ENROLL, "O’First", client, NOW + 31 * MINUTE).status_code == 302
    with time_machine.travel(NOW + 32 * MINUTE, tick=False):
        client.get(reverse("account_login"))
    client.cookies.pop(settings.SESSION_COOKIE_NAME, None)  # the browser has been told to drop it
    assert late_at(f"{ENROLL}?x=2", "O’Second", client, NOW + 33 * MINUTE).status_code == 302
    assert "O’" not in sign_in_again(client, user, reauthenticated, "/my-patients/").text
    assert 'value="O’Second"' in opened(client, f"{ENROLL}?x=2", reauthenticated)
    assert 'value="O’First"' in opened(client, ENROLL, reauthenticated)
    assert "O’" not in opened(client, ENROLL, reauthenticated)
    assert "O’" not in opened(client, f"{ENROLL}?x=2", reauthenticated)
    assert not keys_of(client)
    assert not any("sealed" in row.get_decoded() for row in Session.objects.all())


def test_two_windows_with_the_same_page_get_both_forms_back(user: User) -> None:
    client, later = signed_in(user, NOW), NOW + 35 * MINUTE
    late_at(ENROLL, "O’First", client, NOW + 31 * MINUTE)
    late_at(ENROLL, "O’Second", client, NOW + 32 * MINUTE)
    assert 'value="O’First"' in sign_in_again(client, user, later, ENROLL).text
    assert 'value="O’Second"' in opened(client, ENROLL, later)
    assert "O’" not in opened(client, ENROLL, later)


def test_form_is_kept_although_another_window_met_the_end_first(user: User) -> None:
    client = signed_in(user, NOW)
    with time_machine.travel(NOW + 31 * MINUTE, tick=False):
        assert client.get("/my-patients/").status_code == 302
    assert not client.cookies[settings.SESSION_COOKIE_NAME].value
    late_at(ENROLL, "O’Late", client, NOW + 32 * MINUTE)
    assert 'value="O’Late"' in sign_in_again(client, user, NOW + 34 * MINUTE, ENROLL).text


@pytest.mark.parametrize(("over", "kept"), [({"session_over": "1"}, 1), ({}, 0)])
def test_signing_out_keeps_another_windows_form_only_when_time_was_over(user: User, over: Any, kept: int) -> None:
    client = signed_in(user, NOW)
    with time_machine.travel(NOW + MINUTE, tick=False):
        client.post(reverse("account_logout"), over)
    late_at(ENROLL, "O’Late", client, NOW + 2 * MINUTE)
    assert len(keys_of(client)) == kept


def test_keeping_is_not_use_of_the_session(user: User) -> None:
    client = signed_in(user, NOW)
    with time_machine.travel(NOW, tick=False) as clock:
        client.get(OVERVIEW)
        clock.shift(29 * MINUTE)
        assert client.post(reverse("accounts:keep"), typed()).status_code == 204
        assert client.get(reverse("accounts:session")).json()["idle"] == 60


def test_of_too_many_the_first_is_dropped_and_that_is_said(user: User) -> None:
    client = signed_in(user, NOW)
    for number in range(MOST + 1):
        late_at(f"{ENROLL}?x={number}", f"O’Number{number}", client, NOW + (31 + number) * MINUTE)
    assert len(keys_of(client)) == MOST
    later = NOW + 50 * MINUTE
    assert DROPPED in opened(client, reverse("account_login"), later)
    assert "O’" not in sign_in_again(client, user, later, f"{ENROLL}?x=0").text
    for number in range(1, MOST + 1):
        assert f'value="O’Number{number}"' in opened(client, f"{ENROLL}?x={number}", later)


def test_it_is_deleted_when_its_own_form_is_sent_not_another(user: User) -> None:
    client, later = signed_in(user, NOW), NOW + 35 * MINUTE
    late_at(ENROLL, "O’Part", client, NOW + 31 * MINUTE)
    sign_in_again(client, user, later, ENROLL)
    assert len(keys_of(client)) == 1
    with time_machine.travel(later, tick=False):
        client.post(ENROLL, {"family_name": "O’Elsewhere"}, headers={"referer": "http://testserver/my-patients/"})
        assert len(keys_of(client)) == 1
        client.post(ENROLL, {"family_name": "O’Part"}, headers={"referer": f"http://testserver{ENROLL}"})
    assert not keys_of(client)


def test_form_after_the_last_hour_is_kept_too(user: User) -> None:
    client = signed_in(user, NOW)
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(35):
            clock.shift(20 * MINUTE)
            client.get(OVERVIEW)
    sent_late(client, NOW + dt.timedelta(hours=12, minutes=1))
    page = sign_in_again(client, user, NOW + dt.timedelta(hours=12, minutes=3), "/patients/enroll/")
    assert 'value="O’Kept"' in page.text


def test_a_session_ended_on_purpose_or_no_session_keeps_nothing(user: User) -> None:
    client = signed_in(user, NOW)
    with time_machine.travel(NOW + MINUTE, tick=False):
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        client.post(reverse("account_logout"))
        client.cookies[settings.SESSION_COOKIE_NAME] = key
        for browser in (client, Client()):
            browser.post("/patients/enroll/", typed())
            assert not keys_of(browser)


def test_page_that_leads_back_is_the_one_with_the_form(user: User) -> None:
    client = signed_in(user, NOW)
    answer = sent_late(client, NOW + 31 * MINUTE, referer="http://testserver/my-patients/?page=2")
    assert "next=%2Fmy-patients%2F%3Fpage%3D2" in answer.headers["Location"]
    other = signed_in(user, NOW + 40 * MINUTE)
    answer = sent_late(other, NOW + 75 * MINUTE, referer="https://elsewhere.example/x")
    assert "elsewhere" not in answer.headers["Location"]


# ---- locked ----


def locked(user: User) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    session[LOCKED] = True
    session.save()
    return client


def test_lock_is_in_the_session(user: User) -> None:
    request = RequestFactory().get("/")
    request.session = Client().session
    assert not is_locked(request)
    lock(request)
    assert is_locked(request)


@pytest.mark.parametrize("path", ["/", "/my-patients/", OVERVIEW, "/accounts/password/change/"])
def test_locked_device_asks_for_the_password_before_any_page(user: User, path: str) -> None:
    answer = locked(user).get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("accounts:unlock"))


def test_a_patients_link_stays_open_and_shows_no_navigation(user: User) -> None:
    client = locked(user)
    enrollment = make.enrollment("AM", prescriber=user.prescriber, at=NOW)
    secret = make.invitation(enrollment, at=NOW)[1]
    with time_machine.travel(NOW + MINUTE, tick=False):
        assert client.get(f"/s/{secret}/").status_code == 200
    assert "My patients" not in client.get(reverse("accounts:unlock")).text


def test_password_opens_it_where_one_was_and_a_wrong_one_does_not(user: User) -> None:
    client, unlock = locked(user), reverse("accounts:unlock")
    page = client.post(unlock, {"password": "wrong", "next": "/my-patients/"})
    assert "This is not the password" in page.text
    assert client.get("/my-patients/").status_code == 302
    assert client.post(unlock, {"password": PASSWORD, "next": "/my-patients/"}).headers["Location"] == "/my-patients/"
    assert client.get("/my-patients/").status_code == 200
    assert client.get(f"{unlock}?next=https://elsewhere.example/").headers["Location"] == "/"


def test_wrong_passwords_at_the_lock_are_slowed_down(user: User) -> None:
    client = locked(user)
    pages = [client.post(reverse("accounts:unlock"), {"password": "wrong"}).text for _ in range(12)]
    assert "Too many" in pages[-1]


def test_form_sent_while_locked_comes_back_after_unlocking(user: User) -> None:
    client = locked(user)
    answer = client.post("/patients/enroll/", typed())
    assert answer.headers["Location"].startswith(reverse("accounts:unlock"))
    client.post(reverse("accounts:unlock"), {"password": PASSWORD})
    assert 'value="O’Kept"' in client.get("/patients/enroll/").text
