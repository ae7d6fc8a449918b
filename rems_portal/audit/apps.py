"""Names the app for Django; does nothing else."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "rems_portal.audit"
    label = "audit"
    verbose_name = "Audit"
    default_auto_field = "django.db.models.BigAutoField"
