"""The patient survey behind an expiring link: who is answering, one question a screen, check, send.

Nobody is signed in here. The link's secret opens nothing by itself: the patient's birth date must be given once in each
browser. A link that is used, expired, replaced or unknown always gives the same page. The secret stays in the address
only: answers tell no other site where they come from, are not kept by caches, and log lines hold no paths.
Every page is there in English and in Spanish, and begins in the language of the form that was signed, or the browser's;
the choice (`?lang=`) is kept in the session.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from authorizations.actions.patient_survey import complete_patient_survey
from authorizations.forms.patient_survey import AnswerForm, GuardianForm, StartForm
from authorizations.presenters.patient_survey import check_rows, what_next
from authorizations.queries.patient_survey import (
    OpenSurvey,
    form_language,
    guardian_on_record,
    invitation_of,
    is_open,
    open_survey,
    sent_survey,
)
from authorizations.wording import WORDS
from patients.actions import check_birth_date, keep_survey_answers
from patients.models import PatientSurvey, SurveyInvitation
from patients.presenters import shown_patient_survey
from rems_portal.accounts.locking import is_locked
from rems_portal.audit.access import record_denied_look, record_look
from rems_portal.audit.actors import Actor, Channel
from rems_portal.errors import ActRefused
from rems_portal.pdf import pdf_answer
from rems_portal.program import program_at
from rems_portal.rules.forms import Signer, fingerprint
from rems_portal.rules.programs import SurveyAlarm
from rems_portal.rules.surveys import contradictions
from rems_portal.signatures.actions import Signing
from rems_portal.signatures.models import Method
from rems_portal.signatures.pdf import signed_form_pdf

CompletedBy = PatientSurvey.CompletedBy
ACTORS = {
    CompletedBy.PATIENT: Actor(name="Patient", channel=Channel.LINK),
    CompletedBy.GUARDIAN: Actor(name="Parent or guardian", channel=Channel.LINK),
}
SESSION_KEY, LANGUAGE = "survey_links", "survey_language"
COPY_GOOD_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to a link's pages: the link, the instant, and who has shown in this browser that it is theirs."""

    secret: str
    invitation: SurveyInvitation
    at: datetime
    who: CompletedBy | None
    language: str = "en"

    @property
    def words(self) -> Mapping[str, str]:
        """Return what the pages say in the chosen language."""
        return WORDS[self.language]

    @property
    def by(self) -> Actor:
        """Return who acts; before the birth date was given, somebody who holds the link."""
        return ACTORS[self.who] if self.who else Actor(name="Somebody with a survey link", channel=Channel.LINK)

    @property
    def survey(self) -> OpenSurvey:
        """Return the survey as far as it is answered."""
        return open_survey(self.invitation, self.at, program_at(self.at), self.language)

    def to(self, page: str, *args: Any) -> HttpResponseRedirect:
        """Return the way to another page of this link."""
        return redirect(f"authorizations:{page}", self.secret, *args)


Page = Callable[[HttpRequest, Visit], HttpResponse]


def link_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make `view(request, visit, ...)` a page behind a link: found by its secret, kept out of caches and referrers."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @never_cache
    @login_not_required
    @sensitive_post_parameters()
    @functools.wraps(view)
    def page(request: HttpRequest, secret: str, **kwargs: Any) -> HttpResponse:
        at = timezone.now()
        invitation = invitation_of(secret)
        if invitation is None:
            response = gone(request)
        else:
            who = request.session.get(SESSION_KEY, {}).get(str(invitation.pk))
            language = language_of(request, form_language(invitation))
            visit = Visit(secret, invitation, at, CompletedBy(who) if who else None, language)
            response = view(request, visit, **kwargs)
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return page


