"""The agreement forms signed for an enrollment, and the move of a patient to another prescriber."""

from typing import Any

from django.db import models
from django.db.models import Q

from patients.models.enrollment import Enrollment
from prescribers.models import Prescriber
from rems_portal.audit.history import audited
from rems_portal.choices import choices_of, values_of
from rems_portal.rules.categories import RiskCategory
from rems_portal.signatures.models import SignedForm


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Which agreements hold now."""

    def current(self) -> "AgreementQuerySet":
        """Keep the one form of each enrollment that is in force, fully signed or not."""
        return self.filter(in_force_from__isnull=False, superseded_at__isnull=True)


class Agreement(models.Model):
    """A Patient-Physician Agreement Form, one of six (PR-08, PF-05, PN-04, PC-03, PM-03).

    It is written when the prescriber signs. `patient_signed_at` is set once everybody on the patient's side has signed.
    The names are copies from the signatures under `form`.
    """

    class Purpose(models.TextChoices):
        ENROLL = "enroll", "Enrollment"
        CHANGE = "change", "Change of risk category"
        TRANSFER = "transfer", "Transfer to another prescriber"

    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="agreements")
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.ENROLL)
    category = models.CharField(max_length=10, choices=choices_of(RiskCategory))
    program_version = models.CharField(max_length=10)
    form = models.OneToOneField(
        SignedForm,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agreement",
        help_text="Empty only for agreements from before electronic signatures.",
    )
    prescriber_signed_name = models.CharField(max_length=200, blank=True)
    prescriber_signed_at = models.DateTimeField(null=True, blank=True)
    patient_signed_name = models.CharField(max_length=200, blank=True)
    patient_signed_at = models.DateTimeField(null=True, blank=True)
    guardian_name = models.CharField(max_length=200, blank=True)
    guardian_relation = models.CharField(max_length=60, blank=True)
    in_force_from = models.DateTimeField(
        null=True, blank=True, help_text="Empty while a transfer waits for the patient's side."
    )
    superseded_at = models.DateTimeField(null=True, blank=True)
    submission_key = models.UUIDField(unique=True, null=True, blank=True, help_text="Makes a form sent twice one act.")

    history = audited()
    objects: Any = AgreementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment"],
                condition=Q(superseded_at__isnull=True, in_force_from__isnull=False),
                name="agreement_one_current",
            ),
            models.CheckConstraint(
                condition=Q(category__in=values_of(RiskCategory)), name="agreement_category_is_known"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=["enroll", "change", "transfer"]), name="agreement_purpose_is_known"
            ),
            models.CheckConstraint(
                condition=Q(in_force_from__isnull=False) | Q(purpose="transfer"),
                name="agreement_only_a_transfer_waits_to_be_in_force",
            ),
            models.CheckConstraint(
                condition=~Q(purpose="transfer") | Q(in_force_from__isnull=True) | Q(patient_signed_at__isnull=False),
                name="agreement_transfer_in_force_only_when_signed",
            ),
            models.CheckConstraint(
                condition=Q(prescriber_signed_at__isnull=True, prescriber_signed_name="")
                | Q(prescriber_signed_at__isnull=False) & ~Q(prescriber_signed_name=""),
                name="agreement_prescriber_signature_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(patient_signed_at__isnull=True, patient_signed_name="")
                | Q(patient_signed_at__isnull=False) & ~Q(patient_signed_name=""),
                name="agreement_patient_signature_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(patient_signed_at__isnull=True)
                | Q(category__in=["AF_CAN", "AF_CANNOT", "AM"])
                | ~Q(guardian_name="") & ~Q(guardian_relation=""),
                name="agreement_for_a_child_names_the_guardian",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment}: {self.category}"

    @property
    def complete(self) -> bool:
        """Is it signed by both sides?"""
        return self.prescriber_signed_at is not None and self.patient_signed_at is not None

    @property
    def waiting(self) -> bool:
        """Does it still wait for the patient's side?"""
        return self.patient_signed_at is None and self.superseded_at is None


class TransferQuerySet(models.QuerySet["Transfer"]):
    """Which transfers still wait."""

    def pending(self) -> "TransferQuerySet":
        """Keep those that the patient's side has neither signed nor is kept from signing."""
        return self.filter(done_at__isnull=True, withdrawn_at__isnull=True)


class Transfer(models.Model):
    """That another prescriber takes over a patient: asked by the new one, done when the patient's side has signed."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="transfers")
    from_prescriber = models.ForeignKey(Prescriber, on_delete=models.PROTECT, related_name="transfers_away")
    to_prescriber = models.ForeignKey(Prescriber, on_delete=models.PROTECT, related_name="transfers_here")
    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="transfer")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_name = models.CharField(max_length=200, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)
    email = models.EmailField("e-mail address", blank=True, help_text="The patient’s, as given to the new prescriber.")

    history = audited()
    objects: Any = TransferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by_name="", withdrawn_reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by_name="") & ~Q(withdrawn_reason=""),
                name="transfer_withdrawal_names_who_and_why",
            ),
            models.CheckConstraint(
                condition=~Q(from_prescriber=models.F("to_prescriber")), name="transfer_leads_to_another_prescriber"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(withdrawn_at__isnull=True), name="transfer_ends_in_one_way"
            ),
            models.UniqueConstraint(
                fields=["enrollment", "to_prescriber"],
                condition=Q(done_at__isnull=True, withdrawn_at__isnull=True),
                name="transfer_asked_once_by_a_prescriber",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment}: to {self.to_prescriber}"

    @property
    def pending(self) -> bool:
        """Does it still wait for the patient's side?"""
        return self.done_at is None and self.withdrawn_at is None
