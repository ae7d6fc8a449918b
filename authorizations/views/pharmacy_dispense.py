"""From the number to the patient: the checklist, the record of what left, or the number given back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from authorizations.actions.confirm import cancel_confirmation
from authorizations.actions.dispense import complete_checklist, dispense_findings, record_dispense, stopping
from authorizations.forms.pharmacy import CancelForm, ChecklistForm, DispenseForm
from authorizations.models import Dispense
from authorizations.presenters.pharmacy import Held
from authorizations.queries.pharmacy import products_for
from authorizations.views.pharmacy import Shift, confirmation_or_404, not_ready, shift_of
from rems_portal.errors import ActRefused
from rems_portal.rules.dispensing import checklist_items
from rems_portal.rules.vocabulary import RuleGroup
from rems_portal.web import actor_of

LATE = (
    "It left after the deadline. That is recorded as a deviation, and the program has opened a compliance case: "
    "its staff may ask you about it."
)


@never_cache
def checklist(request: HttpRequest, number: str) -> HttpResponse:
    """Show the Checklist of the patient's group, or store it once every item was gone through (PH-10)."""
    shift = shift_of(request)
    if not shift.trained:
        return not_ready(request, shift)
    held = Held(confirmation_or_404(request, shift, number), shift.visit.at)
    if held.checklist is not None or not held.may_be_recorded:
        return _onward(held)
    items = checklist_items(RuleGroup(held.confirmation.rule_group), shift.visit.program)
    form = ChecklistForm(request.POST if request.method == "POST" else None, items=items)
    if form.is_valid():
        try:
            complete_checklist(**_act(request, shift, held), items=frozenset(form.cleaned_data["items"]))
            return redirect("authorizations:dispense", number)
        except ActRefused as refusal:
            form.add_error(None, [finding.sentence for finding in refusal.findings])
    return render(request, "authorizations/pharmacy/checklist.html", {"form": form, "held": held})


@never_cache
def dispense(request: HttpRequest, number: str) -> HttpResponse:
    """Take how, when and what left the pharmacy (PH-09, PH-19); after the deadline it is recorded as a deviation."""
    shift = shift_of(request)
    if not shift.trained:
        return not_ready(request, shift)
    held = Held(confirmation_or_404(request, shift, number), shift.visit.at)
    if held.checklist is None or not held.may_be_recorded:
        return _onward(held)
    data = request.POST if request.method == "POST" else None
    form = DispenseForm(
        data,
        confirmation=held.confirmation,
        products=products_for(held.confirmation),
        at=held.at,
        initial={"done_at": held.at, "days_supply": held.confirmation.days_supply},
    )
    if not form.is_valid():
        return _dispense_page(request, held, form)
    findings = dispense_findings(held.confirmation, form.record(), at=held.at, program=shift.visit.program)
    if findings and not stopping(findings) and not form.cleaned_data["late_is_right"]:
        return _dispense_page(request, held, form, late=True)
    try:
        done = record_dispense(**_act(request, shift, held), record=form.record())
    except ActRefused as refusal:
        form.add_error(None, [finding.sentence for finding in refusal.findings])
        return _dispense_page(request, held, form)
    return _recorded(request, done, number)


def _recorded(request: HttpRequest, done: Dispense, number: str) -> HttpResponse:
    if done.in_time:
        messages.success(request, f"{done.get_how_display()}: recorded. Nothing is left to do for this prescription.")
    else:
        messages.warning(request, LATE)
    return redirect("authorizations:confirmation", number)


def _dispense_page(request: HttpRequest, held: Held, form: DispenseForm, *, late: bool = False) -> HttpResponse:
    context = {"form": form, "held": held, "late": late}
    return render(request, "authorizations/pharmacy/dispense.html", context)


@never_cache
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Give an open confirmation back, with a reason; its authorization is then live again while it is valid."""
    shift = shift_of(request)
    if not shift.trained:
        return not_ready(request, shift)
    held = Held(confirmation_or_404(request, shift, number), shift.visit.at)
    if not held.is_open:
        return redirect("authorizations:confirmation", number)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            arguments = _act(request, shift, held)
            arguments.pop("program")
            cancel_confirmation(**arguments, reason=form.cleaned_data["reason"])
            messages.success(request, "The confirmation is cancelled. Nothing may leave on it any more.")
            return redirect("authorizations:confirmation", number)
        except ActRefused as refusal:
            form.add_error(None, [finding.sentence for finding in refusal.findings])
    return render(request, "authorizations/pharmacy/cancel.html", {"form": form, "held": held})


def _act(request: HttpRequest, shift: Shift, held: Held) -> dict[str, Any]:
    """Return what every act on a confirmation is told."""
    return {
        "by": actor_of(request),
        "at": held.at,
        "pharmacy": held.confirmation.pharmacy,
        "number": held.confirmation.number,
        "program": shift.visit.program,
    }


def _onward(held: Held) -> HttpResponse:
    """Lead to the step that comes next, or to the confirmation when none does."""
    step = held.next_step
    return redirect(step.page if step else "authorizations:confirmation", held.confirmation.number)
