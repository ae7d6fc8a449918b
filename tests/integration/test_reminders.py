"""The daily sweep: who is reminded of what, when, once; and that nothing about health stands in a message."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

import tests.factories as make
from authorizations.actions import jobs
from authorizations.actions.jobs import queue_reminders, settle_overdue
from authorizations.models import Authorization
from authorizations.queries import reminders
from authorizations.queries.reminders import ALWAYS, DAYS_AHEAD, DAYS_LATE, Phase, days_to_look_at
from authorizations.tasks import JOB, expire_overdue, sweep_reminders
from patients.models import Enrollment
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.calendars import program_day
from rems_portal.rules.vocabulary import RiskCategory

pytestmark = pytest.mark.django_db
C = RiskCategory
SIX_O_CLOCK = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
TODAY = date(2026, 6, 15)


def days(number: int) -> timedelta:
    return timedelta(days=number)


def sent(kind: str) -> list[str]:
    return list(OutboxMessage.objects.filter(kind=f"due_{kind}").order_by("pk").values_list("body", flat=True))


def due(one: Enrollment, *, test: date | None = None, survey: date | None = None) -> Enrollment:
    Enrollment.objects.filter(pk=one.pk).update(next_test_due=test, next_survey_due=survey)
    OutboxMessage.objects.all().delete()
    return one


def messages(kind: str) -> list[tuple[str, str]]:
    rows = OutboxMessage.objects.filter(kind=f"due_{kind}").order_by("pk")
    return [(message.key.split(":")[4], message.recipient) for message in rows]


def sweep(on: date, *, hour: int = 10) -> None:
    queue_reminders(at=datetime(on.year, on.month, on.day, hour, tzinfo=UTC))


@pytest.mark.rems("PR-12", "PR-13", "PR-14")
@pytest.mark.parametrize(
    ("offset", "phase"),
    [(4, None), (3, "soon"), (1, "soon"), (0, "today"), (-1, "late"), (-7, "late"), (-8, None)],
)
def test_a_test_is_reminded_in_the_phase_of_the_day(offset, phase):
    one = due(make.enrollment(C.AF_CAN), test=TODAY + days(offset))
    sweep(TODAY)
    assert messages("test") == ([(phase, one.prescriber.user.email)] if phase else [])


def test_every_phase_is_sent_once_whatever_days_the_sweep_runs():
    one = due(make.enrollment(C.AF_CAN), test=TODAY)
    for offset in range(-5, 12):
        sweep(TODAY + days(offset))
        sweep(TODAY + days(offset), hour=15)
    email = one.prescriber.user.email
    assert messages("test") == [("soon", email), ("today", email), ("late", email)]


@pytest.mark.parametrize("missed", range(-3, 6))
def test_a_missed_day_loses_no_reminder(missed):
    due(make.enrollment(C.AF_CAN), test=TODAY)
    for offset in range(-5, 12):
        if offset != missed:
            sweep(TODAY + days(offset))
    phases = {phase for phase, _recipient in messages("test")}
    assert {"soon", "late"} <= phases
    assert ("today" in phases) == (missed != 0)


def test_the_sweep_counts_days_in_the_programs_zone():
    """At 1:00 UTC it is still yesterday in New York."""
    due(make.enrollment(C.AF_CAN), test=TODAY)
    queue_reminders(at=datetime(2026, 6, 16, 1, 0, tzinfo=UTC))
    assert [phase for phase, _recipient in messages("test")] == ["today"]


@pytest.mark.rems("PF-14", "PN-08", "PC-10", "PM-09")
def test_a_survey_is_reminded_to_the_office_and_to_the_patient_with_an_address():
    doctor = make.prescriber()
    due(make.enrollment(C.AM, prescriber=doctor, email="patient@example.com"), survey=TODAY)
    due(make.enrollment(C.MC, prescriber=doctor, email=""), survey=TODAY)
    sweep(TODAY)
    told = [recipient for _phase, recipient in messages("survey")]
    assert sorted(told) == sorted([doctor.user.email, doctor.user.email, "patient@example.com"])


def test_a_test_is_not_reminded_to_the_patient():
    one = due(make.enrollment(C.AF_CAN, email="patient@example.com"), test=TODAY)
    sweep(TODAY)
    assert messages("test") == [("today", one.prescriber.user.email)]


def test_current_delegates_with_open_accounts_are_reminded_too():
    one = make.enrollment(C.AF_CAN)
    now, before, closed = (make.delegate_of(one.prescriber) for _ in range(3))
    make.delegate_of(make.prescriber())
    before.delegations.update(ends_on=TODAY - days(1))
    closed.is_active = False
    closed.save()
    due(one, test=TODAY)
    sweep(TODAY)
    assert {recipient for _phase, recipient in messages("test")} == {one.prescriber.user.email, now.email}


def test_a_patient_no_longer_enrolled_is_not_reminded():
    one = due(make.enrollment(C.AF_CAN), test=TODAY, survey=TODAY)
    over = {"status": "discontinued", "ended_at": make.NOW, "ended_by_name": "Dr. Test", "ended_reason": "Completed"}
    Enrollment.objects.filter(pk=one.pk).update(**over)
    sweep(TODAY)
    assert not OutboxMessage.objects.exists()


@pytest.mark.rems("PR-18")
@pytest.mark.parametrize(
    ("offset", "phase"), [(-4, None), (-3, "soon"), (-1, "soon"), (0, "today"), (1, None), (5, None)]
)
def test_an_unused_authorization_is_reminded_before_and_on_its_last_day(offset, phase):
    number = make.authorization(make.enrollment(C.AM))
    OutboxMessage.objects.all().delete()
    sweep(number.valid_through + days(offset))
    assert messages("authorization") == ([(phase, number.prescriber.user.email)] if phase else [])


def test_a_confirmed_authorization_is_not_reminded():
    held = make.confirmation(make.authorization(make.enrollment(C.AM)))
    sweep(held.authorization.valid_through)
    assert messages("authorization") == []


def test_the_office_gets_a_link_to_the_page_and_nothing_about_health(settings):
    settings.PORTAL_URL = "https://portal.example/"
    number = make.authorization(make.enrollment(C.AF_CAN, email="patient@example.com"))
    due(number.enrollment, test=TODAY, survey=TODAY)
    sweep(TODAY)
    sweep(number.valid_through)
    texts = [f"{message.subject} {message.body}" for message in OutboxMessage.objects.all()]
    patient = number.enrollment.patient
    assert any(f"https://portal.example/my-patients/{patient.number}/" in text for text in texts)
    assert any(f"https://portal.example/authorizations/{number.number}/" in text for text in texts)
    for text in texts:
        for word in ("pregnan", "lenalidomide", "survey", " test", "medicine", "drug", patient.family_name.lower()):
            assert word not in text.lower().replace("https://portal.example/", "")


def test_more_than_one_batch_is_swept(monkeypatch):
    monkeypatch.setattr(reminders, "BATCH", 2)
    doctor = make.prescriber()
    for _ in range(5):
        make.enrollment(C.AM, prescriber=doctor)
    Enrollment.objects.update(next_survey_due=TODAY)
    OutboxMessage.objects.all().delete()
    sweep(TODAY)
    assert OutboxMessage.objects.filter(user=doctor.user).count() == 5


def test_the_sweep_asks_a_fixed_number_of_questions_per_batch():
    doctor = make.prescriber()
    due(make.enrollment(C.AM, prescriber=doctor), survey=TODAY)
    with CaptureQueriesContext(connection) as one_due:
        sweep(TODAY)
    for _ in range(9):
        make.enrollment(C.AM, prescriber=doctor)
    Enrollment.objects.update(next_survey_due=TODAY)
    with CaptureQueriesContext(connection) as ten_due:
        sweep(TODAY)
    assert len(ten_due) == len(one_due)


def test_phases_cover_every_day_without_a_gap():
    seen = list(days_to_look_at(TODAY, ALWAYS))
    assert [phase for phase, _day in seen] == [Phase.LATE] * DAYS_LATE + [Phase.TODAY] + [Phase.SOON] * DAYS_AHEAD
    assert [day - TODAY for _phase, day in seen] == [days(number) for number in range(-DAYS_LATE, DAYS_AHEAD + 1)]


def test_the_tasks_read_the_clock_and_do_the_work():
    due(make.enrollment(C.AF_CAN), test=TODAY)
    number = make.authorization(make.enrollment(C.AM))
    with time_machine.travel(SIX_O_CLOCK, tick=False):
        sweep_reminders()
    assert [phase for phase, _recipient in messages("test")] == ["today"]
    with time_machine.travel(make.NOW + days(40), tick=False):
        expire_overdue()
    number.refresh_from_db()
    assert number.status == "expired"


def test_a_confirmation_lapses_after_its_deadline_and_its_authorization_is_live_again():
    held = make.confirmation(make.authorization(make.enrollment(C.AM)))
    assert settle_overdue(by=JOB, at=held.lapses_at) == 0
    after = held.lapses_at + timedelta(microseconds=1)
    assert settle_overdue(by=JOB, at=after) == 1
    held.refresh_from_db()
    assert (held.status, held.ended_at, held.authorization.status) == ("lapsed", after, "active")
    history = held.history.first()
    assert (history.actor_name, history.channel) == ("Regular job", "job")
    assert settle_overdue(by=JOB, at=after) == 0


def test_an_authorization_expires_the_day_after_its_last_good_one():
    number = make.authorization(make.enrollment(C.AF_CAN))
    last = datetime.combine(number.valid_through, datetime.min.time(), tzinfo=UTC)
    assert settle_overdue(by=JOB, at=last + timedelta(hours=27)) == 0
    assert settle_overdue(by=JOB, at=last + timedelta(hours=29)) == 1
    assert program_day(Authorization.objects.get().ended_at) == number.valid_through + days(1)


def test_one_enrollment_that_fails_does_not_keep_the_others(monkeypatch):
    numbers = [make.authorization(make.enrollment(C.AM)) for _ in range(3)]
    broken = numbers[0].enrollment_id
    settle = jobs.settle_enrollment

    def sometimes(*, enrollment_id, **rest):
        if enrollment_id == broken:
            raise RuntimeError("broken")
        settle(enrollment_id=enrollment_id, **rest)

    monkeypatch.setattr(jobs, "settle_enrollment", sometimes)
    monkeypatch.setattr(jobs, "SETTLE_AT_ONCE", 1)
    assert settle_overdue(by=JOB, at=make.NOW + days(60)) == 2
    assert Authorization.objects.filter(status="active").count() == 1


def comes_of_age(on: date, category: RiskCategory = C.MC, **changes: str) -> Enrollment:
    """A child enrolled a month ago whose 18th birthday is on a day."""
    one = make.enrollment(category, birth_date=on.replace(year=on.year - 18), **changes)
    OutboxMessage.objects.all().delete()
    return one


@pytest.mark.rems("PR-08")
@pytest.mark.parametrize(
    ("offset", "phase"),
    [(31, None), (30, "month"), (8, "month"), (7, "week"), (1, "week"), (0, "today"), (-7, "today"), (-8, None)],
)
def test_coming_of_age_is_announced_to_the_office(offset, phase):
    one = comes_of_age(TODAY + days(offset), email="")
    sweep(TODAY)
    assert messages("coming_of_age") == ([(phase, one.prescriber.user.email)] if phase else [])


def test_coming_of_age_is_announced_three_times_whatever_days_the_sweep_runs():
    one = comes_of_age(TODAY, email="")
    for offset in range(-40, 20):
        sweep(TODAY + days(offset))
        sweep(TODAY + days(offset), hour=15)
    email = one.prescriber.user.email
    assert messages("coming_of_age") == [("month", email), ("week", email), ("today", email)]


def test_patient_who_comes_of_age_is_told_without_a_word_about_health():
    comes_of_age(TODAY + days(30), email="patient@example.com")
    sweep(TODAY)
    office, patient = sent("coming_of_age")
    assert "due in the next weeks" in office
    assert "A new form will need a signature in the next weeks." in patient
    for word in ("lenalidomide", "pregnan", "child", "18", "age"):
        assert word not in patient.lower().replace("message", "")


def test_who_signed_the_adult_form_already_is_not_announced():
    one = comes_of_age(TODAY + days(7))
    Enrollment.objects.filter(pk=one.pk).update(comes_of_age_on=None)
    sweep(TODAY)
    assert messages("coming_of_age") == []
