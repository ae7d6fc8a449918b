"""The outbox for program staff: what was to be told to whom, and whether it was sent."""

from django.contrib import admin

from rems_portal.admin.records import RecordAdmin
from rems_portal.notifications.delivery import ERASED
from rems_portal.notifications.models import OutboxMessage


@admin.register(OutboxMessage)
class OutboxMessageAdmin(RecordAdmin):
    """Messages, the latest first. They hold no health information. A personal link in one is its reader's alone."""

    exclude = ("body",)
    readonly_fields = ("text",)

    list_display = ("queued_at", "kind", "recipient", "subject", "status", "sent_at", "attempts")
    list_filter = ("status", "kind")
    date_hierarchy = "queued_at"
    search_fields = ("recipient__iexact", "key__startswith", "subject__istartswith")
    list_select_related = ("user",)

    @admin.display(description="Text")
    def text(self, message: OutboxMessage) -> str:
        """Return the body, unless it is private."""
        return ERASED if message.private else message.body
