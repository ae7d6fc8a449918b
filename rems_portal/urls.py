"""Every address of the portal, by app. It must not hold views or rules."""

from importlib.util import find_spec

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from rems_portal.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

for prefix, module in (
    ("api/v1/", "rems_portal.interop.urls"),
    ("mailbox/", "rems_portal.notifications.urls"),
    ("prescribers/", "prescribers.urls"),
    ("patients/", "patients.urls"),
    ("pharmacies/", "pharmacies.urls"),
    ("", "authorizations.urls"),
):
    if find_spec(module.rpartition(".")[0]) and find_spec(module):
        urlpatterns.append(path(prefix, include(module)))

if (settings.DEBUG or settings.DEMO) and find_spec("rems_portal.gallery"):
    from rems_portal.gallery import gallery

    urlpatterns.append(path("gallery/", gallery, name="gallery"))
