"""The demo's mailbox, its files, and the outbox for program staff."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.urls import reverse

import tests.factories as make
from rems_portal.notifications.mailbox import newest_letters
from rems_portal.notifications.models import OutboxMessage

MAILBOX, OUTBOX = reverse("notifications:mailbox"), reverse("notifications:outbox")
T0 = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    settings.EMAIL_BACKEND = "rems_portal.notifications.backends.MailboxBackend"
    return settings.MAILBOX_DIR


def post(number: int, *, subject: str = "A task is due", body: str = "Sign in: http://127.0.0.1:8000/") -> None:
    headers = {"Message-ID": f"<{number}@portal.example>"}
    EmailMessage(subject, body, to=[f"person{number}@example.com"], headers=headers).send()


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_one_file_for_each_message_id(folder):
    for number in (1, 2, 1):
        post(number)
    assert len(files(folder)) == 2
    assert {path.suffix for path in files(folder)} == {".eml"}


def test_messages_without_an_id_of_their_own_are_all_kept(folder):
    message = EmailMultiAlternatives("Password", "plain", to=["a@example.com"])
    message.attach_alternative("<p>html</p>", "text/html")
    connection = get_connection()
    assert connection.send_messages([message, message]) == 2
    assert [letter.text.strip() for letter in newest_letters(9)] == ["plain", "plain"]


def test_a_write_that_fails_leaves_nothing_behind(folder, monkeypatch):
    def full(*_args):
        raise OSError("no space left")

    monkeypatch.setattr("rems_portal.notifications.backends.os.replace", full)
    with pytest.raises(OSError, match="no space"):
        post(1)
    assert files(folder) == []


def test_an_empty_mailbox_says_so(client):
    assert "No e-mail yet" in client.get(MAILBOX).content.decode()


def test_the_newest_letters_come_first_and_unfinished_files_are_not_shown(folder):
    for number in range(3):
        post(number, subject=f"Letter {number}")
        newest = max(files(folder), key=lambda path: path.stat().st_ctime_ns)

        os.utime(newest, (number, number))
    (folder / ".unfinished").write_text("half")
    assert [letter.subject for letter in newest_letters(2)] == ["Letter 2", "Letter 1"]


def test_a_letter_that_vanishes_meanwhile_is_left_out(folder, monkeypatch):
    for number in (1, 2):
        post(number)
    kept, gone = files(folder)
    monkeypatch.setattr("rems_portal.notifications.mailbox._newest_files", lambda: [gone, kept])
    gone.unlink()
    assert len(newest_letters(9)) == 1
    monkeypatch.undo()
    (folder / "broken.eml").symlink_to(folder / "nowhere")
    assert len(newest_letters(9)) == 1


def test_the_mailbox_shows_letters_safely_and_links_addresses(client):
    post(1, subject="<b>Ünïcode</b>", body="See http://127.0.0.1:8000/my-patients/ <script>alert(1)</script>")
    text = client.get(MAILBOX).content.decode()
    assert "&lt;b&gt;Ünïcode" in text
    assert 'href="http://127.0.0.1:8000/my-patients/"' in text
    assert "<script>alert" not in text
    assert "person1@example.com" in text


def test_there_is_no_mailbox_outside_the_demo(client, settings):
    settings.DEMO = False
    assert client.get(MAILBOX).status_code == 404


def test_a_mailbox_is_only_read(client):
    assert client.post(MAILBOX).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["case_manager", "auditor", "administrator"])
def test_staff_see_the_state_of_the_outbox(client, who):
    queued = {"kind": "t", "body": "", "queued_at": T0}
    OutboxMessage.objects.create(key="a", recipient="waits@example.com", subject="Waits", **queued)
    failed = {"status": "failed", "attempts": 7, "last_error": "SMTPRecipientsRefused"}
    OutboxMessage.objects.create(key="b", recipient="bad@example.com", subject="Bad", **queued, **failed)
    client.force_login(getattr(make, who)())
    text = client.get(OUTBOX).content.decode()
    for shown in ("waits@example.com", "1 message could not be sent", "SMTPRecipientsRefused", "Given up", "Queued"):
        assert shown in text


@pytest.mark.django_db
def test_nobody_else_sees_the_outbox(client):
    assert client.get(OUTBOX).url.startswith("/accounts/login/")
    for role in ("prescriber", "delegate", "pharmacist"):
        client.force_login(make.account(role))
        assert client.get(OUTBOX).status_code == 403
