"""Bearer tokens of prescribers' and pharmacies' own systems. Only the hash of a token is stored."""

import hashlib
from dataclasses import dataclass

from django.db.models import CharField, DateTimeField, Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from rems_portal.audit.actors import Actor, Channel
from rems_portal.interop.models import ApiToken
from rems_portal.prepared import Prepared, Slot

KEYWORD = b"bearer"


def hash_token(token: str) -> str:
    """Return the hash under which a token is kept: a fast one, because 256 random bits can't be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


GOOD_TOKEN = Prepared(
    lambda: ApiToken.objects.select_related("pharmacy", "prescriber").filter(
        Q(prescriber__isnull=True) | Q(prescriber__user__is_active=True),
        token_hash=Slot("hash", CharField()),
        revoked_at__isnull=True,
        expires_at__gt=Slot("now", DateTimeField()),
    )
)


@dataclass(frozen=True, slots=True)
class Caller:
    """The system that calls: what views see as `request.user`."""

    token: ApiToken
    is_authenticated: bool = True

    @property
    def pk(self) -> str:
        """Return which token it is, so that the request log tells callers apart, and from people's accounts."""
        return f"token {self.token.pk}"

    @property
    def actor(self) -> Actor:
        """Return the actor written on every record: the token's label and whose it is."""
        owner = self.token.pharmacy or self.token.prescriber
        return Actor(name=f"{self.token.label} ({owner})"[:200], channel=Channel.API)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: Request) -> tuple[Caller, ApiToken] | None:
        """Return the caller, None without a token. Raises AuthenticationFailed for a token that is not good."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != KEYWORD:
            return None
        token = self._token(parts[1:])
        if token is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked. Ask the program for a new one.")
        return Caller(token), token

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 answer asks for."""
        return "Bearer"

    def _token(self, parts: list[bytes]) -> ApiToken | None:
        if len(parts) != 1 or not parts[0].isascii():
            return None
        token: ApiToken | None = GOOD_TOKEN.first(hash=hash_token(parts[0].decode()), now=timezone.now())
        return token


class IsOfThePortal(BasePermission):
    """Any token of the portal's."""

    message = "This needs a token."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Allow every good token."""
        return isinstance(request.auth, ApiToken)


class IsPharmacy(BasePermission):
    """The token belongs to a pharmacy."""

    message = "This needs a pharmacy’s token."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Allow pharmacies' tokens only."""
        return isinstance(request.auth, ApiToken) and request.auth.pharmacy_id is not None


class IsPrescriber(BasePermission):
    """The token belongs to a prescriber."""

    message = "This needs a prescriber’s token."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Allow prescribers' tokens only."""
        return isinstance(request.auth, ApiToken) and request.auth.prescriber_id is not None
