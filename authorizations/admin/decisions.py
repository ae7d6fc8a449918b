"""Stored decisions, readable: what was asked, what the answer was, every check one by one, and the facts used."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from authorizations.models import Decision
from authorizations.presenters.signed import shown_prescriber_survey
from rems_portal.admin.display import as_checks, as_list
from rems_portal.admin.records import RecordAdmin
from rems_portal.rules.authorization import AUTHORIZATION_RULES
from rems_portal.rules.dispensing import CONFIRMATION_RULES
from rems_portal.signatures.copies import in_words


class FailedRuleFilter(admin.SimpleListFilter):
    """Refusals by the rule that did not hold."""

    title = "rule that did not hold"
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return every rule's id."""
        authorizing, confirming = AUTHORIZATION_RULES, CONFIRMATION_RULES
        return [(rule.id, rule.id) for rule in authorizing] + [(rule.id, rule.id) for rule in confirming]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Keep the decisions in which the chosen rule did not hold."""
        return queryset.filter(failed__contains=self.value()) if self.value() else queryset


@admin.register(Decision)
class DecisionAdmin(RecordAdmin):
    """Every answer the program gave, granted and refused."""

    patient = "enrollment.patient"
    list_display = ("at", "ask", "outcome", "failed", "patient_number", "asker", "channel")
    list_select_related = ("enrollment__patient", "prescriber", "pharmacy")
    list_filter = ("ask", "outcome", FailedRuleFilter, "channel", "program_version")
    date_hierarchy = "at"
    search_fields = (
        "enrollment__patient__number__exact",
        "authorization__number__exact",
        "confirmation__number__exact",
        "prescriber__npi__exact",
        "pharmacy__npi__exact",
    )
    search_help_text = "A patient, authorization or confirmation number, or an NPI"
    fieldsets = (
        (None, {"fields": ("ask", "outcome", "failed", "number", "at", "program", "program_version")}),
        ("Prescriber survey", {"fields": ("form", "unchanged")}),
        ("Who asked", {"fields": ("actor_name", "channel", "user", "prescriber", "pharmacy", "enrollment")}),
        ("Checks, one by one", {"fields": ("checks_shown",)}),
        ("Facts the rules were told", {"fields": ("facts_shown",)}),
        ("Technical", {"classes": ("collapse",), "fields": ("idempotency_key", "request_hash")}),
    )
    readonly_fields = ("number", "unchanged", "checks_shown", "facts_shown")

    @admin.display(description="Still what was signed?")
    def unchanged(self, decision: Decision) -> str:
        """Say whether the prescriber survey, its copies and its signature are unchanged."""
        return in_words(shown_prescriber_survey(decision))

    @admin.display(description="patient")
    def patient_number(self, decision: Decision) -> str:
        """Return the patient's number, where both number and birth date were right."""
        return decision.enrollment.patient.number if decision.enrollment else "–"

    @admin.display(description="asked by")
    def asker(self, decision: Decision) -> str:
        """Return the prescriber or the pharmacy that asked."""
        return str(decision.prescriber or decision.pharmacy)

    @admin.display(description="number given")
    def number(self, decision: Decision) -> str:
        """Return the number that was given."""
        for given in ("authorization", "confirmation"):
            if hasattr(decision, given):
                return str(getattr(decision, given).number)
        return "none"

    @admin.display(description="checks")
    def checks_shown(self, decision: Decision) -> SafeString:
        """Return every check with its outcome."""
        return as_checks(decision.checks)

    @admin.display(description="facts")
    def facts_shown(self, decision: Decision) -> SafeString:
        """Return the facts as nested lists."""
        return as_list(decision.facts)
