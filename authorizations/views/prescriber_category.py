"""The page on which a prescriber changes a patient's risk category: what fits, what signing it does, the signature.

It says before the signature what becomes void and who is told. It works without scripts, then in two sendings.
"""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from authorizations.actions.category import change_category
from authorizations.forms.category import CategoryForm, answers_on_record
from authorizations.queries.offices import business_of
from authorizations.views.prescriber import Office, address, office_of, patient_or_404
from patients.forms import BASIS_HINTS
from patients.models import Enrollment
from patients.presenters import fitting_form, shown_agreement
from rems_portal.errors import ActRefused
from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.signatures.copies import is_intact
from rems_portal.signatures.forms import SigningForm, signing_form
from rems_portal.web import actor_of


def change_category_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show the questions and the form that fits with what signing it does; take the signature (PR-08, PC-12)."""
    office = office_of(request)
    enrollment = patient_or_404(request, office, number)
    if not office.signs_for(enrollment.prescriber):
        who = enrollment.prescriber.full_name
        raise PermissionDenied(f"Only {who} in person may change the risk category: it takes a signature.")
    if enrollment.status != EnrollmentStatus.ENROLLED:
        messages.warning(request, "The patient is not enrolled now. Enroll the patient again to go on.")
        return redirect("authorizations:patient", number)
    form, signing = _form(request, office, enrollment), _signing(request)
    if form.is_bound and form.is_valid() and form.signing and _changed(request, office, enrollment, form, signing):
        return redirect("authorizations:hand-over-form", number)
    return _page(request, office, enrollment, form, signing)


def _form(request: HttpRequest, office: Office, enrollment: Enrollment) -> CategoryForm:
    if request.method != "POST":
        initial = {"submission_key": uuid4()} | answers_on_record(enrollment)
        return CategoryForm(enrollment=enrollment, at=office.at, program=office.program, initial=initial)
    signing = request.POST.get("step") == "sign"
    return CategoryForm(request.POST, enrollment=enrollment, at=office.at, program=office.program, signing=signing)


def _signing(request: HttpRequest) -> SigningForm:
    """Return the password's form: without errors while the page only asks which form fits."""
    return signing_form(request) if request.POST.get("step") == "sign" else SigningForm.blank(request)


def _changed(
    request: HttpRequest, office: Office, enrollment: Enrollment, form: CategoryForm, signing: SigningForm
) -> bool:
    """Sign; False, with the errors in the forms, when the password is wrong or the act refuses."""
    said, proof = form.agreement(), signing.prove(office.at)
    if said is None or proof is None:
        return False
    had_numbers = _has_live_numbers(office, enrollment)
    try:
        signed = change_category(
            by=actor_of(request),
            at=office.at,
            prescriber=enrollment.prescriber,
            enrollment=enrollment,
            form=said,
            program=office.program,
            signing=proof,
        )
    except ActRefused as refusal:
        form.add_error(None, [finding.sentence for finding in refusal.findings])
        return False
    label = RiskCategory(signed.category).label
    void = " Numbers issued before are void." if had_numbers else ""
    messages.success(request, f"You signed the form for: {label}.{void} Now the patient’s side signs.")
    return True


def _has_live_numbers(office: Office, enrollment: Enrollment) -> bool:
    business = business_of([enrollment], at=office.at)[enrollment.pk]
    return bool(business.live or business.waiting)


def _page(
    request: HttpRequest, office: Office, enrollment: Enrollment, form: CategoryForm, signing: SigningForm
) -> HttpResponse:
    number = enrollment.patient.number
    said = form.agreement() if form.is_bound else None
    business = business_of([enrollment], at=office.at)[enrollment.pk]
    on_file = enrollment.agreements.current().first()
    fitting = fitting_form(said, at=office.at, program=office.program) if said else None
    context = {
        "form": form,
        "signing": signing,
        "fitting": fitting,
        "same_category": fitting is not None and on_file is not None and fitting.category == on_file.category,
        "patient": enrollment.patient,
        "prescriber": enrollment.prescriber,
        "on_file": RiskCategory(on_file.category).label if on_file else "",
        "broken": on_file is not None and not is_intact(shown_agreement(on_file)),
        "live": business.live,
        "waiting": business.waiting,
        "basis_hints": BASIS_HINTS,
        "crumbs": [
            {"label": "My patients", "url": address("authorizations:worklist")},
            {"label": number, "url": address("authorizations:patient", number)},
            {"label": "Change the risk category"},
        ],
        "patient_url": address("authorizations:patient", number),
    }
    return render(request, "authorizations/prescriber/category.html", context)
