"""The page on which a prescriber enrolls a patient. It translates; the act and the rules decide."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from patients.actions import KnownElsewhere, PatientEnrollment, enroll_patient
from patients.forms import EnrollmentForm
from patients.models import Enrollment
from patients.presenters import FittingForm, fitting_form
from prescribers.facts import is_certified
from prescribers.models import Prescriber
from prescribers.permissions import prescriber_of, require_prescriber
from rems_portal.audit.access import record_denied_look
from rems_portal.errors import ActRefused
from rems_portal.program import program_at
from rems_portal.rules.programs import ProgramVersion
from rems_portal.web import actor_of, user_of

ONLY_PRESCRIBERS = (
    "Only the prescriber enrolls a patient: prescriber and patient sign the agreement form together. Office staff can "
    "record tests and hand over surveys afterwards."
)
BASIS_HINTS = {
    "menopause_24_months": "Adults only.",
    "menses_not_begun": "Only under 18.",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks, when, and under which version of the program."""

    at: datetime
    prescriber: Prescriber | None
    program: ProgramVersion


def _asked(request: HttpRequest) -> _Asked:
    at, user = timezone.now(), user_of(request)
    require_prescriber(user, ONLY_PRESCRIBERS)
    return _Asked(at, prescriber_of(user), program_at(at))


def enroll(request: HttpRequest) -> HttpResponse:
    """Show the form; take it in one sending, or in two where no scripts run: which form fits, then the signatures."""
    asked = _asked(request)
    if asked.prescriber is None or (
        request.method != "POST" and not is_certified(asked.prescriber, asked.program.program)
    ):
        messages.warning(request, "Complete your certification first, then enroll patients.")
        return redirect("prescribers:certify")
    if request.method != "POST":
        return _page(request, EnrollmentForm(at=asked.at, program=asked.program, initial={"submission_key": uuid4()}))
    signing = request.POST.get("step") == "sign"
    form = EnrollmentForm(request.POST, at=asked.at, program=asked.program, signing=signing)
    valid, agreement = form.is_valid(), form.agreement()
    if signing and valid and agreement:
        try:
            enrollment = enroll_patient(
                by=actor_of(request), at=asked.at, prescriber=asked.prescriber, form=agreement, program=asked.program
            )
            return _enrolled(request, asked, enrollment, agreement)
        except ActRefused as refusal:
            if isinstance(refusal, KnownElsewhere):
                record_denied_look(by=actor_of(request), at=asked.at, record=f"patient {refusal.number}")
            form.add_error(None, [finding.sentence for finding in refusal.findings])
    return _page(request, form, _fitting(form, asked))


def _enrolled(
    request: HttpRequest, asked: _Asked, enrollment: Enrollment, agreement: PatientEnrollment
) -> HttpResponse:
    number = enrollment.patient.number
    sent_twice = enrollment.submission_key and enrollment.submission_key == agreement.submission_key
    if sent_twice or enrollment.enrolled_at == asked.at:
        messages.success(request, f"The patient is enrolled. Patient id: {number}.")
    else:
        messages.info(request, f"You had enrolled this patient before, as {number}. Nothing new was recorded.")
    return redirect("authorizations:patient", number)


@require_POST
def enroll_category(request: HttpRequest) -> HttpResponse:
    """Answer the page's script with the form that fits what is filled in so far; stores nothing."""
    asked = _asked(request)
    form = EnrollmentForm(request.POST, at=asked.at, program=asked.program, signing=False)
    form.is_valid()
    fitting = _fitting(form, asked)
    problems = [] if fitting else _sentences_worth_saying(form)
    context = {"form": _unrefused(request, asked), "fitting": fitting, "problems": problems, "live": True}
    return render(request, "patients/agreement.html", context)


def _fitting(form: EnrollmentForm, asked: _Asked) -> FittingForm | None:
    agreement = form.agreement()
    return fitting_form(agreement, at=asked.at, program=asked.program) if agreement else None


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


def _unrefused(request: HttpRequest, asked: _Asked) -> EnrollmentForm:
    """Return the form with all that is typed in it and no errors yet: nobody has sent it."""
    typed = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    return EnrollmentForm(at=asked.at, program=asked.program, initial=typed)


def _page(request: HttpRequest, form: EnrollmentForm, fitting: FittingForm | None = None) -> HttpResponse:
    context = {"form": form, "fitting": fitting, "basis_hints": BASIS_HINTS}
    return render(request, "patients/enroll.html", context)
