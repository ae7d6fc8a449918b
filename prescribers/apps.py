"""Names the app for Django; does nothing else."""

from django.apps import AppConfig


class PrescribersConfig(AppConfig):
    name = "prescribers"
    label = "prescribers"
    verbose_name = "Prescribers"
    default_auto_field = "django.db.models.BigAutoField"
