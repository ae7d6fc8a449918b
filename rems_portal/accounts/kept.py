"""What somebody had typed when the session ended: each form kept for the same account and page, shown once again.

It lies sealed among the sessions; the key lies only in a cookie of that browser, one for each form, so that several
windows keep theirs at the same time. Passwords, codes and marks of safety are never kept. Nothing is sent again by
itself: that is for the person to do. It is deleted when its form is sent or its page opened a second time, when
somebody else signs in, and after eight hours.
"""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

COOKIE = "typed-"  # and the name of the row; its value is the key
OWNER = "typed_by"
SENT_TO = "kept_sent_to"
GOOD_FOR = timedelta(hours=8)
SECONDS = int(GOOD_FOR.total_seconds())
MOST = 5
DROPPED = f"Only {MOST} forms are kept at a time, so the one kept first is gone. Fill that one in again."
NEVER_KEPT = re.compile(r"password|passphrase|csrf|secret|token|credential|^code$", re.IGNORECASE)
Answers = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Kept:
    """One form: the row it lies in, its page with the query, where it was sent to, what was typed; shown already?"""

    row: str
    page: str
    sent_to: str
    answers: Answers
    shown: bool = False

    @property
    def path(self) -> str:
        """Return the page's path without its query."""
        return urlsplit(self.page).path


def keep(request: HttpRequest, account: int) -> Kept:
    """Keep what this POST brought, for the account with this id; `remember` then gives the browser the key.

    Of more than `MOST` forms the one kept first is deleted, and a message says so.
    """
    answers = {name: values for name, values in request.POST.lists() if not NEVER_KEPT.search(name)}
    page, sent_to = page_of(request), request.path
    if request.path == reverse("accounts:keep"):  # sent by the page's script; the form itself says where it belongs
        sent_to = answers.pop(SENT_TO, [page])[0]
    before = kept_for(request, account)
    if len(before) >= MOST:
        for one in before[: len(before) - MOST + 1]:
            forget(request, one.row)
        messages.warning(request, DROPPED)
    key = Fernet.generate_key()
    store = SessionStore()
    store["sealed"] = Fernet(key).encrypt(json.dumps([page, sent_to, answers]).encode()).decode()
    store["account"] = account
    store.set_expiry(GOOD_FOR)
    store.create()
    row = str(store.session_key)
    _cookies(request)[f"{COOKIE}{row}"] = key.decode()
    return Kept(row, page, sent_to, answers)


def page_of(request: HttpRequest) -> str:
    """Return the address, within the portal, of the page on which the form that was just sent stands."""
    named = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(named, {request.get_host()}):
        return request.path
    parts = urlsplit(named)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def kept_for(request: HttpRequest, account: int) -> list[Kept]:
    """Return what this browser has kept for the account, the oldest first. What is not for it is deleted."""
    keys = {name.removeprefix(COOKIE): key for name, key in request.COOKIES.items() if name.startswith(COOKIE)}
    if not keys:
        return []
    rows = Session.objects.filter(session_key__in=keys).order_by("expire_date")
    kept = [one for row in rows if (one := _unsealed(row, keys[row.session_key], account))]
    for name in keys.keys() - {one.row for one in kept}:
        forget(request, name)
    return kept


def _unsealed(row: Session, key: str, account: int) -> Kept | None:
    """Return the form in this row; None when it is another account's, too old, or this is not its key."""
    held = row.get_decoded()
    if "sealed" not in held or held.get("account") != account:
        return None
    try:
        page, sent_to, answers = json.loads(Fernet(key).decrypt(held["sealed"].encode(), ttl=SECONDS))
    except (InvalidToken, ValueError):
        return None
    return Kept(row.session_key, page, sent_to, answers, shown="shown" in held)


def was_shown(kept: Kept) -> None:
    """Note that the form has come back on its page: a second time it does not."""
    store = SessionStore(kept.row)
    if "sealed" in store:
        store["shown"] = True
        store.save()


def forget(request: HttpRequest, row: str) -> None:
    """Delete one form that is kept for this browser; the answer to the request takes its key away."""
    store = SessionStore(row)
    if "sealed" in store:
        store.delete(row)
    _cookies(request)[f"{COOKIE}{row}"] = ""


def _cookies(request: HttpRequest) -> dict[str, str]:
    """Return the cookies that the answer to this request will set; an empty one is taken away."""
    cookies: dict[str, str] = request.__dict__.setdefault("kept_cookies", {})
    return cookies


def remember(request: HttpRequest, response: HttpResponseBase, *, secure: bool) -> None:
    """Give the browser the keys of what was kept during this request, and take away those of what was forgotten."""
    for name, value in _cookies(request).items():
        if value:
            response.set_cookie(name, value, max_age=SECONDS, httponly=True, secure=secure, samesite="Lax")
        else:
            response.delete_cookie(name, samesite="Lax")


def account_that_ended(request: HttpRequest) -> int | None:
    """Return whose session ran out in this browser, now or before; None for one ended on purpose, or that never was.

    A session that ran out is still in its table; signing out and ending it from another device delete it.
    """
    account: int | None = getattr(request, "ended_account", None)
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if account is None and cookie and request.session.session_key is None:
        row = Session.objects.filter(session_key=cookie).first()
        account = int(row.get_decoded().get(SESSION_KEY, 0)) or None if row else None
    if account is not None:
        ran_out(request, account)
        return account
    return int(request.get_signed_cookie(OWNER, default=None, max_age=GOOD_FOR) or 0) or None


def ran_out(request: HttpRequest, account: int) -> None:
    """Note in the browser whose session ran out: the first answer takes its cookie, and other windows hold forms."""
    _cookies(request)[OWNER] = signing.get_cookie_signer(salt=OWNER).sign(str(account))


def signed_in_again(request: HttpRequest) -> None:
    """Take that note away: from now on somebody is signed in."""
    if OWNER in request.COOKIES:
        _cookies(request)[OWNER] = ""
