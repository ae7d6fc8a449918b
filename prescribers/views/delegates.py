"""The pages on which a prescriber names delegates, and on which a delegate sees for whom they work."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from prescribers.actions import add_delegate, end_delegation, plan_delegation_end
from prescribers.facts import is_certified
from prescribers.forms import DelegateForm, LastDayForm
from prescribers.models import Delegation
from prescribers.permissions import prescriber_of, require_prescriber
from prescribers.presenters import delegation_list
from prescribers.queries import delegations_to, own_delegations
from rems_portal.accounts.actions.invitations import NAME_NEEDED
from rems_portal.accounts.queries import open_invitations, still_invited
from rems_portal.clockwork import day_in_words
from rems_portal.errors import ActRefused
from rems_portal.program import program_at
from rems_portal.rules.calendars import program_day
from rems_portal.web import actor_of, user_of, visible_or_404

ONLY_THEIR_DELEGATES = "Only the prescriber decides who prepares forms for them, from the prescriber’s own account."
ONLY_DELEGATES = "This page is for office staff who work for prescribers."


def delegates(request: HttpRequest) -> HttpResponse:
    """List the viewer's delegates, and add one by the address of the account."""
    at, user = timezone.now(), user_of(request)
    require_prescriber(user, ONLY_THEIR_DELEGATES)
    program, prescriber = program_at(at), prescriber_of(user)
    certified = prescriber is not None and is_certified(prescriber, program, at)
    form = DelegateForm(request.POST if request.method == "POST" and certified else None)
    if prescriber and form.is_valid():
        try:
            added = add_delegate(
                by=actor_of(request), at=at, prescriber=prescriber, program=program, **form.cleaned_data
            )
            messages.success(request, _added(added, program_day(at)))
            return redirect("prescribers:delegates")
        except ActRefused as refusal:
            wrong = "full_name" if NAME_NEEDED in str(refusal) else "email"
            form.add_error(wrong, [finding.sentence for finding in refusal.findings])
    context = {
        "form": form,
        "certified": certified,
        "rows": delegation_list(own_delegations(user), program_day(at)),
        "invitations": open_invitations(user).count(),
    }
    return render(request, "prescribers/delegates.html", context)


def _added(added: Delegation, today: date) -> str:
    begins = "from now on" if added.starts_on <= today else f"from {day_in_words(added.starts_on)} on"
    ends = f", through {day_in_words(added.last_day)}" if added.last_day else ""
    words = f"{added.delegate} can prepare forms and enter results for you {begins}{ends}."
    if still_invited([added.delegate_id]):
        return f"{words} First they open their account: we sent an invitation to {added.delegate.email}."
    return words


def delegate_days(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one of the viewer's delegations, and take through which day it holds."""
    at, user = timezone.now(), user_of(request)
    require_prescriber(user, ONLY_THEIR_DELEGATES)
    delegation = visible_or_404(request, own_delegations(user), at=at, kind="delegation", pk=str(pk))
    if delegation.is_over(program_day(at)):
        messages.info(request, "This delegation is over. Add the person again if they work for you again.")
        return redirect("prescribers:delegates")
    form = LastDayForm(request.POST if request.method == "POST" else None, initial={"last_day": delegation.last_day})
    if form.is_valid():
        day = form.cleaned_data["last_day"]
        try:
            plan_delegation_end(by=actor_of(request), at=at, delegation=delegation, last_day=day)
            until = f"through {day_in_words(day)}" if day else "until you end it"
            messages.success(request, f"{delegation.delegate} works for you {until}.")
            return redirect("prescribers:delegates")
        except ActRefused as refusal:
            form.add_error("last_day", [finding.sentence for finding in refusal.findings])
    return render(request, "prescribers/delegate_days.html", {"form": form, "delegation": delegation})


@require_POST
def delegate_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the viewer's delegations."""
    at, user = timezone.now(), user_of(request)
    require_prescriber(user, ONLY_THEIR_DELEGATES)
    delegation = visible_or_404(request, own_delegations(user), at=at, kind="delegation", pk=str(pk))
    ended = end_delegation(by=actor_of(request), at=at, delegation=delegation)
    messages.success(request, f"{ended.delegate} no longer sees anything of yours.")
    return redirect("prescribers:delegates")


@require_safe
def served(request: HttpRequest) -> HttpResponse:
    """List the prescribers for whom the viewer works, with the days: now, later, and before."""
    at, user = timezone.now(), user_of(request)
    if user.role != user.Role.DELEGATE:
        raise PermissionDenied(ONLY_DELEGATES)
    rows = delegation_list(delegations_to(user), program_day(at))
    return render(request, "prescribers/served.html", {"rows": rows})
