"""Names the app for Django; does nothing else."""

from django.apps import AppConfig


class PharmaciesConfig(AppConfig):
    name = "pharmacies"
    label = "pharmacies"
    verbose_name = "Pharmacies"
    default_auto_field = "django.db.models.BigAutoField"
