"""Safety cases, and what was reported to them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from patients.models.enrollment import Enrollment
from rems_portal.audit.history import audited
from rems_portal.choices import choices_of
from rems_portal.rules.lifecycles import CaseStatus


class SafetyCase(models.Model):
    """A safety case on one enrollment: a pregnancy, menses begun in a child, answers that contradict the record."""

    class Kind(models.TextChoices):
        PREGNANCY = "pregnancy", "Pregnancy reported or suspected"
        PARTNER_PREGNANCY = "partner_pregnancy", "Pregnancy of a male patient's partner"
        MENSES_BEGAN = "menses_began", "Menses began in a child"
        DISCORDANCE = "discordance", "Answers contradict the record"

    number = models.CharField("case number", max_length=24, unique=True)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="safety_cases")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    holds = models.BooleanField("stops authorizations and confirmations")
    status = models.CharField(max_length=10, choices=choices_of(CaseStatus))
    opened_at = models.DateTimeField()
    opened_by_name = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closing_reason = models.TextField(blank=True)

    history = audited()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "kind"], condition=Q(status="open"), name="safety_case_one_open_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["pregnancy", "menses_began"], holds=True)
                | Q(kind__in=["partner_pregnancy", "discordance"], holds=False),
                name="safety_case_holds_by_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True, closed_by__isnull=True, closing_reason="")
                | Q(status="closed", closed_at__isnull=False, closed_by__isnull=False) & ~Q(closing_reason=""),
                name="safety_case_closing_is_whole",
            ),
            models.CheckConstraint(condition=~Q(opened_by_name=""), name="safety_case_names_who_opened_it"),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.get_kind_display()})"


class SafetyReport(models.Model):
    """What one person reported; several reports may belong to one case. Seen by program staff only."""

    case = models.ForeignKey(SafetyCase, on_delete=models.PROTECT, related_name="reports")
    reported_at = models.DateTimeField()
    reporter_name = models.CharField(max_length=200)
    reporter_role = models.CharField(max_length=20)
    details = models.TextField(blank=True)
    submission_key = models.UUIDField(unique=True, null=True, blank=True)

    history = audited()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reporter_name=""), name="safety_report_names_who_reported")]

    def __str__(self) -> str:
        return f"{self.case}: report"
