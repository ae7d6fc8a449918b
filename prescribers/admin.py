"""Prescribers for program staff: who they are, their certification with its four buttons, their delegates."""

from django.contrib import admin
from django.utils.safestring import SafeString

from prescribers import actions
from prescribers.models import Delegation, Prescriber, PrescriberCertification
from prescribers.presenters import shown_certification
from rems_portal.admin.certifications import certification_buttons
from rems_portal.admin.inlines import RecordInline
from rems_portal.admin.records import RecordAdmin
from rems_portal.materials.display import readings_in_words
from rems_portal.signatures.copies import in_words


class CertificationInline(RecordInline):
    """A prescriber's part in each program."""

    model = PrescriberCertification
    fields = ("program", "status", "certified_at")
    classes = ()


class DelegationInline(RecordInline):
    """The prescriber's delegates."""

    model = Delegation
    fields = ("delegate", "starts_on", "ends_on")


@admin.register(Prescriber)
class PrescriberAdmin(RecordAdmin):
    """Prescribers by name or NPI."""

    list_display = ("full_name", "credentials", "npi", "practice_name", "phone", "user")
    list_select_related = ("user",)
    search_fields = ("npi__exact", "full_name__icontains", "practice_name__icontains", "user__email__iexact")
    search_help_text = "NPI, name, practice or e-mail address"
    ordering = ("full_name",)
    readonly_fields = ("unchanged",)
    inlines = (CertificationInline, DelegationInline)

    @admin.display(description="Still what was signed?")
    def unchanged(self, prescriber: Prescriber) -> str:
        """Say whether the enrollment forms are unchanged, and who the prescriber was when signing them."""
        return in_words(*map(shown_certification, prescriber.certifications.order_by("pk")))


@admin.register(PrescriberCertification)
class PrescriberCertificationAdmin(RecordAdmin):
    """Certifications, with what program staff may do to them."""

    list_display = ("prescriber", "npi", "program", "status", "certified_at")
    list_select_related = ("prescriber",)
    list_filter = ("status", "program", "program_version")
    date_hierarchy = "certified_at"
    search_fields = ("prescriber__npi__exact", "prescriber__full_name__icontains")
    search_help_text = "NPI or name"
    ordering = ("prescriber__full_name",)
    readonly_fields = ("materials_read", "unchanged")
    buttons = certification_buttons(
        suspend=actions.suspend_prescriber,
        reinstate=actions.reinstate_prescriber,
        decertify=actions.decertify_prescriber,
        reopen=actions.reopen_prescriber_certification,
    )

    @admin.display(description="NPI")
    def npi(self, certification: PrescriberCertification) -> str:
        """Return the prescriber's NPI."""
        return certification.prescriber.npi

    @admin.display(description="Still what was signed?")
    def unchanged(self, certification: PrescriberCertification) -> str:
        """Say whether the enrollment form, its signature and the copies in the record are unchanged."""
        return in_words(shown_certification(certification))

    @admin.display(description="materials read")
    def materials_read(self, certification: PrescriberCertification) -> SafeString:
        """Return what the prescriber read, in which version and when."""
        return readings_in_words([certification.prescriber.user], certification.program)


@admin.register(Delegation)
class DelegationAdmin(RecordAdmin):
    """Who may prepare and enter for whom, from when until when."""

    list_display = ("delegate", "prescriber", "starts_on", "ends_on")
    list_select_related = ("delegate", "prescriber")
    date_hierarchy = "starts_on"
    search_fields = ("delegate__full_name__icontains", "prescriber__full_name__icontains", "prescriber__npi__exact")
    ordering = ("-starts_on",)
