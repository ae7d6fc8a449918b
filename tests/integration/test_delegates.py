"""Who prepares forms for a prescriber: named by the prescriber alone, and gone the moment that is ended."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

import tests.factories as make
from prescribers.actions import add_delegate, end_delegation, plan_delegation_end
from prescribers.models import Delegation, Prescriber
from prescribers.permissions import may_prepare_for, may_sign_as, prescribers_served_by
from rems_portal.accounts.actions.invitations import NAME_NEEDED, OTHER_ROLE
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


def add(
    dr: Prescriber, email: str, by: User | None = None, first: date | None = None, last: date | None = None
) -> Delegation:
    return add_delegate(
        by=Actor.of(by or dr.user),
        at=NOW,
        prescriber=dr,
        email=email,
        program=PROGRAM,
        starts_on=first,
        last_day=last,
    )


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
def test_unknown_address_asks_for_a_name_and_other_roles_are_refused(dr: Prescriber, role: str | None) -> None:
    email = make.account(role).email if role else "nobody@example.com"
    with pytest.raises(ActRefused) as error:
        add(dr, email)
    assert str(error.value) == (OTHER_ROLE if role else NAME_NEEDED)


def test_somebody_without_an_account_is_invited_and_serves_once_they_accept(client: Client, dr: Prescriber) -> None:
    typed = {"email": "New@Example.com", "full_name": "Nina Newhire"}
    page = client.post(PAGE, typed, follow=True).content.decode()
    assert "we sent an invitation to new@example.com" in page
    nina = User.objects.get(email="new@example.com")
    assert (nina.role, nina.has_usable_password(), nina.invitation.invited_by) == ("delegate", False, dr.user)
    assert Delegation.objects.get().delegate == nina
    assert "Nina Newhire" in client.get(reverse("accounts:invitations")).content.decode()


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
    assert "Nobody works for you here now" in client.get(PAGE).content.decode()
    page = client.post(PAGE, {"email": sam.email}, follow=True).content.decode()
    assert "Sam Office can prepare forms" in page
    assert "sam@example.com" in page
    ending = reverse("prescribers:delegate-end", args=[Delegation.objects.get().pk])
    assert ending in page
    page = client.post(ending, follow=True).content.decode()
    assert "Sam Office no longer sees anything of yours." in page
    assert "Earlier delegates" in page


def test_ending_a_delegation_asks_first(client: Client, dr: Prescriber, sam: User) -> None:
    for begins in (TODAY, TODAY + timedelta(days=20)):
        one = add_delegate(
            by=Actor.of(dr.user), at=NOW, prescriber=dr, email=sam.email, program=PROGRAM, full_name="",
            starts_on=begins, last_day=begins + timedelta(days=3),
        )  # fmt: skip
        page = " ".join(client.get(PAGE).content.decode().split())
        asked = [found for found in re.findall(r"<details>.*?</details>", page) if f"/{one.pk}/end/" in found]
        assert len(asked) == 1 == page.count(f"/{one.pk}/end/")
        assert f"{sam} sees nothing of yours from then on." in asked[0]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("nobody@example.com", "Type the person’s name"),
        ("sam@", "whole e-mail address"),
        ("", "Type the e-mail address"),
    ],
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


def day(ahead: int) -> date:
    return TODAY + timedelta(days=ahead)


def boxes(name: str, value: date) -> dict[str, str]:
    return {f"{name}_month": str(value.month), f"{name}_day": str(value.day), f"{name}_year": str(value.year)}


def plan(one: Delegation, last: date | None, by: User | None = None) -> Delegation:
    return plan_delegation_end(by=Actor.of(by or one.prescriber.user), at=NOW, delegation=one, last_day=last)


class TestDays:
    def test_delegation_holds_from_its_first_through_its_last_day(self, dr: Prescriber, sam: User) -> None:
        one = add(dr, sam.email, first=day(3), last=day(5))
        held = [ahead for ahead in range(8) if dr in prescribers_served_by(sam, day(ahead))]
        assert held == [3, 4, 5]
        assert (one.starts_on, one.last_day) == (day(3), day(5))

    def test_one_delegate_serves_several_prescribers_and_one_prescriber_has_several(
        self, dr: Prescriber, sam: User
    ) -> None:
        other, kim = make.prescriber(), make.account(User.Role.DELEGATE, email="kim@example.com")
        add(dr, sam.email), add(dr, kim.email), add(other, sam.email, first=day(1))
        assert set(prescribers_served_by(sam, TODAY)) == {dr}
        assert set(prescribers_served_by(sam, day(1))) == {dr, other}
        assert set(prescribers_served_by(kim, day(1))) == {dr}
        assert may_prepare_for(sam, dr, TODAY)
        assert not may_prepare_for(sam, other, TODAY)
        assert may_prepare_for(other.user, other, TODAY)
        assert [may_sign_as(who, dr) for who in (dr.user, sam, other.user)] == [True, False, False]

    @pytest.mark.parametrize(
        ("first", "last", "sentence"),
        [
            (-1, None, "first day has passed"),
            (2, 1, "before the first"),
            (None, -1, "before the first"),
            (0, 4000, "more than ten years"),
            (4000, None, "more than ten years"),
        ],
    )
    def test_days_that_can_not_be_are_refused(
        self, dr: Prescriber, sam: User, first: int | None, last: int | None, sentence: str
    ) -> None:
        days_ahead = {"first": None if first is None else day(first), "last": None if last is None else day(last)}
        with pytest.raises(ActRefused, match=sentence):
            add(dr, sam.email, **days_ahead)
        assert not Delegation.objects.exists()

    def test_same_days_sent_twice_are_one_delegation(self, dr: Prescriber, sam: User) -> None:
        assert add(dr, sam.email, first=day(2), last=day(4)) == add(dr, sam.email, first=day(2), last=day(4))

    @pytest.mark.parametrize(("first", "last"), [(0, 2), (4, 9), (0, None), (3, 3), (0, 9)])
    def test_days_on_which_the_person_is_a_delegate_already_are_refused(
        self, dr: Prescriber, sam: User, first: int, last: int | None
    ) -> None:
        add(dr, sam.email, first=day(2), last=day(4))
        with pytest.raises(ActRefused, match="already on some of these days"):
            add(dr, sam.email, first=day(first), last=None if last is None else day(last))

    def test_days_before_and_after_are_a_second_delegation(self, dr: Prescriber, sam: User) -> None:
        add(dr, sam.email, first=day(2), last=day(4))
        add(dr, sam.email, first=day(5))
        add(dr, sam.email, first=day(0), last=day(1))
        assert Delegation.objects.count() == 3

    def test_one_called_off_before_it_began_never_holds_and_stands_in_nobodys_way(
        self, dr: Prescriber, sam: User
    ) -> None:
        one = end(add(dr, sam.email, first=day(3)))
        assert one.is_over(TODAY)
        assert not any(prescribers_served_by(sam, day(ahead)).exists() for ahead in range(6))
        assert end(one).history.count() == 2
        assert add(dr, sam.email, first=day(1)) != one

    def test_end_is_planned_moved_and_taken_back(self, dr: Prescriber, sam: User) -> None:
        one = add(dr, sam.email)
        assert plan(one, day(7)).last_day == day(7)
        assert plan(one, day(9)).last_day == day(9)
        assert plan(one, None).last_day is None
        assert plan(one, None).history.count() == 4
        assert plan(one, TODAY).last_day == TODAY
        assert prescribers_served_by(sam, TODAY).exists()
        assert not prescribers_served_by(sam, day(1)).exists()

    def test_planned_end_that_can_not_be_is_refused(self, dr: Prescriber, sam: User) -> None:
        one, later = add(dr, sam.email, last=day(2)), add(dr, sam.email, first=day(5))
        with pytest.raises(ActRefused, match="again from a later day"):
            plan(one, day(5))
        with pytest.raises(ActRefused, match="again from a later day"):
            plan(one, None)
        with pytest.raises(ActRefused, match="before the first"):
            plan(later, day(4))
        with pytest.raises(ActRefused, match="before the first"):
            plan(one, day(-1))
        with pytest.raises(ActRefused, match="is over"):
            plan(end(one), day(3))
        with pytest.raises(PermissionDenied):
            plan(later, day(8), by=sam)
        assert plan(later, day(8)).last_day == day(8)

    def test_ending_at_once_comes_before_a_planned_end(self, dr: Prescriber, sam: User) -> None:
        assert end(add(dr, sam.email, last=day(9))).ends_on == TODAY
        assert not prescribers_served_by(sam, TODAY).exists()


class TestDaysOnPages:
    def test_later_first_day_and_last_day_are_typed_shown_and_changed(
        self, client: Client, dr: Prescriber, sam: User
    ) -> None:
        typed = {"email": sam.email} | boxes("starts_on", day(3)) | boxes("last_day", day(9))
        page = client.post(PAGE, typed, follow=True).content.decode()
        assert "Who begins later" in page
        assert "Call off" in page
        one = Delegation.objects.get()
        address = reverse("prescribers:delegate-days", args=[one.pk])
        assert address in page
        assert f'value="{day(9).day}"' in client.get(address).content.decode()
        refused = client.post(address, boxes("last_day", day(1))).content.decode()
        assert "before the first" in refused
        page = client.post(address, {}, follow=True).content.decode()
        assert "Sam Office works for you until you end it." in page
        page = client.post(reverse("prescribers:delegate-end", args=[one.pk]), follow=True).content.decode()
        assert "called off, was to begin" in page
        assert client.get(address).headers["Location"] == PAGE

    @pytest.mark.parametrize("typed", [boxes("starts_on", day(-1)), {"starts_on_month": "6"}])
    def test_refused_days_keep_what_was_typed(
        self, client: Client, dr: Prescriber, sam: User, typed: dict[str, str]
    ) -> None:
        page = client.post(PAGE, {"email": sam.email} | typed).content.decode()
        assert "first day" in page.lower()
        assert f'value="{sam.email}"' in page
        assert not Delegation.objects.exists()

    def test_delegate_sees_for_whom_they_work_now_later_and_before(
        self, client: Client, dr: Prescriber, sam: User
    ) -> None:
        later, before, foreign = (make.prescriber() for _ in range(3))
        add(dr, sam.email, last=day(9))
        add(later, sam.email, first=day(4))
        end(add(before, sam.email))
        client.force_login(sam)
        page = client.get(reverse("prescribers:served"))
        rows = page.context["rows"]
        assert [[one.prescriber for one in part] for part in (rows.current, rows.coming, rows.past)] == [
            [dr],
            [later],
            [before],
        ]
        assert str(foreign) not in page.content.decode()
        assert dr.npi in page.content.decode()

    def test_delegate_of_nobody_is_told_what_to_do(self, client: Client, sam: User) -> None:
        client.force_login(sam)
        assert "You work for no prescriber now" in client.get(reverse("prescribers:served")).content.decode()

    @pytest.mark.parametrize("maker", ["prescriber", "administrator"])
    def test_list_is_for_delegates(self, client: Client, maker: str) -> None:
        made: Any = getattr(make, maker)()
        client.force_login(getattr(made, "user", made))
        assert client.get(reverse("prescribers:served")).status_code == 403

    def test_days_of_another_prescribers_delegate_are_not_there(self, client: Client, dr: Prescriber) -> None:
        make.delegate_of(make.prescriber())
        assert client.get(reverse("prescribers:delegate-days", args=[Delegation.objects.get().pk])).status_code == 404
