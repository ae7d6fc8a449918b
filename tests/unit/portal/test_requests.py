"""Every request: closed without a login, under a strict policy, ended when idle, logged without its path."""

import datetime as dt
import json
from unittest import mock

import pytest
import structlog
import time_machine
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

import tests.factories as make

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
START = dt.datetime(2026, 11, 20, 15, tzinfo=dt.UTC)


@pytest.fixture
def staff_client(client: Client) -> Client:
    client.force_login(make.administrator())
    return client


def test_health_check_needs_no_login(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_health_check_fails_when_the_database_does_not_answer(client: Client) -> None:
    with mock.patch.object(connection, "cursor", side_effect=OperationalError("gone")):
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert "gone" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/admin/"])
def test_page_without_login_leads_to_the_login(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert "/login/" in answer.headers["Location"]


def test_nobody_can_sign_up(client: Client) -> None:
    form = {"email": "new@portal.example", "password1": PASSWORD, "password2": PASSWORD}
    answer = client.post(reverse("account_signup"), form)
    assert not get_user_model().objects.exists()
    assert "account/signup_closed.html" in [template.name for template in answer.templates]


def test_login_works_by_email_in_any_case(client: Client) -> None:
    get_user_model().objects.create_superuser("staff@portal.example", PASSWORD, full_name="Staff")
    form = {"login": "Staff@Portal.example", "password": PASSWORD}
    assert client.post(reverse("account_login"), form).status_code == 302
    assert "_auth_user_id" in client.session


def test_many_wrong_passwords_are_slowed_down(client: Client) -> None:
    get_user_model().objects.create_superuser("staff@portal.example", PASSWORD, full_name="Staff")
    form = {"login": "staff@portal.example", "password": "wrong"}
    pages = [client.post(reverse("account_login"), form).content for _ in range(12)]
    assert b"Too many failed login attempts" in pages[-1]
    form["password"] = PASSWORD
    client.post(reverse("account_login"), form)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["/accounts/login/", "/healthz", "/admin/login/"])
def test_policy_allows_no_inline_code_anywhere(client: Client, path: str) -> None:
    policy = client.get(path, follow=True).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_session_ends_after_half_an_hour_without_a_request(staff_client: Client) -> None:
    path = "/accounts/"
    with time_machine.travel(START, tick=False) as clock:
        staff_client.force_login(get_user_model().objects.get())
        for _ in range(4):
            clock.shift(dt.timedelta(minutes=25))
            assert staff_client.get(path).status_code == 200
        clock.shift(dt.timedelta(minutes=32))
        assert staff_client.get(path).status_code == 302


def test_session_is_written_again_only_after_a_minute(staff_client: Client) -> None:
    with time_machine.travel(START + dt.timedelta(seconds=59), tick=False) as clock:
        staff_client.get("/healthz")
        with mock.patch("django.contrib.sessions.backends.db.SessionStore.save") as save:
            clock.shift(dt.timedelta(seconds=59))
            staff_client.get("/healthz")
            save.assert_not_called()
            clock.shift(dt.timedelta(seconds=1))
            staff_client.get("/healthz")
            save.assert_called_once()


def test_request_is_logged_by_its_route_without_path_and_query(client: Client) -> None:
    with structlog.testing.capture_logs() as lines:
        answer = client.get("/accounts/password/reset/key/1-secret/?name=Jane")
    (line,) = [line for line in lines if line["event"] == "request"]
    assert "Jane" not in json.dumps(line)
    assert "secret" not in json.dumps(line)
    assert line["status"] == answer.status_code
    assert line["method"] == "GET"
    assert len(answer.headers["X-Request-ID"]) == 32


def test_overlong_body_is_refused_before_it_is_read(client: Client) -> None:
    assert client.post(reverse("account_login"), {"login": "a" * 3_000_000}).status_code == 400
