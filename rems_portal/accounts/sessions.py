"""The sessions of an account, on whatever device: listed in words that a person recognizes, ended one by one or all.

allauth keeps a row for each session; what really opens a page is Django's session, which is deleted with it.
"""

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest

from rems_portal.accounts.actions import end_sessions
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.web import user_of

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class SessionShown:
    """One session: device and network in words, since when, and whether it is the one that asks."""

    pk: int
    device: str
    network: str
    began_at: datetime
    current: bool


def sessions_of(request: HttpRequest) -> list[SessionShown]:
    """Return the sessions of the account that is signed in, this one first, then the newest."""
    key = request.session.session_key
    shown = [
        SessionShown(row.pk, device_of(row.user_agent), network_of(row.ip), row.created_at, row.session_key == key)
        for row in UserSession.objects.purge_and_list(user_of(request))
    ]
    return sorted(shown, key=lambda one: (not one.current, -one.began_at.timestamp()))


def device_of(user_agent: str) -> str:
    """Return browser and system: "Firefox on Windows". A browser says what it likes, so it is a hint, not a proof."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "Unknown browser")
    system = next((name for mark, name in SYSTEMS if re.search(mark, user_agent)), "unknown system")
    return f"{browser} on {system}"


def network_of(address: str) -> str:
    """Return the network of an IP address, without its last part: enough to tell an office from a home."""
    ip = ipaddress.ip_address(address)
    network = ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False)
    return str(network.network_address).removesuffix(".0") + (".…" if ip.version == 4 else "…")


def end_session(request: HttpRequest, pk: int) -> bool:
    """End one session of the account that is signed in; False when it has no such session."""
    row = UserSession.objects.filter(pk=pk, user=user_of(request)).first()
    if row:
        row.end()
    return row is not None


def end_other_sessions(request: HttpRequest, *, at: datetime) -> User:
    """End every session of the account but this one, also those that no row tells of."""
    user = end_sessions(by=Actor.of(user_of(request)), at=at, account=user_of(request))
    for row in UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key):
        row.end()
    row = UserSession.objects.filter(session_key=request.session.session_key).first()
    update_session_auth_hash(request, user)
    if row:
        row.session_key = str(request.session.session_key)
        row.save(update_fields=["session_key"])
    return user
