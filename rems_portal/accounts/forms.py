"""What people type about their own account. allauth's forms check codes; these add what the portal asks besides."""

import re
from typing import Any

from allauth.account.fields import PasswordField
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache

from rems_portal.accounts.models import User
from rems_portal.accounts.second_factor import used_key

# A code is good half a minute before and after its own half minute; for all that time it is good once (RFC 6238, 5.2).
USED_FOR = 120


class OnceOnly:
    """A code from the app works once, in every process: the shared cache remembers it."""

    def clean_code(self) -> str:
        """Return the code. Raises ValidationError for one that was used already."""
        code: str = super().clean_code()  # type: ignore[misc]
        authenticator: Authenticator = self.authenticator  # type: ignore[attr-defined]
        if authenticator.type == Authenticator.Type.TOTP:
            key = used_key(authenticator.user, re.sub(r"\D", "", code))
            if not cache.add(key, True, timeout=USED_FOR):
                raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(OnceOnly, AuthenticateForm):
    """The second step of signing in."""


class FreshCodeForm(OnceOnly, ReauthenticateForm):
    """A code as fresh proof, by somebody who is signed in."""


class PasswordForm(forms.Form):
    """The password of one's own account, typed again."""

    password = PasswordField(label="Your password", autocomplete="current-password")


class InvitedForm(forms.Form):
    """The password that an invited person chooses. It is typed once: it can be looked at."""

    password = PasswordField(label="Choose a password", autocomplete="new-password")

    def __init__(self, data: Any = None, *, account: User) -> None:
        super().__init__(data)
        self.account = account

    def clean_password(self) -> str:
        """Return the password. Raises ValidationError by the rules of `accounts.passwords`."""
        password = str(self.cleaned_data["password"])
        validate_password(password, self.account)
        return password
