"""Who read which version of which material. What the materials are is data of the program version, not rows."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rems_portal.audit.history import audited

LANGUAGES = {"en": "English", "es": "Spanish"}


class MaterialReading(models.Model):
    """That a person read one version of one material, when and in which language (PR-01, PR-03, PH-01).

    A matter of the person and the version, wherever the person works: who represents many pharmacies reads once.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="reader", on_delete=models.PROTECT, related_name="readings"
    )
    program = models.CharField(max_length=30)
    material = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=2, choices=list(LANGUAGES.items()))
    read_at = models.DateTimeField()

    history = audited()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "program", "material", "version"], name="material_version_is_read_once_by_a_person"
            ),
            models.CheckConstraint(condition=Q(language__in=list(LANGUAGES)), name="material_language_is_known"),
            models.CheckConstraint(
                condition=~Q(material="") & ~Q(version="") & ~Q(program=""), name="material_reading_says_what_was_read"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.material} {self.version}"
