"""The demo's mailbox, open to everybody who tries the demo, and the outbox for program staff."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rems_portal.notifications.mailbox import newest_letters
from rems_portal.notifications.queries import outbox_state
from rems_portal.web import user_of

SHOWN = 50


@require_safe
@never_cache
@login_not_required
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show the messages the demo has sent, newest first. Only with DEMO: elsewhere mail is nobody's to read."""
    if not settings.DEMO:
        raise Http404("There is no mailbox outside the demo")
    return render(request, "notifications/mailbox.html", {"letters": newest_letters(SHOWN), "shown": SHOWN})


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """Show program staff what waits, what was sent and what was given up."""
    if not user_of(request).is_staff:
        raise PermissionDenied("Only program staff may see the outbox.")
    return render(request, "notifications/outbox.html", {"state": outbox_state(SHOWN)})
