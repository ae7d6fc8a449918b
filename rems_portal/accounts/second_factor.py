"""The second factor: who needs one, who has one, and the demo's code. Codes and keys themselves are allauth's.

It must not decide what an account may see beyond that: without a second factor, only the pages that set one up.
"""

import base64
import functools
import hashlib
from datetime import datetime

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.cache import cache

from rems_portal.accounts.models import User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes alone are none
# Everybody who has an account sees patients, or decides about people who do: no role is spared.
SPARED: frozenset[str] = frozenset()
# The demo's accounts share one secret, printed in the README; it is never given out by anything else.
DEMO_SECRET = "DEMOONLYDEMOONLYDEMOONLYDEMOONLY"  # noqa: S105


def needs_second_factor(user: User) -> bool:
    """Must this account have a second factor? Yes, unless its role is spared."""
    return user.role not in SPARED


def has_second_factor(user: User) -> bool:
    """Has the account an authenticator app or a passkey?"""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def is_setting_up(user: User) -> bool:
    """Is the account at its first second factor: has none yet, or recovery codes that nobody has seen?"""
    codes = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    return not has_second_factor(user) or (codes is not None and not codes.wrap().did_view)


def is_last_factor(authenticator: Authenticator) -> bool:
    """Would the account be without a second factor if this one were removed?"""
    others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
    return authenticator.type in FACTORS and not others.exclude(pk=authenticator.pk).exists()


def give_demo_factor(user: User) -> None:
    """Give a demo account the authenticator app whose codes the demo shows. Raises RuntimeError outside the demo."""
    if not settings.DEMO:
        raise RuntimeError("Known secrets are for the demo only")
    TOTP.activate(user, DEMO_SECRET)


def demo_code(user: User, at: datetime) -> str | None:
    """Return a code that this demo account can use at `at`; None outside the demo and for any secret of one's own."""
    if not settings.DEMO:
        return None
    found = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).first()
    if found is None or unseal(found.data["secret"]) != DEMO_SECRET:
        return None
    period = int(at.timestamp()) // app_settings.TOTP_PERIOD
    near = [period, period + 1, period - 1]
    codes = [format_hotp_value(hotp_value(DEMO_SECRET, counter)) for counter in near]
    return next((code for code in codes if not cache.get(used_key(user, code))), None)


def used_key(user: User, code: str) -> str:
    """Return the key in the shared cache under which a used code is remembered."""
    return f"second-factor-used:{user.pk}:{code}"


@functools.cache
def _seals(keys: tuple[str, ...]) -> MultiFernet:
    made = [base64.urlsafe_b64encode(hashlib.sha256(f"second factor:{key}".encode()).digest()) for key in keys]
    return MultiFernet([Fernet(key) for key in made])


def seal(secret: str) -> str:
    """Return a secret as it is stored: readable only with this installation's SECRET_KEY."""
    return _seals((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)).encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Return the secret. Raises cryptography's InvalidToken when it was sealed with a key that is unknown here."""
    return _seals((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)).decrypt(sealed.encode()).decode()
