"""A second factor for everybody who sees patients: set up first, never given up, reset only by an administrator."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

import tests.factories as make
from rems_portal.accounts.actions import reset_second_factor
from rems_portal.accounts.models import User
from rems_portal.accounts.second_factor import (
    DEMO_SECRET,
    demo_code,
    give_demo_factor,
    has_second_factor,
    needs_second_factor,
)
from rems_portal.errors import ActRefused
from rems_portal.notifications.models import OutboxMessage
from tests.factories import NOW, PASSWORD

pytestmark = pytest.mark.django_db
CHOOSE = reverse("accounts:second-factor")


def type_password(client: Client, user: User) -> Any:
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def type_code(client: Client, code: str) -> Any:
    return client.post(reverse("mfa_authenticate"), {"code": code})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("role", list(User.Role))
def test_every_role_needs_one(role: str) -> None:
    assert needs_second_factor(User(role=role))
    assert needs_second_factor(User(role="something new"))


@pytest.mark.parametrize("path", ["/", "/my-patients/", "/counter/", "/admin/", "/accounts/", "/accounts/invitations/"])
@pytest.mark.parametrize("role", ["prescriber", "pharmacist", "delegate"])
def test_without_one_every_page_leads_to_setting_it_up(client: Client, role: str, path: str) -> None:
    client.force_login(make.account(role, second_factor=False))
    assert client.get(path).headers["Location"] == CHOOSE
    assert client.post(path).headers["Location"] == CHOOSE
    assert client.get(CHOOSE).status_code == 200


def test_staff_are_not_spared_and_public_pages_stay_open(client: Client) -> None:
    client.force_login(make.account("program_staff", staff_role="administrator", second_factor=False))
    assert client.get("/admin/").headers["Location"] == CHOOSE
    assert client.get("/healthz").status_code == 200


def test_setting_up_the_app_opens_the_portal_shows_codes_once_and_ends_other_sessions(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    user, thief = make.account(second_factor=False), Client()
    type_password(thief, user)
    type_password(client, user)
    page = client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    assert secret in page.text
    code = format_hotp_value(hotp_value(secret, int(datetime.now(UTC).timestamp()) // 30))
    assert "doesn’t fit" in client.post(reverse("mfa_activate_totp"), {"code": "12"}).text
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, int(datetime.now(UTC).timestamp()) // 30))
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True)
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    assert len(codes) == 10 and all(one in page.text for one in codes)
    again = client.get(reverse("mfa_view_recovery_codes")).text
    assert not any(one in again for one in codes)
    assert client.get(reverse("accounts:overview")).status_code == 200
    assert thief.get("/").headers["Location"].startswith(reverse("account_login"))
    stored = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert secret not in stored
    assert OutboxMessage.objects.get(kind="account").recipient == user.email


def test_signing_in_needs_the_code_and_a_code_works_once(client: Client) -> None:
    user = make.account()
    with time_machine.travel(NOW, tick=False) as clock:
        type_password(client, user)
        assert not signed_in(client)
        assert "doesn’t fit" in type_code(client, "000000").text
        code = make.second_factor_code(NOW)
        type_code(client, code)
        assert signed_in(client)
        clock.shift(31)  # still within the half minute of grace
        other = Client()
        type_password(other, user)
        assert "doesn’t fit" in type_code(other, code).text
        assert not signed_in(other)


def test_recovery_code_lets_in_once(client: Client) -> None:
    user = make.account()
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    type_password(client, user)
    type_code(client, code)
    assert signed_in(client)
    other = Client()
    type_password(other, user)
    type_code(other, code)
    assert not signed_in(other)


def test_many_wrong_codes_are_slowed_down(client: Client) -> None:
    type_password(client, make.account())
    pages = [type_code(client, "000000").text for _ in range(8)]
    assert "Too many failed login attempts" in pages[-1]


def fresh(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def test_the_last_factor_is_replaced_not_removed(client: Client) -> None:
    user = make.account()
    client.force_login(user)
    client.get("/")
    fresh(client)
    page = client.post(reverse("mfa_deactivate_totp"))
    assert "your only second factor" in page.text and has_second_factor(user)
    replace = reverse("accounts:replace-app")
    old = Authenticator.objects.get(user=user)
    client.get(replace)
    secret = client.session["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, int(datetime.now(UTC).timestamp()) // 30))
    assert client.post(replace, {"code": code}).status_code == 302
    new = Authenticator.objects.get(user=user, type="totp")
    assert new.pk != old.pk and new.wrap().instance.data != old.data


def test_the_last_passkey_is_not_removed_either(client: Client) -> None:
    user = make.account(second_factor=False)
    key = Authenticator.objects.create(user=user, type="webauthn", data={"name": "Office", "credential": {}})
    client.force_login(user)
    fresh(client)
    remove = reverse("mfa_remove_webauthn", args=[key.pk])
    assert "your only second factor" in client.get(remove).text
    client.post(remove)
    assert has_second_factor(user)
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Home", "credential": {}})
    client.post(remove)
    assert list(Authenticator.objects.filter(user=user).values_list("data__name", flat=True)) == ["Home"]


def test_reset_tells_the_person_ends_sessions_and_leads_to_a_new_one(client: Client) -> None:
    boss, user = make.administrator(), make.account()
    client.force_login(user)
    client.get("/")
    reset_second_factor(by=make.actor(boss), at=NOW, user=boss, account=user, reason="Phone lost, called back")
    assert client.get("/").headers["Location"].startswith(reverse("account_login"))
    letter = OutboxMessage.objects.get()
    assert letter.recipient == user.email and "reset" in letter.subject
    row = user.history.order_by("-history_id")[0]
    assert (row.actor_name, row.history_change_reason) == (
        boss.full_name, "Second factor reset: Phone lost, called back"
    )  # fmt: skip
    type_password(client, user)
    assert client.get("/").headers["Location"] == CHOOSE


def test_reset_is_refused_for_oneself_without_a_reason_and_to_others() -> None:
    boss, user, bare = make.administrator(), make.account(), make.account(second_factor=False)
    by = {"by": make.actor(boss), "at": NOW, "user": boss}
    with pytest.raises(ActRefused, match="your own"):
        reset_second_factor(**by, account=boss, reason="x")
    with pytest.raises(ActRefused, match="Give the reason"):
        reset_second_factor(**by, account=user, reason=" ")
    with pytest.raises(ActRefused, match="no second factor yet"):
        reset_second_factor(**by, account=bare, reason="x")
    manager = make.case_manager()
    with pytest.raises(PermissionDenied):
        reset_second_factor(by=make.actor(manager), at=NOW, user=manager, account=user, reason="x")
    assert has_second_factor(user)


# ---- the demo's code ----


def test_demo_shows_a_code_that_works_for_demo_accounts_only(client: Client) -> None:
    user = make.account(second_factor=False)
    give_demo_factor(user)
    type_password(client, user)
    page = client.get(reverse("mfa_authenticate"))
    code = page.context["demo_code"]
    assert f'<span class="demo-code">{code}</span>' in page.text
    type_code(client, code)
    assert signed_in(client)
    other = Client()
    type_password(other, make.account())  # its secret is its own
    assert other.get(reverse("mfa_authenticate")).context["demo_code"] is None


def test_production_never_shows_a_code_nor_makes_a_known_secret(client: Client, settings: Any) -> None:
    user = make.account(second_factor=False)
    give_demo_factor(user)
    settings.DEMO = False
    assert demo_code(user, NOW) is None
    with pytest.raises(RuntimeError):
        give_demo_factor(make.account(second_factor=False))
    type_password(client, user)
    page = client.get(reverse("mfa_authenticate"))
    assert "demo-code" not in page.text
    assert DEMO_SECRET not in page.text


def test_secret_is_readable_with_an_older_key_while_that_is_named(settings: Any) -> None:
    user = make.account(second_factor=False)
    give_demo_factor(user)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key"
    assert demo_code(user, NOW)
