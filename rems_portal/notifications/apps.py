"""Names the app for Django; does nothing else."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "rems_portal.notifications"
    label = "notifications"
    verbose_name = "Notifications"
    default_auto_field = "django.db.models.BigAutoField"
