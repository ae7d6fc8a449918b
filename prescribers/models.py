"""Prescribers (who they are), their certification in a program (what they take part in), and their delegates."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from rems_portal.audit.history import audited
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.signatures.models import SignedForm


class Prescriber(models.Model):
    """A healthcare provider, identified by NPI. Identity only: see `PrescriberCertification` for the program."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="prescriber")
    npi = models.CharField("NPI", max_length=10, unique=True)
    full_name = models.CharField(max_length=150)
    credentials = models.CharField(max_length=40, blank=True)
    practice_name = models.CharField(max_length=150)
    phone = models.CharField(max_length=30)
    address = models.CharField(max_length=250, blank=True)

    history = audited()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(npi__regex=r"^[0-9]{10}$"), name="prescriber_npi_has_ten_digits")
        ]

    def __str__(self) -> str:
        return f"{self.full_name}, {self.credentials}" if self.credentials else self.full_name


class PrescriberCertification(models.Model):
    """A prescriber's part in one program (PR-01 to PR-03)."""

    prescriber = models.ForeignKey(Prescriber, on_delete=models.PROTECT, related_name="certifications")
    program = models.CharField(max_length=30)
    status = models.CharField(
        max_length=20, choices=[(s.value, s.value.replace("_", " ")) for s in CertificationStatus]
    )
    program_version = models.CharField(max_length=10, blank=True)
    form = models.OneToOneField(
        SignedForm,
        verbose_name="Prescriber Enrollment Form",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="prescriber_certification",
        help_text="Empty where it was signed before forms were signed electronically.",
    )
    signed_name = models.CharField(max_length=150, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    certified_at = models.DateTimeField(null=True, blank=True)

    history = audited()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prescriber", "program"], name="prescriber_certified_once_per_program"),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in CertificationStatus]),
                name="prescriber_certification_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status=CertificationStatus.IN_PROGRESS)
                | Q(certified_at__isnull=False, signed_at__isnull=False) & ~Q(signed_name=""),
                name="prescriber_certified_only_when_signed",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_name="") | Q(signed_at__isnull=False) & ~Q(signed_name=""),
                name="prescriber_certification_signature_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(form__isnull=True) | Q(signed_at__isnull=False),
                name="prescriber_certification_keeps_a_form_that_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prescriber}: {self.program} {self.status}"


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Which delegations hold on a day."""

    def in_force(self, on: date) -> "DelegationQuerySet":
        """Keep those that have begun by `on`, a program day, and have not ended: one ended today is over at once."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on)


class Delegation(models.Model):
    """Office staff who may prepare forms and enter results for a prescriber; never sign, attest or submit.

    It holds from `starts_on` until before `ends_on`, program days; for one that was called off they are the same day.
    """

    prescriber = models.ForeignKey(Prescriber, on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    history = audited()
    objects: Any = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="delegation_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["prescriber", "delegate"],
                condition=Q(ends_on__isnull=True),
                name="delegation_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegate} for {self.prescriber}"

    def is_over(self, on: date) -> bool:
        """Has it ended by `on`, a program day, or been called off before it began?"""
        return self.ends_on is not None and self.ends_on <= max(on, self.starts_on)

    @property
    def last_day(self) -> date | None:
        """The last program day on which it holds; None while no end is planned."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None
