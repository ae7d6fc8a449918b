"""Patients (who they are) and their part in a program: enrollment, agreement, tests, surveys, safety cases.

No verbs here: acts are in `patients.actions` and, where they void numbers, in `authorizations.actions`.
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from prescribers.models import Prescriber
from rems_portal.audit.history import audited
from rems_portal.rules.categories import CannotBasis, MenstrualCycles, RiskCategory, Sex
from rems_portal.rules.lifecycles import CaseStatus, EnrollmentStatus


def _values(enum: Any) -> list[str]:
    return [member.value for member in enum]


def _choices(enum: Any) -> list[tuple[str, str]]:
    return [(member.value, getattr(member, "label", member.value.replace("_", " "))) for member in enum]


class Patient(models.Model):
    """A person who takes the product. Identity only: see `Enrollment` for the program."""

    number = models.CharField("patient id", max_length=24, unique=True)
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100)
    birth_date = models.DateField()
    sex = models.CharField(max_length=10, choices=_choices(Sex))
    email = models.EmailField("e-mail address", blank=True)
    identity_key = models.CharField(
        max_length=64, unique=True, editable=False, help_text="One person, one row: see `patients.queries`."
    )

    history = audited()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=_values(Sex)), name="patient_sex_is_known"),
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
    status = models.CharField(max_length=20, choices=_choices(EnrollmentStatus))
    enrolled_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    can_get_pregnant = models.BooleanField(null=True, blank=True, help_text="Empty for males.")
    cannot_basis = models.CharField(max_length=30, blank=True, choices=_choices(CannotBasis))
    menstrual_cycles = models.CharField(max_length=10, blank=True, choices=_choices(MenstrualCycles))
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
                condition=Q(status__in=_values(EnrollmentStatus)), name="enrollment_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status="enrolled", ended_at__isnull=True)
                | Q(status="discontinued", ended_at__isnull=False),
                name="enrollment_ended_at_fits_status",
            ),
            models.CheckConstraint(
                condition=~Q(can_get_pregnant=False) | Q(cannot_basis__in=_values(CannotBasis)),
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
    category = models.CharField(max_length=10, choices=_choices(RiskCategory))
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
            models.CheckConstraint(condition=Q(category__in=_values(RiskCategory)), name="agreement_category_is_known"),
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


class SurveyInvitation(models.Model):
    """An expiring link to the patient survey. Only the hash of its secret is kept."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="survey_invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField()
    invited_by_name = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    failed_birth_dates = models.PositiveSmallIntegerField(default=0)
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
    status = models.CharField(max_length=10, choices=_choices(CaseStatus))
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