def answering_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make `view` a page of an open link whose birth date was given in this browser; otherwise show the way there."""

    @functools.wraps(view)
    def page(request: HttpRequest, visit: Visit, **kwargs: Any) -> HttpResponse:
        if visit.who and visit.invitation.used_at:
            return visit.to("survey-sent")
        if not is_open(visit.invitation, visit.at):
            return gone(request, visit.language)
        if not visit.who:
            return visit.to("patient-survey")
        return view(request, visit, **kwargs)

    return link_page(page)


def typed_in(request: HttpRequest) -> QueryDict | None:
    """Return what was sent with a form, also when it was sent empty; None when the page is only asked for."""
    return request.POST if request.method == "POST" else None


def gone(request: HttpRequest, language: str = "") -> HttpResponse:
    """Answer a link that does not work, the same way whatever the reason is."""
    words = WORDS[language or language_of(request)]
    return render(request, "authorizations/survey/gone.html", {"words": words}, status=404)


def language_of(request: HttpRequest, form_language: str = "") -> str:
    """Return the language of this visit: asked for now, chosen before, the signed form's unless that is English (which
    may be nobody's choice), the browser's own where we speak it, or English.
    """
    asked = request.GET.get("lang", "")
    if asked in WORDS:
        request.session[LANGUAGE] = asked
    browser = request.headers.get("Accept-Language", "")[:2].lower()
    form_language = "" if form_language == "en" else form_language
    wanted: tuple[str, ...] = (request.session.get(LANGUAGE, ""), form_language, browser)
    return next((one for one in wanted if one in WORDS), "en")


@link_page
def start(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Ask who is answering and for the birth date."""
    if visit.who and visit.invitation.used_at:
        return visit.to("survey-sent")
    if not is_open(visit.invitation, visit.at):
        return gone(request, visit.language)
    if visit.who and request.method != "POST":
        return go_on(visit)
    form = StartForm(typed_in(request), words=visit.words)
    if form.is_valid():
        day = form.cleaned_data["birth_date"]
        if check_birth_date(by=visit.by, at=visit.at, invitation=visit.invitation, birth_date=day):
            return _let_in(request, visit, CompletedBy(form.cleaned_data["who"]))
        record_denied_look(by=visit.by, at=visit.at, record=f"patient {visit.invitation.enrollment.patient.number}")
        visit.invitation.refresh_from_db(fields=["expires_at", "failed_birth_dates"])
        if not is_open(visit.invitation, visit.at):
            return gone(request, visit.language)
        form.refuse()
    return render(request, "authorizations/survey/start.html", {"form": form, "words": visit.words})


def _let_in(request: HttpRequest, visit: Visit, who: CompletedBy) -> HttpResponse:
    request.session.cycle_key()
    links = request.session.get(SESSION_KEY, {})
    request.session[SESSION_KEY] = links | {str(visit.invitation.pk): who.value}
    by = ACTORS[who]
    record_look(by=by, at=visit.at, record=f"patient {visit.invitation.enrollment.patient.number}")
    keep_survey_answers(by=by, at=visit.at, invitation=visit.invitation, draft={"completed_by": who.value})
    return go_on(visit)


def go_on(visit: Visit) -> HttpResponse:
    """Show the way to the first question without an answer, or to the check when all have one."""
    place = visit.survey.first_unanswered
    return visit.to("survey-check") if place is None else visit.to("survey-question", place)


@answering_page
def question(request: HttpRequest, visit: Visit, place: int) -> HttpResponse:
    """Ask one question and keep the answer at once."""
    survey = visit.survey
    if not 1 <= place <= len(survey.questions):
        return go_on(visit)
    asked = survey.questions[place - 1]
    form = AnswerForm(typed_in(request), codes=[one.code for one in survey.questions], words=visit.words)
    if form.is_valid():
        answer = {form.cleaned_data["question"]: form.cleaned_data["answer"]}
        keep_survey_answers(by=visit.by, at=visit.at, invitation=visit.invitation, draft=answer)
        request.session.modified = True  # each answer keeps this browser let in for a while longer
        if "check" in request.GET or place == len(survey.questions):
            return go_on(visit)
        return visit.to("survey-question", place + 1)
    context = {
        "form": form,
        "asked": asked,
        "place": place,
        "count": len(survey.questions),
        "given": asked.words(survey.answer_to(asked)),
        "back_to_check": "check" in request.GET,
    }
    return render(request, "authorizations/survey/question.html", _frame(visit) | context)


