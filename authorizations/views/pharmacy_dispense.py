"""From the number to the patient: the checklist and the record of what left on one page, or the number given back."""

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
from authorizations.views.pharmacy import JUST_RECORDED, Shift, confirmation_or_404, not_ready, shift_of
from rems_portal.errors import ActRefused
from rems_portal.rules.forms.surveys import checklist_form
from rems_portal.web import actor_of

LATE = (
    "It left after the deadline. That is recorded as a deviation, and the program has opened a compliance case: "
    "its staff may ask you about it."
)
CASE = "It is recorded. The program has opened a compliance case about it: its staff may ask you."
RECORDED_BEFORE = "This dispense was recorded before. What you sent now changed nothing; this is what is recorded."


@never_cache
def dispense(request: HttpRequest, number: str) -> HttpResponse:
    """Take the Checklist and, on the same page, how, when and what left (PH-03 to PH-06, PH-09, PH-10, PH-19).

    The Checklist can be completed on its own while the product is still here. Product that left after the deadline is
    recorded as a deviation.
    """
    shift = shift_of(request)
    if not shift.trained:
        return not_ready(request, shift)
    held = Held(confirmation_or_404(request, shift, number), shift.visit.at)
    if not held.may_be_recorded:
        return _over(request, held)
    data = request.POST if request.method == "POST" else None
    counseling = None
    if held.checklist is None:
        counseling = ChecklistForm(data, definition=checklist_form(held.group, shift.visit.program))
    form = DispenseForm(data, confirmation=held.confirmation, products=products_for(held.confirmation), at=held.at)
    if data is None:
        return _dispense_page(request, held, form, counseling)
    only_counseling = "only_counseling" in data
    if (counseling and not counseling.is_valid()) or (not only_counseling and not form.is_valid()):
        return _dispense_page(request, held, form, counseling)
    try:
        if counseling:
            _complete(request, shift, held, counseling)
        if only_counseling:
            return redirect(request.get_full_path())
        return _record(request, shift, held, form)
    except ActRefused as refusal:
        form.add_error(None, [finding.sentence for finding in refusal.findings])
        return _dispense_page(request, held, form, None if held.checklist else counseling)


def _complete(request: HttpRequest, shift: Shift, held: Held, counseling: ChecklistForm) -> None:
    """Complete the Checklist. Raises ActRefused."""
    items = frozenset(counseling.cleaned_data["items"])
    done = complete_checklist(**_act(request, shift, held), items=items, form_seen=counseling.now_shown)
    held.confirmation.checklist = done


def _record(request: HttpRequest, shift: Shift, held: Held, form: DispenseForm) -> HttpResponse:
    """Record what left; ask once whether it is right that it left late. Raises ActRefused."""
    findings = dispense_findings(held.confirmation, form.record(), at=held.at, program=shift.visit.program)
    if findings and not stopping(findings) and not form.cleaned_data["late_is_right"]:
        return _dispense_page(request, held, form, None, late=True)
    done = record_dispense(**_act(request, shift, held), record=form.record())
    if done.recorded_at != held.at:  # the same form, sent at the same moment, was faster
        return _over(request, held, recorded=True)
    return _recorded(request, shift, done)


def _recorded(request: HttpRequest, shift: Shift, done: Dispense) -> HttpResponse:
    """Lead back to where the work came from, the list (`?list`) or the counter, which then says what was recorded.

    What opened a case is looked at on the confirmation's own page.
    """
    number = done.confirmation.number
    if done.confirmation.compliance_cases.exists():
        messages.warning(request, CASE if done.in_time else LATE)
        return redirect("authorizations:confirmation", number)
    request.session[JUST_RECORDED] = number
    to_list = "list" in request.GET or not shift.may_confirm
    return redirect("authorizations:open-confirmations" if to_list else "authorizations:counter")


def _over(request: HttpRequest, held: Held, *, recorded: bool = False) -> HttpResponse:
    """Lead to the page that says where it stands; who sends a record again is told that it changed nothing."""
    if recorded or (request.method == "POST" and held.dispense):
        messages.info(request, RECORDED_BEFORE)
    return redirect("authorizations:confirmation", held.confirmation.number)


def _dispense_page(
    request: HttpRequest, held: Held, form: DispenseForm, counseling: ChecklistForm | None, *, late: bool = False
) -> HttpResponse:
    context = {"form": form, "counseling": counseling, "held": held, "late": late}
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
