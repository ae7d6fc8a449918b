"""Authorizations, confirmations, checklists and dispenses for program staff. Nothing here changes one."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString

from authorizations.models import Authorization, Checklist, Confirmation, Dispense
from authorizations.presenters.signed import shown_checklist, shown_prescriber_survey
from rems_portal.admin.display import as_list
from rems_portal.admin.inlines import RecordInline
from rems_portal.admin.records import RecordAdmin
from rems_portal.signatures.copies import in_words

NUMBER_HELP = "An authorization, confirmation or patient number, or an NPI"


class ConfirmationInline(RecordInline):
    """The confirmations of one authorization."""

    model = Confirmation
    fields = ("number", "pharmacy", "status", "obtained_at", "ended_at", "ended_reason")
    classes = ()


@admin.display(description="patient", ordering="enrollment__patient__number")
def patient_number(record: Any) -> str:
    """Return the number of the patient a record belongs to."""
    return str(record.enrollment.patient.number)


@admin.register(Authorization)
class AuthorizationAdmin(RecordAdmin):
    """Authorization numbers."""

    patient = "enrollment.patient"
    list_display = ("number", patient_number, "category", "status", "issued_at", "valid_through", "prescriber")
    list_select_related = ("enrollment__patient", "prescriber")
    list_filter = ("status", "category", "transmission")
    date_hierarchy = "issued_at"
    search_fields = (
        "number__exact",
        "confirmations__number__exact",
        "enrollment__patient__number__exact",
        "prescriber__npi__exact",
    )
    search_help_text = NUMBER_HELP
    exclude = ("attested",)
    readonly_fields = ("statements_attested", "unchanged")
    inlines = (ConfirmationInline,)

    @admin.display(description="Still what was signed?")
    def unchanged(self, authorization: Authorization) -> str:
        """Say whether the prescriber survey, its copies and its signature are unchanged."""
        return in_words(shown_prescriber_survey(authorization.decision))

    @admin.display(description="attested")
    def statements_attested(self, authorization: Authorization) -> SafeString:
        """Return what the prescriber attested."""
        return as_list(authorization.attested)


@admin.register(Confirmation)
class ConfirmationAdmin(RecordAdmin):
    """Confirmation numbers."""

    patient = "enrollment.patient"
    list_display = ("number", patient_number, "pharmacy", "rule_group", "status", "obtained_at", "lapses_at")
    list_select_related = ("enrollment__patient", "pharmacy")
    list_filter = ("status", "rule_group", "superseded")
    date_hierarchy = "obtained_at"
    search_fields = (
        "number__exact",
        "authorization__number__exact",
        "enrollment__patient__number__exact",
        "pharmacy__npi__exact",
    )
    search_help_text = NUMBER_HELP


@admin.register(Checklist)
class ChecklistAdmin(RecordAdmin):
    """Completed Education and Counseling Checklists."""

    patient = "confirmation.enrollment.patient"
    list_display = ("confirmation", "rule_group", "completed_at", "completed_by_name")
    list_select_related = ("confirmation__enrollment__patient",)
    list_filter = ("rule_group", "program_version")
    date_hierarchy = "completed_at"
    search_fields = ("confirmation__number__exact", "confirmation__enrollment__patient__number__exact")
    search_help_text = "A confirmation or patient number"
    ordering = ("-completed_at",)
    exclude = ("items",)
    readonly_fields = ("items_covered", "unchanged")

    @admin.display(description="Still what was completed?")
    def unchanged(self, checklist: Checklist) -> str:
        """Say whether the checklist and its copy are unchanged."""
        return in_words(shown_checklist(checklist))

    @admin.display(description="items")
    def items_covered(self, checklist: Checklist) -> SafeString:
        """Return the items ticked."""
        return as_list(checklist.items)


@admin.register(Dispense)
class DispenseAdmin(RecordAdmin):
    """What left the pharmacies."""

    patient = "enrollment.patient"
    list_display = (
        "confirmation",
        patient_number,
        "pharmacy",
        "how",
        "done_at",
        "days_supply",
        "in_time",
        "recorded_at",
    )
    list_select_related = ("confirmation", "enrollment__patient", "pharmacy")
    list_filter = ("how", "in_time")
    date_hierarchy = "done_at"
    search_fields = (
        "confirmation__number__exact",
        "enrollment__patient__number__exact",
        "pharmacy__npi__exact",
        "lot__iexact",
    )
    search_help_text = "A confirmation or patient number, an NPI, or a lot"
