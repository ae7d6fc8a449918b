"""The page on which a prescriber enrolls a patient. It translates; the act and the rules decide."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from patients.actions import KnownElsewhere, enroll_patient
from patients.forms import BASIS_HINTS, EnrollmentForm, SignatoryForm
from patients.models import Patient, PreparedEnrollment
from patients.presenters import FittingForm, fitting_form
from patients.queries import prepared_for
from prescribers.facts import is_certified
from prescribers.models import Prescriber
from prescribers.permissions import prescriber_of, prescribers_served_by, require_office
from rems_portal.accounts.models import User
from rems_portal.audit.access import record_denied_look
from rems_portal.errors import ActRefused
from rems_portal.program import program_at
from rems_portal.rules.calendars import program_day
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.rules.programs import ProgramVersion
from rems_portal.signatures.forms import SigningForm, signing_form
from rems_portal.web import actor_of, user_of, visible_or_404


@dataclass(frozen=True, slots=True)
class Asked:
    """Who of an office asks, when, and under which version of the program."""

    at: datetime
    user: User
    program: ProgramVersion

    @property
    def prescriber(self) -> Prescriber | None:
        """The prescriber this account is, if it is one: who else fills in the form only prepares it."""
        return prescriber_of(self.user)

    @property
    def served(self) -> list[Prescriber]:
        """The prescribers whose forms this account may prepare."""
        return list(prescribers_served_by(self.user, program_day(self.at)))


def asked_by(request: HttpRequest) -> Asked:
    """Return who asks. Raises PermissionDenied for everybody outside a prescriber's office."""
    at, user = timezone.now(), user_of(request)
    require_office(user)
    return Asked(at, user, program_at(at))


