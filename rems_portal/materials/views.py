"""The materials library: for everybody who is signed in, and the Patient Guide for everybody at all (PG-03)."""

import hashlib
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from rems_portal.errors import ActRefused
from rems_portal.materials.actions import record_reading
from rems_portal.materials.permissions import may_record
from rems_portal.materials.presenters import (
    CHROME,
    contents_of,
    day_in,
    register_rows,
    shelves_for,
    shown_to,
    text_of,
    title_in,
    withdrawal_of,
    withdrawn_and_read,
)
from rems_portal.materials.queries import read_at, readers_by_version, readings_of
from rems_portal.pdf import PdfUnavailable, render_pdf
from rems_portal.program import program_at
from rems_portal.rules.calendars import program_day
from rems_portal.rules.programs import Material, ProgramVersion, materials_on_offer
from rems_portal.web import actor_of, user_of

PATIENT_GUIDE = "patient_guide"
KEPT_SECONDS = 24 * 60 * 60


@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """List the materials by audience, those to read now first; program staff find the register."""
    at, user = timezone.now(), user_of(request)
    program = program_at(at)
    read = read_at(readings_of(user.pk, program.program))
    shelves = shelves_for(user, read, program=program, day=program_day(at))
    asked = [one for shelf in shelves for one in shelf.materials if one.asked]
    gone = withdrawn_and_read(read, program=program, day=program_day(at))
    context = {"shelves": shelves, "asked": asked, "reads": may_record(user), "withdrawn": gone}
    return render(request, "materials/library.html", context)


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Show program staff every version of every material: in force, withdrawn, and how many people read it."""
    at, user = timezone.now(), user_of(request)
    if not user.is_staff:
        raise PermissionDenied("The register of materials is for program staff.")
    program = program_at(at)
    rows = register_rows(program, readers_by_version(program.program), program_day(at))
    return render(request, "materials/register.html", {"rows": rows, "program": program})


@require_http_methods(["GET", "HEAD", "POST"])
def material(request: HttpRequest, material: str, language: str) -> HttpResponse:
    """Show one material, and take that the viewer has read the version shown (PR-01, PR-03, PH-01)."""
    at, user = timezone.now(), user_of(request)
    program = program_at(at)
    if request.method == "POST":
        try:
            record_reading(
                by=actor_of(request),
                at=at,
                user=user,
                material=material,
                version=request.POST.get("version", ""),
                language=language,
                program=program,
            )
        except ActRefused as refusal:
            messages.warning(request, str(refusal))
        return redirect("materials:material", material, language)
    gone = withdrawal_of(material, program=program, day=program_day(at))
    if gone is not None:
        return _withdrawn(request, gone, program)
    found = _offered_or_404(program, material, language, at)
    read = read_at(readings_of(user.pk, program.program))
    shown = shown_to(user, found, read)
    context = _context(found, program, language) | {
        "shown": shown,
        "read_on": day_in(program_day(shown.read_at), language) if shown.read_at else "",
        "reads": may_record(user),
        "pdf_url": reverse("materials:material-pdf", args=[material, language]),
        "other_url": reverse("materials:material", args=[material, CHROME[language].other[0]]),
    }
    return render(request, "materials/material_es.html" if language == "es" else "materials/material.html", context)


@require_safe
def material_pdf(request: HttpRequest, material: str, language: str) -> HttpResponse:
    """Return a material as PDF."""
    at = timezone.now()
    program = program_at(at)
    gone = withdrawal_of(material, program=program, day=program_day(at))
    if gone is not None:
        return _withdrawn(request, gone, program)
    back = reverse("materials:material", args=[material, language])
    return _pdf(request, program, _offered_or_404(program, material, language, at), language, back)


@require_safe
@login_not_required
def guide(request: HttpRequest, language: str) -> HttpResponse:
    """Show the Patient Guide to everybody, without signing in (PF-04, PN-02, PC-02, PM-02)."""
    at = timezone.now()
    program = program_at(at)
    found = _offered_or_404(program, PATIENT_GUIDE, language, at)
    context = _context(found, program, language) | {
        "pdf_url": reverse(f"materials:guide-{language}-pdf"),
        "other_url": reverse(f"materials:guide-{CHROME[language].other[0]}"),
    }
    return render(request, "materials/guide.html", context)


@require_safe
@login_not_required
def guide_pdf(request: HttpRequest, language: str) -> HttpResponse:
    """Return the Patient Guide as PDF, without signing in."""
    at = timezone.now()
    program = program_at(at)
    found = _offered_or_404(program, PATIENT_GUIDE, language, at)
    return _pdf(request, program, found, language, reverse(f"materials:guide-{language}"))


def _withdrawn(request: HttpRequest, gone: Material, program: ProgramVersion) -> HttpResponse:
    """Say that a material is no longer handed out, since when, and whether the viewer read it."""
    read = read_at(readings_of(user_of(request).pk, program.program))
    shown = {"material": gone, "read_at": read.get((gone.code, gone.version))}
    return render(request, "materials/withdrawn.html", shown, status=410)


def _offered_or_404(program: ProgramVersion, code: str, language: str, at: datetime) -> Material:
    for one in materials_on_offer(program, program_day(at)):
        if one.code == code and language in one.languages:
            return one
    raise Http404("No such material is handed out")


def _context(found: Material, program: ProgramVersion, language: str) -> dict[str, Any]:
    return {
        "material": found,
        "title": title_in(found, language),
        "text": text_of(found, program.program, language),
        "contents": contents_of(found, program.program, language),
        "words": CHROME[language],
        "language": language,
        "since": day_in(found.in_force, language),
        "several": len(found.languages) > 1,
    }


def _pdf(request: HttpRequest, program: ProgramVersion, found: Material, language: str, back: str) -> HttpResponse:
    """Return the PDF, drawn once for each wording and then kept: anybody may ask for the Patient Guide, often."""
    context = _context(found, program, language) | {
        "program": program.program_name,
        "notice": CHROME[language].notice,
        "created": f"{found.in_force.isoformat()}T00:00:00+00:00",
    }
    html = render_to_string("documents/material.html", context)
    key = f"material-pdf:{hashlib.sha256(html.encode()).hexdigest()}"
    drawn = cache.get(key)
    if drawn is None:
        try:
            drawn = render_pdf(None, "documents/material.html", context)
        except PdfUnavailable as missing:
            shown = _context(found, program, language) | {"missing": missing, "back_url": back}
            return render(request, "materials/no_pdf.html", shown, status=503)
        cache.set(key, drawn, KEPT_SECONDS)
    response = HttpResponse(drawn, content_type="application/pdf")
    name = f"{found.code.replace('_', '-')}-{found.version}-{language}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
