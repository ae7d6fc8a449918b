"""The outbox for program staff: what was to be told to whom, and whether it was sent."""

from django.contrib import admin

from rems_portal.admin.records import RecordAdmin
from rems_portal.notifications.models import OutboxMessage


@admin.register(OutboxMessage)
class OutboxMessageAdmin(RecordAdmin):
    """Messages, the latest first. They hold no health information."""

    list_display = ("queued_at", "kind", "recipient", "subject", "status", "sent_at", "attempts")
    list_filter = ("status", "kind")
    date_hierarchy = "queued_at"
    search_fields = ("recipient__iexact", "key__startswith", "subject__istartswith")
    list_select_related = ("user",)
