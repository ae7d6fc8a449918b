"""The addresses of the demo's mailbox and of the outbox."""

from django.urls import path

from rems_portal.notifications.views import mailbox, outbox

app_name = "notifications"
urlpatterns = [path("", mailbox, name="mailbox"), path("outbox/", outbox, name="outbox")]
