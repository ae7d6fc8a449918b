"""Authorization and confirmation numbers, and what the database refuses of them."""

from django.db import models
from django.db.models import F, Q

from authorizations.models.decisions import Decision
from patients.models import Enrollment, PregnancyTest
from pharmacies.models import Pharmacy
from prescribers.models import Prescriber
from rems_portal.audit.history import audited
from rems_portal.choices import choices_of, values_of
from rems_portal.rules.categories import RiskCategory, RuleGroup
from rems_portal.rules.lifecycles import AuthorizationStatus, ConfirmationStatus

LIVE_AUTHORIZATION = [AuthorizationStatus.ACTIVE.value, AuthorizationStatus.CONFIRMED.value]


def supply_is_1_to_28(name: str) -> models.CheckConstraint:
    """Return the constraint that a days' supply lies within the program's limit (PR-10, PH-11)."""
    return models.CheckConstraint(condition=Q(days_supply__gte=1, days_supply__lte=28), name=name)


class Authorization(models.Model):
    """An authorization number: one prescription may be filled once while it is valid (PR-09, PR-18)."""

    class Transmission(models.TextChoices):
        ELECTRONIC = "electronic", "Electronic"
        WRITTEN = "written", "Written"

    number = models.CharField("authorization number", max_length=24, unique=True)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="authorizations")
    prescriber = models.ForeignKey(Prescriber, on_delete=models.PROTECT, related_name="authorizations")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="authorization")
    category = models.CharField("risk category", max_length=10, choices=choices_of(RiskCategory))
    status = models.CharField(max_length=12, choices=choices_of(AuthorizationStatus))
    issued_at = models.DateTimeField()
    valid_through = models.DateField(help_text="The last good program day.")
    days_supply = models.PositiveSmallIntegerField()
    quantity = models.PositiveSmallIntegerField()
    strength_mg = models.DecimalField(max_digits=5, decimal_places=2)
    days_of_therapy = models.PositiveSmallIntegerField(help_text="Days of therapy prescribed (asked since 2021-08-05).")
    transmission = models.CharField(max_length=10, choices=Transmission.choices)
    attested = models.JSONField(help_text="What the prescriber attested.")
    backing_test = models.ForeignKey(
        PregnancyTest, null=True, blank=True, on_delete=models.PROTECT, related_name="authorizations"
    )
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=250, blank=True)

    history = audited()

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment"], condition=Q(status__in=LIVE_AUTHORIZATION), name="authorization_one_live"
            ),
            supply_is_1_to_28("authorization_supply_1_to_28"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, strength_mg__gt=0, days_of_therapy__gte=1),
                name="authorization_quantity_and_strength_positive",
            ),
            models.CheckConstraint(
                condition=Q(category__in=values_of(RiskCategory)), name="authorization_category_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=values_of(AuthorizationStatus)), name="authorization_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(category__in=["AF_CAN", "FC_CAN"]) | Q(backing_test__isnull=False),
                name="authorization_has_its_negative_test",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["void", "expired"], ended_at__isnull=False) & ~Q(ended_reason="")
                | Q(status__in=["active", "confirmed", "dispensed"], ended_at__isnull=True, ended_reason=""),
                name="authorization_ended_only_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(transmission__in=["electronic", "written"]), name="authorization_not_by_telephone"
            ),
        ]
        indexes = [
            models.Index(fields=["enrollment", "-issued_at"], name="authorization_by_enrollment"),
            models.Index(fields=["valid_through"], condition=Q(status="active"), name="authorization_expiring"),
        ]

    def __str__(self) -> str:
        return self.number


class Confirmation(models.Model):
    """A confirmation number: this pharmacy may dispense this prescription now (PH-08)."""

    number = models.CharField("confirmation number", max_length=24, unique=True)
    authorization = models.ForeignKey(Authorization, on_delete=models.PROTECT, related_name="confirmations")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="confirmations")
    pharmacy = models.ForeignKey(Pharmacy, on_delete=models.PROTECT, related_name="confirmations")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="confirmation")
    rule_group = models.CharField(max_length=10, choices=choices_of(RuleGroup))
    status = models.CharField(max_length=12, choices=choices_of(ConfirmationStatus))
    obtained_at = models.DateTimeField()
    ship_by = models.DateTimeField(help_text="FCGP: the midnight that ends the pharmacy's day, itself no longer good.")
    pick_up_by = models.DateTimeField()
    lapses_at = models.DateTimeField(help_text="The later of the two deadlines.")
    days_supply = models.PositiveSmallIntegerField()
    strength_mg = models.DecimalField(max_digits=5, decimal_places=2)
    superseded = models.BooleanField(default=False, help_text="Dispensed although its authorization was used again.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=250, blank=True)

    history = audited()

    class Meta:
        ordering = ["-obtained_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["authorization"],
                condition=Q(status__in=["open", "dispensed"], superseded=False),
                name="confirmation_one_live_per_authorization",
            ),
            models.UniqueConstraint(
                fields=["enrollment"], condition=Q(status="open"), name="confirmation_one_open_per_patient"
            ),
            supply_is_1_to_28("confirmation_supply_1_to_28"),
            models.CheckConstraint(
                condition=Q(status__in=values_of(ConfirmationStatus)), name="confirmation_status_known"
            ),
            models.CheckConstraint(
                condition=Q(ship_by__gt=F("obtained_at"), pick_up_by__gt=F("obtained_at")),
                name="confirmation_deadlines_lie_ahead",
            ),
            models.CheckConstraint(
                condition=Q(status="open", ended_at__isnull=True, ended_reason="")
                | ~Q(status="open") & Q(ended_at__isnull=False),
                name="confirmation_ended_at_fits_status",
            ),
        ]
        indexes = [
            models.Index(fields=["pharmacy", "status", "-obtained_at"], name="confirmation_by_pharmacy"),
            models.Index(fields=["lapses_at"], condition=Q(status="open"), name="confirmation_lapsing"),
        ]

    def __str__(self) -> str:
        return self.number
