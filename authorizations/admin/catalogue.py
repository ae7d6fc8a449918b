"""The product catalogue, which administrators keep: each package with its code and the source of that code."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from authorizations.actions.catalogue import save_product
from authorizations.models import Product
from rems_portal.accounts.permissions import can_administer
from rems_portal.admin.records import RecordAdmin
from rems_portal.audit.actors import Channel
from rems_portal.web import actor_of, user_of


@admin.register(Product)
class ProductAdmin(RecordAdmin):
    """Packages; one is never deleted, only taken out of use."""

    list_display = ("ndc", "name", "strength_mg", "labeler", "source", "is_active")
    list_filter = ("is_active", "strength_mg", "program")
    search_fields = ("ndc__startswith", "name__icontains", "labeler__icontains")
    search_help_text = "NDC, name or labeler"
    fields = ("program", "name", "labeler", "ndc", "strength_mg", "source", "is_active")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators keep the catalogue."""
        return can_administer(user_of(request))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Administrators keep the catalogue."""
        return can_administer(user_of(request))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save by the business act, so that history names who and why."""
        save_product(by=actor_of(request, Channel.ADMIN), at=timezone.now(), user=user_of(request), product=obj)
