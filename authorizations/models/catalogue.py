"""The product catalogue, kept by program staff."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from rems_portal.audit.history import audited


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