@answering_page
def check(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show all answers, and send them signed: by the patient, or by the guardian who says name and relation."""
    survey = visit.survey
    if survey.first_unanswered is not None:
        return go_on(visit)
    form = None
    if visit.who is CompletedBy.GUARDIAN:
        form = GuardianForm(typed_in(request), words=visit.words, initial=guardian_on_record(visit.invitation))
    problem = None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            _send(request, visit, survey, form)
            return visit.to("survey-sent")
        except ActRefused as refused:
            problem = str(refused)
    alarms = {asked.alarm for asked in contradictions(survey.group, survey.answers, program_at(visit.at))}
    line = survey.form.line(Signer(str(visit.who)))
    context = {
        "form": form,
        "rows": check_rows(survey, visit.secret, visit.words),
        "problem": problem,
        "stops_treatment": SurveyAlarm.PREGNANCY_SUSPECTED in alarms,
        "form_seen": fingerprint(survey.form),
        "notice": survey.form.notice,
        "meaning": line.meaning if line else "",
        "patient": visit.invitation.enrollment.patient,
    }
    return render(request, "authorizations/survey/check.html", _frame(visit) | context)


def _send(request: HttpRequest, visit: Visit, survey: OpenSurvey, form: GuardianForm | None) -> None:
    """Complete the survey. Raises ActRefused."""
    said = form.cleaned_data if form else {}
    complete_patient_survey(
        by=visit.by,
        at=visit.at,
        invitation=visit.invitation,
        answers=survey.answers,
        completed_by=CompletedBy(str(visit.who)),
        group=survey.group,
        program=program_at(visit.at),
        signing=Signing(
            printed_name=said.get("name") or visit.invitation.enrollment.patient.full_name,
            method=Method.LINK,
            at=visit.at,
            relation=said.get("relation", ""),
        ),
        language=visit.language,
        form_seen=request.POST.get("form_seen", ""),
    )


@link_page
def sent(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Thank, and say what happens next; in plain words what to do now when an answer means danger."""
    survey = sent_survey(visit.invitation) if visit.who else None
    if survey is None:
        return visit.to("patient-survey") if is_open(visit.invitation, visit.at) else gone(request, visit.language)
    answered_in = visit.words[f"answered_in_{survey.form.language if survey.form else 'en'}"]
    context = {
        "next": what_next(survey, program_at(survey.completed_at)),
        "answered_in": answered_in,
        "copy_url": visit.to("survey-copy").url if _may_keep(request, visit, survey) else "",
    }
    return render(request, "authorizations/survey/sent.html", _frame(visit) | context)


@link_page
def copy(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Return the survey as it was signed, as PDF, to the browser from which it was sent and for a while only."""
    survey = sent_survey(visit.invitation) if visit.who else None
    shown = shown_patient_survey(survey) if survey and _may_keep(request, visit, survey) else None
    if shown is None:
        return gone(request, visit.language)
    record_look(by=visit.by, at=visit.at, record=f"patient {visit.invitation.enrollment.patient.number}")
    return pdf_answer(
        request,
        lambda: signed_form_pdf(shown),
        filename=f"{shown.form.number}.pdf",
        back_url=visit.to("survey-sent").url,
        unavailable="authorizations/survey/no_pdf.html",
        context=_frame(visit),
    )


def _may_keep(request: HttpRequest, visit: Visit, survey: PatientSurvey) -> bool:
    """Whether the answers may be saved here: not on a device of the office, which is never told them (domain.md 5)."""
    offices = request.user.is_authenticated or is_locked(request)
    return survey.form is not None and not offices and visit.at < survey.completed_at + COPY_GOOD_FOR


def _frame(visit: Visit) -> dict[str, Any]:
    return {
        "words": visit.words,
        "secret": visit.secret,
        "guardian": visit.who == CompletedBy.GUARDIAN,
        "care_team": visit.invitation.enrollment.prescriber,
        "report_url": visit.to("survey-report").url,
    }
