"""Pharmacies (who they are), their certification in a program, and their staff."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from rems_portal.audit.history import audited
from rems_portal.rules.lifecycles import CertificationStatus


class Pharmacy(models.Model):
    """A dispensing site with its own time zone. Identity only: see `PharmacyCertification` for the program."""

    name = models.CharField(max_length=150)
    npi = models.CharField("NPI", max_length=10, unique=True)
    ncpdp_id = models.CharField("NCPDP id", max_length=7, unique=True)
    time_zone = models.CharField(max_length=60, help_text="IANA name, such as America/Chicago.")
    phone = models.CharField(max_length=30)
    address = models.CharField(max_length=250, blank=True)

    history = audited()

    class Meta:
        verbose_name_plural = "pharmacies"
        constraints = [
            models.CheckConstraint(condition=Q(npi__regex=r"^[0-9]{10}$"), name="pharmacy_npi_has_ten_digits"),
            models.CheckConstraint(condition=Q(ncpdp_id__regex=r"^[0-9]{7}$"), name="pharmacy_ncpdp_has_seven_digits"),
        ]

    def __str__(self) -> str:
        return self.name


class PharmacyCertification(models.Model):
    """A pharmacy's part in one program (PH-01, PH-02)."""

    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="certifications")
    program = models.CharField(max_length=30)
    status = models.CharField(
        max_length=20, choices=[(s.value, s.value.replace("_", " ")) for s in CertificationStatus]
    )
    program_version = models.CharField(max_length=10, blank=True)
    attests_supply_left = models.BooleanField(default=False)
    attests_supply_limit = models.BooleanField(default=False)
    attests_number_and_category = models.BooleanField(default=False)
    signed_name = models.CharField(max_length=150, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    certified_at = models.DateTimeField(null=True, blank=True)

    history = audited()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pharmacy", "program"], name="pharmacy_certified_once_per_program"),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in CertificationStatus]),
                name="pharmacy_certification_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status=CertificationStatus.IN_PROGRESS)
                | Q(
                    certified_at__isnull=False,
                    signed_at__isnull=False,
                    attests_supply_left=True,
                    attests_supply_limit=True,
                    attests_number_and_category=True,
                )
                & ~Q(signed_name=""),
                name="pharmacy_certified_only_when_attested_and_signed",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_name="") | Q(signed_at__isnull=False) & ~Q(signed_name=""),
                name="pharmacy_certification_signature_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pharmacy}: {self.program} {self.status}"


class PharmacyMaterialReview(models.Model):
    """That the representative reviewed one version of one material, and when (PH-01)."""

    certification = models.ForeignKey(PharmacyCertification, on_delete=models.PROTECT, related_name="reviews")
    material = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    reviewed_at = models.DateTimeField()

    history = audited()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certification", "material", "version"], name="pharmacy_reviews_a_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.material} {self.version}"


class QuizAttempt(models.Model):
    """One try at the Certification Quiz; every one is kept (PH-01)."""

    certification = models.ForeignKey(PharmacyCertification, on_delete=models.PROTECT, related_name="quiz_attempts")
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField()
    correct = models.PositiveSmallIntegerField()
    questions = models.PositiveSmallIntegerField()
    passed = models.BooleanField()

    history = audited()

    class Meta:
        ordering = ["taken_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(correct__lte=models.F("questions")), name="quiz_has_no_more_right_answers_than_questions"
            )
        ]

    def __str__(self) -> str:
        return f"{self.correct}/{self.questions}"


class PharmacyStaffQuerySet(models.QuerySet["PharmacyStaff"]):
    """Who works where on a day."""

    def in_force(self, on: date) -> "PharmacyStaffQuerySet":
        """Keep those who have begun by `on`, a program day, and have not left: who left today is out at once."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on)


class PharmacyStaff(models.Model):
    """A person who works in a pharmacy. Who confirms has a training record of their own."""

    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="staff")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="pharmacy_work")
    is_representative = models.BooleanField("authorized representative", default=False)
    trained_at = models.DateTimeField(null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    history = audited()
    objects: Any = PharmacyStaffQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "pharmacy staff"
        constraints = [
            models.UniqueConstraint(
                fields=["pharmacy", "user"], condition=Q(ends_on__isnull=True), name="pharmacy_staff_open_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="pharmacy_staff_leaves_after_starting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.pharmacy}"
