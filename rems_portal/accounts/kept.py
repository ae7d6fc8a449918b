"""What somebody had typed when the session ended, kept for the same account until it is sent, or for eight hours.

It lies sealed among the sessions; the key lies only in a cookie of that browser. Passwords, codes and marks of safety
are never kept. It is shown again, never sent again: that is for the person to do.
"""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

COOKIE = "typed"
SENT_TO = "kept_sent_to"
GOOD_FOR = timedelta(hours=8)
NEVER_KEPT = re.compile(r"password|passphrase|csrf|secret|token|credential|^code$", re.IGNORECASE)
Answers = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Kept:
    """Whose form it is, the page it stands on, where it was sent to, and what was typed."""

    account: int
    page: str
    sent_to: str
    answers: Answers

    @property
    def path(self) -> str:
        """Return the page's path without its query."""
        return urlsplit(self.page).path


def keep(request: HttpRequest, account: int) -> Kept:
    """Keep what this POST brought, for the account with this id; `remember` then gives the browser the key."""
    answers = {name: values for name, values in request.POST.lists() if not NEVER_KEPT.search(name)}
    page, sent_to = page_of(request), request.path
    if request.path == reverse("accounts:keep"):  # sent by the page's script; the form itself says where it belongs
        sent_to = answers.pop(SENT_TO, [page])[0]
    kept = Kept(account, page, sent_to, answers)
    key = Fernet.generate_key()
    store = SessionStore()
    store["sealed"] = Fernet(key).encrypt(json.dumps([kept.page, kept.sent_to, answers]).encode()).decode()
    store["account"] = account
    store.set_expiry(int(GOOD_FOR.total_seconds()))
    store.create()
    request.kept_cookie = f"{store.session_key}.{key.decode()}"  # type: ignore[attr-defined]
    return kept


def page_of(request: HttpRequest) -> str:
    """Return the address, within the portal, of the page on which the form that was just sent stands."""
    named = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(named, {request.get_host()}):
        return request.path
    parts = urlsplit(named)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def kept_for(request: HttpRequest) -> Kept | None:
    """Return what is kept for this browser and the account that is signed in; None when there is nothing."""
    name, _, key = request.COOKIES.get(COOKIE, "").partition(".")
    store = SessionStore(name) if name else None
    if store is None or "sealed" not in store or store.get("account") != request.user.pk:
        return None
    try:
        page, sent_to, answers = json.loads(Fernet(key).decrypt(store["sealed"].encode()))
    except (InvalidToken, ValueError):
        return None
    return Kept(store["account"], page, sent_to, answers)


def forget(request: HttpRequest) -> None:
    """Delete what is kept for this browser; the answer to the request takes the key away."""
    name = request.COOKIES.get(COOKIE, "").partition(".")[0]
    store = SessionStore(name)
    if name and "sealed" in store:
        store.delete()
    request.kept_cookie = ""  # type: ignore[attr-defined]


def remember(request: HttpRequest, response: HttpResponseBase, *, secure: bool) -> None:
    """Give the browser the key of what was kept during this request, or take away the key of what was forgotten."""
    value = getattr(request, "kept_cookie", None)
    if value:
        age = int(GOOD_FOR.total_seconds())
        response.set_cookie(COOKIE, value, max_age=age, httponly=True, secure=secure, samesite="Lax")
    elif value == "":
        response.delete_cookie(COOKIE, samesite="Lax")


def account_that_ended(request: HttpRequest, cookie: str) -> int | None:
    """Return the account of the session that ran out, by its key; None for one ended on purpose, or that never was.

    A session that ran out is still in its table; signing out and ending it from another device delete it.
    """
    row = Session.objects.filter(session_key=cookie).first() if cookie else None
    found = row.get_decoded().get(SESSION_KEY) if row else None
    return int(found) if found else None
