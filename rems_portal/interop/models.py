"""API tokens: a system of one prescriber or one pharmacy. The token itself is shown once and never stored."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from pharmacies.models import Pharmacy
from prescribers.models import Prescriber
from rems_portal.audit.history import audited


class ApiToken(models.Model):
    """A long random token, kept as a fast SHA-256 hash: guessing 256 bits needs no slow hash to be hopeless."""

    label = models.CharField(max_length=100, help_text="What uses it, such as “dispensing system, main street”.")
    token_hash = models.CharField(max_length=64, unique=True)
    prescriber = models.ForeignKey(
        Prescriber, null=True, blank=True, on_delete=models.PROTECT, related_name="api_tokens"
    )
    pharmacy = models.ForeignKey(Pharmacy, null=True, blank=True, on_delete=models.PROTECT, related_name="api_tokens")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    history = audited()

    class Meta:
        verbose_name = "API token"
        constraints = [
            models.CheckConstraint(
                condition=Q(prescriber__isnull=False, pharmacy__isnull=True)
                | Q(prescriber__isnull=True, pharmacy__isnull=False),
                name="api_token_belongs_to_one",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="api_token_expires"),
        ]

    def __str__(self) -> str:
        return self.label
