"""The office records a pregnancy test. A positive one has a page of its own: what was stopped, what happens next."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from authorizations.actions.safety import record_pregnancy_test
from authorizations.forms.prescriber import PregnancyTestForm
from authorizations.queries.offices import business_of, ended_with, tests_of_office
from authorizations.views.prescriber import Office, address, office_of, patient_or_404
from patients.models import Enrollment, PregnancyTest
from rems_portal.errors import ActRefused
from rems_portal.web import actor_of, visible_or_404


def record_test(request: HttpRequest, number: str) -> HttpResponse:
    """Show the form for a test, or record one and go on to the patient; a positive test leads to its own page."""
    office = office_of(request)
    enrollment = patient_or_404(request, office, number)
    on_file = enrollment.pregnancy_tests.all()
    if request.method != "POST":
        form = PregnancyTestForm(at=office.at, on_file=on_file, initial={"submission_key": uuid4()})
        return _form_page(request, enrollment, form)
    form = PregnancyTestForm(request.POST, at=office.at, on_file=on_file)
    if form.is_valid():
        try:
            test = record_pregnancy_test(
                by=actor_of(request, on_behalf_of=enrollment.prescriber),
                at=office.at,
                enrollment=enrollment,
                test=form.test_result(),
                program=office.program,
            )
            return _recorded(request, office, enrollment, test)
        except ActRefused as refusal:
            form.add_error(None, [finding.sentence for finding in refusal.findings])
    return _form_page(request, enrollment, form)


def _form_page(request: HttpRequest, enrollment: Enrollment, form: PregnancyTestForm) -> HttpResponse:
    number = enrollment.patient.number
    context = {
        "form": form,
        "patient": enrollment.patient,
        "enrollment": enrollment,
        "crumbs": [
            {"label": "My patients", "url": address("authorizations:worklist")},
            {"label": number, "url": address("authorizations:patient", number)},
            {"label": "Record a test"},
        ],
    }
    return render(request, "authorizations/prescriber/record_test.html", context)


def _recorded(request: HttpRequest, office: Office, enrollment: Enrollment, test: PregnancyTest) -> HttpResponse:
    number = enrollment.patient.number
    if test.result == PregnancyTest.Result.POSITIVE:
        return redirect("authorizations:positive-test", number, test.pk)
    if test.result == PregnancyTest.Result.INDETERMINATE:
        messages.warning(request, "The indeterminate test is recorded. A later negative test is needed to go on.")
    elif test.sensitivity_miu_ml > office.program.max_test_sensitivity_miu_ml:
        most = office.program.max_test_sensitivity_miu_ml
        messages.warning(
            request, f"The test is recorded. It does not count for a prescription: less sensitive than {most} mIU/mL."
        )
    else:
        messages.success(request, "The negative test is recorded.")
    return redirect("authorizations:patient", number)


def positive_test(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """Show what a positive test has stopped, and what happens next."""
    office = office_of(request)
    enrollment = patient_or_404(request, office, number)
    rows = tests_of_office(office.user, at=office.at).filter(
        enrollment=enrollment, result=PregnancyTest.Result.POSITIVE
    )
    test = visible_or_404(
        request,
        rows,
        at=office.at,
        kind="pregnancy test",
        on_behalf_of=lambda _test: enrollment.prescriber,
        pk=str(key),
    )
    authorizations, confirmations = ended_with(test)
    context = {
        "patient": enrollment.patient,
        "test": test,
        "authorizations": authorizations,
        "confirmations": confirmations,
        "cases": [case for case in business_of([enrollment], at=office.at)[enrollment.pk].cases if case.holds],
        "patient_url": address("authorizations:patient", number),
    }
    return render(request, "authorizations/prescriber/positive_test.html", context)
