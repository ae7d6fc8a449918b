"""The outbox is delivered once: claims, retries, giving up, stale claims, several deliverers at once."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection

import tests.factories as make
from rems_portal.notifications import delivery
from rems_portal.notifications.actions import Message, queue, tell
from rems_portal.notifications.delivery import MOST_TRIES, WAITS, deliver, message_id
from rems_portal.notifications.models import OutboxMessage
from rems_portal.notifications.tasks import deliver_outbox

T0 = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
MEMORY = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def _mail_in_memory(settings):
    settings.EMAIL_BACKEND = MEMORY
    settings.DEFAULT_FROM_EMAIL = "REMS <rems@portal.example>"


def put(number: int, *, at: datetime = T0, recipient: str = "") -> OutboxMessage:
    recipient = recipient or f"person{number}@example.com"
    message = Message(key=f"k:{number}", kind="test", recipient=recipient, user=None, subject="Due", text="Sign in.")
    queue([message], at=at)
    return OutboxMessage.objects.get(key=message.key)


def at(moment: datetime):
    return lambda: moment


@pytest.mark.django_db
def test_delivering_sends_each_message_and_marks_it():
    first, second = put(1), put(2)
    tally = deliver(at(T0))
    assert (tally.sent, tally.put_back, tally.given_up) == (2, 0, 0)
    assert [sent.to for sent in mail.outbox] == [[first.recipient], [second.recipient]]
    first.refresh_from_db()
    assert (first.status, first.sent_at, first.attempts) == ("sent", T0, 1)
    assert deliver(at(T0 + timedelta(days=1))).sent == 0


@pytest.mark.django_db
def test_every_try_carries_the_same_message_id_and_date():
    message = put(1)
    once, again = delivery.as_email(message).message(), delivery.as_email(message).message()
    assert once["Message-ID"] == again["Message-ID"] == message_id("k:1")
    assert once["Message-ID"].endswith("@portal.example>")
    assert "k:1" not in once["Message-ID"]
    assert once["Date"] == again["Date"] == "Mon, 15 Jun 2026 10:00:00 +0000"


@pytest.mark.django_db
def test_the_same_key_is_queued_once():
    put(1)
    put(1, at=T0 + timedelta(hours=1))
    assert OutboxMessage.objects.get().queued_at == T0


@pytest.mark.django_db
def test_one_bad_address_stops_nobody_and_is_tried_again_later():
    bad, good = put(1, recipient="broken\naddress@example.com"), put(2)
    tally = deliver(at(T0))
    assert (tally.sent, tally.put_back) == (1, 1)
    bad.refresh_from_db()
    good.refresh_from_db()
    assert good.status == "sent"
    assert (bad.status, bad.attempts) == ("queued", 1)
    assert bad.last_error.startswith("BadHeaderError")
    assert deliver(at(T0 + WAITS[0] - timedelta(seconds=1))).put_back == 0
    assert deliver(at(T0 + WAITS[0])).put_back == 1


@pytest.mark.django_db
def test_a_message_is_given_up_after_the_last_try():
    bad = put(1, recipient="broken\naddress@example.com")
    now = T0
    for wait in (*WAITS, timedelta(days=9)):
        deliver(at(now))
        now += wait
    bad.refresh_from_db()
    assert (bad.status, bad.attempts) == ("failed", MOST_TRIES)
    assert deliver(at(now + timedelta(days=30))) == delivery.Tally()
    assert mail.outbox == []


@pytest.mark.django_db
def test_a_mail_server_that_was_away_gets_everything_later(monkeypatch):
    put(1)
    put(2)

    def away(self, messages):
        raise ConnectionRefusedError("away")

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", away)
        assert deliver(at(T0)).put_back == 2
    assert deliver(at(T0 + WAITS[0])).sent == 2


@pytest.mark.django_db
def test_a_claim_left_behind_is_taken_again_after_ten_minutes():
    message = put(1)
    assert delivery.claim(message, T0)
    assert deliver(at(T0 + timedelta(minutes=10) - timedelta(seconds=1))).sent == 0
    assert deliver(at(T0 + timedelta(minutes=10))).sent == 1


@pytest.mark.django_db
def test_a_message_that_stops_every_worker_is_given_up():
    message = put(1)
    OutboxMessage.objects.update(status="sending", claimed_at=T0, attempts=MOST_TRIES)
    assert deliver(at(T0 + timedelta(minutes=11))).given_up == 1
    message.refresh_from_db()
    assert message.status == "failed"
    assert "stopped in the middle" in message.last_error


@pytest.mark.django_db
def test_only_one_of_two_claims_succeeds():
    message, same = put(1), OutboxMessage.objects.get()
    assert delivery.claim(message, T0)
    assert not delivery.claim(same, T0)


@pytest.mark.django_db
def test_a_worker_that_lost_its_claim_changes_nothing():
    slow = put(1)
    assert delivery.claim(slow, T0)
    quick = OutboxMessage.objects.get()
    assert delivery.claim(quick, T0 + timedelta(minutes=11))
    delivery._mark(slow, status="failed", last_error="too late")
    slow.refresh_from_db()
    assert (slow.status, slow.attempts) == ("sending", 2)


@pytest.mark.django_db
def test_no_message_is_claimed_after_the_time_is_up():
    put(1)
    assert deliver(at(T0), until=T0).sent == 0
    assert OutboxMessage.objects.get().attempts == 0


@pytest.mark.django_db
def test_more_than_one_batch_is_sent(monkeypatch):
    monkeypatch.setattr(delivery, "AT_ONCE", 2)
    for number in range(5):
        put(number)
    assert deliver(at(T0)).sent == 5


@pytest.mark.django_db
def test_the_task_sends():
    put(1)
    deliver_outbox()
    assert OutboxMessage.objects.get().status == "sent"


@pytest.mark.django_db
def test_telling_skips_closed_accounts_and_adds_the_portal_and_nothing_else(
    settings, django_capture_on_commit_callbacks
):
    open_account, closed = make.account(), make.account()
    closed.is_active = False
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        told = tell(users=[open_account, closed], key="k", kind="test", subject="S", text="Do this.", at=T0)
    assert told == 1
    assert len(callbacks) == 1
    message = OutboxMessage.objects.get()
    assert message.recipient == open_account.email
    assert message.body == f"Do this.\n\nSign in to see it: {settings.PORTAL_URL}\n"


@pytest.mark.django_db
def test_without_a_broker_the_hint_is_lost_and_the_message_is_not(monkeypatch, django_capture_on_commit_callbacks):
    def no_broker(*_args, **_kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("rems_portal.notifications.actions.current_app.send_task", no_broker)
    with django_capture_on_commit_callbacks() as callbacks:
        tell(users=[make.account()], key="k", kind="test", subject="S", text="Do this.", at=T0)
    with pytest.raises(ConnectionRefusedError):
        callbacks[0]()
    assert OutboxMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_deliverers_at_once_send_each_message_once(settings, tmp_path):
    settings.MAILBOX_DIR = tmp_path
    settings.EMAIL_BACKEND = "tests.integration.counting_mail.CountingBackend"
    for number in range(30):
        put(number)
    start = threading.Barrier(4)

    def run():
        start.wait()
        try:
            deliver(at(T0))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = (tmp_path / "sent.log").read_text().splitlines()
    assert len(lines) == 30
    assert len(set(lines)) == 30
    assert OutboxMessage.objects.filter(status="sent", attempts=1).count() == 30
