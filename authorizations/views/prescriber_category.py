"""The page on which a prescriber changes a patient's risk category. Two sendings: which form fits, then the signatures.

It says before the signature what becomes void and who is told. It works without scripts.
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
from patients.models import Enrollment
from patients.presenters import fitting_form
from patients.views import BASIS_HINTS
from rems_portal.errors import ActRefused
from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.web import actor_of


def change_category_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show the questions, then the form that fits with what signing it does; take the signatures (PR-08, PC-12)."""
    office = office_of(request)
    enrollment = patient_or_404(request, office, number)
    if not office.signs_for(enrollment.prescriber):
        who = enrollment.prescriber.full_name
        raise PermissionDenied(f"Only {who} in person may change the risk category: it takes a signature.")
    if enrollment.status != EnrollmentStatus.ENROLLED:
        messages.warning(request, "The patient is no longer enrolled. Enroll the patient again to go on.")
        return redirect("authorizations:patient", number)
    form = _form(request, office, enrollment)
    if form.is_bound and form.is_valid() and form.signing and _changed(request, office, enrollment, form):
        return redirect("authorizations:patient", number)
    return _page(request, office, enrollment, form)


def _form(request: HttpRequest, office: Office, enrollment: Enrollment) -> CategoryForm:
    if request.method != "POST":
        initial = {"submission_key": uuid4()} | answers_on_record(enrollment)
        return CategoryForm(enrollment=enrollment, at=office.at, program=office.program, initial=initial)
    signing = request.POST.get("step") == "sign"
    return CategoryForm(request.POST, enrollment=enrollment, at=office.at, program=office.program, signing=signing)


def _changed(request: HttpRequest, office: Office, enrollment: Enrollment, form: CategoryForm) -> bool:
    """Sign; False, with the errors in the form, when the act refuses."""
    said = form.agreement()
    if said is None:
        return False
    try:
        signed = change_category(
            by=actor_of(request),
            at=office.at,
            prescriber=enrollment.prescriber,
            enrollment=enrollment,
            form=said,
            program=office.program,
        )
    except ActRefused as refusal:
        form.add_error(None, [finding.sentence for finding in refusal.findings])
        return False
    label = RiskCategory(signed.category).label
    messages.success(request, f"The new agreement form is signed: {label}. Numbers issued before are void.")
    return True


def _page(request: HttpRequest, office: Office, enrollment: Enrollment, form: CategoryForm) -> HttpResponse:
    number = enrollment.patient.number
    said = form.agreement() if form.is_bound else None
    business = business_of([enrollment], at=office.at)[enrollment.pk]
    on_file = enrollment.agreements.filter(superseded_at__isnull=True).first()
    context = {
        "form": form,
        "fitting": fitting_form(said, at=office.at, program=office.program) if said else None,
        "patient": enrollment.patient,
        "on_file": RiskCategory(on_file.category).label if on_file else "",
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
