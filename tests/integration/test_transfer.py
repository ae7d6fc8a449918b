"""A patient moves to another prescriber: asked for, signed by the patient's side, withdrawn; what it voids."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

import tests.factories as make
from authorizations.actions.category import change_category
from authorizations.actions.oversight import withdraw_transfer_by_program
from authorizations.actions.safety import report_pregnancy
from authorizations.actions.transfer import ask_transfer, withdraw_transfer
from patients.models import Enrollment, SafetyCase, Transfer
from prescribers.models import Prescriber
from rems_portal.errors import ActRefused
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.categories import CannotBasis, RiskCategory
from rems_portal.rules.forms import read_document
from tests.factories import NOW, PROGRAM
from tests.integration.offices import signed_in, text_of

pytestmark = pytest.mark.django_db
C = RiskCategory
LATER = NOW + timedelta(minutes=5)
SHOUTED: dict[str, Any] = {"given_name": "ROBIN"}


def told() -> set[str]:
    return set(OutboxMessage.objects.values_list("recipient", flat=True))


def withdraw(asked: Transfer, *, by: Any = None, reason: str = "Asked by mistake") -> Transfer:
    dr = asked.to_prescriber
    return withdraw_transfer(by=make.actor(by or dr.user), at=LATER, prescriber=dr, transfer=asked, reason=reason)


def report(one: Enrollment, kind: SafetyCase.Kind) -> SafetyCase:
    return report_pregnancy(by=make.actor(one.prescriber.user), at=NOW, enrollment=one, kind=kind, role="prescriber")


class TestAsking:
    @pytest.mark.rems("PR-08")
    def test_nothing_changes_until_the_patients_side_signs(self) -> None:
        held = make.confirmation(make.authorization(make.enrollment(C.AM)))
        one, dr = held.enrollment, make.prescriber()
        OutboxMessage.objects.all().delete()
        asked = make.transfer(one, to=dr)
        one.refresh_from_db()
        held.refresh_from_db()
        assert (asked.from_prescriber, asked.to_prescriber, asked.pending) == (one.prescriber, dr, True)
        assert one.prescriber != dr
        assert (held.status, one.agreements.current().count()) == ("open", 1)
        assert (asked.agreement.in_force_from, asked.agreement.waiting) == (None, True)
        assert told() == set()

    def test_its_form_says_nothing_that_the_asker_did_not_type(self) -> None:
        one, dr = make.enrollment(C.AM), make.prescriber()
        form = make.transfer(one, to=dr, **SHOUTED).agreement.form
        said = read_document(form.document.encode())
        assert said.about == f"prescriber {dr.npi}"
        assert said.answers["given_name"] == "ROBIN"
        assert one.patient.number not in form.document
        assert one.prescriber.full_name not in form.document
        one.patient.refresh_from_db()
        assert one.patient.given_name == "Robin"

    def test_asked_twice_is_once(self) -> None:
        one, dr, key = make.enrollment(C.AM), make.prescriber(), uuid4()
        first = make.transfer(one, to=dr, submission_key=key)
        assert make.transfer(one, to=dr, submission_key=key) == first
        assert make.transfer(one, to=dr, at=LATER) == first
        make.transferred(first, at=LATER)
        assert make.transfer(one, to=dr, submission_key=key, at=LATER) == first
        assert Transfer.objects.count() == 1

    def test_other_answers_need_the_first_to_be_withdrawn(self) -> None:
        one, dr = make.enrollment(C.AF_CANNOT), make.prescriber()
        first = make.transfer(one, to=dr)
        other = {"cannot_basis": CannotBasis.MENOPAUSE_24_MONTHS}
        with pytest.raises(ActRefused, match=f"with other answers: form {first.agreement.form}"):
            make.transfer(one, to=dr, **other)
        withdraw(first)
        assert make.transfer(one, to=dr, at=LATER, **other).pending

    @pytest.mark.parametrize(
        ("prepare", "sentence"),
        [
            (lambda one: make.discontinued(one), "Enroll the patient instead"),
            (lambda one: one.patient.__class__.objects.update(identity_key="x"), "Enroll the patient instead"),
        ],
    )
    def test_nobody_in_treatment_is_nobody_to_transfer(
        self, prepare: Callable[[Enrollment], Any], sentence: str
    ) -> None:
        one = make.enrollment(C.AM)
        prepare(one)
        with pytest.raises(ActRefused, match=sentence):
            make.transfer(one)
        assert not Transfer.objects.exists()

    def test_own_patient_and_incomplete_forms_are_refused(self) -> None:
        one = make.enrollment(C.AF_CAN)
        with pytest.raises(ActRefused, match=f"your own patient already, {one.patient.number}"):
            make.transfer(one, to=one.prescriber)
        with pytest.raises(ActRefused, match="cycles are regular"):
            make.transfer(one, menstrual_cycles="")
        with pytest.raises(ActRefused, match="not certified"):
            make.transfer(one, to=make.prescriber(certified=False))

    def test_nobody_asks_in_another_prescribers_name(self) -> None:
        one, dr = make.enrollment(C.AM), make.prescriber()
        details = {"at": NOW, "prescriber": dr, "form": make.form_for(one), "program": PROGRAM}
        for who in (make.delegate_of(dr), one.prescriber.user):
            with pytest.raises(PermissionDenied):
                ask_transfer(by=make.actor(who), signing=make.signing(who), **details)
        with pytest.raises(PermissionDenied):
            ask_transfer(by=make.actor(dr.user), signing=make.signing(one.prescriber.user), **details)


class TestSigned:
    @pytest.mark.rems("PR-08")
    def test_everything_moves_and_what_is_live_becomes_void(self) -> None:
        held = make.confirmation(make.authorization(make.enrollment(C.AM)))
        one, dr = held.enrollment, make.prescriber()
        before, old = one.prescriber, one.agreements.get()
        aide, new_aide = make.delegate_of(before), make.delegate_of(dr)
        surveys = one.surveys.count()
        asked = make.transfer(one, to=dr)
        OutboxMessage.objects.all().delete()
        signed = make.transferred(asked, at=LATER)
        for row in (one, old, held):
            row.refresh_from_db()
        assert (one.prescriber, one.status, one.surveys.count()) == (dr, "enrolled", surveys)
        assert (signed.in_force_from, signed.complete, old.superseded_at) == (LATER, True, LATER)
        assert (held.status, held.authorization.status, held.ended_reason) == (
            "void",
            "void",
            "Moved to another prescriber",
        )
        assert asked.done_at == LATER
        pharmacist = held.pharmacy.staff.get(is_representative=True).user
        assert told() == {before.user.email, aide.email, dr.user.email, new_aide.email, pharmacist.email}
        bodies = " ".join(OutboxMessage.objects.values_list("body", flat=True))
        assert one.patient.family_name not in bodies
        assert dr.full_name not in bodies

    def test_new_prescriber_goes_on_and_the_old_one_can_not(self) -> None:
        one = make.ready(make.enrollment(C.AM), at=NOW)
        dr = make.prescriber()
        make.transferred(make.transfer(one, to=dr), at=NOW)
        old = Enrollment.objects.get(pk=one.pk)
        assert make.ask_authorization(old, at=LATER).granted
        with pytest.raises(Enrollment.DoesNotExist):
            make.ask_authorization(one, at=LATER)

    def test_other_answers_on_pregnancy_change_the_category(self) -> None:
        one = make.ready(make.enrollment(C.AF_CANNOT), at=NOW)
        can = {"can_get_pregnant": True, "cannot_basis": "", "menstrual_cycles": "irregular"}
        asked = make.transfer(one, **can)
        one.refresh_from_db()
        assert one.can_get_pregnant is False
        assert make.transferred(asked).category == C.AF_CAN
        one.refresh_from_db()
        assert (one.can_get_pregnant, one.cannot_basis, one.menstrual_cycles) == (True, "", "irregular")
        assert "AUTH-05" in make.ask_authorization(one, at=LATER).failed

    def test_record_then_spells_the_name_as_the_form_and_keeps_the_address_given(self) -> None:
        one = make.enrollment(C.AM)
        make.transferred(make.transfer(one, **SHOUTED, email="new@example.com"))
        patient = Enrollment.objects.get(pk=one.pk).patient
        assert (patient.given_name, patient.email) == ("ROBIN", "new@example.com")

    @pytest.mark.rems("PR-21", "PF-17")
    def test_hold_goes_along(self) -> None:
        one = make.ready(make.enrollment(C.AF_CAN), at=NOW)
        case = report(one, SafetyCase.Kind.PREGNANCY)
        make.transferred(make.transfer(one))
        one.refresh_from_db()
        case.refresh_from_db()
        assert (case.status, case.enrollment) == ("open", one)
        assert "AUTH-04" in make.ask_authorization(one, at=LATER).failed

    @pytest.mark.rems("PC-12")
    @pytest.mark.parametrize(("can", "status"), [(True, "closed"), (False, "open")])
    def test_hold_for_menses_ends_only_with_a_form_that_no_longer_rests_on_it(self, can: bool, status: str) -> None:
        one = make.enrollment(C.FC_CANNOT)
        case = report(one, SafetyCase.Kind.MENSES_BEGAN)
        new = {"can_get_pregnant": True, "cannot_basis": "", "menstrual_cycles": "regular"} if can else {}
        make.transferred(make.transfer(one, **new))
        case.refresh_from_db()
        assert case.status == status

    def test_first_of_two_that_is_signed_wins_and_the_other_office_is_told(self) -> None:
        one, first, second = make.enrollment(C.AM), make.prescriber(), make.prescriber()
        lost, won = make.transfer(one, to=first), make.transfer(one, to=second)
        OutboxMessage.objects.all().delete()
        make.transferred(won, at=LATER)
        lost.refresh_from_db()
        one.refresh_from_db()
        assert (one.prescriber, lost.withdrawn_at, lost.done_at) == (second, LATER, None)
        assert first.user.email in told()
        said = OutboxMessage.objects.get(recipient=first.user.email).body
        assert lost.agreement.form.number in said
        assert not [word for word in (one.patient.number, second.full_name, one.patient.family_name) if word in said]
        with pytest.raises(ActRefused, match="doesn’t wait"):
            make.transferred(lost, at=LATER)

    def test_change_that_waited_for_signatures_gives_way(self) -> None:
        one = make.enrollment(C.AF_CANNOT)
        form = make.form_for(one, can_get_pregnant=True, cannot_basis="", menstrual_cycles="regular")
        asked = make.transfer(one)
        waiting = change_category(
            by=make.actor(one.prescriber.user),
            at=NOW,
            prescriber=one.prescriber,
            enrollment=one,
            form=form,
            program=PROGRAM,
            signing=make.signing(one.prescriber.user),
        )
        make.transferred(asked, at=LATER)
        waiting.refresh_from_db()
        assert waiting.superseded_at == LATER
        assert one.agreements.current().get() == asked.agreement

    def test_enrollment_the_new_prescriber_had_begun_ends(self) -> None:
        dr, form = make.prescriber(), make.agreement_form(C.AM)
        begun = make.pending_enrollment(C.AM, prescriber=dr, **_identity(form))
        one = make.enrollment(C.AM, **_identity(form))
        make.transferred(make.transfer(one, to=dr))
        begun.refresh_from_db()
        assert (begun.status, begun.ended_reason) == ("withdrawn", "The patient was transferred instead")

    @pytest.mark.rems("PR-02")
    def test_prescriber_not_certified_any_more_takes_nobody_over(self) -> None:
        one, dr = make.enrollment(C.AM), make.prescriber()
        asked = make.transfer(one, to=dr)
        dr.certifications.update(status="suspended")
        with pytest.raises(ActRefused, match="can’t take you over"):
            make.transferred(asked)
        one.refresh_from_db()
        assert one.prescriber != dr
        assert not asked.agreement.form.signatures.filter(signer="patient").exists()


class TestWithdrawing:
    def test_its_link_stops_and_it_can_be_asked_for_again(self) -> None:
        one = make.enrollment(C.AM)
        asked = make.transfer(one)
        done = withdraw(asked)
        assert (done.withdrawn_at, done.withdrawn_reason) == (LATER, "Asked by mistake")
        assert done.withdrawn_by_name == asked.to_prescriber.user.full_name
        with pytest.raises(ActRefused, match="doesn’t wait for a signature"):
            make.transferred(asked, at=LATER)
        with pytest.raises(ActRefused, match="doesn’t wait any more"):
            withdraw(asked)

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
    def test_it_needs_a_reason(self, reason: str) -> None:
        asked = make.transfer(make.enrollment(C.AM))
        with pytest.raises(ActRefused, match="Give the reason"):
            withdraw(asked, reason=reason)
        asked.refresh_from_db()
        assert asked.pending

    def test_only_who_asked_withdraws(self) -> None:
        one = make.enrollment(C.AM)
        asked = make.transfer(one)
        for who in (one.prescriber.user, make.delegate_of(asked.to_prescriber), make.case_manager()):
            with pytest.raises(PermissionDenied):
                withdraw(asked, by=who)
        other: Prescriber = make.prescriber()
        with pytest.raises(Transfer.DoesNotExist):
            withdraw_transfer(by=make.actor(other.user), at=LATER, prescriber=other, transfer=asked, reason="No")


class TestWithdrawnByProgram:
    """Program staff take back a transfer that hangs."""

    def withdraw(self, asked: Transfer, *, by: Any = None, reason: str = "Asked by the patient") -> Transfer:
        user = by or make.case_manager()
        return withdraw_transfer_by_program(by=make.actor(user), at=LATER, user=user, transfer=asked, reason=reason)

    def test_its_link_stops_the_asker_is_told_and_the_patient_stays(self) -> None:
        one = make.enrollment(C.AM)
        asked, user = make.transfer(one), make.case_manager()
        OutboxMessage.objects.all().delete()
        done = self.withdraw(asked, by=user)
        assert (done.withdrawn_at, done.withdrawn_reason) == (LATER, "Asked by the patient")
        assert (done.withdrawn_by_name, done.history.latest().history_user) == (user.full_name, user)
        assert told() == {asked.to_prescriber.user.email}
        with pytest.raises(ActRefused, match="doesn’t wait for a signature"):
            make.transferred(asked, at=LATER)
        with pytest.raises(ActRefused, match="doesn’t wait any more"):
            self.withdraw(asked)
        assert Enrollment.objects.get(pk=one.pk).prescriber == one.prescriber

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
    def test_it_needs_a_reason(self, reason: str) -> None:
        asked = make.transfer(make.enrollment(C.AM))
        with pytest.raises(ActRefused, match="Give the reason"):
            self.withdraw(asked, reason=reason)
        asked.refresh_from_db()
        assert asked.pending

    def test_only_case_managers_and_administrators(self) -> None:
        asked = make.transfer(make.enrollment(C.AM))
        for who in (make.auditor(), asked.to_prescriber.user, asked.from_prescriber.user):
            with pytest.raises(PermissionDenied):
                self.withdraw(asked, by=who)
        assert self.withdraw(asked, by=make.administrator()).withdrawn_at

    def test_button_in_the_administration_takes_it_back_once(self) -> None:
        asked = make.transfer(make.enrollment(C.AM))
        client = signed_in(make.case_manager())
        here = f"/admin/patients/transfer/{asked.pk}/"
        assert "Take this transfer back" in text_of(client.get(f"{here}change/"))
        assert client.post(f"{here}act/withdraw/", {"reason": "x" * 201}).status_code == 422
        done = client.post(f"{here}act/withdraw/", {"reason": "Asked by the patient"}, follow=True)
        assert "The transfer is taken back." in text_of(done)
        assert "Take this transfer back" not in text_of(client.get(f"{here}change/"))


def _identity(form: Any) -> dict[str, Any]:
    plain = replace(form, submission_key=None)
    return {name: getattr(plain, name) for name in ("given_name", "family_name", "birth_date", "sex")}
