"""What each request of an account goes through: its session's time, what was typed before, lock, second factor.

It closes pages, never opens one: who may do what there is the business of each app's permissions.
"""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from rems_portal.accounts.kept import (
    Kept,
    account_that_ended,
    forget,
    keep,
    kept_for,
    page_of,
    ran_out,
    remember,
    signed_in_again,
    was_shown,
)
from rems_portal.accounts.locking import is_locked
from rems_portal.accounts.refill import refill
from rems_portal.accounts.second_factor import has_second_factor, needs_second_factor
from rems_portal.accounts.session_times import time_left, touch
from rems_portal.accounts.sessions import end_other_sessions

GetResponse = Callable[[HttpRequest], HttpResponse]
KEPT = "What you typed is kept: the form comes back filled in on its own page. Nothing has been sent yet."
COMES_BACK = "This is what you typed before. Nothing has been sent yet: look it over, then send it."
SESSION_OVER = "session_over"  # the page's script signs out because the time is over, not the person
SECOND_FACTOR_SHOWN = "second_factor"
# Where somebody without a second factor may go, and nowhere else.
SET_UP_PAGES = frozenset(
    {
        "accounts:second-factor",
        "accounts:session",
        "accounts:unlock",
        "account_logout",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
    }
)
ACCOUNT_PAGES = ("account_", "accounts:", "mfa_")


def needs_account(view: Any) -> bool:
    """Is this view closed to the public? Unless it says otherwise, it is."""
    return bool(getattr(view, "login_required", True))


def sent_away(request: HttpRequest, to: str, page: str) -> HttpResponse:
    """Send the browser to a page of the account, from there to `page`; a part of a page that htmx asked for, too."""
    address = f"{reverse(to)}?{urlencode({'next': page})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


class SessionTimesMiddleware:
    """Ends a session in which nothing was asked for SESSION_COOKIE_AGE seconds, or that is SESSION_LONGEST old.

    The first is Django's own work: a session's age counts from its last save, and use after a minute saves it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        second = int(time.time())
        if request.user.is_authenticated:
            if time_left(request.session, second).longest == 0:
                request.ended_account = request.user.pk  # type: ignore[attr-defined]
                logout(request)
            elif request.path != reverse("accounts:keep") and (
                request.method != "GET" or request.path != reverse("accounts:session")
            ):
                touch(request.session, second)
        response = self.get_response(request)
        # By the session itself: an access token makes `request.user` a system, which has no session.
        if SESSION_KEY in request.session and "began" not in request.session:
            touch(request.session, second)  # signed in by this very request
        return response


class KeepTypedMiddleware:
    """A form that arrives after its session ended is kept, and comes back once on its page for the same person."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        kept: Kept | None = getattr(request, "to_refill", None)
        if kept and response.status_code == 200 and response.headers.get("Content-Type", "").startswith("text/html"):
            html = response.content.decode(response.charset)
            response.content = refill(html, kept.answers, sent_to=kept.sent_to, page=kept.path).encode(response.charset)
            was_shown(kept)
        remember(request, response, secure=settings.SESSION_COOKIE_SECURE)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.user.is_authenticated:
            name = request.resolver_match.view_name if request.resolver_match else ""
            if name == "account_logout" and SESSION_OVER in request.POST:
                ran_out(request, request.user.pk)
            elif needs_account(view):
                self._look_back(request, request.user.pk, name)
            return None
        account = account_that_ended(request)
        if account is None or request.method != "POST" or not needs_account(view):
            return None
        kept = keep(request, account)
        messages.info(request, f"You were signed out meanwhile. Sign in again. {KEPT}")
        return sent_away(request, "account_login", kept.page)

    def _look_back(self, request: HttpRequest, account: int, view: str) -> None:
        """Find what comes back in this answer; delete what has come back before and is now sent or opened anew."""
        signed_in_again(request)
        kept = kept_for(request, account)
        if view.startswith(ACCOUNT_PAGES) or is_locked(request):
            return
        by_htmx = bool(request.headers.get("HX-Request"))
        opened = request.method == "GET" and not by_htmx
        page = unquote(request.get_full_path() if opened else page_of(request))
        here = [one for one in kept if unquote(one.page) == page]
        shown, waiting = [one for one in here if one.shown], [one for one in here if not one.shown]
        if by_htmx:  # a part of the page on which it came back
            request.to_refill = shown[0] if shown else None  # type: ignore[attr-defined]
            return
        for one in shown:
            forget(request, one.row)
        if opened and waiting:
            request.to_refill = waiting[0]  # type: ignore[attr-defined]
            messages.info(request, COMES_BACK)


class LockMiddleware:
    """While a device is locked, every page of the account first asks for the password."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not (request.user.is_authenticated and is_locked(request) and needs_account(view)):
            return None
        match = request.resolver_match
        if match and match.view_name in ("accounts:unlock", "account_logout"):
            return None
        page = request.get_full_path()
        if request.method == "POST":
            page = keep(request, request.user.pk).page
            messages.info(request, KEPT)
        return sent_away(request, "accounts:unlock", page)


class SecondFactorMiddleware:
    """An account whose role needs a second factor and has none gets only the pages that set one up."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        sets_up = getattr(request, "sets_up_first_factor", False) and request.method == "POST"
        if sets_up and request.user.is_authenticated and has_second_factor(request.user):
            # A session that somebody else began with the password alone must not become a whole one.
            end_other_sessions(request, at=timezone.now())
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        user = request.user
        if not user.is_authenticated or not needs_account(view) or request.session.get(SECOND_FACTOR_SHOWN):
            return None
        if not needs_second_factor(user) or has_second_factor(user):
            # Looked up once a session: who loses the last factor loses all sessions with it.
            request.session[SECOND_FACTOR_SHOWN] = True
            return None
        if request.resolver_match and request.resolver_match.view_name in SET_UP_PAGES:
            request.sets_up_first_factor = True  # type: ignore[attr-defined]
            return None
        return redirect("accounts:second-factor")
