"""Program staff correct the name and the e-mail address of an account: who may, what ends, who is told, what stays."""

from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

import tests.factories as make
from rems_portal.accounts.actions import NewAccount, correct_account, invite_account
from rems_portal.accounts.models import User
from rems_portal.errors import ActRefused
from rems_portal.notifications.models import OutboxMessage
from tests.factories import NOW
from tests.integration.offices import signed_in, text_of

pytestmark = pytest.mark.django_db


def correct(account: User, *, user: User | None = None, **changes: Any) -> User:
    who = user or make.administrator()
    wanted = {"full_name": account.full_name, "email": account.email, "reason": "Married"} | changes
    return correct_account(by=make.actor(who), at=NOW, user=who, account=account, **wanted)


def told() -> list[tuple[str, str]]:
    return list(OutboxMessage.objects.filter(kind="account").values_list("recipient", "subject"))


def test_name_changes_with_reason_and_actor_and_nobody_is_signed_out() -> None:
    account, boss = make.account(), make.administrator()
    client = signed_in(account)
    correct(account, user=boss, full_name=" Ana María Núñez ")
    account.refresh_from_db()
    assert account.full_name == "Ana María Núñez" and account.sessions_ended_at is None
    last = account.history.get(history_change_reason="Married")
    assert (last.history_user_id, last.history_type) == (boss.pk, "~")
    assert told() == []
    assert client.get(reverse("accounts:overview")).status_code == 200


def test_address_changes_sessions_end_and_both_addresses_are_told() -> None:
    account = make.account()
    before, client = account.email, signed_in(account)
    EmailAddress.objects.create(user=account, email=before, primary=True, verified=True)
    correct(account, email=" New.Address@Example.com ")
    account.refresh_from_db()
    assert (account.email, account.sessions_ended_at) == ("new.address@example.com", NOW)
    assert sorted(told()) == sorted(
        (to, "The e-mail address of your account was changed") for to in (before, account.email)
    )
    assert client.get(reverse("accounts:overview")).status_code == 302
    assert not Client().login(email=before, password=make.PASSWORD)
    assert not EmailAddress.objects.filter(email=before).exists()


def test_role_stays() -> None:
    account = make.account()
    with pytest.raises(TypeError):
        correct(account, role=User.Role.PROGRAM_STAFF)
    correct(account, full_name="Other")
    account.refresh_from_db()
    assert (account.role, account.staff_role) == (User.Role.PRESCRIBER, "")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Nothing would change"),
        ({"full_name": "Other", "reason": " "}, "Give the reason"),
        ({"full_name": " "}, "Type the person’s name"),
        ({"full_name": "x" * 151}, "at most 150"),
        ({"email": "nobody"}, "like name@example.com"),
        ({"email": "TAKEN@example.com"}, "Another account has this address"),
    ],
)
def test_refusals_change_nothing(changes: dict[str, str], sentence: str) -> None:
    make.account(email="taken@example.com")
    account = make.account()
    before = (account.full_name, account.email)
    with pytest.raises(ActRefused, match=sentence):
        correct(account, **changes)
    account.refresh_from_db()
    assert (account.full_name, account.email) == before and told() == []


def test_address_of_an_open_invitation_is_not_changed_under_its_link() -> None:
    boss = make.administrator()
    wanted = NewAccount(email="wrogn@example.com", full_name="N", role=User.Role.DELEGATE)
    invited = invite_account(by=make.actor(boss), at=NOW, user=boss, account=wanted).account
    with pytest.raises(ActRefused, match="Withdraw it and invite anew"):
        correct(invited, email="wrong@example.com")


@pytest.mark.parametrize("somebody", [make.account, make.case_manager, make.auditor])
def test_only_another_administrator_may(somebody: Any) -> None:
    with pytest.raises(PermissionDenied):
        correct(make.account(), user=somebody(), full_name="Other")
    boss = make.administrator()
    with pytest.raises(ActRefused, match="Ask another administrator"):
        correct(boss, user=boss, full_name="Other")


@time_machine.travel(NOW, tick=False)
def test_admin_page_is_filled_in_and_corrects() -> None:
    account, boss = make.account(), signed_in(make.administrator())
    page = reverse("admin:accounts_user_act", args=[account.pk, "correct"])
    assert f'value="{account.email}"' in text_of(boss.get(page))
    assert "role" not in boss.get(page).context["form"].fields
    typed = {"full_name": "Dr. Other", "email": account.email, "reason": "Typing slip"}
    assert boss.post(page, typed).status_code == 302
    account.refresh_from_db()
    assert account.full_name == "Dr. Other"
    assert signed_in(make.auditor()).get(page).status_code == 403
