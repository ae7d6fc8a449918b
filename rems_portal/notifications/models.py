"""The outbox: what is to be told, to whom, once. The database is the truth; the queue is only a hint."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class OutboxMessage(models.Model):
    """One e-mail to send exactly once under its unique key. Its body never holds health information."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Given up"

    key = models.CharField(max_length=120, unique=True, help_text="What it is about and the day: sends nothing twice.")
    kind = models.CharField(max_length=40)
    recipient = models.EmailField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    subject = models.CharField(max_length=150)
    body = models.TextField()
    private = models.BooleanField(
        default=False, help_text="Its body holds a personal link: nobody else reads it, and it is erased once sent."
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    queued_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-queued_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False) | ~Q(status="sent") & Q(sent_at__isnull=True),
                name="outbox_sent_at_fits_status",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "sending", "sent", "failed"]), name="outbox_status_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["queued_at"], condition=Q(status__in=["queued", "sending"]), name="outbox_to_send")
        ]

    def __str__(self) -> str:
        return self.key
