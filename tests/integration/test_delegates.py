"""Who prepares forms for a prescriber: named by the prescriber alone, and gone the moment that is ended."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

import tests.factories as make
from prescribers.actions import NO_SUCH_DELEGATE, add_delegate, end_delegation
from prescribers.models import Delegation, Prescriber
from prescribers.permissions import prescribers_served_by
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.models import AccessEvent
from rems_portal.errors import ActRefused
from rems_portal.rules.calendars import program_day
from tests.factories import NOW, PROGRAM, days

pytestmark = pytest.mark.django_db

PAGE = reverse("prescribers:delegates")
TODAY = program_day(NOW)


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def dr(client: Client) -> Prescriber:
    made = make.prescriber()
    client.force_login(made.user)
    return made


@pytest.fixture
def sam() -> User:
    return make.account(User.Role.DELEGATE, full_name="Sam Office", email="sam@example.com")


def add(dr: Prescriber, email: str, by: User | None = None) -> Delegation:
    return add_delegate(by=Actor.of(by or dr.user), at=NOW, prescriber=dr, email=email, program=PROGRAM)


def end(one: Delegation, by: User | None = None) -> Delegation:
    return end_delegation(by=Actor.of(by or one.prescriber.user), at=NOW, delegation=one)


def test_added_delegate_serves_from_today(dr: Prescriber, sam: User) -> None:
    one = add(dr, " SAM@example.com ")
    assert (one.starts_on, one.ends_on) == (TODAY, None)
    assert list(prescribers_served_by(sam, TODAY)) == [dr]
    assert one.history.get().actor_name == dr.user.full_name


def test_added_twice_is_added_once(dr: Prescriber, sam: User) -> None:
    assert add(dr, sam.email) == add(dr, sam.email)


def test_ended_delegate_serves_no_more_at_once_and_may_be_added_again(dr: Prescriber, sam: User) -> None:
    one = end(add(dr, sam.email))
    assert one.ends_on == TODAY
    assert not prescribers_served_by(sam, TODAY).exists()
    assert end(one).history.count() == 2
    assert add(dr, sam.email) != one
    assert list(prescribers_served_by(sam, TODAY)) == [dr]


def test_delegation_that_ends_tomorrow_still_holds_today(dr: Prescriber, sam: User) -> None:
    one = add(dr, sam.email)
    Delegation.objects.filter(pk=one.pk).update(ends_on=program_day(NOW + days(1)))
    assert prescribers_served_by(sam, TODAY).exists()
    assert not prescribers_served_by(sam, program_day(NOW + days(1))).exists()


@pytest.mark.parametrize("role", [None, User.Role.PHARMACIST, User.Role.PRESCRIBER])
def test_unknown_address_and_other_roles_get_the_same_sentence(dr: Prescriber, role: str | None) -> None:
    email = make.account(role).email if role else "nobody@example.com"
    with pytest.raises(ActRefused) as error:
        add(dr, email)
    assert str(error.value) == NO_SUCH_DELEGATE


def test_closed_account_is_not_added(dr: Prescriber, sam: User) -> None:
    User.objects.filter(pk=sam.pk).update(is_active=False)
    with pytest.raises(ActRefused):
        add(dr, sam.email)


def test_uncertified_prescriber_adds_nobody(sam: User) -> None:
    with pytest.raises(ActRefused, match="not certified"):
        add(make.prescriber(certified=False), sam.email)


def test_only_the_prescriber_adds_and_ends(dr: Prescriber, sam: User) -> None:
    with pytest.raises(PermissionDenied):
        add(dr, sam.email, by=sam)
    one = add(dr, sam.email)
    with pytest.raises(PermissionDenied):
        end(one, by=sam)


def test_page_adds_lists_and_ends(client: Client, dr: Prescriber, sam: User) -> None:
    assert "Nobody works for you here yet" in client.get(PAGE).content.decode()
    page = client.post(PAGE, {"email": sam.email}, follow=True).content.decode()
    assert "Sam Office can prepare forms" in page
    assert "sam@example.com" in page
    ending = reverse("prescribers:delegate-end", args=[Delegation.objects.get().pk])
    assert ending in page
    page = client.post(ending, follow=True).content.decode()
    assert "Sam Office no longer sees anything of yours." in page
    assert "Earlier delegates" in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("nobody@example.com", NO_SUCH_DELEGATE[:40]), ("sam@", "whole e-mail address"), ("", "Type the e-mail address")],
)
def test_refused_address_is_a_sentence_and_stays_typed(
    client: Client, dr: Prescriber, typed: str, sentence: str
) -> None:
    page = client.post(PAGE, {"email": typed}).content.decode()
    assert sentence in page
    if typed:
        assert f'value="{typed}"' in page


def test_delegation_of_another_prescriber_is_not_there_and_the_try_is_kept(client: Client, dr: Prescriber) -> None:
    make.delegate_of(make.prescriber())
    other = Delegation.objects.get()
    assert client.post(reverse("prescribers:delegate-end", args=[other.pk])).status_code == 404
    other.refresh_from_db()
    assert other.ends_on is None
    assert AccessEvent.objects.get().outcome == AccessEvent.Outcome.DENIED


def test_ending_is_never_a_link(client: Client, dr: Prescriber) -> None:
    assert client.get(reverse("prescribers:delegate-end", args=[1])).status_code == 405


def test_uncertified_prescriber_is_led_to_the_certification(client: Client, sam: User) -> None:
    client.force_login(make.prescriber(certified=False).user)
    page = client.post(PAGE, {"email": sam.email}).content.decode()
    assert reverse("prescribers:certify") in page
    assert not Delegation.objects.exists()
    client.force_login(make.account())
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("role", [User.Role.DELEGATE, User.Role.PHARMACIST])
@pytest.mark.parametrize("address", [PAGE, reverse("prescribers:delegate-end", args=[1])])
def test_other_roles_are_told_why_not(client: Client, role: str, address: str) -> None:
    client.force_login(make.account(role))
    answer = client.post(address)
    assert answer.status_code == 403
    assert "Only the prescriber decides" in answer.content.decode()


def test_nobody_unknown_gets_in(client: Client) -> None:
    assert client.get(PAGE).headers["Location"].startswith(reverse("account_login"))
