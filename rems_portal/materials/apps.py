"""Names the app for Django; does nothing else."""

from django.apps import AppConfig


class MaterialsConfig(AppConfig):
    name = "rems_portal.materials"
    label = "materials"
    verbose_name = "Materials"
    default_auto_field = "django.db.models.BigAutoField"
