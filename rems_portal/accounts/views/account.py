"""One's own account: what is known of it, its ways to sign in, its sessions. allauth's pages change the password."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe
from django.views.generic.edit import FormView

from rems_portal.accounts.queries import open_invitations
from rems_portal.accounts.second_factor import demo_code, has_second_factor
from rems_portal.accounts.sessions import end_other_sessions, end_session, sessions_of
from rems_portal.web import user_of


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the account, its ways to sign in and its sessions."""
    user = user_of(request)
    factors = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    codes = next((one.wrap() for one in factors if one.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "app": next((one for one in factors if one.type == Authenticator.Type.TOTP), None),
        "passkeys": [one for one in factors if one.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes.get_unused_codes()) if codes else 0,
        "sessions": sessions_of(request),
        "invitations": open_invitations(user).count(),
    }
    return render(request, "accounts/overview.html", context)


@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """Let somebody without a second factor choose one; this is where every other page leads until it is there."""
    if has_second_factor(user_of(request)):
        return redirect("accounts:overview")
    return render(request, "accounts/second_factor.html")


class CodeView(AuthenticateView):
    """The second step of signing in; the demo's banner shows the code of a demo account."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the demo's code; outside the demo there is none."""
        return super().get_context_data(**kwargs) | {"demo_code": demo_code(self.stage.login.user, timezone.now())}


class FreshCodeView(ReauthenticateView):
    """A code as fresh proof; with the demo's code, as above."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the demo's code; outside the demo there is none."""
        return super().get_context_data(**kwargs) | {"demo_code": demo_code(user_of(self.request), timezone.now())}


authenticate, reauthenticate = CodeView.as_view(), FreshCodeView.as_view()


class ReplaceAppView(ActivateTOTPView):
    """Set up another authenticator app; the old one stops working in the moment in which the new one is proven."""

    template_name = "mfa/totp/replace_form.html"

    @method_decorator(reauthentication_required(app="allauth.mfa"))
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show and take the form, although there is an app already."""
        return FormView.dispatch(self, request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Put the new app in the place of the old."""
        with transaction.atomic():
            Authenticator.objects.filter(user=user_of(self.request), type=Authenticator.Type.TOTP).delete()
            return super().form_valid(form)


replace_app = ReplaceAppView.as_view()


class RemovePasskeyView(RemoveWebAuthnView):
    """Remove a passkey, unless it is the last second factor of an account that needs one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say beforehand whether it can be removed."""
        return super().get_context_data(**kwargs) | {"removable": get_adapter().can_delete_authenticator(self.object)}

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it, or say why not."""
        if not get_adapter().can_delete_authenticator(self.object):
            messages.error(self.request, get_adapter().error_messages["cannot_delete_authenticator"])
            return redirect("accounts:overview")
        return super().form_valid(form)


remove_passkey = RemovePasskeyView.as_view()


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions."""
    if not end_session(request, pk):
        raise Http404("No such session of yours")
    messages.success(request, "That session has ended.")
    return redirect("accounts:overview")


@require_POST
def sessions_end_others(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions but this one."""
    end_other_sessions(request, at=timezone.now())
    messages.success(request, "All other sessions have ended.")
    return redirect("accounts:overview")
