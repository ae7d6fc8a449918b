"""Every address of the portal, by app. It must not hold views or rules."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from rems_portal.accounts.urls import INSTEAD_OF_ALLAUTHS
from rems_portal.gallery import gallery
from rems_portal.health import favicon, healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("authorizations.urls")),
    path("prescribers/", include("prescribers.urls")),
    path("patients/", include("patients.urls")),
    path("pharmacies/", include("pharmacies.urls")),
    path("api/v1/", include("rems_portal.interop.urls")),
    path("mailbox/", include("rems_portal.notifications.urls")),
    path("", include("rems_portal.materials.urls")),
    path("accounts/", include("rems_portal.accounts.urls")),
    path("accounts/", include(INSTEAD_OF_ALLAUTHS)),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("favicon.ico", favicon, name="favicon"),
]

if settings.DEBUG or settings.DEMO:
    urlpatterns.append(path("gallery/", gallery, name="gallery"))
