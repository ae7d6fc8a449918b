"""Rows of one record shown on another's page: read only, without an empty row to fill in."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

if TYPE_CHECKING:
    BaseInline = admin.TabularInline[Any, Any]
else:
    BaseInline = admin.TabularInline


class RecordInline(BaseInline):
    """Rows of a related record, each with a link to its own page."""

    extra = 0
    can_delete = False
    show_change_link = True
    classes: tuple[str, ...] = ("collapse",)
    template = "admin/record_inline.html"

    def has_add_permission(self, request: HttpRequest, obj: Model | None) -> bool:  # type: ignore[override]
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False
