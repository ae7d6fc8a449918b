"""Safety and compliance cases: program staff look into them and close them, with a reason."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin

from authorizations.actions.compliance import close_compliance_case
from authorizations.actions.safety import close_safety_case
from authorizations.models import ComplianceCase
from patients.models import SafetyCase, SafetyReport
from rems_portal.accounts.permissions import can_manage_cases
from rems_portal.admin.acts import Asked, Button, ReasonForm
from rems_portal.admin.inlines import RecordInline
from rems_portal.admin.records import RecordAdmin
from rems_portal.rules.lifecycles import CaseStatus


class CloseSafetyCaseForm(ReasonForm):
    """Why the case is closed, whether the positive tests behind it no longer count, and what was known."""

    latest_report_seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    clears_tests = forms.BooleanField(
        required=False,
        label="The positive pregnancy tests behind this case no longer count",
        help_text="They were false positives, or the pregnancy is over: the reason above says which. They are left out "
        "of account from now on. Tick this only with a confirmed laboratory finding.",
    )

    reported_in_error = forms.BooleanField(
        required=False,
        label="This was reported in error: menses has not begun",
        help_text="Otherwise the prescriber signs the form that fits, which closes the case.",
    )

    def __init__(self, data: Any = None, *, record: Any = None) -> None:
        super().__init__(data, record=record)
        newest = record.reports.order_by("-pk").values_list("pk", flat=True).first()
        self.fields["latest_report_seen"].initial = newest
        if record.kind != SafetyCase.Kind.PREGNANCY:
            del self.fields["clears_tests"]
        if record.kind != SafetyCase.Kind.MENSES_BEGAN:
            del self.fields["reported_in_error"]


def _close_safety_case(asked: Asked) -> object:
    return close_safety_case(
        by=asked.by,
        at=asked.at,
        user=asked.user,
        case=asked.record,
        reason=asked.reason,
        clears_tests=asked.answers.get("clears_tests", False),
        reported_in_error=asked.answers.get("reported_in_error", False),
        latest_report_seen=asked.answers.get("latest_report_seen"),
    )


def _close_compliance_case(asked: Asked) -> object:
    return close_compliance_case(by=asked.by, at=asked.at, user=asked.user, case=asked.record, reason=asked.reason)


def _is_open(case: Any) -> bool:
    return bool(case.status == CaseStatus.OPEN)


class ReportInline(RecordInline):
    """What was reported."""

    model = SafetyReport
    fields = ("reported_at", "reporter_name", "reporter_role", "details")
    classes = ()


@admin.register(SafetyCase)
class SafetyCaseAdmin(RecordAdmin):
    """Safety cases, the open ones first."""

    patient = "enrollment.patient"
    list_display = ("number", "kind", "status", "holds", "patient_number", "opened_at", "opened_by_name", "closed_at")
    list_select_related = ("enrollment__patient",)
    list_filter = ("status", "kind", "holds")
    date_hierarchy = "opened_at"
    search_fields = ("number__exact", "enrollment__patient__number__exact")
    search_help_text = "A case or patient number"
    ordering = ("-status", "-opened_at")
    waiting: ClassVar = {"status": CaseStatus.OPEN.value}
    inlines = (ReportInline,)
    buttons = (
        Button(
            name="close",
            label="Close this case",
            explains="If this case holds, closing it lifts the hold at once. Numbers that were voided stay void.",
            may=can_manage_cases,
            offered=_is_open,
            run=_close_safety_case,
            done="The case is closed.",
            form=CloseSafetyCaseForm,
        ),
    )

    @admin.display(description="patient")
    def patient_number(self, case: SafetyCase) -> str:
        """Return the patient's number."""
        return case.enrollment.patient.number


@admin.register(ComplianceCase)
class ComplianceCaseAdmin(RecordAdmin):
    """Compliance cases, the open ones first."""

    patient = "confirmation.enrollment.patient"
    list_display = ("number", "kind", "status", "pharmacy", "confirmation", "opened_at", "closed_at")
    list_select_related = ("pharmacy", "confirmation__enrollment__patient")
    list_filter = ("status", "kind")
    date_hierarchy = "opened_at"
    search_fields = (
        "number__exact",
        "confirmation__number__exact",
        "pharmacy__npi__exact",
        "pharmacy__name__icontains",
    )
    search_help_text = "A case or confirmation number, or the pharmacy’s NPI or name"
    ordering = ("-status", "-opened_at")
    waiting: ClassVar = {"status": CaseStatus.OPEN.value}
    buttons = (
        Button(
            name="close",
            label="Close this case",
            explains="The case is closed with your reason. What was dispensed stays on record as it is.",
            may=can_manage_cases,
            offered=_is_open,
            run=_close_compliance_case,
            done="The case is closed.",
        ),
    )
