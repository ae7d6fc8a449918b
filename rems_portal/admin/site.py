"""The staff site: Django admin behind the portal's own sign-in, for program staff only."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.decorators import method_decorator
from django.utils.http import urlencode


class StaffSite(admin.AdminSite):
    """Signing in, out and changing the password belong to the portal: one door, with its rate limits."""

    site_header = "Lenalidomide REMS"
    site_title = "Lenalidomide REMS"
    index_title = "Program administration"
    site_url = None
    empty_value_display = "–"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take in the portal's own records only: what packages keep (one-time codes, groups) is not staff's to read."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        own = [model for model in models if model._meta.app_config.name in settings.OWN_APPS]
        super().register(own, admin_class, **options)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send on to the portal’s sign-in; tell who is signed in but is not program staff that it is closed."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied("Administration is for program staff.")
        asked_for = request.GET.get("next", resolve_url("admin:index"))
        return redirect(f"{resolve_url('account_login')}?{urlencode({'next': asked_for})}")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """End the session when asked by POST."""
        if request.method == "POST":
            logout(request)
        return redirect("account_login")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send to the portal's own page."""
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send to the index: the portal's own page says that it is done."""
        return redirect("admin:index")
