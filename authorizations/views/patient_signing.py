"""The pages behind a signing link: the birth date, the form to read and sign, the child's own page, thanks and a copy.

Nobody is signed in here. The link's secret opens nothing by itself: the patient's birth date must be given once in each
browser. A link that is used, expired, replaced, withdrawn or unknown always gives the same page. The secret stays in
the address only, as with the survey's link. The pages begin in the form's language; `?lang=` changes what is around it.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from authorizations.actions.patient_signature import sign_for_patient
from authorizations.forms.patient_survey import BirthDateForm, GuardianForm
from authorizations.queries.signing import is_open, signing_link
from authorizations.wording_signing import WORDS
from patients.actions import check_birth_date, waiting_signers
from patients.models import Agreement, SigningInvitation
from patients.presenters import shown_agreement
from prescribers.models import Prescriber
from rems_portal.accounts.locking import is_locked
from rems_portal.audit.access import record_denied_look, record_look
from rems_portal.audit.actors import Actor, Channel
from rems_portal.errors import ActRefused
from rems_portal.pdf import pdf_answer
from rems_portal.program import program_at
from rems_portal.rules.forms import ItemKind, Signer
from rems_portal.rules.forms.document import Part
from rems_portal.signatures.actions import Signing
from rems_portal.signatures.models import Method, SignedForm
from rems_portal.signatures.pdf import signed_form_pdf
from rems_portal.signatures.presenters import ShownForm, shown_form
from rems_portal.signatures.wording import day_words

SESSION_KEY, LANGUAGE = "signing_links", "signing_language"
COPY_GOOD_FOR = timedelta(hours=1)
CHILD_PART = "child_"
ACTORS = {
    Signer.PATIENT: Actor(name="Patient", channel=Channel.LINK),
    Signer.GUARDIAN: Actor(name="Parent or guardian", channel=Channel.LINK),
    Signer.CHILD: Actor(name="Child", channel=Channel.LINK),
}
SOMEBODY = Actor(name="Somebody with a signing link", channel=Channel.LINK)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to a link's pages: the link, the instant, and whether this browser was let in."""

    secret: str
    link: SigningInvitation
    at: datetime
    let_in: bool
    language: str

    @property
    def words(self) -> Mapping[str, str]:
        """Return what the pages say in the chosen language."""
        return WORDS[self.language]

    @property
    def agreement(self) -> Agreement:
        """Return the agreement, with the link's own reading of the enrollment."""
        self.link.agreement.enrollment = self.link.enrollment
        return self.link.agreement

    @property
    def form(self) -> SignedForm:
        """Return the form to sign; a link is only made for an agreement that has one."""
        form = self.agreement.form
        if form is None:
            raise ValueError("An agreement without a form has no link.")
        return form

    @property
    def care_team(self) -> Prescriber:
        """Return whom to ask: the prescriber who sent the form."""
        if self.agreement.purpose == Agreement.Purpose.TRANSFER:
            return self.agreement.transfer.to_prescriber
        return self.link.enrollment.prescriber

    @property
    def record(self) -> str:
        """Return whose record this is, for the audit."""
        return f"patient {self.link.enrollment.patient.number}"

    def to(self, page: str) -> HttpResponseRedirect:
        """Return the way to another page of this link."""
        return redirect(f"authorizations:{page}", self.secret)

    def shown(self) -> ShownForm:
        """Return the form with its signatures, held against what the record keeps beside it."""
        return shown_agreement(self.agreement) or shown_form(self.form)


def link_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make `view(request, visit)` a page behind a signing link: kept out of caches and referrers."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @never_cache
    @login_not_required
    @sensitive_post_parameters()
    @functools.wraps(view)
    def page(request: HttpRequest, secret: str) -> HttpResponse:
        link = signing_link(secret)
        if link is None:
            response = gone(request)
        else:
            let_in = str(link.pk) in request.session.get(SESSION_KEY, [])
            language = language_of(request, link.agreement.form.language if link.agreement.form else "en")
            response = view(request, Visit(secret, link, timezone.now(), let_in, language))
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return page


def language_of(request: HttpRequest, form_language: str = "") -> str:
    """Return the language of the pages: asked for now, chosen before, the form's, or the browser's."""
    asked = request.GET.get("lang", "")
    if asked in WORDS:
        request.session[LANGUAGE] = asked
    browser = request.headers.get("Accept-Language", "")[:2].lower()
    wanted: tuple[str, ...] = (request.session.get(LANGUAGE, ""), form_language, browser)
    return next((one for one in wanted if one in WORDS), "en")


def gone(request: HttpRequest, language: str = "") -> HttpResponse:
    """Answer a link that does not work, the same way whatever the reason is."""
    words = WORDS[language_of(request, language)]
    return render(request, "authorizations/signing/gone.html", {"words": words}, status=404)


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


