"""The office hands a form over to the patient's side, looks at signed forms, or takes back one that still waits."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from authorizations.actions.signing_link import email_for, mail_signing_link
from authorizations.forms.prescriber_form import WithdrawForm
from authorizations.presenters.signing import signers_in_words
from authorizations.queries.records import agreements_of
from authorizations.queries.signing import Unsigned, unsigned, unsigned_forms_of
from authorizations.views.prescriber import Office, address, office_of, patient_or_404
from authorizations.wording_signing import WORDS
from patients.actions import invite_to_sign, withdraw_enrollment
from patients.models import Agreement, Enrollment
from patients.presenters import shown_agreement
from prescribers.models import Prescriber
from rems_portal.accounts.locking import lock
from rems_portal.audit.access import record_denied_look, record_look
from rems_portal.audit.actors import Actor
from rems_portal.errors import ActRefused
from rems_portal.pdf import pdf_answer
from rems_portal.qr import qr_path
from rems_portal.rules.calendars import PROGRAM_ZONE
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.signatures.models import SignedForm
from rems_portal.signatures.pdf import signed_form_pdf
from rems_portal.signatures.presenters import shown_form
from rems_portal.signatures.wording import instant_words
from rems_portal.web import actor_of

HERE, MAIL = "here", "mail"


@never_cache
def hand_over_form(request: HttpRequest, number: str) -> HttpResponse:
    """Offer the ways to the patient's signature, or take one: on this device, as a code to scan, by e-mail.

    None for a form that was changed after the prescriber signed it: there the way to a new form is shown.

    Each makes a new link and stops the older one. A code is shown in the answer to the POST itself: its secret is kept
    nowhere, so no later page could show it.
    """
    office = office_of(request)
    waiting = _waiting_or_404(request, office, number)
    broken = waiting is not None and _is_broken(waiting.agreement)
    if request.method == "POST" and waiting and not broken:
        try:
            return _hand_over(request, office, waiting, number)
        except ActRefused as refusal:
            messages.warning(request, str(refusal))
            return redirect("authorizations:hand-over-form", number)
    context = _frame(office, number, "Let the patient’s side sign", waiting) | {
        "waiting": waiting,
        "broken": broken,
        "signs": waiting is not None and office.signs_for(_office_of(waiting.agreement)),
        "signatory": _office_of(waiting.agreement) if waiting else None,
        "email": email_for(waiting.agreement) if waiting else "",
        "may_withdraw": waiting is not None and _may_withdraw(office, waiting.agreement.enrollment),
    }
    return render(request, "authorizations/prescriber/hand_over_form.html", context)


def _is_broken(agreement: Agreement) -> bool:
    """Is the form something else than what was signed? The patient’s side would be told so, and couldn’t sign."""
    shown = shown_agreement(agreement)
    return shown is None or not shown.integrity.holds


def _waiting_or_404(request: HttpRequest, office: Office, number: str) -> Unsigned | None:
    """Return the form of this patient that the office sent for signature; None when its own patient has none waiting.

    Writes the look down. Raises Http404 for a patient with whom the office has nothing to do.
    """
    of_patient = Q(enrollment__patient__number=number) & ~Q(purpose=Agreement.Purpose.TRANSFER)
    of_transfer = Q(form__number=number, purpose=Agreement.Purpose.TRANSFER)
    found = unsigned_forms_of(office.user, at=office.at).filter(of_patient | of_transfer).first()
    if found is None:
        patient_or_404(request, office, number)
        return None
    record_look(by=_actor(request, found), at=office.at, record=f"patient {found.enrollment.patient.number}")
    return unsigned(found, office.at)


def _hand_over(request: HttpRequest, office: Office, waiting: Unsigned, number: str) -> HttpResponse:
    agreement, how = waiting.agreement, request.POST.get("how")
    by = _actor(request, agreement)
    if how == MAIL:
        mail_signing_link(by=by, at=office.at, agreement=agreement, address_of=lambda secret: _link(request, secret))
        messages.success(request, f"The link is on its way to {email_for(agreement)}.")
        return redirect("authorizations:hand-over-form", number)
    link, secret = invite_to_sign(by=by, at=office.at, agreement=agreement)
    if how == HERE:
        lock(request)
        return redirect("authorizations:sign", secret)
    shown = _link(request, secret)
    language = agreement.form.language if agreement.form else "en"
    context = _frame(office, number, "Let the patient’s side sign", waiting) | {
        "invitation": link,
        "link": shown,
        "code": qr_path(shown),
        "signers": signers_in_words(waiting.signers),
        "words": WORDS[language],
        "good_until": instant_words(link.expires_at, PROGRAM_ZONE.key, language),
    }
    return render(request, "authorizations/prescriber/signing_link.html", context)


def _link(request: HttpRequest, secret: str) -> str:
    return request.build_absolute_uri(reverse("authorizations:sign", args=[secret]))


def _actor(request: HttpRequest, agreement: Agreement) -> Actor:
    return actor_of(request, on_behalf_of=_office_of(agreement))


def _office_of(agreement: Agreement) -> Prescriber:
    """Return the prescriber who signed the form and sent it."""
    transfer = agreement.purpose == Agreement.Purpose.TRANSFER
    office: Prescriber = agreement.transfer.to_prescriber if transfer else agreement.enrollment.prescriber
    return office


def _frame(office: Office, number: str, label: str, waiting: Unsigned | None) -> dict[str, object]:
    transfer = waiting is not None and waiting.agreement.purpose == Agreement.Purpose.TRANSFER
    patients = {"label": "My patients", "url": address("authorizations:worklist")}
    page = address("authorizations:worklist") if transfer else address("authorizations:patient", number)
    between = [] if transfer else [{"label": number, "url": page}]
    return {
        "number": number,
        "patient": waiting.agreement.enrollment.patient if waiting and not transfer else None,
        "transfer": transfer,
        "patient_url": page,
        "crumbs": [patients, *between, {"label": label}],
    }


def _may_withdraw(office: Office, enrollment: Enrollment) -> bool:
    return enrollment.status == EnrollmentStatus.PENDING and office.signs_for(enrollment.prescriber)


def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take back an enrollment that still waits for the patient's side, with a reason. The prescriber in person."""
    office = office_of(request)
    enrollment = patient_or_404(request, office, number)
    if not office.signs_for(enrollment.prescriber):
        raise PermissionDenied(f"Only {enrollment.prescriber.full_name} in person may withdraw the form.")
    if enrollment.status != EnrollmentStatus.PENDING:
        messages.warning(request, "Nothing waits for a signature here. A patient who is enrolled can be discontinued.")
        return redirect("authorizations:patient", number)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            withdraw_enrollment(
                by=actor_of(request),
                at=office.at,
                prescriber=enrollment.prescriber,
                enrollment=enrollment,
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, "The form is withdrawn. The link to it does not work any more.")
            return redirect("authorizations:patient", number)
        except ActRefused as refusal:
            form.add_error(None, [finding.sentence for finding in refusal.findings])
    context = {
        "form": form,
        "patient": enrollment.patient,
        "patient_url": address("authorizations:patient", number),
        "crumbs": [
            {"label": "My patients", "url": address("authorizations:worklist")},
            {"label": number, "url": address("authorizations:patient", number)},
            {"label": "Withdraw the form"},
        ],
    }
    return render(request, "authorizations/prescriber/withdraw.html", context)


