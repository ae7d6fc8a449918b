"""Who a patient is, the course of treatment in a program, and the agreement form signed for it."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Case, Q, Value, When

from prescribers.models import Prescriber
from rems_portal.audit.history import audited
from rems_portal.choices import choices_of, values_of
from rems_portal.rules.categories import CannotBasis, MenstrualCycles, Sex
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.signatures.models import SignedForm


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


_ORDER = (
    EnrollmentStatus.ENROLLED,
    EnrollmentStatus.PENDING,
    EnrollmentStatus.DISCONTINUED,
    EnrollmentStatus.WITHDRAWN,
)
_BY_STATUS = Case(*(When(status=status, then=Value(place)) for place, status in enumerate(_ORDER)))


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    """The words in which screens and jobs ask for enrollments."""

    def enrolled(self) -> "EnrollmentQuerySet":
        """Keep those in treatment or before it."""
        return self.filter(status=EnrollmentStatus.ENROLLED)

    def open(self) -> "EnrollmentQuerySet":
        """Keep those that are enrolled or wait for signatures."""
        return self.filter(status__in=[EnrollmentStatus.PENDING, EnrollmentStatus.ENROLLED])

    def latest_first(self) -> "EnrollmentQuerySet":
        """Order so that of a patient's courses the one that counts is first.

        One that runs, then one that waits for signatures, then an ended one, at last one that was withdrawn; the latest
        of each first.
        """
        return self.order_by(_BY_STATUS, "-enrolled_at", "-pk")

    def coming_of_age_by(self, day: date) -> "EnrollmentQuerySet":
        """Keep children whose 18th birthday is on or before `day`."""
        return self.enrolled().filter(comes_of_age_on__lte=day)

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
    enrolled_at = models.DateTimeField(help_text="Of the last signature; while it is pending, of the prescriber's.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_name = models.CharField(max_length=200, blank=True)
    ended_reason = models.CharField(max_length=200, blank=True)
    after_care_until = models.DateField(
        null=True, blank=True, help_text="The last program day of the reminders after treatment."
    )
    ending_form = models.OneToOneField(
        SignedForm,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="ended_enrollment",
        help_text="The signed discontinuation form; empty when program staff ended the treatment.",
    )
    comes_of_age_on = models.DateField(
        null=True, blank=True, help_text="The 18th birthday, while the form on file is a child's."
    )
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
                condition=Q(status__in=["pending", "enrolled"], ended_at__isnull=True)
                | Q(status__in=["discontinued", "withdrawn"], ended_at__isnull=False),
                name="enrollment_ended_at_fits_status",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by_name="", ended_reason="")
                | Q(ended_at__isnull=False) & ~Q(ended_by_name="") & ~Q(ended_reason=""),
                name="enrollment_ending_names_who_and_why",
            ),
            models.CheckConstraint(
                condition=Q(ending_form__isnull=True) | Q(status="discontinued"),
                name="enrollment_ending_form_ends_treatment",
            ),
            models.UniqueConstraint(
                fields=["patient", "program", "prescriber"],
                condition=Q(status="pending"),
                name="enrollment_pending_once_per_prescriber",
            ),
            models.CheckConstraint(
                condition=Q(after_care_until__isnull=True) | Q(status="discontinued"),
                name="enrollment_after_care_follows_treatment",
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
            models.Index(
                fields=["comes_of_age_on"],
                condition=Q(status="enrolled", comes_of_age_on__isnull=False),
                name="enrollment_coming_of_age",
            ),
            models.Index(
                fields=["after_care_until"],
                condition=Q(after_care_until__isnull=False),
                name="enrollment_after_care",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient.number} ({self.status})"