@link_page
def start(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Ask for the birth date; who gave it here before goes on at once."""
    if visit.let_in and visit.link.used_at:
        return visit.to("signing-done")
    if not is_open(visit.link, visit.at):
        return gone(request, visit.language)
    if visit.let_in:
        return visit.to("signing-form")
    form = BirthDateForm(_sent(request), words=visit.words)
    if form.is_valid():
        day = form.cleaned_data["birth_date"]
        if check_birth_date(by=SOMEBODY, at=visit.at, invitation=visit.link, birth_date=day):
            return _let_in(request, visit)
        record_denied_look(by=SOMEBODY, at=visit.at, record=visit.record)
        visit.link.refresh_from_db(fields=["expires_at", "failed_birth_dates"])
        if not is_open(visit.link, visit.at):
            return gone(request, visit.language)
        form.refuse()
    return render(request, "authorizations/signing/start.html", {"form": form, "words": visit.words})


def _let_in(request: HttpRequest, visit: Visit) -> HttpResponse:
    if not request.user.is_authenticated:
        request.session.cycle_key()
    request.session[SESSION_KEY] = [*request.session.get(SESSION_KEY, []), str(visit.link.pk)]
    record_look(by=SOMEBODY, at=visit.at, record=visit.record)
    return visit.to("signing-form")


@link_page
def form_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show the form to whoever signs next, and take that signature; the child has a page of its own."""
    if visit.let_in and visit.link.used_at:
        return visit.to("signing-done")
    if not is_open(visit.link, visit.at):
        return gone(request, visit.language)
    if not visit.let_in:
        return visit.to("sign")
    shown = visit.shown()
    if shown.document is None or not shown.integrity.holds:
        return render(request, "authorizations/signing/broken.html", _frame(visit), status=409)
    signer = waiting_signers(visit.agreement)[0]
    guardian = GuardianForm(_sent(request), words=visit.words) if signer is Signer.GUARDIAN else None
    problem = ""
    if request.method == "POST":
        if request.POST.get("signer") != signer:
            return visit.to("signing-form")  # somebody pressed twice, or went back: show whose turn it is
        if guardian is None or guardian.is_valid():
            problem = _sign(visit, signer, guardian)
            if not problem:
                return visit.to("signing-form")
    context = {"form": guardian, "signer": signer, "problem": problem, "shown": shown}
    page = "child" if signer is Signer.CHILD else "form"
    answer = _frame(visit) | context | _read(shown, signer)
    return render(request, f"authorizations/signing/{page}.html", answer)


def _sign(visit: Visit, signer: Signer, guardian: GuardianForm | None) -> str:
    """Put the signature on the form; a sentence for the person when that can't be, else nothing."""
    said = guardian.cleaned_data if guardian else {}
    proof = Signing(
        printed_name=said.get("name") or visit.link.enrollment.patient.full_name,
        method=Method.LINK,
        at=visit.at,
        relation=said.get("relation", ""),
    )
    try:
        sign_for_patient(
            by=ACTORS[signer],
            at=visit.at,
            invitation=visit.link,
            signer=signer,
            signing=proof,
            program=program_at(visit.at),
        )
    except ActRefused:
        return visit.words["refused"]
    return ""


def _read(shown: ShownForm, signer: Signer) -> dict[str, object]:
    """Return the parts of the form that are read now, and what the signature means."""
    document = shown.document
    if document is None:
        return {}
    wanted = [part for part in document.parts if _is_childs(part) or signer is not Signer.CHILD]
    mine = [_readable(part, document.language) for part in wanted]
    line = next(line for line in document.signatures if line.signer == signer)
    return {"parts": mine, "meaning": line.meaning, "document": document}


def _readable(part: Part, language: str) -> Part:
    """Return a part with its dates in words."""
    lines = (
        replace(line, words=day_words(date.fromisoformat(line.words), language))
        if line.kind == ItemKind.DATE and line.words
        else line
        for line in part.lines
    )
    return replace(part, lines=tuple(lines))


def _is_childs(part: Part) -> bool:
    return all(line.code.startswith(CHILD_PART) for line in part.lines)


@link_page
def done(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Thank, say what happens next, and offer the copy to keep."""
    if not visit.let_in or visit.link.used_at is None:
        return visit.to("sign")
    context = {
        "copy_url": reverse("authorizations:signing-copy", args=[visit.secret]) if _copy_is_open(visit) else "",
        "transfer": visit.agreement.purpose == Agreement.Purpose.TRANSFER,
        "locked": is_locked(request),
    }
    return render(request, "authorizations/signing/done.html", _frame(visit) | context)


@link_page
def copy(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Return the signed form as PDF, to the browser in which it was signed and for a while only."""
    if not visit.let_in or not _copy_is_open(visit):
        return gone(request, visit.language)
    shown = visit.shown()
    return pdf_answer(
        request,
        lambda: signed_form_pdf(shown),
        filename=f"{visit.form.number}.pdf",
        back_url=visit.to("signing-done").url,
        unavailable="authorizations/signing/no_pdf.html",
        context=_frame(visit),
    )


def _copy_is_open(visit: Visit) -> bool:
    used = visit.link.used_at
    return used is not None and visit.at < used + COPY_GOOD_FOR


def _frame(visit: Visit) -> dict[str, object]:
    return {
        "words": visit.words,
        "secret": visit.secret,
        "patient": visit.link.enrollment.patient,
        "childs_name": visit.link.enrollment.patient.given_name or visit.link.enrollment.patient.full_name,
        "care_team": visit.care_team,
    }