def signed_form(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Show one agreement form of a patient, of this course or an earlier one, with its signatures."""
    office = office_of(request)
    agreement, _signed = _agreement_or_404(request, office, number, form)
    context = {
        "patient": agreement.enrollment.patient,
        "agreement": agreement,
        "shown": shown_agreement(agreement),
        "pdf_url": address("authorizations:signed-form-pdf", number, form),
        "crumbs": [
            {"label": "My patients", "url": address("authorizations:worklist")},
            {"label": number, "url": address("authorizations:patient", number)},
            {"label": form},
        ],
    }
    return render(request, "authorizations/prescriber/signed_form.html", context)


@never_cache
def signed_form_document(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Return an agreement form with its signatures as PDF."""
    office = office_of(request)
    agreement, signed = _agreement_or_404(request, office, number, form)
    shown = shown_agreement(agreement) or shown_form(signed)
    return pdf_answer(
        request,
        lambda: signed_form_pdf(shown),
        filename=f"{form}.pdf",
        back_url=address("authorizations:signed-form", number, form),
    )


def _agreement_or_404(request: HttpRequest, office: Office, number: str, form: str) -> tuple[Agreement, SignedForm]:
    """Return a form of one of this office's patients. The look is written down, also when it is denied."""
    enrollment = patient_or_404(request, office, number)
    for agreement in agreements_of(enrollment):
        if agreement.form is not None and agreement.form.number == form:
            return agreement, agreement.form
    by = actor_of(request, on_behalf_of=enrollment.prescriber)
    record_denied_look(by=by, at=office.at, record=f"form {form}")
    raise Http404("No such form for you")
