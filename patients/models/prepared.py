"""Agreement forms that somebody has filled in and that wait for the prescriber: nothing is signed or enrolled yet."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from patients.models.enrollment import Enrollment
from prescribers.models import Prescriber
from rems_portal.audit.history import audited


class PreparedEnrollment(models.Model):
    """What an agreement form says so far, prepared by office staff for a prescriber to read and sign."""

    prescriber = models.ForeignKey(Prescriber, on_delete=models.PROTECT, related_name="prepared_enrollments")
    answers = models.JSONField(help_text="By field of the enrollment page.")
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    prepared_by_name = models.CharField(max_length=200)
    enrollment = models.OneToOneField(
        Enrollment, null=True, blank=True, on_delete=models.PROTECT, related_name="prepared"
    )
    discarded_at = models.DateTimeField(null=True, blank=True)

    history = audited(excluded_fields=["answers"])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(enrollment__isnull=True) | Q(discarded_at__isnull=True),
                name="prepared_enrollment_used_or_discarded",
            ),
            models.CheckConstraint(condition=~Q(prepared_by_name=""), name="prepared_enrollment_names_who"),
        ]
        indexes = [
            models.Index(
                fields=["prescriber", "-prepared_at"],
                condition=Q(enrollment__isnull=True, discarded_at__isnull=True),
                name="prepared_enrollment_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"prepared form {self.pk}"
