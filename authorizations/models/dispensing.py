"""Checklists, dispenses, and the compliance cases they open."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from authorizations.models.catalogue import Product
from authorizations.models.numbers import Confirmation, supply_is_1_to_28
from patients.models import Enrollment
from pharmacies.models import Pharmacy
from rems_portal.audit.history import audited
from rems_portal.choices import choices_of
from rems_portal.rules.categories import RuleGroup
from rems_portal.rules.lifecycles import CaseStatus
from rems_portal.signatures.models import SignedForm


class Checklist(models.Model):
    """The completed Education and Counseling Checklist of the patient's group (PH-03 to PH-06, PH-10)."""

    confirmation = models.OneToOneField(Confirmation, on_delete=models.PROTECT, related_name="checklist")
    rule_group = models.CharField(max_length=10, choices=choices_of(RuleGroup))
    program_version = models.CharField(max_length=10)
    items = models.JSONField(help_text="The items ticked.")
    form = models.OneToOneField(
        SignedForm,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="checklist",
        help_text="Empty only for checklists from before forms were kept whole.",
    )
    completed_at = models.DateTimeField()
    completed_by_name = models.CharField(max_length=200)

    history = audited()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(completed_by_name=""), name="checklist_names_who_completed_it")
        ]

    def __str__(self) -> str:
        return f"Checklist of {self.confirmation}"


class Dispense(models.Model):
    """Product that left the pharmacy under a confirmation number (PH-09, PH-11, PH-15, PH-16, PH-19)."""

    class How(models.TextChoices):
        SHIPPED = "shipped", "Shipped"
        PICKED_UP = "picked_up", "Picked up"

    confirmation = models.OneToOneField(Confirmation, on_delete=models.PROTECT, related_name="dispense")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="dispenses")
    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="dispenses")
    checklist = models.OneToOneField(Checklist, on_delete=models.PROTECT, related_name="dispense")
    how = models.CharField(max_length=10, choices=How.choices)
    done_at = models.DateTimeField()
    dispensed_on = models.DateField(help_text="The program day of `done_at`.")
    supply_ends_on = models.DateField(help_text="`dispensed_on` plus the days' supply.")
    days_supply = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="dispenses")
    lot = models.CharField(max_length=40, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by_name = models.CharField(max_length=200)
    in_time = models.BooleanField()

    history = audited()

    class Meta:
        ordering = ["-done_at"]
        constraints = [
            supply_is_1_to_28("dispense_supply_1_to_28"),
            models.CheckConstraint(condition=Q(how__in=["shipped", "picked_up"]), name="dispense_how_is_known"),
            models.CheckConstraint(condition=Q(done_at__lte=F("recorded_at")), name="dispense_not_in_the_future"),
            models.CheckConstraint(condition=~Q(recorded_by_name=""), name="dispense_names_who_recorded_it"),
            models.CheckConstraint(
                condition=Q(supply_ends_on__gt=F("dispensed_on")), name="dispense_supply_ends_after_it_begins"
            ),
        ]
        indexes = [models.Index(fields=["enrollment", "-dispensed_on"], name="dispense_by_enrollment")]

    def __str__(self) -> str:
        return f"{self.confirmation}: {self.how} {self.dispensed_on}"


class ComplianceCase(models.Model):
    """Something a pharmacy did outside the rules, for program staff to look at."""

    class Kind(models.TextChoices):
        LATE_DISPENSE = "late_dispense", "Dispensed after the deadline"
        VOID_DISPENSE = "void_dispense", "Left the pharmacy under a number that was void"

    number = models.CharField("case number", max_length=24, unique=True)
    confirmation = models.ForeignKey(Confirmation, on_delete=models.PROTECT, related_name="compliance_cases")
    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="compliance_cases")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    status = models.CharField(max_length=10, choices=choices_of(CaseStatus))
    opened_at = models.DateTimeField()
    details = models.CharField(max_length=250)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closing_reason = models.TextField(blank=True)

    history = audited()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["confirmation", "kind"], name="compliance_case_once_per_kind"),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True, closed_by__isnull=True, closing_reason="")
                | Q(status="closed", closed_at__isnull=False, closed_by__isnull=False) & ~Q(closing_reason=""),
                name="compliance_case_closing_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.get_kind_display()})"
