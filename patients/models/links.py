"""Expiring, single-use links for patients and guardians: to the survey and to the signature (domain.md 5, 2)."""

from django.db import models
from django.db.models import Q

from patients.models.agreements import Agreement
from patients.models.enrollment import Enrollment
from rems_portal.audit.history import audited


class PatientLink(models.Model):
    """What every link has. Only the hash of its secret is kept; the second factor is the patient's date of birth."""

    token_hash = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField()
    invited_by_name = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    failed_birth_dates = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


class SigningInvitation(PatientLink):
    """A link on which the patient's side signs an agreement form: the patient, or guardian and then the child."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="signing_invitations")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="invitations")

    history = audited()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("invited_at")), name="signing_invitation_expires_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(invited_by_name=""), name="signing_invitation_names_who_invited"),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment}: signing link"
