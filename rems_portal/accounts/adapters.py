"""How allauth behaves here: accounts begin by invitation, and a second factor can be replaced but not given up.

allauth keeps codes, keys and their checks; these classes only say what is different in this portal.
"""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils import timezone

from rems_portal.accounts.models import User
from rems_portal.accounts.second_factor import is_last_factor, is_setting_up, needs_second_factor, seal, unseal
from rems_portal.notifications.actions import tell

# What a person is told by e-mail when the ways to sign in change. allauth's name -> our words.
NEWS = {
    "account/email/password_changed": "The password of your account was changed.",
    "account/email/password_reset": "The password of your account was set anew with a link from an e-mail.",
    "account/email/password_set": "A password was set for your account.",
    "mfa/email/totp_activated": "An authenticator app was set up for your account.",
    "mfa/email/totp_deactivated": "The authenticator app of your account was removed.",
    "mfa/email/webauthn_added": "A passkey was added to your account.",
    "mfa/email/webauthn_removed": "A passkey of your account was removed.",
    "mfa/email/recovery_codes_generated": "Your account has new recovery codes; the old ones no longer work.",
}
NOT_YOU = "If that was not you, set a new password at once and call the program’s staff."


class ClosedAdapter(DefaultAccountAdapter):
    """Closes sign-up, and tells people by the outbox when the ways to sign in to their account change."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: people are invited."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask no second proof of one who signed in just now to set up the first second factor."""
        user = self.request.user
        if app == "allauth.mfa" and user.is_authenticated and is_setting_up(user):
            proofs = get_authentication_records(self.request, user)
            if proofs and time.time() - proofs[-1]["at"] < REAUTHENTICATION_TIMEOUT:
                return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Send the link, but not to somebody who has not accepted the invitation yet: only that opens the account."""
        if user.has_usable_password():
            super().send_password_reset_mail(user, email, context)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Queue what changed. Raises KeyError for news that nobody has put into words yet."""
        at = timezone.now()
        text = f"{NEWS[template_prefix]}\n\n{NOT_YOU}"
        key = f"{template_prefix}:{at.isoformat()}"
        tell(users=[user], key=key, kind="account", subject="Your account has changed", text=text, at=at)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the last second factor where the role demands one, and the secrets sealed."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code doesn’t fit. Type the newest one from your app, or a recovery code that you have "
        "not used yet.",
        "cannot_delete_authenticator": "Your role needs a second factor, and this is your only one. Add a passkey "
        "first, or replace the app.",
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """May this factor be removed? Not the last one of an account that needs one."""
        return not (needs_second_factor(authenticator.user) and is_last_factor(authenticator))

    def encrypt(self, text: str) -> str:
        """Return the secret as stored."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret."""
        return unseal(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return who asks for a passkey: the portal's name, for the host that was asked."""
        return super().get_public_key_credential_rp_entity() | {"name": "Lenalidomide REMS"}
