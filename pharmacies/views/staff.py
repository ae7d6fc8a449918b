"""The pages on which a pharmacy says who works there, and each completes their training."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pharmacies.actions import add_staff, complete_training, end_staff
from pharmacies.facts import TRAINING
from pharmacies.forms import StaffForm, TrainingForm
from pharmacies.models import PharmacyStaff
from pharmacies.presenters import materials_to_review
from pharmacies.queries import own_staff_rows, staff_represented_by, staff_who_left, workplaces
from pharmacies.views.visits import visit_of
from rems_portal.accounts.actions.invitations import NAME_NEEDED
from rems_portal.accounts.queries import still_invited
from rems_portal.errors import ActRefused
from rems_portal.materials.presenters import NO_TEXT, text_of
from rems_portal.materials.queries import read_at, readings_of
from rems_portal.web import actor_of, visible_or_404


def staff(request: HttpRequest) -> HttpResponse:
    """Show who works in the viewer's pharmacies, with their training; the representative adds people (PH-01)."""
    visit = visit_of(request)
    mine = workplaces(visit.user, visit.today, visit.program)
    form, chosen = StaffForm(request.POST if request.method == "POST" else None), request.POST.get("pharmacy", "")
    if form.is_valid():
        place = next((one for one in mine if str(one.pharmacy.pk) == chosen), None)
        if place is None:
            raise Http404("No such pharmacy for you")
        try:
            added = add_staff(by=actor_of(request), at=visit.at, pharmacy=place.pharmacy, **form.cleaned_data)
            messages.success(request, f"{added.user} works at {place.pharmacy} from now on. {_what_next(added)}")
            return redirect("pharmacies:staff")
        except ActRefused as refusal:
            wrong = "full_name" if NAME_NEEDED in str(refusal) else "email"
            form.add_error(wrong, [finding.sentence for finding in refusal.findings])
    colleagues, left = staff_represented_by(visit.user, visit.today), staff_who_left(visit.user, visit.today)
    context = {
        "places": [(place, colleagues.get(place.pharmacy.pk, []), left.get(place.pharmacy.pk, [])) for place in mine],
        "form": form,
        "blank": StaffForm(),
        "chosen": chosen,
        "visit": visit,
        "invited": still_invited(row.user_id for group in colleagues.values() for row in group),
    }
    return render(request, "pharmacies/staff.html", context)


def _what_next(added: PharmacyStaff) -> str:
    if still_invited([added.user_id]):
        return f"We sent an invitation to {added.user.email}: with it, the account is opened."
    return "The training is on this page."


@require_http_methods(["GET", "HEAD", "POST"])
def staff_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then end somebody's work for a pharmacy that the viewer represents."""
    visit = visit_of(request)
    rows = [row for group in staff_represented_by(visit.user, visit.today).values() for row in group]
    found = next((row for row in rows if row.pk == pk), None)
    if found is None:
        raise Http404("No such person for you")
    if request.method != "POST":
        return render(request, "pharmacies/staff_end.html", {"row": found, "visit": visit})
    try:
        ended = end_staff(by=actor_of(request), at=visit.at, staff=found)
        messages.success(request, f"{ended.user} no longer works at {ended.pharmacy} in this portal.")
    except ActRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("pharmacies:staff")


def training(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the Pharmacy Training to somebody who works there, and take that it was reviewed."""
    visit = visit_of(request)
    rows = own_staff_rows(visit.user, visit.today)
    row = visible_or_404(request, rows, at=visit.at, kind="training record", pk=str(pk))
    form = TrainingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            complete_training(
                by=actor_of(request),
                at=visit.at,
                staff=row,
                reviewed=form.cleaned_data["reviewed"],
                program=visit.program,
            )
            messages.success(request, f"Your training record at {row.pharmacy} is complete.")
            return redirect("pharmacies:staff")
        except ActRefused as refusal:
            form.add_error(None, [finding.sentence for finding in refusal.findings])
    read = read_at(readings_of(visit.user.pk, visit.program.program))
    materials = materials_to_review(read, at=visit.at, program=visit.program)
    found = next((one for one in materials if one.material.code == TRAINING), None)
    shown = found.material if found else None
    text = text_of(shown, visit.program.program) if shown else NO_TEXT
    context = {"row": row, "form": form, "material": shown, "text": text, "read_at": found and found.reviewed_at}
    return render(request, "pharmacies/training.html", context)
