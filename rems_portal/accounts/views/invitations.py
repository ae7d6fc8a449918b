"""Invitations: the page behind the link, and the list of those that one has sent oneself."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from rems_portal.accounts.actions import accept_invitation, send_invitation_again, withdraw_invitation
from rems_portal.accounts.actions.invitations import hash_of, works
from rems_portal.accounts.forms import InvitedForm
from rems_portal.accounts.models import Invitation
from rems_portal.accounts.queries import invitation_by_hash, open_invitations
from rems_portal.audit.actors import Actor, Channel
from rems_portal.errors import ActRefused
from rems_portal.web import actor_of, user_of


@never_cache
@login_not_required
@sensitive_post_parameters("password")
def accept(request: HttpRequest, secret: str) -> HttpResponse:
    """Let the invited person choose a password; then they are signed in and set up the second factor."""
    at = timezone.now()
    invitation = invitation_by_hash(hash_of(secret))
    if invitation is None or not works(invitation, at):
        return render(request, "accounts/invitation_over.html", status=410)
    account = invitation.account
    form = InvitedForm(request.POST if request.method == "POST" else None, account=account)
    if form.is_valid():
        by = Actor(name=account.full_name, channel=Channel.LINK, user_id=account.pk)
        try:
            user = accept_invitation(by=by, at=at, invitation=invitation, password=form.cleaned_data["password"])
            return perform_password_login(request, {"email": user.email}, Login(user=user, redirect_url="/"))
        except ActRefused as refusal:
            form.add_error("password", [finding.sentence for finding in refusal.findings])
    return render(request, "accounts/invitation.html", {"form": form, "invitation": invitation})


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Show the invitations that the viewer has sent and nobody has accepted yet."""
    return render(request, "accounts/invitations.html", {"invitations": open_invitations(user_of(request))})


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one of the viewer's invitations again."""
    invitation, user = _own(request, pk), user_of(request)
    try:
        send_invitation_again(by=actor_of(request), at=timezone.now(), user=user, invitation=invitation)
        messages.success(request, f"{invitation.account.email} was sent a new link. The old one no longer works.")
    except ActRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("accounts:invitations")


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one of the viewer's invitations back."""
    invitation, user = _own(request, pk), user_of(request)
    try:
        withdraw_invitation(by=actor_of(request), at=timezone.now(), user=user, invitation=invitation)
        messages.success(request, f"The invitation of {invitation.account} is withdrawn.")
    except ActRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("accounts:invitations")


def _own(request: HttpRequest, pk: int) -> Invitation:
    """Return an open invitation that the viewer sent. Raises Http404."""
    found = open_invitations(user_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("No such invitation of yours")
    return found
