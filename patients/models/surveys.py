"""The patient survey: the links to it and what was answered."""

from django.db import models
from django.db.models import Q

from patients.models.enrollment import Enrollment
from patients.models.links import PatientLink
from rems_portal.audit.history import audited
from rems_portal.signatures.models import SignedForm


class SurveyInvitation(PatientLink):
    """A link to the patient survey."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="survey_invitations")
    draft = models.JSONField(default=dict, blank=True, help_text="Answers given so far: nothing typed is lost.")

    history = audited(excluded_fields=["draft"])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("invited_at")), name="survey_invitation_expires_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(invited_by_name=""), name="survey_invitation_names_who_invited"),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment}: survey link"


class PatientSurvey(models.Model):
    """A completed patient survey (domain.md section 5)."""

    class CompletedBy(models.TextChoices):
        PATIENT = "patient", "The patient"
        GUARDIAN = "guardian", "The parent or guardian"

    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="surveys")
    invitation = models.OneToOneField(
        SurveyInvitation, null=True, blank=True, on_delete=models.PROTECT, related_name="survey"
    )
    form = models.OneToOneField(
        SignedForm,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="patient_survey",
        help_text="Empty only for surveys from before electronic signatures.",
    )
    rule_group = models.CharField(max_length=10)
    program_version = models.CharField(max_length=10)
    answers = models.JSONField()
    completed_at = models.DateTimeField()
    completed_by = models.CharField(max_length=10, choices=CompletedBy.choices)
    channel = models.CharField(max_length=10)

    history = audited()

    class Meta:
        indexes = [models.Index(fields=["enrollment", "-completed_at"], name="survey_by_enrollment")]
        constraints = [
            models.CheckConstraint(
                condition=Q(completed_by__in=["patient", "guardian"]), name="survey_completed_by_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrollment}: survey"
