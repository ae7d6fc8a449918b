"""The project as a Django app: a home for management commands, checks and the Celery import.

It must have no models; those belong to the sub-apps and the four apps.
"""

import importlib

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class RemsPortalConfig(AppConfig):
    """Loads the Celery app once Django is ready; rems_portal/__init__.py stays empty for the pure rules."""

    name = "rems_portal"
    label = "rems_portal"
    verbose_name = "REMS portal"

    def ready(self) -> None:
        """Make `shared_task` bind to the project's Celery app."""
        importlib.import_module("rems_portal.celery")


class StaffAdminConfig(AdminConfig):
    """Django's admin with the portal's own site: one sign-in, program staff only."""

    default_site = "rems_portal.admin.site.StaffSite"
