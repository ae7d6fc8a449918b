"""The Celery application: reads its settings from Django and finds each app's tasks.

The schedule of the beat process is in rems_portal.settings. Tasks call actions; nothing here decides anything.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rems_portal.settings")

app = Celery("rems_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**_kwargs: Any) -> None:
    """Having a receiver makes Celery leave the logging that Django configured as it is."""
