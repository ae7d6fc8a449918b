"""The pharmacy's confirmations: those that wait, those that are over, one of them, and its printable record."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from authorizations.presenters.pharmacy import Held, covered_sentences, dispense_rows, held_all
from authorizations.queries.pharmacy import closed_confirmations_of, lately_voided_of, open_confirmations_of
from authorizations.views.pharmacy import Shift, confirmation_or_404, not_ready, shift_of
from authorizations.views.prescriber import address
from rems_portal.rules.dispensing import checklist_items
from rems_portal.rules.vocabulary import RuleGroup

PAGE, CLOSED_PAGE = 20, 10


@never_cache
def open_confirmations(request: HttpRequest) -> HttpResponse:
    """List what waits to be dispensed with the time left and the next step, and what was closed lately."""
    shift = shift_of(request)
    if not shift.trained:
        return not_ready(request, shift)
    user, at = shift.visit.user, shift.visit.at
    waiting = Paginator(open_confirmations_of(user, at=at), PAGE).get_page(request.GET.get("page"))
    closed = Paginator(closed_confirmations_of(user, at=at), CLOSED_PAGE).get_page(request.GET.get("closed"))
    context = {
        "waiting": waiting,
        "waiting_rows": held_all(waiting, at),
        "closed": closed,
        "closed_rows": held_all(closed, at),
        "stopped": held_all(lately_voided_of(user, at=at), at),
        "several": len(shift.trained) > 1,
    }
    return render(request, "authorizations/pharmacy/open_confirmations.html", context)


@never_cache
def confirmation(request: HttpRequest, number: str) -> HttpResponse:
    """Show one confirmation: the number, its deadlines, where it stands and what comes next."""
    return _one(request, number, "authorizations/pharmacy/confirmation.html")


@never_cache
def confirmation_record(request: HttpRequest, number: str) -> HttpResponse:
    """Show the record that goes with the prescription, to be printed (PH-09, PH-10, PH-19)."""
    return _one(request, number, "documents/confirmation.html")


def _one(request: HttpRequest, number: str, template: str) -> HttpResponse:
    shift = shift_of(request)
    if not shift.trained:
        return not_ready(request, shift)
    held = Held(confirmation_or_404(request, shift, number), shift.visit.at)
    context = {
        "held": held,
        "covered": _covered(held, shift),
        "rows": dispense_rows(held.dispense) if held.dispense else [],
        "report_page": address("authorizations:report-pregnancy"),
    }
    return render(request, template, context)


def _covered(held: Held, shift: Shift) -> list[str]:
    if held.checklist is None:
        return []
    items = checklist_items(RuleGroup(held.confirmation.rule_group), shift.visit.program)
    return covered_sentences(held.checklist, items)
