"""The record of who looked: one row for each look at a patient, and for each look that was denied."""

from django.conf import settings
from django.db import models


class AccessEvent(models.Model):
    """One look at a record, or one denied try. Never changed."""

    class Outcome(models.TextChoices):
        SHOWN = "shown", "Shown"
        DENIED = "denied", "Denied"

    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_name = models.CharField(max_length=200)
    channel = models.CharField(max_length=10)
    record = models.CharField(max_length=60, help_text="What was looked at, as kind and number: never a name.")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)

    class Meta:
        indexes = [
            models.Index(fields=["record", "-at"], name="access_by_record"),
            models.Index(fields=["user", "-at"], name="access_by_user"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(outcome__in=["shown", "denied"]), name="access_outcome_is_known"),
            models.CheckConstraint(condition=~models.Q(actor_name=""), name="access_names_who_looked"),
        ]
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.record} {self.outcome}"
