"""The counter: one prescription in, one answer out (PH-07, PH-08). It translates; the rules decide."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from authorizations.actions.confirm import confirm_dispense
from authorizations.forms.pharmacy import CounterForm
from authorizations.models import Decision
from authorizations.presenters.decisions import checks_of, findings_of
from authorizations.presenters.pharmacy import Held
from authorizations.queries.pharmacy import decisions_of
from authorizations.views.pharmacy import Shift, just_recorded, mending_links, not_ready, shift_of
from rems_portal.audit.access import record_denied_look
from rems_portal.web import actor_of, visible_or_404

# What was typed waits here for a correction: in the session, never in an address.
TYPED = "counter_typed"
LAST_PHARMACY = "counter_pharmacy"


@never_cache
def counter(request: HttpRequest) -> HttpResponse:
    """Show the form for one prescription, or ask the program and lead to its answer."""
    shift = shift_of(request)
    if request.method != "POST":
        return (
            _form_page(request, _empty_form(request, shift), shift) if shift.may_confirm else not_ready(request, shift)
        )
    if not shift.trained:
        return not_ready(request, shift)
    form = _form(shift, request.POST)
    if not form.is_valid():
        return _form_page(request, form, shift)
    pharmacy = form.chosen_pharmacy()
    decision = confirm_dispense(
        by=actor_of(request),
        at=shift.visit.at,
        pharmacy=pharmacy,
        request=form.request(),
        program=shift.visit.program,
        idempotency_key=form.idempotency_key(),
    )
    request.session[LAST_PHARMACY] = str(pharmacy.pk)
    if decision.enrollment_id is None:
        number = form.request().authorization_number
        record_denied_look(by=actor_of(request), at=shift.visit.at, record=f"authorization {number}")
        form.say_not_found()
        return _form_page(request, form, shift)
    if decision.granted:
        request.session.pop(TYPED, None)
        return redirect("authorizations:dispense", decision.confirmation.number)
    request.session[TYPED] = form.typed()
    return redirect("authorizations:confirm-result", decision.pk)


def _form(shift: Shift, data: Any = None, **kwargs: Any) -> CounterForm:
    pharmacies = [place.pharmacy for place in shift.trained]
    return CounterForm(data, pharmacies=pharmacies, program=shift.visit.program, today=shift.visit.today, **kwargs)


def _empty_form(request: HttpRequest, shift: Shift) -> CounterForm:
    """Return a form to fill in; after a refusal (`?again`) with what was typed before."""
    before = request.session.get(TYPED) if "again" in request.GET else None
    if before is None:
        request.session.pop(TYPED, None)
        before = {"pharmacy": request.session.get(LAST_PHARMACY, "")}
    return _form(shift, initial=before | {"key": uuid4()})


def _form_page(request: HttpRequest, form: CounterForm, shift: Shift) -> HttpResponse:
    context = {
        "form": form,
        "choose": len(shift.trained) > 1,
        "places": shift.places,
        "recorded": None if form.is_bound else just_recorded(request, shift),
    }
    return render(request, "authorizations/pharmacy/counter.html", context)


@never_cache
def confirm_result(request: HttpRequest, key: int) -> HttpResponse:
    """Show the program's answer: every check, and the confirmation number or everything that is wrong."""
    shift = shift_of(request)
    if not shift.trained:
        return not_ready(request, shift)
    visit = shift.visit
    rows = decisions_of(visit.user, at=visit.at)
    decision = visible_or_404(request, rows, at=visit.at, kind="decision", pk=str(key))
    if decision.granted:
        return _granted(request, decision, Held(decision.confirmation, visit.at))
    if decision.enrollment_id is None:
        messages.error(request, "That number and date of birth lead to no authorization.")
        return redirect("authorizations:counter")
    context = {
        "decision": decision,
        "checks": checks_of(decision),
        "findings": findings_of(decision),
        "links": mending_links(),
        "again_url": f"{reverse('authorizations:counter')}?again",
    }
    return render(request, "authorizations/pharmacy/refused.html", context)


def _granted(request: HttpRequest, decision: Decision, held: Held) -> HttpResponse:
    context = {"decision": decision, "held": held, "checks": checks_of(decision)}
    return render(request, "authorizations/pharmacy/granted.html", context)
