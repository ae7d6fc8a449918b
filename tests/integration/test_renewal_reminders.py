"""Who is reminded before a certification or a training must be renewed: 30 and 7 days ahead, once each."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

import tests.factories as make
from authorizations.actions.renewals import queue_renewals
from authorizations.tasks import sweep_reminders
from pharmacies.models import Pharmacy, PharmacyStaff
from prescribers.models import PrescriberCertification
from rems_portal.accounts.models import User
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules import programs
from rems_portal.rules.findings import Party
from rems_portal.rules.programs import ProgramVersion, Renewal

pytestmark = pytest.mark.django_db

VERSION, BY = "2026-06-10", date(2026, 7, 31)
DEMAND = Renewal(VERSION, BY)


def demanding(prescriber: bool = False, pharmacy: bool = False, training: bool = False) -> ProgramVersion:
    parties = {Party.PRESCRIBER: prescriber, Party.PHARMACY: pharmacy}
    return replace(
        make.PROGRAM,
        version=VERSION,
        recertification={party: DEMAND for party, wanted in parties.items() if wanted},
        staff_retraining=DEMAND if training else None,
    )


ALL = demanding(prescriber=True, pharmacy=True, training=True)


def run(days_ahead: int, program: ProgramVersion = ALL) -> list[tuple[str, int]]:
    """Run the job so many days before the day; return the kinds and accounts of what is in the outbox."""
    day = datetime(BY.year, BY.month, BY.day, 14, 0, tzinfo=UTC) - make.days(days_ahead)
    queue_renewals(at=day, program=program)
    rows = OutboxMessage.objects.filter(kind__startswith="renewal_").order_by("pk")
    return [(row.kind.removeprefix("renewal_"), row.user_id) for row in rows]


def representative(shop: Pharmacy) -> User:
    return shop.staff.get(is_representative=True).user


@pytest.mark.rems("PR-01", "PR-02", "PR-03")
@pytest.mark.parametrize(("days_ahead", "told"), [(31, 0), (30, 1), (8, 1), (7, 1), (1, 1), (0, 0), (-1, 0)])
def test_prescriber_is_reminded_from_30_days_ahead_until_the_day(days_ahead: int, told: int) -> None:
    dr = make.prescriber()
    OutboxMessage.objects.all().delete()
    assert run(days_ahead) == [("prescriber", dr.user_id)] * told


def test_each_phase_tells_once_whatever_days_the_job_runs_on() -> None:
    dr = make.prescriber()
    for days_ahead in (30, 30, 29, 12, 8):
        assert run(days_ahead) == [("prescriber", dr.user_id)]
    for days_ahead in (7, 6, 1):
        assert run(days_ahead) == [("prescriber", dr.user_id)] * 2


@pytest.mark.rems("PH-01")
def test_representatives_and_trained_staff_are_reminded_once_however_many_sites() -> None:
    shop, other = make.pharmacy(), make.pharmacy()
    chief, clerk = representative(shop), make.pharmacist(shop)
    make.pharmacist(other, user=clerk)
    make.pharmacist(other, user=chief, representative=True)
    make.pharmacist(shop, trained=False)
    second = other.staff.exclude(user=chief).get(is_representative=True).user
    told = run(7, demanding(pharmacy=True))
    assert told == [("pharmacy", pk) for pk in sorted((chief.pk, second.pk))]
    OutboxMessage.objects.all().delete()
    assert {pk for _kind, pk in run(7, demanding(training=True))} == {chief.pk, clerk.pk, second.pk}


def test_who_renewed_left_was_suspended_or_closed_the_account_is_not_reminded() -> None:
    renewed, suspended, closed = make.prescriber(), make.prescriber(), make.prescriber()
    PrescriberCertification.objects.filter(prescriber=renewed).update(program_version=VERSION)
    PrescriberCertification.objects.filter(prescriber=suspended).update(status="suspended")
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    shop = make.pharmacy()
    gone, again = make.pharmacist(shop), make.pharmacist(shop)
    PharmacyStaff.objects.filter(user=gone).update(ends_on=date(2026, 7, 1))
    PharmacyStaff.objects.filter(user=again).update(trained_version=VERSION)
    shop.certifications.update(program_version=VERSION)
    assert run(7) == [("training", representative(shop).pk)]


def test_message_says_until_when_and_where_and_nothing_about_anybody() -> None:
    dr, shop = make.prescriber(), make.pharmacy(name="Corner Pharmacy")
    run(30)
    for row in OutboxMessage.objects.filter(kind__startswith="renewal_"):
        assert "by Thu, Jul 30, 2026" in row.body
        assert "/certify/" in row.body or "/pharmacies/staff/" in row.body
        for word in ("lenalidomide", dr.full_name, dr.npi, shop.name, "patient"):
            assert word.lower() not in (row.body + row.subject).lower()


def test_nothing_is_read_while_nothing_is_due(django_assert_num_queries: Any) -> None:
    make.prescriber()
    with django_assert_num_queries(0):
        queue_renewals(at=make.NOW, program=make.PROGRAM)
        queue_renewals(at=datetime(2026, 6, 30, 14, 0, tzinfo=UTC), program=ALL)


def test_cost_follows_what_is_due_in_batches(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr("authorizations.queries.renewals.BATCH", 2)
    for _ in range(3):
        make.prescriber()
    with django_assert_max_num_queries(12):  # three reads of at most two people, two statements that queue them
        assert len(run(7, demanding(prescriber=True))) == 3


def test_daily_sweep_reminds(monkeypatch: pytest.MonkeyPatch) -> None:
    dr = make.prescriber()
    known = programs.get_program("lenalidomide")
    version = replace(ALL, in_force=date(2026, 6, 10))
    monkeypatch.setitem(programs.PROGRAMS, "lenalidomide", replace(known, versions=(make.PROGRAM, version)))
    with time_machine.travel(datetime(2026, 7, 24, 10, 0, tzinfo=UTC), tick=False):
        sweep_reminders()
        sweep_reminders()
    assert OutboxMessage.objects.get(kind="renewal_prescriber").recipient == dr.user.email
