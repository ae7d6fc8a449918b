"""Names the app for Django; does nothing else."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "rems_portal.accounts"
    label = "accounts"
    verbose_name = "Accounts"
    default_auto_field = "django.db.models.BigAutoField"
