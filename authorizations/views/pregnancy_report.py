"""Report a pregnancy: which patient, what, a last look at what it will do, and what it has done (domain.md section 9).

The same two steps serve people who are signed in and people who came by a survey link (`report_by_link`), whose pages
go on in the survey's language. The report is sent by the second step only; the form's submission key makes a report
sent twice one report.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from authorizations.actions.safety import report_pregnancy
from authorizations.forms.pregnancy_report import IdentifyForm, ReportForm, SearchForm
from authorizations.presenters import pregnancy_report as words
from authorizations.presenters.pregnancy_report import Voice, Words
from authorizations.queries import pregnancy_report as queries
from authorizations.queries.safety import reportable_kinds, where_treatment_runs
from authorizations.views.patient_survey import Visit, gone, language_of, link_page, typed_in
from authorizations.wording_report import WORDS
from patients.models import Enrollment, PatientSurvey, SafetyCase
from rems_portal.accounts.models import User
from rems_portal.audit.access import record_denied_look, record_look
from rems_portal.audit.actors import Actor
from rems_portal.errors import ActRefused
from rems_portal.rules.calendars import PROGRAM_ZONE, program_day
from rems_portal.rules.numbers import Kind, NumberError, parse_number
from rems_portal.signatures.wording import instant_words
from rems_portal.web import actor_of, user_of

IDENTIFIED, REPORTED = "report_identified", "reports_sent_as"
FOR_ACCOUNTS, BY_LINK = "authorizations/safety", "authorizations/safety/by_link"
VOICES = {
    User.Role.PRESCRIBER: Voice.PRESCRIBER,
    User.Role.DELEGATE: Voice.DELEGATE,
    User.Role.PHARMACIST: Voice.PHARMACIST,
    User.Role.PROGRAM_STAFF: Voice.STAFF,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """About whom a report is, who makes it and how the page addresses that person: in which words, if by a link."""

    enrollment: Enrollment
    voice: Voice
    by: Actor
    at: datetime
    shown_as: list[tuple[str, str]]
    frame: dict[str, Any]
    spoken: Words

    @property
    def pages(self) -> str:
        """Return where the templates of this person's pages are."""
        return BY_LINK if self.voice.by_link else FOR_ACCOUNTS


def _voice_of(user: User) -> Voice:
    """Return how the account is spoken to. Raises PermissionDenied for an auditor, who reads and reports nothing."""
    if user.is_staff and user.staff_role == User.StaffRole.AUDITOR:
        raise PermissionDenied("An auditor only reads. Ask a case manager to record the report.")
    return VOICES[User.Role(user.role)]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def find(request: HttpRequest) -> HttpResponse:
    """Find the patient: the office among its own, everybody else by a number."""
    user, at = user_of(request), timezone.now()
    voice = _voice_of(user)
    named = request.GET.get("patient", "").replace("/", "")[:80]
    if named:
        return redirect("authorizations:report-pregnancy", named)
    if user.role in queries.OFFICE_ROLES:
        return _find_own(request, user, at)
    form = _identify(request, user, voice, at)
    if form.is_valid():
        return redirect("authorizations:report-pregnancy", form.cleaned_data["number"])
    return render(request, "authorizations/safety/identify.html", {"form": form, "pharmacy": voice == Voice.PHARMACIST})


def _find_own(request: HttpRequest, user: User, at: datetime) -> HttpResponse:
    form = SearchForm(typed_in(request))
    typed = form.cleaned_data["words"] if form.is_valid() else ""
    found = queries.own_patients(user, program_day(at), typed)
    context = {"form": form, "found": found, "searched": bool(typed), "most": queries.PATIENTS_SHOWN}
    return render(request, "authorizations/safety/find_patient.html", context)


def _identify(request: HttpRequest, user: User, voice: Voice, at: datetime) -> IdentifyForm:
    """Return the form; valid when the number stands for a patient in whom this account has a part."""
    kinds = queries.NUMBERS_OF_ROLE[User.Role(user.role)]
    form = IdentifyForm(typed_in(request), kinds=kinds, ask_birth_date=voice == Voice.PHARMACIST)
    if not form.is_valid():
        return form
    number, birth_date = form.cleaned_data["number"], form.cleaned_data.get("birth_date")
    if birth_date and queries.birth_date_fits(number, birth_date):
        request.session[IDENTIFIED] = [*request.session.get(IDENTIFIED, []), number][-20:]
    elif queries.enrollment_behind(number, user, program_day(at)) is None:
        record_denied_look(by=actor_of(request), at=at, record=f"report {number}")
        form.refuse()
    return form


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report(request: HttpRequest, number: str) -> HttpResponse:
    """Report about the patient behind a number in which the signed-in person has a part."""
    user, at = user_of(request), timezone.now()
    voice, number = _voice_of(user), _canonical(number)
    identified = number in request.session.get(IDENTIFIED, [])
    enrollment = queries.enrollment_behind(number, user, program_day(at), identified=identified)
    if enrollment is None:
        record_denied_look(by=actor_of(request), at=at, record=f"report {number}")
        raise Http404("No such patient for you")
    office = enrollment.prescriber if user.role in queries.OFFICE_ROLES else None
    by = actor_of(request, on_behalf_of=office)
    record_look(by=by, at=at, record=f"patient {enrollment.patient.number}")
    shown_as = [
        ("Patient", enrollment.patient.full_name),
        (Kind(number[0]).label.split(" ", 1)[1].capitalize(), number),
    ]
    return _two_steps(request, Subject(enrollment, voice, by, at, shown_as, {}, words.ENGLISH))


