"""The pages of a transfer: ask for it after reading what it does, see how it stands, take it back.

A transfer goes by the number of its own form: the patient's number is not for the asker to know before it is done.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from authorizations.actions.transfer import ask_transfer, withdraw_transfer
from authorizations.forms.ending import WithdrawTransferForm
from authorizations.queries.signing import unsigned
from authorizations.queries.transfers import number_known_elsewhere, transfers_asked_by
from authorizations.views.prescriber import Office, address, office_of
from patients.forms import EnrollmentForm
from patients.models import PreparedEnrollment, Transfer
from patients.presenters import shown_transfer
from patients.views.enrollment import Asked, asked_by, fitting_of, page, prepared_form
from prescribers.models import Prescriber
from rems_portal.audit.access import record_denied_look
from rems_portal.errors import ActRefused
from rems_portal.signatures.forms import SigningForm, signing_form
from rems_portal.web import actor_of, visible_or_404

SIGN = "transfer"


def ask_transfer_page(request: HttpRequest) -> HttpResponse:
    """Show what a transfer does, for the form filled in on the enrollment page; take the signature and ask for it.

    What is wrong with the form is said on the enrollment page. That the person is known elsewhere is written down.
    """
    asked = asked_by(request)
    prescriber = asked.prescriber
    if prescriber is None:
        raise PermissionDenied("Only the prescriber in person may ask for a transfer: it takes a signature.")
    if request.method != "POST":
        return redirect("patients:enroll")
    prepared = _prepared(request, asked)
    form = EnrollmentForm(request.POST, at=asked.at, program=asked.program, signing=True)
    if not form.is_valid():
        return page(request, asked, form, SigningForm.blank(request), prepared=prepared)
    signing = signing_form(request) if request.POST.get("step") == SIGN else SigningForm.blank(request)
    if request.POST.get("step") == SIGN:
        transfer = _asked_for(request, asked, prescriber, form, signing, prepared)
        if transfer:
            messages.success(request, "You signed and asked for the transfer. Now the patient’s side signs.")
            return redirect("authorizations:transfer", str(transfer.agreement.form))
    else:
        _write_look(request, asked, prescriber, form)
    context = {
        "form": form,
        "kept": form.typed_answers(),
        "signing": signing,
        "fitting": fitting_of(form, asked),
        "prescriber": prescriber,
        "prepared": prepared,
        "crumbs": [{"label": "Enroll a patient", "url": address("patients:enroll")}, {"label": "Ask for a transfer"}],
    }
    return render(request, "authorizations/prescriber/ask_transfer.html", context)


def _prepared(request: HttpRequest, asked: Asked) -> PreparedEnrollment | None:
    key = request.POST.get("prepared", "")
    return prepared_form(request, asked, int(key)) if key.isascii() and key.isdigit() and len(key) < 19 else None


def _asked_for(
    request: HttpRequest,
    asked: Asked,
    prescriber: Prescriber,
    form: EnrollmentForm,
    signing: SigningForm,
    prepared: PreparedEnrollment | None,
) -> Transfer | None:
    """Sign and ask; None, with the errors in the forms, when the password is wrong or the act refuses."""
    said, proof = form.agreement(), signing.prove(asked.at)
    if said is None or proof is None:
        return None
    try:
        return ask_transfer(
            by=actor_of(request),
            at=asked.at,
            prescriber=prescriber,
            form=said,
            program=asked.program,
            signing=proof,
            prepared=prepared,
        )
    except ActRefused as refusal:
        form.add_error(None, [finding.sentence for finding in refusal.findings])
        return None


def _write_look(request: HttpRequest, asked: Asked, prescriber: Prescriber, form: EnrollmentForm) -> None:
    said = form.agreement()
    number = number_known_elsewhere(said, prescriber, asked.program) if said else None
    if number:
        record_denied_look(by=actor_of(request), at=asked.at, record=f"patient {number}")


def transfer_page(request: HttpRequest, form: str) -> HttpResponse:
    """Show a transfer this office asked for: the form, whose signature is missing, or what became of it."""
    office = office_of(request)
    found: Any = _asked_or_404(request, office, form)
    done = found.done_at is not None and found.enrollment.prescriber_id == found.to_prescriber_id
    context = {
        "transfer": found,
        "shown": shown_transfer(found),
        "unsigned": unsigned(found.agreement, office.at) if found.pending else None,
        "signs": office.signs_for(found.to_prescriber),
        "number": form,
        "patient_url": address("authorizations:patient", found.enrollment.patient.number) if done else "",
        "crumbs": [{"label": "My patients", "url": address("authorizations:worklist")}, {"label": f"Transfer {form}"}],
    }
    return render(request, "authorizations/prescriber/transfer.html", context)


def withdraw_transfer_page(request: HttpRequest, form: str) -> HttpResponse:
    """Take back a transfer that waits for the patient's side, with a reason. The prescriber in person."""
    office = office_of(request)
    found = _asked_or_404(request, office, form)
    if not office.signs_for(found.to_prescriber):
        raise PermissionDenied(f"Only {found.to_prescriber.full_name} in person may take the transfer back.")
    asking = WithdrawTransferForm(request.POST if request.method == "POST" else None)
    if asking.is_valid():
        try:
            withdraw_transfer(
                by=actor_of(request),
                at=office.at,
                prescriber=found.to_prescriber,
                transfer=found,
                reason=asking.cleaned_data["reason"],
            )
            messages.success(request, "The transfer is taken back. The link to its form does not work any more.")
            return redirect("authorizations:transfer", form)
        except ActRefused as refusal:
            asking.add_error(None, [finding.sentence for finding in refusal.findings])
    transfer_url = address("authorizations:transfer", form)
    context = {
        "form": asking,
        "number": form,
        "transfer_url": transfer_url,
        "crumbs": [
            {"label": "My patients", "url": address("authorizations:worklist")},
            {"label": f"Transfer {form}", "url": transfer_url},
            {"label": "Take it back"},
        ],
    }
    return render(request, "authorizations/prescriber/withdraw_transfer.html", context)


def _asked_or_404(request: HttpRequest, office: Office, form: str) -> Transfer:
    """Return a transfer this office asked for, by the number of its form, and write the look down."""
    return visible_or_404(
        request,
        transfers_asked_by(office.user, at=office.at),
        at=office.at,
        kind="transfer",
        on_behalf_of=lambda transfer: transfer.to_prescriber,
        agreement__form__number=form,
    )
