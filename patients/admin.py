"""Patients for program staff, and their part in the program. Every look is written down (`RecordAdmin.patient`).

Safety cases are shown in `authorizations.admin`: closing one lifts a hold on numbers, which is that app's business.
"""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.safestring import SafeString

from patients.models import (
    Agreement,
    Enrollment,
    Patient,
    PatientSurvey,
    PregnancyTest,
    PreparedEnrollment,
    SafetyReport,
    SigningInvitation,
    SurveyInvitation,
)
from patients.presenters import shown_agreement, shown_ending, shown_patient_survey, shown_transfer
from rems_portal.admin.display import as_list
from rems_portal.admin.inlines import RecordInline
from rems_portal.admin.records import RecordAdmin
from rems_portal.signatures.copies import in_words

BY_PATIENT = ("enrollment__patient__number__exact", "enrollment__patient__family_name__istartswith")
BY_PATIENT_HELP = "A patient number or the beginning of a family name"


@admin.display(description="patient", ordering="enrollment__patient__number")
def patient_number(record: Any) -> str:
    """Return the number of the patient a record belongs to."""
    return str(record.enrollment.patient.number)


class EnrollmentInline(RecordInline):
    """A patient's courses."""

    model = Enrollment
    fields = ("program", "prescriber", "status", "enrolled_at", "ended_at")
    classes = ()


class AgreementInline(RecordInline):
    """The forms signed."""

    model = Agreement
    fields = ("category", "program_version", "prescriber_signed_at", "patient_signed_at", "superseded_at")
    classes = ()


class PregnancyTestInline(RecordInline):
    """The tests of the course."""

    model = PregnancyTest
    fields = ("collected_at", "result", "method", "sensitivity_miu_ml", "laboratory", "entered_by_name", "cleared_at")


class PatientSurveyInline(RecordInline):
    """The surveys of the course."""

    model = PatientSurvey
    fields = ("completed_at", "completed_by", "rule_group", "channel")


@admin.register(Patient)
class PatientAdmin(RecordAdmin):
    """Patients by number or name."""

    patient = ""
    list_display = ("number", "family_name", "given_name", "birth_date", "sex")
    list_filter = ("sex",)
    search_fields = ("number__exact", "family_name__istartswith", "given_name__istartswith")
    search_help_text = "A patient number, or the beginnings of names"
    ordering = ("family_name", "given_name")
    readonly_fields = ("unchanged",)
    inlines = (EnrollmentInline,)

    @admin.display(description="Still what was signed?")
    def unchanged(self, patient: Patient) -> str:
        """Say whether the agreement forms of all courses are unchanged, and who the patient is in them."""
        forms = Agreement.objects.filter(enrollment__patient=patient).order_by("pk")
        return in_words(*(shown_agreement(one) for one in forms))


class EnrollmentAdmin(RecordAdmin):
    """Courses of treatment, with their forms, tests and surveys. Registered where they can be ended, above this app."""

    patient = "patient"
    list_display = ("number", "family_name", "prescriber", "status", "enrolled_at", "next_test_due", "next_survey_due")
    list_select_related = ("patient", "prescriber")
    list_filter = ("status", "program", "agreements__category")
    date_hierarchy = "enrolled_at"
    search_fields = ("patient__number__exact", "patient__family_name__istartswith", "prescriber__npi__exact")
    search_help_text = "A patient number, the beginning of a family name, or a prescriber's NPI"
    ordering = ("-enrolled_at",)
    exclude = ("submission_key",)
    inlines = (AgreementInline, PregnancyTestInline, PatientSurveyInline)

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[str]:
        """Add whether its forms are unchanged, whatever the page above adds."""
        return [*super().get_readonly_fields(request, obj), "unchanged"]

    @admin.display(description="Still what was signed?")
    def unchanged(self, enrollment: Enrollment) -> str:
        """Say whether the course's agreement forms and the form that ended it are unchanged, with their copies."""
        return in_words(*map(shown_agreement, enrollment.agreements.order_by("pk")), shown_ending(enrollment))

    @admin.display(description="patient", ordering="patient__number")
    def number(self, enrollment: Enrollment) -> str:
        """Return the patient's number."""
        return enrollment.patient.number

    @admin.display(description="family name", ordering="patient__family_name")
    def family_name(self, enrollment: Enrollment) -> str:
        """Return the patient's family name."""
        return enrollment.patient.family_name


class CourseRecordAdmin(RecordAdmin):
    """What the records of one course share."""

    patient = "enrollment.patient"
    list_select_related: ClassVar[tuple[str, ...]] = ("enrollment__patient",)
    search_fields = BY_PATIENT
    search_help_text = BY_PATIENT_HELP
    exclude: ClassVar[tuple[str, ...]] = ("submission_key",)


