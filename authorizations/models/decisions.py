"""What the program answered, with all that explains it later."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from patients.models import Enrollment
from pharmacies.models import Pharmacy
from prescribers.models import Prescriber
from rems_portal.audit.actors import Channel
from rems_portal.signatures.models import SignedForm


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions are written once."""

    def update(self, **kwargs: Any) -> int:
        """Raise TypeError: a decision is never changed."""
        raise TypeError("A decision is never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Raise TypeError: a decision is never deleted."""
        raise TypeError("A decision is never deleted")


class Decision(models.Model):
    """One answer of the program, granted or refused, with all that explains it later (PG-06, domain.md 12.5)."""

    class Ask(models.TextChoices):
        AUTHORIZATION = "authorization", "Authorization"
        CONFIRMATION = "confirmation", "Confirmation"

    class Outcome(models.TextChoices):
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"

    ask = models.CharField(max_length=15, choices=Ask.choices)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    at = models.DateTimeField()
    program = models.CharField(max_length=30)
    program_version = models.CharField(max_length=10)
    facts = models.JSONField(help_text="Exactly what the rules were told.")
    checks = models.JSONField(help_text="Each check: rule, obligations, whether it holds, sentence, whose move.")
    failed = models.CharField(max_length=200, blank=True, help_text="Rule ids that failed, comma separated.")
    actor_name = models.CharField(max_length=200)
    channel = models.CharField(max_length=10, choices=[(c.value, c.value) for c in Channel])
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    enrollment = models.ForeignKey(
        Enrollment, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    prescriber = models.ForeignKey(
        Prescriber, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    pharmacy = models.ForeignKey(Pharmacy, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    idempotency_key = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - unique where given
    request_hash = models.CharField(max_length=64, blank=True)
    form = models.OneToOneField(
        SignedForm,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="decision",
        verbose_name="prescriber survey",
        help_text="The signed prescriber survey, granted or refused. Empty for confirmations, and for old decisions.",
    )

    objects: Any = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="granted", failed="") | Q(outcome="refused") & ~Q(failed=""),
                name="decision_granted_only_when_nothing_failed",
            ),
            models.CheckConstraint(
                condition=Q(ask="authorization", prescriber__isnull=False, enrollment__isnull=False)
                | Q(ask="confirmation", pharmacy__isnull=False),
                name="decision_names_who_asked",
            ),
            models.CheckConstraint(condition=~Q(program_version=""), name="decision_names_its_version"),
            models.CheckConstraint(condition=~Q(actor_name=""), name="decision_names_the_actor"),
            models.UniqueConstraint(fields=["pharmacy", "idempotency_key"], name="decision_once_per_key_of_pharmacy"),
            models.UniqueConstraint(
                fields=["prescriber", "idempotency_key"], name="decision_once_per_key_of_prescriber"
            ),
        ]
        indexes = [models.Index(fields=["enrollment", "-at"], name="decision_by_enrollment")]

    def __str__(self) -> str:
        return f"{self.ask} {self.outcome} {self.at:%Y-%m-%d %H:%M} UTC"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the decision once. Raises TypeError on a second save."""
        if not self._state.adding:
            raise TypeError("A decision is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Raise TypeError: a decision is never deleted."""
        raise TypeError("A decision is never deleted")

    @property
    def granted(self) -> bool:
        """Was the answer yes?"""
        return self.outcome == self.Outcome.GRANTED
