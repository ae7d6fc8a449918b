"""The pages of somebody who represents one pharmacy or a whole chain. They translate; acts and rules decide."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from pharmacies.actions import add_sites, hand_over_pharmacy, remove_site, withdraw_hand_over
from pharmacies.facts import quiz_is_behind
from pharmacies.forms import HandOverForm, SitesForm
from pharmacies.presenters import materials_to_review, next_step, sites_of
from pharmacies.queries import (
    certifications_represented_by,
    handed_over_to,
    sites_to_sign,
    staff_represented_by,
    workplaces,
)
from pharmacies.views.standings import standing_of
from pharmacies.views.visits import visit_of
from rems_portal.errors import ActRefused
from rems_portal.materials.queries import read_at, readings_of
from rems_portal.rules.findings import Finding
from rems_portal.web import actor_of


def certify(request: HttpRequest) -> HttpResponse:
    """List the viewer's pharmacies and what each still needs; go on with the only one, or begin the first (PH-01)."""
    visit = visit_of(request)
    program = visit.program
    mine = workplaces(visit.user, visit.today, program)
    handed = list(handed_over_to(visit.user, program.program))
    if not mine and not handed:
        return redirect("pharmacies:certify-new")
    represented = list(certifications_represented_by(visit.user, visit.today, program.program))
    if len(mine) == len(represented) == 1 and not handed:
        return redirect("pharmacies:certify-pharmacy", represented[0].pk)
    materials = materials_to_review(read_at(readings_of(visit.user.pk, program.program)), at=visit.at, program=program)
    sites = sites_of(
        mine,
        {one.pharmacy_id: one for one in represented},
        staff_represented_by(visit.user, visit.today),
        step=next_step(materials, passed=quiz_is_behind(visit.user.pk, program)),
        on=visit.today,
        program=program,
    )
    to_sign = [site for site in sites if site.to_sign]
    context = {"sites": sites, "to_sign": to_sign, "handed": handed, "visit": visit}
    return render(request, "pharmacies/overview.html", context)


def certify_sites(request: HttpRequest) -> HttpResponse:
    """Take many sites at once, and begin the certification of each."""
    visit = visit_of(request)
    form = SitesForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        mine = certifications_represented_by(visit.user, visit.today, visit.program.program)
        before = set(mine.values_list("pk", flat=True))
        try:
            begun = add_sites(
                by=actor_of(request),
                at=visit.at,
                user=visit.user,
                sites=form.cleaned_data["sites"],
                program=visit.program,
            )
            waiting = len(sites_to_sign(visit.user, visit.today, visit.program))
            new = sum(one.pk not in before for one in begun)
            there = f" On your list already, unchanged: {len(begun) - new}." if new < len(begun) else ""
            messages.success(request, f"Sites begun: {new}.{there} Waiting for your signature: {waiting}.")
            return redirect("pharmacies:certify")
        except ActRefused as refusal:
            form.add_error("sites", [finding.sentence for finding in refusal.findings])
    return render(request, "pharmacies/sites.html", {"form": form})


def certify_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then remove a site that was begun by mistake."""
    standing = standing_of(request, pk)
    if not standing.first:
        return redirect("pharmacies:certify-pharmacy", pk)
    refused: list[Finding] = []
    if request.method == "POST":
        visit, certification = standing.visit, standing.certification
        try:
            name = remove_site(by=actor_of(request), at=visit.at, user=visit.user, certification=certification)
            messages.success(request, f"{name} is removed.")
            return redirect("pharmacies:certify")
        except ActRefused as refusal:
            refused = list(refusal.findings)
    shown = {"certification": standing.certification, "refused": refused}
    return render(request, "pharmacies/remove.html", shown)


def certify_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a pharmacy to another authorized representative, who signs for it; at once while nothing is signed."""
    standing = standing_of(request, pk)
    visit, pharmacy = standing.visit, standing.certification.pharmacy
    form = HandOverForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            handing = hand_over_pharmacy(
                by=actor_of(request), at=visit.at, user=visit.user, pharmacy=pharmacy, **form.cleaned_data
            )
            if handing.done_at is None:
                messages.success(request, f"{handing.to} was asked. Until they have signed, you represent {pharmacy}.")
            else:
                messages.success(request, f"{handing.to} is the authorized representative of {pharmacy} from now on.")
            return redirect("pharmacies:certify")
        except ActRefused as refusal:
            form.add_error("email", [finding.sentence for finding in refusal.findings])
    return render(request, "pharmacies/hand_over.html", {"form": form, "certification": standing.certification})


@require_POST
def certify_withdraw_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a hand-over that waits, or decline to take the pharmacy over."""
    standing = standing_of(request, pk, to_sign=True)
    visit, handing = standing.visit, standing.handing
    if handing is None:
        messages.info(request, "No hand-over waits here. Nothing was changed.")
        return redirect("pharmacies:certify")
    try:
        withdraw_hand_over(by=actor_of(request), at=visit.at, user=visit.user, handing=handing)
        messages.success(request, f"The hand-over of {handing.pharmacy} is taken back. Its representative stays.")
    except ActRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect("pharmacies:certify")
