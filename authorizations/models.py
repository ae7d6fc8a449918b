"""Decisions, authorizations, confirmations, checklists, dispenses, and the compliance cases they open.

No verbs here: the only writers are `authorizations.actions`. Constraints refuse what domain.md section 12 says must
never be, whoever writes.
"""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from patients.models import Enrollment, PregnancyTest
from pharmacies.models import Pharmacy
from prescribers.models import Prescriber
from rems_portal.audit.actors import Channel
from rems_portal.audit.history import audited
from rems_portal.rules.categories import RiskCategory, RuleGroup
from rems_portal.rules.lifecycles import AuthorizationStatus, CaseStatus, ConfirmationStatus


def _values(enum: Any) -> list[str]:
    return [member.value for member in enum]


def _choices(enum: Any) -> list[tuple[str, str]]:
    return [(member.value, getattr(member, "label", member.value.replace("_", " "))) for member in enum]


def _supply_is_1_to_28(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(days_supply__gte=1, days_supply__lte=28), name=name)


class Product(models.Model):
    """One package of the product catalogue, kept by program staff with the source of each code."""

    program = models.CharField(max_length=30)
    name = models.CharField(max_length=100)
    labeler = models.CharField(max_length=100)
    ndc = models.CharField("NDC", max_length=14, unique=True)
    strength_mg = models.DecimalField(
        max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"), "A strength is more than 0 mg.")]
    )
    source = models.CharField(max_length=250)
    is_active = models.BooleanField(default=True)

    history = audited()

    class Meta:
        ordering = ["strength_mg", "labeler"]
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="product_has_a_source"),
            models.CheckConstraint(condition=Q(strength_mg__gt=0), name="product_strength_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.strength_mg.normalize():f} mg ({self.labeler}, NDC {self.ndc})"


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions are written once."""

    def update(self, **kwargs: Any) -> int:
        """Raise TypeError: a decision is never changed."""
        raise TypeError("A decision is never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Raise TypeError: a decision is never deleted."""
        raise TypeError("A decision is never deleted")


class Decision(models.Model):
    """One answer of the program, granted or refused, with all that explains it later (PG-06, domain.md 12.5)."""

    class Ask(models.TextChoices):
        AUTHORIZATION = "authorization", "Authorization"
        CONFIRMATION = "confirmation", "Confirmation"

    class Outcome(models.TextChoices):
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"

    ask = models.CharField(max_length=15, choices=Ask.choices)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    at = models.DateTimeField()
    program = models.CharField(max_length=30)
    program_version = models.CharField(max_length=10)
    facts = models.JSONField(help_text="Exactly what the rules were told.")
    checks = models.JSONField(help_text="Each check: rule, obligations, whether it holds, sentence, whose move.")
    failed = models.CharField(max_length=200, blank=True, help_text="Rule ids that failed, comma separated.")
    actor_name = models.CharField(max_length=200)
    channel = models.CharField(max_length=10, choices=[(c.value, c.value) for c in Channel])
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    enrollment = models.ForeignKey(
        Enrollment, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    prescriber = models.ForeignKey(
        Prescriber, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    pharmacy = models.ForeignKey(Pharmacy, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    idempotency_key = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - unique where given
    request_hash = models.CharField(max_length=64, blank=True)

    objects: Any = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="granted", failed="") | Q(outcome="refused") & ~Q(failed=""),
                name="decision_granted_only_when_nothing_failed",
            ),
            models.CheckConstraint(
                condition=Q(ask="authorization", prescriber__isnull=False, enrollment__isnull=False)
                | Q(ask="confirmation", pharmacy__isnull=False),
                name="decision_names_who_asked",
            ),
            models.CheckConstraint(condition=~Q(program_version=""), name="decision_names_its_version"),
            models.CheckConstraint(condition=~Q(actor_name=""), name="decision_names_the_actor"),
            models.UniqueConstraint(fields=["pharmacy", "idempotency_key"], name="decision_once_per_key_of_pharmacy"),
            models.UniqueConstraint(
                fields=["prescriber", "idempotency_key"], name="decision_once_per_key_of_prescriber"
            ),
        ]
        indexes = [models.Index(fields=["enrollment", "-at"], name="decision_by_enrollment")]

    def __str__(self) -> str:
        return f"{self.ask} {self.outcome} {self.at:%Y-%m-%d %H:%M} UTC"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the decision once. Raises TypeError on a second save."""
        if not self._state.adding:
            raise TypeError("A decision is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Raise TypeError: a decision is never deleted."""
        raise TypeError("A decision is never deleted")

    @property
    def granted(self) -> bool:
        """Was the answer yes?"""
        return self.outcome == self.Outcome.GRANTED


LIVE_AUTHORIZATION = [AuthorizationStatus.ACTIVE.value, AuthorizationStatus.CONFIRMED.value]


class Authorization(models.Model):
    """An authorization number: one prescription may be filled once while it is valid (PR-09, PR-18)."""

    class Transmission(models.TextChoices):
        ELECTRONIC = "electronic", "Electronic"
        WRITTEN = "written", "Written"

    number = models.CharField("authorization number", max_length=24, unique=True)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="authorizations")
    prescriber = models.ForeignKey(Prescriber, on_delete=models.PROTECT, related_name="authorizations")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="authorization")
    category = models.CharField("risk category", max_length=10, choices=_choices(RiskCategory))
    status = models.CharField(max_length=12, choices=_choices(AuthorizationStatus))
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
            _supply_is_1_to_28("authorization_supply_1_to_28"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, strength_mg__gt=0, days_of_therapy__gte=1),
                name="authorization_quantity_and_strength_positive",
            ),
            models.CheckConstraint(
                condition=Q(category__in=_values(RiskCategory)), name="authorization_category_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=_values(AuthorizationStatus)), name="authorization_status_known"
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
    rule_group = models.CharField(max_length=10, choices=_choices(RuleGroup))
    status = models.CharField(max_length=12, choices=_choices(ConfirmationStatus))
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
            _supply_is_1_to_28("confirmation_supply_1_to_28"),
            models.CheckConstraint(
                condition=Q(status__in=_values(ConfirmationStatus)), name="confirmation_status_known"
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


class Checklist(models.Model):
    """The completed Education and Counseling Checklist of the patient's group (PH-03 to PH-06, PH-10)."""

    confirmation = models.OneToOneField(Confirmation, on_delete=models.PROTECT, related_name="checklist")
    rule_group = models.CharField(max_length=10, choices=_choices(RuleGroup))
    program_version = models.CharField(max_length=10)
    items = models.JSONField(help_text="The items ticked.")
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
            _supply_is_1_to_28("dispense_supply_1_to_28"),
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
    status = models.CharField(max_length=10, choices=_choices(CaseStatus))
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
