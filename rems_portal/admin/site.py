"""The staff site: Django admin behind the portal's own sign-in, for program staff only, in the program's time zone."""

from functools import update_wrapper
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode

from rems_portal.admin.records import RecordAdmin
from rems_portal.rules.calendars import PROGRAM_ZONE

ORDER = (
    "patients",
    "authorizations",
    "prescribers",
    "pharmacies",
    "materials",
    "signatures",
    "accounts",
    "interop",
    "notifications",
    "audit",
)


class StaffSite(admin.AdminSite):
    """Signing in, out and changing the password belong to the portal: one door, with its rate limits."""

    site_header = "Lenalidomide REMS"
    site_title = "Lenalidomide REMS"
    index_title = "Program administration"
    site_url = None
    empty_value_display = "–"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take in the portal's own records only: what packages keep (one-time codes, groups) is not staff's to read."""
        models: list[Any] = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        own = [model for model in models if model._meta.app_config.name in settings.OWN_APPS]
        super().register(own, admin_class, **options)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Show and read every time in the program's zone, until the page is drawn."""

        def in_program_time(*args: Any, **kwargs: Any) -> Any:
            with timezone.override(PROGRAM_ZONE):
                response = view(*args, **kwargs)
                return response.render() if isinstance(response, SimpleTemplateResponse) else response

        return super().admin_view(update_wrapper(in_program_time, view), cacheable)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the apps in the order of the program's work, not of the alphabet."""
        found = super().get_app_list(request, app_label)
        return sorted(found, key=lambda app: ORDER.index(app["app_label"]))

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        """Show first what waits for program staff."""
        return super().index(request, {"waiting": self._waiting(), **(extra_context or {})})

    def _waiting(self) -> list[dict[str, Any]]:
        """Return, for each kind of record that can wait for staff, how many do and where they are listed."""
        found = []
        for model, page in self._registry.items():
            if isinstance(page, RecordAdmin) and page.waiting:
                count = model._default_manager.filter(**page.waiting).count()
                names = model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural
                query = urlencode({f"{name}__exact": value for name, value in page.waiting.items()})
                address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
                found.append({"count": count, "names": names, "url": f"{address}?{query}"})
        return found

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send on to the portal’s sign-in; tell who is signed in but is not program staff that it is closed."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied("Administration is for program staff.")
        asked_for = request.GET.get("next", resolve_url("admin:index"))
        return redirect(f"{resolve_url('account_login')}?{urlencode({'next': asked_for})}")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """End the session when asked by POST."""
        if request.method == "POST":
            logout(request)
        return redirect("account_login")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Send to the portal's own page."""
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Send to the index: the portal's own page says that it is done."""
        return redirect("admin:index")
