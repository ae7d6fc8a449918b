"""The demo loads whole, once, at whatever instant, and everybody in it is where the story says."""

from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import override_settings

from authorizations.models import Authorization, ComplianceCase, Confirmation, Decision, Dispense, Product
from patients.models import Enrollment, Patient, PreparedEnrollment, SafetyCase, Transfer
from rems_portal.accounts.models import User
from rems_portal.accounts.second_factor import has_second_factor
from rems_portal.audit.actors import Channel
from rems_portal.demo.load import is_loaded, load
from rems_portal.demo.people import LOGINS, PASSWORD
from rems_portal.program import program_at

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "at",
    [
        AT,
        datetime(2026, 6, 27, 16, 0, tzinfo=UTC),  # two months after the program version came into force
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # the night in which daylight saving ends
        datetime(2027, 3, 14, 4, 10, tzinfo=UTC),  # ten past midnight, the day it begins
        datetime(2028, 2, 29, 14, 0, tzinfo=UTC),
    ],
)
def test_demo_loads_at_any_instant(at: datetime) -> None:
    assert load(at=at, program=program_at(at)) == Patient.objects.count() == 27
    assert not Decision.objects.filter(at__gt=at).exists()
    assert not Dispense.objects.filter(recorded_at__gt=at).exists()
    assert not Enrollment.history.filter(history_date__gt=at).exists()
    assert set(Authorization.objects.values_list("category", flat=True)) == {
        "AF_CAN", "FC_CAN", "AF_CANNOT", "FC_CANNOT", "AM", "MC"
    }  # fmt: skip


def test_demo_shows_every_state() -> None:
    load(at=AT, program=program_at(AT))
    assert Confirmation.objects.filter(status="open", lapses_at__gt=AT).count() == 1
    assert {"active", "confirmed", "dispensed", "void"} <= set(Authorization.objects.values_list("status", flat=True))
    assert {"open", "dispensed", "lapsed"} <= set(Confirmation.objects.values_list("status", flat=True))
    assert set(SafetyCase.objects.values_list("kind", flat=True)) == set(SafetyCase.Kind.values)
    assert ComplianceCase.objects.filter(status="open").count() == 1
    assert {"authorization refused", "confirmation refused"} <= {
        f"{ask} {outcome}" for ask, outcome in Decision.objects.values_list("ask", "outcome")
    }
    assert set(Enrollment.objects.values_list("status", flat=True)) == {"pending", "enrolled", "discontinued"}
    assert Enrollment.objects.get(status="discontinued").after_care_until > AT.date()
    assert Transfer.objects.pending().get().to_prescriber.user.email == "prescriber@example.com"
    assert PreparedEnrollment.objects.get().answers["family_name"] == "Blueprint"
    assert Enrollment.objects.test_due_by(AT.date()).exists()
    assert Enrollment.objects.survey_due_by(AT.date()).exists()
    assert all("primary source" in source for source in Product.objects.values_list("source", flat=True))


def test_command_loads_once_and_prints_one_login_for_each_role() -> None:
    for _ in range(2):
        out = StringIO()
        call_command("load_demo", stdout=out)
    assert Patient.objects.count() == 27
    assert User.objects.get(email="administrator@example.com").check_password(PASSWORD)
    for login in LOGINS:
        assert f"{login.email} " in out.getvalue()
    assert PASSWORD in out.getvalue()
    assert {login.role for login in LOGINS} == set(User.Role)


def test_every_history_row_of_the_demo_names_who_acted() -> None:
    load(at=AT, program=program_at(AT))
    for model in (Enrollment, Authorization, Confirmation, Dispense, User, Product):
        rows = model.history.all()
        assert rows.exists()
        assert not rows.filter(actor_name="").exists()
        assert not rows.exclude(channel__in=[channel.value for channel in Channel]).exists()


def test_logins_only_prints() -> None:
    out = StringIO()
    call_command("load_demo", "--logins", stdout=out)
    assert "administrator@example.com" in out.getvalue()
    assert not is_loaded()


@pytest.mark.parametrize("day", ["2026-05-01", "2025-01-01"])
def test_before_the_program_has_run_for_two_months_the_command_says_why_not(day: str) -> None:
    with time_machine.travel(day), pytest.raises(CommandError, match="can't be loaded today"):
        call_command("load_demo")
    assert not is_loaded()


@override_settings(DEMO=False)
def test_without_demo_nothing_is_loaded_or_printed() -> None:
    with pytest.raises(CommandError, match="DEMO=1 only"):
        call_command("load_demo", "--logins")
    assert not is_loaded()


@override_settings(DEMO=True)
def test_logins_loaded_before_second_factors_were_asked_for_get_one() -> None:
    old = User.objects.create_user(LOGINS[0].email, PASSWORD, full_name="Ada Example", role=LOGINS[0].role)
    other = User.objects.create_user("somebody@example.com", PASSWORD, full_name="B", role=LOGINS[0].role)
    call_command("load_demo", stdout=StringIO())
    assert has_second_factor(old)
    assert not has_second_factor(other)