def enroll(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Show the form, empty or as prepared; take it in one sending, or in two where no scripts run (PR-08).

    Office staff are sent to where they prepare it: nobody signs for the prescriber.
    """
    asked = asked_by(request)
    prescriber = asked.prescriber
    if prescriber is None and asked.user.role == User.Role.DELEGATE:
        return redirect("patients:prepare")
    if prescriber is None or (request.method != "POST" and not is_certified(prescriber, asked.program, asked.at)):
        messages.warning(request, "Complete your certification first, then enroll patients.")
        return redirect("prescribers:certify")
    prepared = prepared_form(request, asked, pk) if pk else None
    if request.method != "POST":
        form = EnrollmentForm(at=asked.at, program=asked.program, initial=first_answers(prepared))
        return page(request, asked, form, signing_form(request), prepared=prepared)
    return take(request, asked, prescriber, prepared=prepared)


def take(
    request: HttpRequest,
    asked: Asked,
    prescriber: Prescriber,
    *,
    prepared: PreparedEnrollment | None = None,
    patient: Patient | None = None,
) -> HttpResponse:
    """Take the form that was sent, and enroll when it was signed. `patient`: who is enrolled again, and nobody else."""
    signing, known = signing_form(request), None
    to_sign = request.POST.get("step") == "sign"
    form = EnrollmentForm(request.POST, at=asked.at, program=asked.program, signing=to_sign, patient=patient)
    if form.is_valid() and form.signing:
        try:
            answer = _sign(request, asked, prescriber, form, signing, prepared)
            if answer:
                return answer
        except KnownElsewhere as refusal:
            record_denied_look(by=actor_of(request), at=asked.at, record=f"patient {refusal.number}")
            form.add_error(None, [finding.sentence for finding in refusal.findings])
            known = refusal
        except ActRefused as refusal:
            form.add_error(None, [finding.sentence for finding in refusal.findings])
    return page(request, asked, form, signing, prepared=prepared, known=known)


def _sign(
    request: HttpRequest,
    asked: Asked,
    prescriber: Prescriber,
    form: EnrollmentForm,
    signing: SigningForm,
    prepared: PreparedEnrollment | None,
) -> HttpResponse | None:
    """Sign what a valid form says; None, with the errors in its form, when the password is not right."""
    said, proof = form.agreement(), signing.prove(asked.at)
    if said is None or proof is None:
        return None
    enrollment = enroll_patient(
        by=actor_of(request),
        at=asked.at,
        prescriber=prescriber,
        form=said,
        program=asked.program,
        signing=proof,
        prepared=prepared,
        patient=form.patient,
    )
    number = enrollment.patient.number
    sent_twice = enrollment.submission_key and enrollment.submission_key == said.submission_key
    if enrollment.status == EnrollmentStatus.PENDING and (sent_twice or enrollment.enrolled_at == asked.at):
        messages.success(request, f"You signed the form. Patient id: {number}. Now the patient’s side signs.")
        return redirect("authorizations:hand-over-form", number)
    messages.info(request, f"You had enrolled this patient before, as {number}. Nothing new was recorded.")
    return redirect("authorizations:patient", number)


@require_POST
def enroll_category(request: HttpRequest) -> HttpResponse:
    """Answer the page's script with the form that fits what is filled in so far; stores nothing."""
    asked = asked_by(request)
    form = EnrollmentForm(request.POST, at=asked.at, program=asked.program, signing=False)
    form.is_valid()
    fitting = fitting_of(form, asked)
    problems = [] if fitting else _sentences_worth_saying(form)
    context = {
        "form": _unrefused(request, asked),
        "fitting": fitting,
        "problems": problems,
        "live": True,
        "signing": SigningForm.blank(request),
        "prescriber": asked.prescriber,
        "may_keep": bool(asked.served),
    }
    return render(request, "patients/agreement.html", context)


def prepared_form(request: HttpRequest, asked: Asked, pk: int) -> PreparedEnrollment:
    """Return a form prepared in the asker's office that still waits. Raises Http404, and writes the look down."""
    rows = prepared_for(asked.user, program_day(asked.at))
    return visible_or_404(
        request, rows, at=asked.at, kind="prepared form", on_behalf_of=lambda kept: kept.prescriber, pk=str(pk)
    )


def first_answers(prepared: PreparedEnrollment | None) -> dict[str, Any]:
    """Return what the form is shown with first: boxes of a day are one field."""
    typed = dict(prepared.answers) if prepared else {}
    boxes = [typed.pop(f"birth_date_{box}", "") for box in ("month", "day", "year")]
    if any(boxes):
        typed["birth_date"] = boxes
    return {"submission_key": uuid4(), **typed}


def fitting_of(form: EnrollmentForm, asked: Asked) -> FittingForm | None:
    """Return the form that fits what is filled in so far; None while that is open."""
    said = form.agreement()
    return fitting_form(said, at=asked.at, program=asked.program) if said else None


def _sentences_worth_saying(form: EnrollmentForm) -> list[str]:
    """Return what is wrong with the answers that decide, but not what is only still missing."""
    found = form.errors.as_data()
    wrong = [
        error
        for name in ("birth_date", "can_get_pregnant", "cannot_basis")
        for error in found.get(name, [])
        if error.code not in ("required", "incomplete") and form.data.get(name, form.data.get(f"{name}_year"))
    ]
    return [message for error in wrong for message in error.messages]


def _unrefused(request: HttpRequest, asked: Asked) -> EnrollmentForm:
    """Return the form with all that is typed in it and no errors yet: nobody has sent it."""
    typed = {name: value for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "password")}
    return EnrollmentForm(at=asked.at, program=asked.program, initial=typed)


def page(
    request: HttpRequest,
    asked: Asked,
    form: EnrollmentForm,
    signing: SigningForm | None = None,
    *,
    prepared: PreparedEnrollment | None = None,
    known: KnownElsewhere | None = None,
    again: dict[str, str] | None = None,
    signatory: SignatoryForm | None = None,
) -> HttpResponse:
    """Show the form as it stands, with the text that fits once that is known.

    `signatory`: for which prescriber office staff fill it in. `again`: the answers of an earlier course, by field,
    which the form is filled in with.
    """
    if form.is_bound:
        form.is_valid()
        fitting = fitting_of(form, asked)
    else:
        fitting = _fitting_answers(asked, prepared.answers if prepared else again)
    context = {
        "form": form,
        "fitting": fitting,
        "basis_hints": BASIS_HINTS,
        "signing": signing,
        "prescriber": asked.prescriber,
        "signatory": None if prepared else signatory,
        "may_keep": bool(asked.served),
        "prepared": prepared,
        "patient": form.patient,
        "may_be_transferred": known is not None and known.may_be_transferred,
    }
    return render(request, "patients/enroll.html", context)


def _fitting_answers(asked: Asked, answers: dict[str, str] | None) -> FittingForm | None:
    if answers is None:
        return None
    read = EnrollmentForm(_as_sent(answers), at=asked.at, program=asked.program, signing=False)
    return fitting_of(read, asked) if read.is_valid() else None


def _as_sent(answers: dict[str, str]) -> QueryDict:
    sent = QueryDict(mutable=True)
    sent.update(answers)
    return sent
