"""What every page of the portal needs in its template context: the instant of the request and whether this is a demo.

A context processor belongs to the views, so it reads the clock, once a request. It must not query the database.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from rems_portal.accounts.session_times import time_left
from rems_portal.navigation import navigation


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return `now` (aware, UTC), `demonstration` (true when the portal runs with demo data) and `nav` (the links).

    Also `session_left`: how many seconds the session of who is signed in has left, None for anybody else.
    """
    now = timezone.now()
    signed_in = getattr(request, "user", None) is not None and request.user.is_authenticated
    return {
        "now": now,
        "demonstration": settings.DEMO,
        "nav": navigation(request),
        "session_left": time_left(request.session, int(now.timestamp())).soonest if signed_in else None,
    }
