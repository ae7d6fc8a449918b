"""The risk category changes: the act with its refusals and what it voids, the hold it lifts, and the page."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

import tests.factories as make
from authorizations.actions.category import change_category
from authorizations.actions.safety import close_safety_case, report_pregnancy
from authorizations.models import Authorization
from patients.models import Agreement, Enrollment, SafetyCase
from prescribers.models import Prescriber
from rems_portal.audit.models import AccessEvent
from rems_portal.errors import ActRefused
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.categories import CannotBasis, RiskCategory, Sex
from rems_portal.rules.forms import fingerprint
from rems_portal.rules.programs import form_named
from tests.factories import NOW, PROGRAM
from tests.integration.offices import as_prescriber, of, signed_in, text_of

pytestmark = pytest.mark.django_db
C = RiskCategory
CAN: dict[str, Any] = {"can_get_pregnant": True, "cannot_basis": "", "menstrual_cycles": "regular"}
LATER = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def change(one: Enrollment, *, by: Any = None, prescriber: Prescriber | None = None, at: Any = NOW, **changes: Any):
    return change_category(
        by=make.actor(by or one.prescriber.user),
        at=at,
        prescriber=prescriber or one.prescriber,
        enrollment=one,
        form=make.form_for(one, **changes),
        program=PROGRAM,
        signing=make.signing(by or one.prescriber.user, at=at),
    )


def menses_began(one: Enrollment) -> SafetyCase:
    by = make.actor(one.prescriber.user)
    return report_pregnancy(by=by, at=NOW, enrollment=one, kind=SafetyCase.Kind.MENSES_BEGAN, role="prescriber")


def close(case: SafetyCase) -> SafetyCase:
    user = make.case_manager()
    by = make.actor(user)
    return close_safety_case(by=by, at=LATER, user=user, case=case, reason="Done", clears_tests=False)


class TestAct:
    @pytest.mark.rems("PR-08")
    def test_new_form_supersedes_the_old_one_and_voids_what_is_live(self) -> None:
        held = make.confirmation(make.authorization(make.enrollment(C.AF_CANNOT)))
        one, aide = held.enrollment, make.delegate_of(held.enrollment.prescriber)
        old = one.agreements.get()
        OutboxMessage.objects.all().delete()
        signed = change(one, **CAN)
        for row in (one, old, held):
            row.refresh_from_db()
        assert (signed.category, signed.complete, signed.program_version) == (C.AF_CAN, False, PROGRAM.version)
        assert (signed.prescriber_signed_name, signed.waiting) == (one.prescriber.user.full_name, True)
        assert (old.category, old.superseded_at) == (C.AF_CANNOT, NOW)
        assert (one.can_get_pregnant, one.cannot_basis, one.menstrual_cycles) == (True, "", "regular")
        assert (held.status, held.authorization.status) == ("void", "void")
        assert held.ended_reason == "Risk category changed"
        told = set(OutboxMessage.objects.values_list("recipient", flat=True))
        pharmacist = held.pharmacy.staff.get(is_representative=True).user
        assert told == {one.prescriber.user.email, aide.email, pharmacist.email}
        bodies = " ".join(OutboxMessage.objects.values_list("body", flat=True))
        assert not {"pregnan", "menses", one.patient.family_name, one.patient.number} & set(bodies.split())

    @pytest.mark.rems("PR-08")
    def test_next_authorization_goes_by_the_rules_of_the_new_category(self) -> None:
        one = make.authorization(make.enrollment(C.AF_CANNOT)).enrollment
        change(one, **CAN)
        one.refresh_from_db()
        assert {"AUTH-03", "AUTH-05"} <= set(make.ask_authorization(one, at=LATER).failed.split(","))
        make.signed_by_patients_side(one, at=LATER)
        failed = make.ask_authorization(one, at=LATER + timedelta(minutes=1)).failed.split(",")
        assert ("AUTH-03" in failed, "AUTH-05" in failed) == (False, True)

    @pytest.mark.rems("PR-08")
    def test_child_who_comes_of_age_signs_the_adult_form_and_goes_on(self) -> None:
        one = make.enrollment(C.MC, birth_date=date(2008, 6, 15))
        make.ready(one, at=NOW)
        assert "AUTH-03" in make.ask_authorization(one, at=NOW).failed
        assert change(one).category == C.AM
        make.signed_by_patients_side(one, at=NOW)
        assert make.ask_authorization(one, at=LATER).granted

    @pytest.mark.rems("PC-12")
    def test_menses_hold_waits_for_the_new_form_which_lifts_it(self) -> None:
        one = make.ready(make.enrollment(C.FC_CANNOT))
        case = menses_began(one)
        with pytest.raises(ActRefused, match="prescriber must sign the form that fits"):
            close(case)
        assert change(one, **CAN).category == C.FC_CAN
        case.refresh_from_db()
        assert (case.status, case.closing_reason, case.closed_by) == ("closed", "New form signed", one.prescriber.user)
        assert "AUTH-04" not in make.ask_authorization(one, at=LATER).failed
        assert case.history.first().actor_name == one.prescriber.user.full_name

    @pytest.mark.rems("PC-12")
    def test_pregnancy_hold_stays_whatever_is_signed(self) -> None:
        one = make.enrollment(C.AF_CANNOT)
        report_pregnancy(
            by=make.actor(one.prescriber.user),
            at=NOW,
            enrollment=one,
            kind=SafetyCase.Kind.PREGNANCY,
            role="prescriber",
        )
        change(one, **CAN)
        assert SafetyCase.objects.get().status == "open"

    def test_menses_case_closes_by_staff_once_treatment_has_ended(self) -> None:
        one = make.enrollment(C.FC_CANNOT)
        case = menses_began(one)
        make.discontinued(one)
        assert close(case).status == "closed"

    def test_history_names_who_changed_what(self) -> None:
        one = make.enrollment(C.AF_CANNOT)
        signed = change(one, **CAN)
        old = Agreement.objects.get(superseded_at__isnull=False)
        for row in (one.history.first(), signed.history.get(), old.history.first()):
            assert (row.actor_name, row.history_user_id, row.history_date) == (
                one.prescriber.user.full_name,
                one.prescriber.user.pk,
                NOW,
            )

    @pytest.mark.parametrize(
        ("category", "changes", "sentence"),
        [
            (C.AF_CANNOT, {}, "Nothing would change"),
            (C.AF_CANNOT, {"sex": Sex.MALE, "can_get_pregnant": None, "cannot_basis": ""}, "must be those on record"),
            (C.AF_CANNOT, {**CAN, "birth_date": date(1970, 1, 1)}, "must be those on record"),
            (C.AF_CANNOT, {**CAN, "menstrual_cycles": ""}, "cycles are regular"),
            (C.AF_CAN, {"can_get_pregnant": False, "menstrual_cycles": ""}, "Choose the reason"),
            (C.FC_CANNOT, {"cannot_basis": CannotBasis.MENOPAUSE_24_MONTHS}, "doesn’t fit her age"),
        ],
    )
    @pytest.mark.rems("PR-08")
    def test_what_is_wrong_is_refused_and_voids_nothing(
        self, category: RiskCategory, changes: dict[str, Any], sentence: str
    ) -> None:
        number = make.authorization(make.enrollment(category))
        with pytest.raises(ActRefused, match=sentence):
            change(number.enrollment, **changes)
        assert Authorization.objects.get().status == "active"
        assert Agreement.objects.get().superseded_at is None

    def test_only_the_certified_prescriber_of_a_patient_in_treatment_signs(self) -> None:
        one, other = make.enrollment(C.AF_CANNOT), make.prescriber()
        for who in (make.delegate_of(one.prescriber), other.user, make.administrator()):
            with pytest.raises(PermissionDenied):
                change(one, by=who, **CAN)
        with pytest.raises(PermissionDenied):
            change(one, by=other.user, prescriber=other, **CAN)
        one.prescriber.certifications.update(status="suspended")
        with pytest.raises(ActRefused, match="not certified"):
            change(one, **CAN)
        with pytest.raises(PermissionDenied):
            _change_with_another_password(one, other)
        make.discontinued(one)
        with pytest.raises(ActRefused, match="no longer enrolled"):
            change(one, **CAN)

    def test_same_form_sent_twice_is_one_change(self) -> None:
        one, key = make.enrollment(C.AF_CANNOT), uuid4()
        first = change(one, **CAN, submission_key=key)
        assert change(one, **CAN, submission_key=key) == first
        with pytest.raises(ActRefused, match="another patient"):
            change(make.enrollment(C.AF_CANNOT), **CAN, submission_key=key)


def typed(**changes: str) -> dict[str, str]:
    answers = {
        "can_get_pregnant": "yes",
        "menstrual_cycles": "regular",
        "cannot_basis": CannotBasis.HYSTERECTOMY.value,
        "submission_key": str(uuid4()),
        "shown_form": shown("AF_CAN"),
        "user_name": "",
        "password": make.PASSWORD,
        "step": "sign",
    }
    return answers | changes


def shown(category: str) -> str:
    """Return what the page carries of the form that was read."""
    return fingerprint(form_named(PROGRAM, f"agreement_{category}"))


def as_signer(one: Enrollment, **changes: str) -> dict[str, str]:
    return typed(user_name=one.prescriber.user.email, **changes)


def _change_with_another_password(one: Enrollment, other: Prescriber) -> None:
    change_category(
        by=make.actor(one.prescriber.user),
        at=NOW,
        prescriber=one.prescriber,
        enrollment=one,
        form=make.form_for(one, **CAN),
        program=PROGRAM,
        signing=make.signing(other.user),
    )


class TestPage:
    @pytest.mark.rems("PR-08")
    def test_answers_are_prefilled_then_the_form_is_read_then_signed(self) -> None:
        held = make.confirmation(make.authorization(make.enrollment(C.AF_CANNOT)))
        one, client = held.enrollment, as_prescriber(held.enrollment.prescriber)
        empty = client.get(of("change-category", one))
        assert empty.context["form"].initial["cannot_basis"] == CannotBasis.HYSTERECTOMY
        assert "Sign the new form" not in text_of(empty)
        read = text_of(client.post(of("change-category", one), typed(shown_form="", password="", step="read")))
        assert "Adult Female Who Can Get Pregnant" in read
        assert f"The confirmation number that {held.pharmacy.name} holds becomes void now" in read
        assert "No authorization is given until the patient has signed too" in read
        assert read.index(held.authorization.number) < read.index("Sign the new form")
        assert "Error:" not in read
        assert Agreement.objects.count() == 1
        done = client.post(of("change-category", one), as_signer(one), follow=True)
        assert done.redirect_chain == [(of("hand-over-form", one), 302)]
        assert "You signed the form for: Adult Female Who Can Get Pregnant." in text_of(done)
        held.refresh_from_db()
        assert held.status == "void"

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"shown_form": ""}, "Read it below, then sign."),
            ({"password": "wrong"}, "password is not right"),
            ({"password": ""}, "Type your password to sign."),
            ({"menstrual_cycles": ""}, "cycles are regular"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self, changes: dict[str, str], sentence: str) -> None:
        one = make.enrollment(C.AF_CANNOT)
        sent = as_signer(one) | changes
        page = as_prescriber(one.prescriber).post(of("change-category", one), sent)
        assert sentence in text_of(page)
        assert "No number is live now" in text_of(page)
        assert page.context["form"]["can_get_pregnant"].value() == "yes"
        assert Agreement.objects.count() == 1

    def test_refusal_of_the_act_is_said(self) -> None:
        one = make.enrollment(C.AF_CANNOT)
        answers = as_signer(one, can_get_pregnant="no", menstrual_cycles="", shown_form=shown("AF_CANNOT"))
        page = text_of(as_prescriber(one.prescriber).post(of("change-category", one), answers))
        assert "Nothing would change" in page

    def test_boy_who_comes_of_age_is_asked_no_question_about_pregnancy(self) -> None:
        one = make.enrollment(C.MC, birth_date=date(2008, 6, 15))
        client = as_prescriber(one.prescriber)
        assert "Sign the form that fits" in text_of(client.get(of("patient", one)))
        assert "can_get_pregnant" not in text_of(client.get(of("change-category", one)))
        assert client.post(of("change-category", one), as_signer(one, shown_form=shown("AM"))).status_code == 302
        assert one.agreements.get(superseded_at__isnull=True).category == C.AM

    @pytest.mark.rems("PC-12")
    def test_patient_on_hold_for_menses_is_led_to_the_new_form(self) -> None:
        one = make.enrollment(C.FC_CANNOT)
        menses_began(one)
        page = text_of(as_prescriber(one.prescriber).get(of("patient", one)))
        assert "The hold ends when the prescriber signs" in page
        assert page.count(of("change-category", one)) == 2
        aide = text_of(signed_in(make.delegate_of(one.prescriber)).get(of("patient", one)))
        assert of("change-category", one) not in aide

    def test_only_the_prescriber_in_person_opens_it(self) -> None:
        one = make.enrollment(C.AF_CANNOT)
        address = of("change-category", one)
        assert signed_in(make.delegate_of(one.prescriber)).get(address).status_code == 403
        assert signed_in(make.case_manager()).get(address).status_code == 403
        assert as_prescriber(make.prescriber()).post(address, typed()).status_code == 404
        assert AccessEvent.objects.filter(outcome="denied", record=f"patient {one.patient.number}").exists()
        make.discontinued(one)
        assert as_prescriber(one.prescriber).get(address).status_code == 302
