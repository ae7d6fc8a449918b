"""The part of a page on which somebody signs: the password, and for the first signature of a session the address too.

21 CFR 11.200(a)(1). What was typed is checked by `actions.prove_password`; a wrong password is an error of this form,
so that everything else on the page stays as it was typed.
"""

from datetime import datetime

from django import forms
from django.http import HttpRequest

from rems_portal.errors import ActRefused
from rems_portal.rules.calendars import PROGRAM_ZONE
from rems_portal.signatures.actions import Signing, prove_password
from rems_portal.typed import TypedForm
from rems_portal.web import actor_of, user_of

SERIES = "signing_series"


class SigningForm(TypedForm):
    """Password, and e-mail address for the first of a series. Make it with `signing_form`."""

    user_name = forms.CharField(
        label="Your e-mail address",
        help_text="Asked once in each session, with your first signature.",
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={"required": "Type the e-mail address you sign in with."},
    )
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Type your password to sign."},
    )

    def __init__(self, request: HttpRequest, *, first: bool, sent: bool) -> None:
        super().__init__(request.POST if sent else None)
        self.request = request
        if not first:
            del self.fields["user_name"]

    @classmethod
    def blank(cls, request: HttpRequest) -> "SigningForm":
        """Return the form as it is first shown, also in the answer to a page's script."""
        return cls(request, first=_is_first(request), sent=False)

    def prove(self, at: datetime, *, zone: str = PROGRAM_ZONE.key) -> Signing | None:
        """Return the proof for a signature at `at`, or None with what is wrong as an error of this form."""
        if not self.is_valid():
            return None
        user = user_of(self.request)
        typed = self.cleaned_data
        try:
            signing = prove_password(
                by=actor_of(self.request),
                at=at,
                user=user,
                password=typed["password"],
                user_name=typed.get("user_name"),
                zone=zone,
            )
        except ActRefused as refusal:
            self.add_error("password", [finding.sentence for finding in refusal.findings])
            return None
        self.request.session[SERIES] = user.pk
        return signing


def signing_form(request: HttpRequest) -> SigningForm:
    """Return the form with which the signed-in person signs, bound when the page was sent with a password box."""
    sent = request.method == "POST" and "password" in request.POST
    return SigningForm(request, first=_is_first(request), sent=sent)


def _is_first(request: HttpRequest) -> bool:
    return bool(request.session.get(SERIES) != user_of(request).pk)
