"""Names the app for Django; does nothing else."""

from django.apps import AppConfig


class InteropConfig(AppConfig):
    name = "rems_portal.interop"
    label = "interop"
    verbose_name = "Interfaces"
    default_auto_field = "django.db.models.BigAutoField"
