"""Pregnancy tests as they were recorded."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from patients.models.enrollment import Enrollment
from rems_portal.audit.history import audited


class PregnancyTest(models.Model):
    """One pregnancy test (domain.md section 4; PR-04, PR-14)."""

    class Result(models.TextChoices):
        NEGATIVE = "negative", "Negative"
        POSITIVE = "positive", "Positive"
        INDETERMINATE = "indeterminate", "Indeterminate"

    class Method(models.TextChoices):
        SERUM = "serum", "Blood (serum)"
        URINE = "urine", "Urine"

    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="pregnancy_tests")
    collected_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    method = models.CharField(max_length=10, choices=Method.choices)
    sensitivity_miu_ml = models.PositiveSmallIntegerField("sensitivity (mIU/mL)")
    result = models.CharField(max_length=15, choices=Result.choices)
    laboratory = models.CharField(max_length=150)
    entered_at = models.DateTimeField()
    entered_by_name = models.CharField(max_length=200)
    source = models.CharField(max_length=10, help_text="The channel it came through.")
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cleared_reason = models.TextField(blank=True)
    submission_key = models.UUIDField(unique=True, null=True, blank=True)

    history = audited()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(collected_at__lte=models.F("reported_at"), reported_at__lte=models.F("entered_at")),
                name="pregnancy_test_happens_before_it_is_told",
            ),
            models.CheckConstraint(
                condition=Q(result__in=["negative", "positive", "indeterminate"]), name="pregnancy_test_result_is_known"
            ),
            models.CheckConstraint(condition=Q(method__in=["serum", "urine"]), name="pregnancy_test_method_is_known"),
            models.CheckConstraint(condition=Q(sensitivity_miu_ml__gte=1), name="pregnancy_test_sensitivity_positive"),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True, cleared_by__isnull=True, cleared_reason="")
                | Q(cleared_at__isnull=False, cleared_by__isnull=False) & ~Q(cleared_reason=""),
                name="pregnancy_test_clearing_is_whole",
            ),
            models.CheckConstraint(condition=~Q(entered_by_name=""), name="pregnancy_test_names_who_entered_it"),
        ]
        indexes = [models.Index(fields=["enrollment", "-collected_at"], name="test_by_enrollment")]

    def __str__(self) -> str:
        return f"{self.enrollment}: {self.result}"
