"""Pharmacies for program staff: who they are, their certification with its four buttons, staff and quiz attempts."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString

from pharmacies import actions
from pharmacies.models import Pharmacy, PharmacyCertification, PharmacyMaterialReview, PharmacyStaff, QuizAttempt
from rems_portal.admin.certifications import certification_buttons
from rems_portal.admin.display import as_list
from rems_portal.admin.inlines import RecordInline
from rems_portal.admin.records import RecordAdmin


class CertificationInline(RecordInline):
    """A pharmacy's part in each program."""

    model = PharmacyCertification
    fields = ("program", "status", "certified_at")
    classes = ()


class StaffInline(RecordInline):
    """Who works there."""

    model = PharmacyStaff
    fields = ("user", "is_representative", "trained_at", "starts_on", "ends_on")
    classes = ()


class ReviewInline(RecordInline):
    """What was reviewed."""

    model = PharmacyMaterialReview
    fields = ("material", "version", "reviewed_at")
    classes = ()


class QuizInline(RecordInline):
    """Every try at the quiz."""

    model = QuizAttempt
    fields = ("taken_at", "taken_by", "correct", "questions", "passed")
    classes = ()


@admin.register(Pharmacy)
class PharmacyAdmin(RecordAdmin):
    """Pharmacies by name, NPI or NCPDP id."""

    list_display = ("name", "npi", "ncpdp_id", "time_zone", "phone")
    list_filter = ("time_zone",)
    search_fields = ("npi__exact", "ncpdp_id__exact", "name__icontains")
    search_help_text = "NPI, NCPDP id or name"
    ordering = ("name",)
    inlines = (CertificationInline, StaffInline)


@admin.register(PharmacyCertification)
class PharmacyCertificationAdmin(RecordAdmin):
    """Certifications, with what program staff may do to them."""

    list_display = ("pharmacy", "npi", "program", "status", "certified_at")
    list_select_related = ("pharmacy",)
    list_filter = ("status", "program", "program_version")
    date_hierarchy = "certified_at"
    search_fields = ("pharmacy__npi__exact", "pharmacy__ncpdp_id__exact", "pharmacy__name__icontains")
    search_help_text = "NPI, NCPDP id or name"
    ordering = ("pharmacy__name",)
    inlines = (ReviewInline, QuizInline)
    buttons = certification_buttons(
        suspend=actions.suspend_pharmacy,
        reinstate=actions.reinstate_pharmacy,
        decertify=actions.decertify_pharmacy,
        reopen=actions.reopen_pharmacy_certification,
    )

    @admin.display(description="NPI")
    def npi(self, certification: PharmacyCertification) -> str:
        """Return the pharmacy's NPI."""
        return certification.pharmacy.npi


@admin.register(PharmacyMaterialReview)
class PharmacyMaterialReviewAdmin(RecordAdmin):
    """Which version of which material was reviewed, and when."""

    list_display = ("certification", "material", "version", "reviewed_at")
    list_select_related = ("certification__pharmacy",)
    list_filter = ("material", "version")
    date_hierarchy = "reviewed_at"
    search_fields = ("certification__pharmacy__npi__exact", "certification__pharmacy__name__icontains")
    ordering = ("-reviewed_at",)


@admin.register(QuizAttempt)
class QuizAttemptAdmin(RecordAdmin):
    """Every try at the Certification Quiz, with the answers given."""

    list_display = ("certification", "taken_at", "taken_by", "correct", "questions", "passed")
    list_select_related = ("certification__pharmacy", "taken_by")
    list_filter = ("passed",)
    date_hierarchy = "taken_at"
    search_fields = ("certification__pharmacy__npi__exact", "certification__pharmacy__name__icontains")
    fields = ("certification", "taken_at", "taken_by", "correct", "questions", "passed", "answers_given")
    readonly_fields = ("answers_given",)

    @admin.display(description="answers")
    def answers_given(self, attempt: Any) -> SafeString:
        """Return the answers as a list."""
        return as_list(attempt.answers)


@admin.register(PharmacyStaff)
class PharmacyStaffAdmin(RecordAdmin):
    """Who works where, since when, with which training record."""

    list_display = ("user", "pharmacy", "is_representative", "trained_at", "starts_on", "ends_on")
    list_select_related = ("user", "pharmacy")
    list_filter = ("is_representative",)
    date_hierarchy = "starts_on"
    search_fields = (
        "user__full_name__icontains",
        "user__email__iexact",
        "pharmacy__name__icontains",
        "pharmacy__npi__exact",
    )
    ordering = ("-starts_on",)
