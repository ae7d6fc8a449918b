"""The WSGI entry point that gunicorn serves. It must not do work of its own."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rems_portal.settings")

application = get_wsgi_application()
