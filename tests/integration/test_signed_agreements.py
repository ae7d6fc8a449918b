"""Signed agreement forms in the record: shown whole, printed, kept in the history, and broken by any change."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

import tests.factories as make
from patients.models import Agreement, Enrollment, Patient
from rems_portal.audit.models import AccessEvent
from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.forms import digest
from rems_portal.signatures.models import Signature, SignedForm
from tests.factories import NOW
from tests.integration.offices import as_prescriber, of, page, signed_in, text_of

pytestmark = pytest.mark.django_db
C = RiskCategory
BROKEN = "This record does not match its signature"


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def form_of(one: Enrollment) -> SignedForm:
    return one.agreements.current().get().form


def shown_page(one: Enrollment) -> str:
    return text_of(as_prescriber(one.prescriber).get(of("patient", one)))


def change_byte(one: Enrollment, place: float) -> None:
    form = form_of(one)
    at = int(len(form.document) * place)
    other = "X" if form.document[at] != "X" else "Y"
    SignedForm.objects.filter(pk=form.pk).update(document=form.document[:at] + other + form.document[at + 1 :])


Spoil = Callable[[Enrollment], Any]
SPOILED: dict[str, Spoil] = {
    **{f"document at {place}": (lambda one, place=place: change_byte(one, place)) for place in (0, 0.2, 0.5, 0.8)},
    "answer with a new hash": lambda one: _rewrite(one, '"irregular"', '"regular"', anew=True),
    "answer": lambda one: _rewrite(one, '"2026', '"2027'),
    "family name": lambda one: Patient.objects.filter(pk=one.patient_id).update(family_name="Testcasf"),
    "given name": lambda one: Patient.objects.filter(pk=one.patient_id).update(given_name="Robyn"),
    "birth date": lambda one: Patient.objects.filter(pk=one.patient_id).update(birth_date=date(1971, 1, 12)),
    "sex": lambda one: Patient.objects.filter(pk=one.patient_id).update(sex="male"),
    "cycles": lambda one: Enrollment.objects.filter(pk=one.pk).update(menstrual_cycles="regular"),
    "can get pregnant": lambda one: Enrollment.objects.filter(pk=one.pk).update(
        can_get_pregnant=False, cannot_basis="hysterectomy"
    ),
    "basis": lambda one: Enrollment.objects.filter(pk=one.pk).update(cannot_basis="hysterectomy"),
    "name signed": lambda one: _signature(one, "patient").update(printed_name="Robin Testcasf"),
    "instant signed": lambda one: _signature(one, "patient").update(signed_at=NOW),
    "meaning signed": lambda one: _signature(one, "prescriber").update(meaning="I saw this form."),
}


def _rewrite(one: Enrollment, old: str, new: str, *, anew: bool = False) -> None:
    form = form_of(one)
    document = form.document.replace(old, new, 1)
    assert document != form.document
    hashed = {"digest": digest(document.encode())} if anew else {}
    SignedForm.objects.filter(pk=form.pk).update(document=document, **hashed)


def _signature(one: Enrollment, signer: str) -> Any:
    return Signature.objects.filter(form=form_of(one), signer=signer)


@pytest.mark.rems("PR-08")
@pytest.mark.parametrize("what", sorted(SPOILED))
def test_changing_one_byte_of_what_is_stored_shows_the_record_as_broken(what: str) -> None:
    one = make.enrollment(C.AF_CAN, menstrual_cycles="irregular")
    assert BROKEN not in shown_page(one)
    SPOILED[what](one)
    assert BROKEN in shown_page(one)


@pytest.mark.parametrize("category", list(RiskCategory))
def test_form_as_it_was_signed_is_whole_for_every_category(category: RiskCategory) -> None:
    one = make.enrollment(category)
    shown = shown_page(one)
    assert BROKEN not in shown
    assert form_of(one).number in shown


class TestForm:
    def test_whole_form_with_signatures_is_shown(self) -> None:
        one = make.enrollment(C.FC_CAN)
        form = form_of(one)
        answer = as_prescriber(one.prescriber).get(page("signed-form", one.patient.number, form.number))
        shown = text_of(answer)
        for line in (line for part in form.read.parts for line in part.lines):
            assert line.text in answer.content.decode()
        assert "Alex Testcase" in shown
        assert f"Entered by {one.prescriber.user.full_name}" in shown
        assert "In force" in shown

    @pytest.mark.pango
    def test_form_is_printed_as_pdf(self) -> None:
        one = make.enrollment(C.AM)
        number = form_of(one).number
        answer = as_prescriber(one.prescriber).get(page("signed-form-pdf", one.patient.number, number))
        assert answer.content.startswith(b"%PDF")
        assert answer["Content-Disposition"] == f'inline; filename="{number}.pdf"'

    def test_forms_of_others_are_not_there_and_the_try_is_written_down(self) -> None:
        one, other = make.enrollment(C.AM), make.enrollment(C.AM)
        mine = as_prescriber(one.prescriber)
        for name in ("signed-form", "signed-form-pdf"):
            assert mine.get(page(name, one.patient.number, form_of(other).number)).status_code == 404
            assert mine.get(page(name, other.patient.number, form_of(other).number)).status_code == 404
        denied = AccessEvent.objects.filter(user=one.prescriber.user, outcome="denied")
        assert {event.record for event in denied} == {
            f"form {form_of(other).number}",
            f"patient {other.patient.number}",
        }

    def test_earlier_forms_stay_readable(self) -> None:
        one = make.enrollment(C.AF_CANNOT)
        first = form_of(one)
        dr = one.prescriber
        end = {"ended_at": NOW, "ended_by_name": "Dr. Test", "ended_reason": "Completed"}
        Enrollment.objects.filter(pk=one.pk).update(status="discontinued", **end)
        patient = one.patient
        same = {name: getattr(patient, name) for name in ("given_name", "family_name", "birth_date")}
        again = make.enrollment(C.AF_CANNOT, prescriber=dr, at=NOW, **same)
        shown = shown_page(again)
        assert first.number in shown
        assert form_of(again).number in shown
        old = as_prescriber(dr).get(page("signed-form", patient.number, first.number))
        assert patient.full_name in text_of(old)

    def test_staff_see_whether_it_is_still_what_was_signed(self) -> None:
        one = make.enrollment(C.AM)
        agreement = one.agreements.get()
        staff: Client = signed_in(make.auditor())
        address = reverse("admin:patients_agreement_change", args=[agreement.pk])
        assert "The record says something else" not in text_of(staff.get(address))
        Patient.objects.filter(pk=one.patient_id).update(family_name="Else")
        assert "The record says something else than the signed form: family_name." in text_of(staff.get(address))


def test_delegate_who_filled_it_in_is_named_with_the_prescriber() -> None:
    """Prepared forms are signed by the prescriber, who enters them; the link names who handed it over for whom."""
    one = make.pending_enrollment(C.AM, at=NOW)
    aide = make.delegate_of(one.prescriber)
    signed_in(aide).post(of("hand-over-form", one), {"how": "code"})
    assert f"by {aide.full_name} for {one.prescriber}" in text_of(
        as_prescriber(one.prescriber).get(of("hand-over-form", one))
    )
    assert Agreement.objects.get().form.entered_by_name == one.prescriber.user.full_name
