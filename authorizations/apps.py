"""Names the app for Django; does nothing else."""

from django.apps import AppConfig


class AuthorizationsConfig(AppConfig):
    name = "authorizations"
    label = "authorizations"
    verbose_name = "Authorizations and dispensing"
    default_auto_field = "django.db.models.BigAutoField"
