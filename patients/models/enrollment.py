"""Who a patient is, the course of treatment in a program, and the agreement form signed for it."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from prescribers.models import Prescriber
from rems_portal.audit.history import audited
from rems_portal.choices import choices_of, values_of
from rems_portal.rules.categories import CannotBasis, MenstrualCycles, RiskCategory, Sex
from rems_portal.rules.lifecycles import EnrollmentStatus


class Patient(models.Model):
    """A person who takes the product. Identity only: see `Enrollment` for the program."""

    number = models.CharField("patient id", max_length=24, unique=True)
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100)
    birth_date = models.DateField()
    sex = models.CharField(max_length=10, choices=choices_of(Sex))
    email = models.EmailField("e-mail address", blank=True)
    identity_key = models.CharField(
        max_length=64, unique=True, editable=False, help_text="One person, one row: see `patients.queries`."
    )

    history = audited()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=values_of(Sex)), name="patient_sex_is_known"),
            models.CheckConstraint(condition=~Q(family_name=""), name="patient_has_a_name"),
        ]
        indexes = [models.Index(fields=["family_name", "given_name"], name="patient_by_name")]

    def __str__(self) -> str:
        return self.number

    @property
    def full_name(self) -> str:
        """Return the name as people say it; some people have only one."""
        return f"{self.given_name} {self.family_name}".strip()


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    """The words in which screens and jobs ask for enrollments."""

    def enrolled(self) -> "EnrollmentQuerySet":
        """Keep those in treatment or before it."""
        return self.filter(status=EnrollmentStatus.ENROLLED)

    def locked(self) -> "EnrollmentQuerySet":
        """Lock the rows until the transaction ends: every act on a patient's numbers takes this first.

        PostgreSQL locks the row; on SQLite the IMMEDIATE transaction already holds the whole database.
        """
        return self.select_for_update(of=("self",), no_key=True)

    def test_due_by(self, day: date) -> "EnrollmentQuerySet":
        """Keep those whose next pregnancy test falls due on or before `day`."""
        return self.enrolled().filter(next_test_due__lte=day)

    def survey_due_by(self, day: date) -> "EnrollmentQuerySet":
        """Keep those whose next patient survey falls due on or before `day`."""
        return self.enrolled().filter(next_survey_due__lte=day)


class Enrollment(models.Model):
    """One course of treatment of a patient in a program, with one prescriber (PR-08)."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="enrollments")
    program = models.CharField(max_length=30)
    prescriber = models.ForeignKey(Prescriber, on_delete=models.PROTECT, related_name="enrollments")
    status = models.CharField(max_length=20, choices=choices_of(EnrollmentStatus))
    enrolled_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    can_get_pregnant = models.BooleanField(null=True, blank=True, help_text="Empty for males.")
    cannot_basis = models.CharField(max_length=30, blank=True, choices=choices_of(CannotBasis))
    menstrual_cycles = models.CharField(max_length=10, blank=True, choices=choices_of(MenstrualCycles))
    next_test_due = models.DateField(null=True, blank=True, help_text="A program day; kept by the acts that change it.")
    next_survey_due = models.DateField(null=True, blank=True, help_text="A program day; kept by the acts.")
    submission_key = models.UUIDField(unique=True, null=True, blank=True, help_text="Makes a form sent twice one act.")

    history = audited()
    objects: Any = EnrollmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "program"], condition=Q(status="enrolled"), name="patient_enrolled_once_per_program"
            ),
            models.CheckConstraint(
                condition=Q(status__in=values_of(EnrollmentStatus)), name="enrollment_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status="enrolled", ended_at__isnull=True)
                | Q(status="discontinued", ended_at__isnull=False),
                name="enrollment_ended_at_fits_status",
            ),
            models.CheckConstraint(
                condition=~Q(can_get_pregnant=False) | Q(cannot_basis__in=values_of(CannotBasis)),
                name="enrollment_cannot_has_a_basis",
            ),
        ]
        indexes = [
            models.Index(fields=["prescriber", "status", "-enrolled_at"], name="enrollment_by_prescriber"),
            models.Index(
                fields=["next_test_due"],
                condition=Q(status="enrolled", next_test_due__isnull=False),
                name="enrollment_test_due",
            ),
            models.Index(
                fields=["next_survey_due"],
                condition=Q(status="enrolled", next_survey_due__isnull=False),
                name="enrollment_survey_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient.number} ({self.status})"


class Agreement(models.Model):
    """A signed Patient-Physician Agreement Form, one of six (PR-08, PF-05, PN-04, PC-03, PM-03)."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="agreements")
    category = models.CharField(max_length=10, choices=choices_of(RiskCategory))
    program_version = models.CharField(max_length=10)
    prescriber_signed_name = models.CharField(max_length=150, blank=True)
    prescriber_signed_at = models.DateTimeField(null=True, blank=True)
    patient_signed_name = models.CharField(max_length=200, blank=True)
    patient_signed_at = models.DateTimeField(null=True, blank=True)
    guardian_name = models.CharField(max_length=150, blank=True)
    guardian_relation = models.CharField(max_length=60, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    submission_key = models.UUIDField(unique=True, null=True, blank=True, help_text="Makes a form sent twice one act.")

    history = audited()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment"], condition=Q(superseded_at__isnull=True), name="agreement_one_current"
            ),
            models.CheckConstraint(
                condition=Q(category__in=values_of(RiskCategory)), name="agreement_category_is_known"
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