def _canonical(number: str) -> str:
    try:
        return parse_number(Kind(number[:1].upper()), number)
    except (NumberError, ValueError):
        raise Http404("Not a number of the program") from None


@link_page
def report_by_link(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Report by a survey link whose birth date was given in this browser, also after the answers were sent."""
    if not visit.who:
        return gone(request, visit.language) if visit.invitation.used_at else visit.to("patient-survey")
    voice = Voice.PATIENT if visit.who == PatientSurvey.CompletedBy.PATIENT else Voice.GUARDIAN
    spoken = WORDS[visit.language]
    frame = {"words": spoken, "back": visit.to("patient-survey").url}
    return _two_steps(request, Subject(visit.invitation.enrollment, voice, visit.by, visit.at, [], frame, spoken))


def _two_steps(request: HttpRequest, subject: Subject) -> HttpResponse:
    """Show the form, then what sending it will do; send it from there."""
    kinds = reportable_kinds(where_treatment_runs(subject.enrollment), subject.at)
    choices = words.choices_for(kinds, subject.voice, subject.spoken)
    form = ReportForm(typed_in(request), choices=choices, words=subject.spoken if subject.voice.by_link else None)
    context = subject.frame | {"form": form, "shown_as": subject.shown_as, "hints": words.hints(subject.spoken)}
    if not form.is_valid() or "change" in request.POST:
        return render(request, f"{subject.pages}/report.html", context)
    if "send" in request.POST:
        try:
            return _send(request, form, subject)
        except ActRefused as refused:
            form.add_error(None, subject.spoken["report_refused"] if subject.voice.by_link else str(refused))
            return render(request, f"{subject.pages}/report.html", context)
    kind, details = words.kind_of(form.cleaned_data["what"]), form.cleaned_data["details"]
    said = [
        (subject.spoken["said"], form.words_chosen()),
        (subject.spoken["said_more"], details or subject.spoken["nothing_more"]),
    ]
    consequences = words.consequences(kind, subject.voice, subject.spoken)
    context |= {"rows": [*subject.shown_as, *said], "consequences": consequences}
    return render(request, f"{subject.pages}/confirm.html", context)


def _send(request: HttpRequest, form: ReportForm, subject: Subject) -> HttpResponse:
    what, key = form.cleaned_data["what"], form.cleaned_data["submission_key"]
    report_pregnancy(
        by=subject.by,
        at=subject.at,
        enrollment=subject.enrollment,
        kind=words.kind_of(what),
        role=subject.voice,
        details=words.details_of(what, form.cleaned_data["details"]),
        submission_key=key,
    )
    sent_as = {"voice": subject.voice.value, "language": subject.spoken["language"]}
    request.session[REPORTED] = request.session.get(REPORTED, {}) | {str(key): sent_as}
    return redirect("authorizations:report-pregnancy-sent", key)


@require_safe
@never_cache
@login_not_required
def sent(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show what a report has done, to the browser it was sent from."""
    sent_as = request.session.get(REPORTED, {}).get(str(key))
    found = queries.report_of(key) if sent_as else None
    if sent_as is None or found is None:
        raise Http404("No report of yours")
    voice = Voice(sent_as["voice"])
    pharmacist = user_of(request) if voice == Voice.PHARMACIST else None
    outcome = queries.outcome_of(found, pharmacist=pharmacist, on=program_day(timezone.now()))
    spoken = WORDS[language_of(request, sent_as["language"])] if voice.by_link else words.ENGLISH
    context = {
        "words": spoken,
        "case": found.case,
        "pharmacy": voice == Voice.PHARMACIST,
        "care_team": found.case.enrollment.prescriber if voice.by_link else None,
        "voided": [] if voice.by_link else words.numbers_voided(outcome),
        "told": words.parties_told(outcome, spoken),
        "steps": words.next_steps(SafetyCase.Kind(found.case.kind), voice, spoken),
        "at": found.reported_at,
        "at_words": instant_words(found.reported_at, PROGRAM_ZONE.key, spoken["language"]),
    }
    return render(request, f"{BY_LINK if voice.by_link else FOR_ACCOUNTS}/sent.html", context)
