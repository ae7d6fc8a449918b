"""Names the app for Django; does nothing else."""

from django.apps import AppConfig


class SignaturesConfig(AppConfig):
    name = "rems_portal.signatures"
    label = "signatures"
    verbose_name = "Signed forms"
    default_auto_field = "django.db.models.BigAutoField"
