"""The health check that a supervisor or load balancer asks: is the process up, does the database answer.

It must tell nothing else: anyone may read it without logging in. Beside it, the icon that browsers ask for unasked.
"""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@login_not_required
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers `SELECT 1`, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return JsonResponse({"status": "database does not answer"}, status=503)
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Answer a browser that asks for an icon by itself with nothing: an error page would set another CSRF cookie."""
    return HttpResponse(status=204)
