"""Whoever fills in a form for a prescriber is named on it, as "X for Dr. Y"; whoever signs it signs alone."""

from typing import Any

import pytest

import tests.factories as make
from authorizations.actions.transfer import ask_transfer
from patients.actions import enroll_patient, prepare_enrollment
from patients.models import Agreement, PreparedEnrollment
from prescribers.models import Prescriber
from rems_portal.audit.actors import Actor
from rems_portal.rules.categories import RiskCategory
from rems_portal.signatures.models import SignedForm
from tests.factories import NOW, PROGRAM

pytestmark = [pytest.mark.django_db, pytest.mark.rems("PR-08")]


def prepared_for(dr: Prescriber) -> tuple[PreparedEnrollment, str]:
    """A form that an aide of the prescriber prepared, and how the aide is named on what it becomes."""
    aide = make.delegate_of(dr)
    by = Actor.of(aide, on_behalf_of=dr)
    kept = prepare_enrollment(by=by, at=NOW, user=aide, prescriber=dr, answers={"family_name": "Doe"})
    assert kept.prepared_by_name == f"{aide.full_name} for {dr}"
    assert (kept.history.get().actor_name, kept.history.get().history_user_id) == (kept.prepared_by_name, aide.pk)
    return kept, kept.prepared_by_name


def signed(act: Any, dr: Prescriber, form: Any, prepared: PreparedEnrollment | None) -> SignedForm:
    signing = make.signing(dr.user)
    act(by=make.actor(dr.user), at=NOW, prescriber=dr, form=form, program=PROGRAM, signing=signing, prepared=prepared)
    form = Agreement.objects.latest("pk").form
    assert form is not None
    return form


def test_enrollment_that_was_prepared_names_who_entered_it_for_whom_and_who_signed() -> None:
    dr = make.prescriber()
    prepared, name = prepared_for(dr)
    form = signed(enroll_patient, dr, make.agreement_form(RiskCategory.AM), prepared)
    assert form.entered_by_name == form.read.entered_by == name
    assert form.signatures.get().printed_name == dr.user.full_name


def test_enrollment_that_nobody_prepared_is_entered_by_the_prescriber() -> None:
    dr = make.prescriber()
    form = signed(enroll_patient, dr, make.agreement_form(RiskCategory.AM), None)
    assert form.entered_by_name == form.read.entered_by == dr.user.full_name


def test_transfer_that_was_prepared_names_who_entered_it_too() -> None:
    dr, before = make.prescriber(), make.prescriber()
    prepared, name = prepared_for(dr)
    said = make.agreement_form(RiskCategory.AM, family_name="Testcase", email="")
    one = make.enrollment(RiskCategory.AM, prescriber=before, family_name="Testcase", email="")
    assert one.prescriber == before
    form = signed(ask_transfer, dr, said, prepared)
    assert form.entered_by_name == form.read.entered_by == name
