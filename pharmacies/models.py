"""Pharmacies (who they are), their certification in a program, and their staff."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from rems_portal.audit.history import audited
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.signatures.models import SignedForm


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
    form = models.OneToOneField(
        SignedForm,
        verbose_name="signed form",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="pharmacy_certification",
        help_text="Empty for certifications from before forms were signed electronically.",
    )

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


class QuizAttempt(models.Model):
    """One try at the Certification Quiz: the paper that was drawn and what was answered; every one is kept (PH-01).

    A matter of the person and the program version; `certification` is the one it was opened for. `paper` lists the
    codes of the questions and of their choices, both in the order shown. An attempt that was never sent has no score.
    """

    certification = models.ForeignKey(PharmacyCertification, on_delete=models.PROTECT, related_name="quiz_attempts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="quiz_attempts")
    program = models.CharField(max_length=30)
    program_version = models.CharField(max_length=10)
    opened_at = models.DateTimeField()
    paper = models.JSONField()
    taken_at = models.DateTimeField("sent", null=True, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    correct = models.PositiveSmallIntegerField(null=True, blank=True)
    questions = models.PositiveSmallIntegerField()
    passed = models.BooleanField(default=False)

    history = audited()

    class Meta:
        ordering = ["opened_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(correct__lte=models.F("questions")), name="quiz_has_no_more_right_answers_than_questions"
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True, correct__isnull=True, passed=False)
                | Q(taken_at__isnull=False, correct__isnull=False),
                name="quiz_is_scored_when_it_was_sent",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(taken_at__gte=models.F("opened_at")),
                name="quiz_is_sent_after_it_was_opened",
            ),
            models.UniqueConstraint(
                fields=["person", "program", "program_version"],
                condition=Q(taken_at__isnull=True),
                name="quiz_paper_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.correct}/{self.questions}" if self.taken_at else "not sent"


class PharmacyStaffQuerySet(models.QuerySet["PharmacyStaff"]):
    """Who works where on a day."""

    def in_force(self, on: date) -> "PharmacyStaffQuerySet":
        """Keep those who have begun by `on`, a program day, and have not left: who left today is out at once."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on)


class PharmacyStaff(models.Model):
    """A person who works in a pharmacy. Who confirms has a training record of their own.

    `trained_at`, `trained_version`: when which version of the Pharmacy Training was read, as the person's reading says.
    """

    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="staff")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="pharmacy_work")
    is_representative = models.BooleanField("authorized representative", default=False)
    trained_at = models.DateTimeField(null=True, blank=True)
    trained_version = models.CharField("training version", max_length=20, blank=True)
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
            models.CheckConstraint(
                condition=Q(trained_at__isnull=True, trained_version="")
                | Q(trained_at__isnull=False) & ~Q(trained_version=""),
                name="pharmacy_staff_training_names_its_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.pharmacy}"


class HandOverQuerySet(models.QuerySet["HandOver"]):
    """Which hand-overs still wait."""

    def pending(self) -> "HandOverQuerySet":
        """Keep those that wait for the new representative's signature."""
        return self.filter(done_at__isnull=True, withdrawn_at__isnull=True)


class HandOver(models.Model):
    """That somebody else is to represent a pharmacy: done when that person has signed the site's enrollment form.

    `stays`: the representative before goes on working there as staff.
    """

    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="hand_overs")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="pharmacies_handed_over")
    reason = models.CharField(max_length=100)
    stays = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    asked_by_name = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_name = models.CharField(max_length=200, blank=True)

    history = audited()
    objects: Any = HandOverQuerySet.as_manager()

    class Meta:
        verbose_name = "hand-over"
        constraints = [
            models.UniqueConstraint(
                fields=["pharmacy"],
                condition=Q(done_at__isnull=True, withdrawn_at__isnull=True),
                name="pharmacy_hand_over_waits_once",
            ),
            models.CheckConstraint(
                condition=~Q(asked_by_name="") & ~Q(reason=""), name="pharmacy_hand_over_names_who_and_why"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by_name="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by_name=""),
                name="pharmacy_hand_over_withdrawal_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="pharmacy_hand_over_ends_in_one_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pharmacy}: to {self.to}"
