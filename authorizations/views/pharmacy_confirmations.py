"""The pharmacy's confirmations: those that wait, those that are over, one of them, and its printable record."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from authorizations.presenters.pharmacy import Held, covered_sentences, dispense_rows, held_all, last_written
from authorizations.presenters.signed import shown_checklist
from authorizations.queries.pharmacy import closed_confirmations_of, lately_voided_of, open_confirmations_of
from authorizations.views.pharmacy import Shift, confirmation_or_404, just_recorded, not_ready, shift_of
from authorizations.views.prescriber import address
from rems_portal.pdf import pdf_answer, render_pdf
from rems_portal.rules.dispensing import checklist_items
from rems_portal.rules.forms import NOTICE
from rems_portal.rules.vocabulary import RuleGroup
from rems_portal.signatures.pdf import signed_form_pdf
from rems_portal.signatures.presenters import ShownForm

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
        "recorded": just_recorded(request, shift),
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


@never_cache
def confirmation_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Return the same record as a PDF for the files (PH-09, PH-10, PH-19)."""
    shift = shift_of(request)
    if not shift.trained:
        return not_ready(request, shift)
    held = Held(confirmation_or_404(request, shift, number), shift.visit.at)
    document = {
        **_shown(held, shift),
        "title": "Confirmation record",
        "lead": "Keep this with the prescription.",
        "program": shift.visit.program.program_name,
        "notice": NOTICE["en"],
        "created": last_written(held).isoformat(timespec="seconds"),
    }
    return pdf_answer(
        request,
        lambda: render_pdf(None, "documents/confirmation_record.html", document),
        filename=f"confirmation-{held.confirmation.number}.pdf",
        back_url=address("authorizations:confirmation-record", held.confirmation.number),
    )


@never_cache
def checklist_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Return the completed Checklist as a PDF (PH-10); where there is none, the record, which says so."""
    shift = shift_of(request)
    if not shift.trained:
        return not_ready(request, shift)
    held = Held(confirmation_or_404(request, shift, number), shift.visit.at)
    done = held.checklist
    if done is None or done.form is None:
        return redirect("authorizations:confirmation-record", held.confirmation.number)
    shown = cast(ShownForm, shown_checklist(done))
    return pdf_answer(
        request,
        lambda: signed_form_pdf(shown),
        filename=f"checklist-{held.confirmation.number}.pdf",
        back_url=address("authorizations:confirmation-record", held.confirmation.number),
    )


def _one(request: HttpRequest, number: str, template: str) -> HttpResponse:
    shift = shift_of(request)
    if not shift.trained:
        return not_ready(request, shift)
    held = Held(confirmation_or_404(request, shift, number), shift.visit.at)
    context = {**_shown(held, shift), "report_page": address("authorizations:report-pregnancy")}
    return render(request, template, context)


def _shown(held: Held, shift: Shift) -> dict[str, object]:
    rows = dispense_rows(held.dispense) if held.dispense else []
    shown = shown_checklist(held.checklist) if held.checklist else None
    return {"held": held, "covered": _covered(held, shift), "rows": rows, "shown": shown}


def _covered(held: Held, shift: Shift) -> list[str]:
    if held.checklist is None:
        return []
    items = checklist_items(RuleGroup(held.confirmation.rule_group), shift.visit.program)
    return covered_sentences(held.checklist, items)
