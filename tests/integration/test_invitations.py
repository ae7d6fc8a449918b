"""Every account begins with an invitation: a link to one mailbox, good once, for seven days."""

import re
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

import tests.factories as make
from rems_portal.accounts.actions import (
    NewAccount,
    accept_invitation,
    invite_account,
    send_invitation_again,
    withdraw_invitation,
)
from rems_portal.accounts.models import Invitation, User
from rems_portal.errors import ActRefused
from rems_portal.notifications.delivery import ERASED, deliver
from rems_portal.notifications.models import OutboxMessage
from tests.factories import NOW, days

pytestmark = pytest.mark.django_db
PHRASE = "nine green bottles"
NINA = NewAccount(email="Nina@Example.com", full_name="Nina Newhire", role=User.Role.DELEGATE)


def invite(user: User | None = None, account: NewAccount = NINA, **allowed: Any) -> Invitation:
    user = user or make.administrator()
    return invite_account(by=make.actor(user), at=NOW, user=user, account=account, **allowed)


def newest_link() -> str:
    found = re.search(r"/accounts/invitation/[\w-]+/", OutboxMessage.objects.latest("pk").body)
    assert found
    return found[0]


def test_invited_person_sets_a_password_and_must_set_up_a_second_factor(client: Client) -> None:
    invitation = invite()
    with time_machine.travel(NOW + days(6), tick=False):
        page = client.get(newest_link())
        assert "Nina Newhire" in page.text and "nina@example.com" in page.text
        assert "at least 12 characters" in client.post(newest_link(), {"password": "short"}).text
        page = client.post(newest_link(), {"password": PHRASE}, follow=True)
        assert page.redirect_chain[-1][0] == reverse("accounts:second-factor")
        assert client.get(reverse("mfa_activate_totp")).status_code == 200  # signed in just now is proof enough
        assert Client().get(newest_link()).status_code == 410
    invitation.refresh_from_db()
    assert invitation.accepted_at == NOW + days(6)
    assert User.objects.get(email="nina@example.com").check_password(PHRASE)


def test_only_the_hash_of_the_link_is_kept_once_it_is_sent() -> None:
    invitation = invite()
    secret = newest_link().split("/")[-2]
    assert secret not in {invitation.token_hash, str(Invitation.objects.values())}
    deliver(lambda: NOW)
    assert secret in mail.outbox[0].body
    assert OutboxMessage.objects.get().body == ERASED


def test_link_is_over_after_seven_days_and_another_can_be_sent(client: Client) -> None:
    boss = make.administrator()
    invitation = invite(boss)
    old = newest_link()
    with time_machine.travel(NOW + days(7), tick=False):
        assert client.get(old).status_code == 410
        send_invitation_again(by=make.actor(boss), at=NOW + days(7), user=boss, invitation=invitation)
        assert client.get(old).status_code == 410
        assert client.get(newest_link()).status_code == 200
    assert newest_link() != old


def test_withdrawn_invitation_closes_the_account_and_can_be_made_anew(client: Client) -> None:
    boss = make.administrator()
    invitation = invite(boss)
    withdraw_invitation(by=make.actor(boss), at=NOW, user=boss, invitation=invitation)
    assert not User.objects.get(email="nina@example.com").is_active
    with time_machine.travel(NOW, tick=False):
        assert client.get(newest_link()).status_code == 410
        invite(boss)
        assert client.get(newest_link()).status_code == 200
    assert User.objects.filter(email="nina@example.com", is_active=True).count() == 1


@pytest.mark.parametrize("change", [send_invitation_again, withdraw_invitation])
def test_only_who_invited_or_an_administrator_changes_an_invitation(change: Any) -> None:
    invitation, other = invite(), make.account()
    with pytest.raises(PermissionDenied):
        change(by=make.actor(other), at=NOW, user=other, invitation=invitation)


@pytest.mark.parametrize("change", [send_invitation_again, withdraw_invitation])
def test_accepted_invitation_is_changed_no_more(change: Any) -> None:
    boss = make.administrator()
    invitation = invite(boss)
    accept_invitation(by=make.actor(invitation.account), at=NOW, invitation=invitation, password=PHRASE)
    with pytest.raises(ActRefused, match="already"):
        change(by=make.actor(boss), at=NOW, user=boss, invitation=invitation)


def test_accepting_twice_or_with_an_old_link_is_refused() -> None:
    boss = make.administrator()
    old = invite(boss)
    send_invitation_again(by=make.actor(boss), at=NOW, user=boss, invitation=old)
    for invitation in (old, Invitation.objects.get()):
        if invitation.token_hash != old.token_hash:
            accept_invitation(by=make.actor(old.account), at=NOW, invitation=invitation, password=PHRASE)
        with pytest.raises(ActRefused, match="no longer works"):
            accept_invitation(by=make.actor(old.account), at=NOW, invitation=invitation, password="another phrase here")
    assert User.objects.get(pk=old.account.pk).check_password(PHRASE)


@pytest.mark.parametrize("make_user", [make.account, make.case_manager, make.auditor])
def test_nobody_else_invites_without_being_let_and_never_program_staff(make_user: Any) -> None:
    staff = NewAccount(
        email="s@example.com", full_name="S", role=User.Role.PROGRAM_STAFF, staff_role=User.StaffRole.AUDITOR
    )
    user = make_user()
    with pytest.raises(PermissionDenied):
        invite(user)
    with pytest.raises(PermissionDenied):
        invite(user, staff, may_invite=list(User.Role))
    assert invite(user, may_invite={User.Role.DELEGATE}).invited_by == user


def test_address_that_has_an_account_is_refused() -> None:
    make.account(email="nina@example.com")
    with pytest.raises(ActRefused, match="already"):
        invite()


def test_password_reset_does_not_stand_in_for_the_invitation(client: Client) -> None:
    invite()
    client.post(reverse("account_reset_password"), {"email": "nina@example.com"})
    assert mail.outbox == []


def test_page_of_invitations_sends_again_and_withdraws_ones_own_only(client: Client) -> None:
    dr = make.prescriber().user
    mine = invite(dr, may_invite={User.Role.DELEGATE})
    theirs = invite(make.administrator(), NewAccount(email="o@example.com", full_name="O", role=User.Role.PHARMACIST))
    client.force_login(dr)
    page = client.get(reverse("accounts:invitations")).text
    assert "Nina Newhire" in page and "o@example.com" not in page
    for name in ("send-again", "withdraw"):
        assert client.post(reverse(f"accounts:invitation-{name}", args=[theirs.pk])).status_code == 404
    client.post(reverse("accounts:invitation-send-again", args=[mine.pk]))
    assert OutboxMessage.objects.filter(recipient="nina@example.com").count() == 2
    page = client.post(reverse("accounts:invitation-withdraw", args=[mine.pk]), follow=True).text
    assert "is withdrawn" in page
    assert client.post(reverse("accounts:invitation-withdraw", args=[mine.pk])).status_code == 404