@admin.register(Agreement)
class AgreementAdmin(CourseRecordAdmin):
    """Signed agreement forms, the superseded ones too."""

    list_display = (patient_number, "category", "purpose", "prescriber_signed_at", "patient_signed_at", "superseded_at")
    list_filter = ("category", "purpose", "program_version")
    date_hierarchy = "prescriber_signed_at"
    ordering = ("-prescriber_signed_at",)
    readonly_fields = ("entered_by", "unchanged")

    @admin.display(description="Entered by")
    def entered_by(self, agreement: Agreement) -> str:
        """Return who filled the form in, for whom."""
        return agreement.form.entered_by_name if agreement.form else ""

    @admin.display(description="Still what was signed?")
    def unchanged(self, agreement: Agreement) -> str:
        """Say whether form, signatures and the copies in the record are unchanged."""
        return in_words(shown_agreement(agreement))


@admin.register(PregnancyTest)
class PregnancyTestAdmin(CourseRecordAdmin):
    """Pregnancy tests."""

    list_display = (patient_number, "collected_at", "result", "method", "entered_by_name", "source", "cleared_at")
    list_filter = ("result", "method", "source")
    date_hierarchy = "collected_at"
    ordering = ("-collected_at",)


@admin.register(SurveyInvitation)
class SurveyInvitationAdmin(CourseRecordAdmin):
    """Links to the patient survey; the secret in a link is kept nowhere."""

    list_display = (patient_number, "invited_at", "invited_by_name", "expires_at", "used_at", "failed_birth_dates")
    date_hierarchy = "invited_at"
    ordering = ("-invited_at",)
    exclude = ("token_hash", "draft")


@admin.register(SigningInvitation)
class SigningInvitationAdmin(CourseRecordAdmin):
    """Links on which the patient's side signs; the secret in a link is kept nowhere."""

    list_display = (patient_number, "invited_at", "invited_by_name", "expires_at", "used_at", "failed_birth_dates")
    date_hierarchy = "invited_at"
    ordering = ("-invited_at",)
    exclude = ("token_hash",)


class TransferAdmin(CourseRecordAdmin):
    """Moves of patients from one prescriber to another: asked for, done, taken back."""

    list_display = (patient_number, "from_prescriber", "to_prescriber", "asked_at", "done_at", "withdrawn_at")
    list_select_related = ("enrollment__patient", "from_prescriber", "to_prescriber")
    date_hierarchy = "asked_at"
    ordering = ("-asked_at",)
    readonly_fields = ("unchanged",)

    @admin.display(description="Still what was signed?")
    def unchanged(self, transfer: Any) -> str:
        """Say whether the transfer's form and its copies are unchanged."""
        return in_words(shown_transfer(transfer))


@admin.register(PreparedEnrollment)
class PreparedEnrollmentAdmin(RecordAdmin):
    """Forms that office staff prepared; what is typed in them is shown to the office only."""

    patient = "enrollment.patient"
    list_display = ("pk", "prescriber", "prepared_at", "prepared_by_name", "enrollment", "discarded_at")
    list_select_related = ("prescriber", "enrollment__patient")
    date_hierarchy = "prepared_at"
    search_fields = ("prescriber__npi__exact",)
    search_help_text = "A prescriber's NPI"
    ordering = ("-prepared_at",)
    exclude = ("answers",)

    def _write_look_at(self, request: Any, record: Any) -> None:
        about = f"patient {record.enrollment.patient.number}" if record.enrollment else f"prepared form {record.pk}"
        self._write_look(request, about)


@admin.register(PatientSurvey)
class PatientSurveyAdmin(CourseRecordAdmin):
    """Completed patient surveys, with the answers."""

    list_display = (patient_number, "completed_at", "completed_by", "rule_group", "channel")
    list_filter = ("rule_group", "completed_by", "channel")
    date_hierarchy = "completed_at"
    ordering = ("-completed_at",)
    exclude = ("answers",)
    readonly_fields = ("answers_given", "unchanged")

    @admin.display(description="Still what was signed?")
    def unchanged(self, survey: PatientSurvey) -> str:
        """Say whether the answers, their copy and the signature are unchanged."""
        return in_words(shown_patient_survey(survey))

    @admin.display(description="answers")
    def answers_given(self, survey: PatientSurvey) -> SafeString:
        """Return the answers as a list."""
        return as_list(survey.answers)


@admin.register(SafetyReport)
class SafetyReportAdmin(RecordAdmin):
    """What was reported, by whom; seen by program staff only."""

    patient = "case.enrollment.patient"
    list_display = ("case", "reported_at", "reporter_name", "reporter_role")
    list_select_related = ("case__enrollment__patient",)
    list_filter = ("reporter_role", "case__kind")
    date_hierarchy = "reported_at"
    search_fields = ("case__number__exact", "case__enrollment__patient__number__exact")
    search_help_text = "A case number or a patient number"
    ordering = ("-reported_at",)
    exclude = ("submission_key",)
