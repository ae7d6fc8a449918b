"""Every business act writes history that names who acted, through which channel, at which instant.

The acts are those that registered themselves (`rems_portal.audit.acts.ACTS`); one without a case fails.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.contrib.auth import get_user_model

import tests.factories as make
from patients import actions as patients
from rems_portal.accounts import actions as accounts
from rems_portal.audit.acts import ACTS
from rems_portal.rules.categories import RiskCategory
from tests.architecture.act_cases import courses, people
from tests.architecture.act_cases.registry import CASES, load_every_module
from tests.factories import NOW, PROGRAM, days
from tests.records import audited_models

load_every_module()
CASE_MODULES = (people, courses)  # importing them registers their cases


def latest_rows() -> dict[Any, int]:
    """Return the newest history row's number of every table."""
    return {
        model: model.history.order_by("-history_id").values_list("history_id", flat=True).first() or 0
        for model in audited_models()
    }


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(ACTS))
def test_act_writes_history_with_who_how_and_when(name: str) -> None:
    case = CASES.get(ACTS[name])
    assert case is not None, f"{name} has no case in {__name__}: add one that exercises it"
    by, perform = case()
    before = latest_rows()
    perform()
    rows = [row for model, last in before.items() for row in model.history.filter(history_id__gt=last)]
    assert rows, f"{name} wrote no history"
    for row in rows:
        assert (row.actor_name, row.channel, row.history_user_id) == (by.name, by.channel, by.user_id)
        assert NOW <= row.history_date <= NOW + days(3)


def test_no_case_is_left_over() -> None:
    assert set(CASES) == set(ACTS.values())


def test_an_act_without_a_case_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTS, "somewhere.new_act", lambda: None)
    with pytest.raises(AssertionError, match="has no case"):
        test_act_writes_history_with_who_how_and_when("somewhere.new_act")


@pytest.mark.django_db
def test_act_without_an_actor_or_a_zone_does_not_run() -> None:
    user = make.administrator()
    wanted = accounts.NewAccount(email="n@example.com", full_name="N", role=user.Role.DELEGATE)
    with pytest.raises(TypeError, match="needs by=Actor"):
        accounts.invite_account(by=user, at=NOW, user=user, account=wanted)
    with pytest.raises(ValueError, match="an instant with a time zone"):
        accounts.invite_account(by=make.actor(user), at=NOW.replace(tzinfo=None), user=user, account=wanted)
    assert get_user_model().objects.count() == 1


@pytest.mark.django_db
def test_history_is_dated_by_the_act_in_utc_whatever_zone_it_came_in() -> None:
    user = make.administrator()
    at = datetime(2026, 6, 15, 20, 0, tzinfo=timezone(timedelta(hours=5)))
    wanted = accounts.NewAccount(email="n@example.com", full_name="N", role=user.Role.DELEGATE)
    made = accounts.invite_account(by=make.actor(user), at=at, user=user, account=wanted).account
    assert made.history.get().history_date == datetime(2026, 6, 15, 15, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_an_act_that_fails_leaves_nothing() -> None:
    dr = make.prescriber()
    form = replace(make.agreement_form(RiskCategory.AM), family_name="")
    before = latest_rows()
    with pytest.raises(Exception):  # noqa: B017 - whatever stops it, nothing may stay
        patients.enroll_patient(
            by=make.actor(dr.user), at=NOW, prescriber=dr, form=form, program=PROGRAM, signing=make.signing(dr.user)
        )
    assert latest_rows() == before
