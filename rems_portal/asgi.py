"""The ASGI entry point, for hosts that need one. It must not do work of its own."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rems_portal.settings")

application = get_asgi_application()
