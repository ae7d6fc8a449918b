"""A worker killed between any two steps loses no message and sends none twice; two sweeps at once queue each once."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.db import connection

import tests.factories as make
from authorizations.actions import jobs
from authorizations.queries import reminders
from patients.models import Enrollment
from rems_portal.notifications.actions import Message, queue
from rems_portal.notifications.delivery import deliver
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.calendars import program_day
from tests.integration.killed_worker import NOW

DELIVERY_STEPS = [
    "before the claim",
    "after the claim",
    "before the file has its name",
    "after the file has its name",
    "before the mark",
    "after the mark",
]
SWEEP_STEPS = ["before a batch is queued", "after a batch is queued"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _mailbox(settings, tmp_path):
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    settings.EMAIL_BACKEND = "rems_portal.notifications.backends.MailboxBackend"


def database_url() -> str:
    made = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{made['NAME']}"
    return f"postgres://{made['USER']}:{made['PASSWORD']}@{made['HOST']}:{made['PORT']}/{made['NAME']}"


def run_and_kill(step: str, folder: Path) -> None:
    """Start a worker on this test's database and kill it, with no chance to tidy up, once it has come to `step`."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "rems_portal.settings",
        "DEMO": "1",
        "LOG_LEVEL": "ERROR",
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(folder),
        "DATABASE_URL": database_url(),
    }
    command = [sys.executable, "-m", "tests.integration.killed_worker", step]
    with subprocess.Popen(
        command, cwd=portal.BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as worker:
        reached = worker.stdout.readline()
        worker.send_signal(signal.SIGKILL)
        assert reached == "reached\n", worker.stderr.read()
    assert worker.returncode == -signal.SIGKILL


def letters(folder: Path) -> list[Path]:
    return sorted((folder / "mailbox").glob("*.eml"))


@pytest.mark.parametrize("step", DELIVERY_STEPS)
def test_a_deliverer_killed_anywhere_loses_nothing_and_sends_nothing_twice(step, tmp_path):
    for number in range(3):
        recipient = f"person{number}@example.com"
        message = Message(key=f"k:{number}", kind="t", recipient=recipient, user=None, subject="Due", text="Sign in.")
        queue([message], at=NOW)
    run_and_kill(step, tmp_path)
    assert len(letters(tmp_path)) <= 1
    later = NOW + timedelta(minutes=11)
    deliver(lambda: later)
    deliver(lambda: later)
    assert len(letters(tmp_path)) == 3
    assert all(b"Sign in." in letter.read_bytes() for letter in letters(tmp_path))
    assert set(OutboxMessage.objects.values_list("status", flat=True)) == {"sent"}


def due_today(count: int) -> None:
    doctor = make.prescriber()
    made = [make.enrollment(prescriber=doctor) for _ in range(count)]
    Enrollment.objects.filter(pk__in=[one.pk for one in made]).update(next_test_due=program_day(NOW))
    OutboxMessage.objects.all().delete()


@pytest.mark.parametrize("step", SWEEP_STEPS)
def test_a_sweep_killed_anywhere_is_made_good_by_the_next(step, tmp_path):
    due_today(2)
    run_and_kill(step, tmp_path)
    assert OutboxMessage.objects.count() in (0, 2)
    jobs.queue_reminders(at=NOW + timedelta(minutes=1))
    jobs.queue_reminders(at=NOW + timedelta(minutes=2))
    assert OutboxMessage.objects.count() == 2


def test_two_sweeps_at_once_queue_each_reminder_once(monkeypatch):
    monkeypatch.setattr(reminders, "BATCH", 2)
    due_today(7)
    start = threading.Barrier(3)

    def sweep():
        start.wait()
        try:
            jobs.queue_reminders(at=NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = list(OutboxMessage.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys)) == 7
