"""A patient is enrolled: the act with all its refusals, and the one page, with and without scripts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

import tests.factories as make
from patients.actions import PatientEnrollment, definition_of, enroll_patient
from patients.models import Agreement, Enrollment, Patient
from prescribers.models import Prescriber
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.errors import ActRefused
from rems_portal.rules.categories import CannotBasis, RiskCategory, Sex
from rems_portal.rules.forms import fingerprint
from rems_portal.rules.lifecycles import EnrollmentStatus
from tests.factories import NOW, PROGRAM

pytestmark = pytest.mark.django_db

ENROLL = reverse("patients:enroll")
CATEGORY = reverse("patients:enroll-category")
CAN, CANNOT, MAN = RiskCategory.AF_CAN, RiskCategory.AF_CANNOT, RiskCategory.AM


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def dr(client: Client) -> Prescriber:
    """A certified prescriber who is signed in."""
    made = make.prescriber()
    client.force_login(made.user)
    return made


def enroll(dr: Prescriber, form: PatientEnrollment, by: User | None = None) -> Enrollment:
    proof = make.signing(by or dr.user)
    actor = Actor.of(by or dr.user)
    return enroll_patient(by=actor, at=NOW, prescriber=dr, form=form, program=PROGRAM, signing=proof)


def shown_form(category: RiskCategory, language: str = "en") -> str:
    return fingerprint(definition_of(category, PROGRAM, language))


def signed_by(dr: Prescriber, answers: dict[str, Any]) -> dict[str, Any]:
    """What the prescriber types to sign: the password, and the address too with the first signature."""
    return answers | {"user_name": dr.user.email, "password": make.PASSWORD}


def typed(category: RiskCategory, **changes: Any) -> dict[str, Any]:
    """What a person types to enroll a patient of the category."""
    said = make.agreement_form(category, at=NOW)
    born = said.birth_date
    answers = {
        "family_name": said.family_name,
        "given_name": said.given_name,
        "email": said.email,
        "birth_date_month": born.month,
        "birth_date_day": born.day,
        "birth_date_year": born.year,
        "sex": said.sex.value,
        "can_get_pregnant": {True: "yes", False: "no", None: ""}[said.can_get_pregnant],
        "cannot_basis": said.cannot_basis,
        "menstrual_cycles": said.menstrual_cycles,
        "language": "en",
        "shown_form": shown_form(category),
        "submission_key": str(uuid4()),
        "step": "sign",
    }
    return answers | changes


class TestAct:
    @pytest.mark.rems("PR-08", "PF-05", "PN-04", "PC-03", "PM-03")
    @pytest.mark.parametrize("category", list(RiskCategory))
    def test_patient_is_enrolled_with_the_form_that_fits(self, dr: Prescriber, category: RiskCategory) -> None:
        one = enroll(dr, make.agreement_form(category, at=NOW))
        agreement = one.agreements.get()
        assert (one.status, one.prescriber, one.enrolled_at) == (EnrollmentStatus.PENDING, dr, NOW)
        assert (agreement.category, agreement.complete, agreement.waiting) == (category, False, True)
        assert (agreement.prescriber_signed_name, agreement.prescriber_signed_at) == (dr.user.full_name, NOW)
        assert agreement.program_version == PROGRAM.version
        assert one.patient.number.startswith("P-")

    def test_history_names_who_enrolled(self, dr: Prescriber) -> None:
        one = enroll(dr, make.agreement_form(CAN, at=NOW))
        rows = [one.history.get(), one.patient.history.get(), one.agreements.get().history.get()]
        assert {(row.actor_name, row.history_user_id, row.channel) for row in rows} == {
            (dr.user.full_name, dr.user.pk, "page")
        }

    @pytest.mark.rems("PR-08")
    @pytest.mark.parametrize(
        ("category", "changes", "sentence"),
        [
            (CAN, {"family_name": ""}, "Type the patient’s name"),
            (CAN, {"birth_date": date(2026, 6, 16)}, "lies in the future"),
            (CAN, {"birth_date": date(9999, 12, 31)}, "lies in the future"),
            (CAN, {"birth_date": date(1850, 1, 1)}, "Check the year of birth"),
            (CAN, {"can_get_pregnant": None, "menstrual_cycles": ""}, "Say whether the patient can get pregnant"),
            (CAN, {"menstrual_cycles": ""}, "cycles are regular"),
            (CAN, {"cannot_basis": CannotBasis.HYSTERECTOMY}, "Remove one of the two"),
            (CANNOT, {"cannot_basis": ""}, "Choose the reason"),
            (CANNOT, {"cannot_basis": CannotBasis.MENSES_NOT_BEGUN}, "doesn’t fit her age"),
            (RiskCategory.FC_CANNOT, {"cannot_basis": CannotBasis.MENOPAUSE_24_MONTHS}, "doesn’t fit her age"),
            (MAN, {"can_get_pregnant": False}, "don’t apply to a male"),
            (MAN, {"cannot_basis": CannotBasis.HYSTERECTOMY}, "don’t apply to a male"),
            (MAN, {"menstrual_cycles": "regular"}, "don’t apply to a male"),
        ],
    )
    def test_what_is_wrong_is_refused(
        self, dr: Prescriber, category: RiskCategory, changes: dict[str, Any], sentence: str
    ) -> None:
        with pytest.raises(ActRefused, match=sentence) as error:
            enroll(dr, make.agreement_form(category, at=NOW, **changes))
        assert [finding.obligations for finding in error.value.findings] == [("PR-08",)]
        assert not Patient.objects.exists()

    def test_all_that_is_wrong_is_said_at_once(self) -> None:
        form = make.agreement_form(RiskCategory.FC_CAN, at=NOW, menstrual_cycles="", family_name="")
        with pytest.raises(ActRefused) as error:
            enroll(make.prescriber(certified=False), form)
        assert len(error.value.findings) == 3

    @pytest.mark.rems("PR-02")
    @pytest.mark.parametrize("status", ["in_progress", "suspended", "decertified"])
    def test_prescriber_who_is_not_certified_now_enrolls_nobody(self, dr: Prescriber, status: str) -> None:
        dr.certifications.update(status=status)
        with pytest.raises(ActRefused, match="not certified") as error:
            enroll(dr, make.agreement_form(MAN, at=NOW))
        assert error.value.findings[0].obligations == ("PR-02",)

    def test_nobody_signs_for_the_prescriber(self, dr: Prescriber) -> None:
        for other in (make.delegate_of(dr), make.prescriber().user, make.administrator()):
            with pytest.raises(PermissionDenied):
                enroll(dr, make.agreement_form(MAN, at=NOW), by=other)

    def test_same_form_sent_twice_enrolls_once(self, dr: Prescriber) -> None:
        form = make.agreement_form(MAN, at=NOW, submission_key=uuid4())
        assert enroll(dr, form) == enroll(dr, form)
        assert Patient.objects.count() == 1

    def test_form_sent_again_after_treatment_ended_still_gives_the_first(self, dr: Prescriber) -> None:
        form = make.agreement_form(MAN, at=NOW, submission_key=uuid4())
        first = enroll(dr, form)
        over = {"ended_at": NOW, "ended_by_name": "Dr. Test", "ended_reason": "Completed"}
        Enrollment.objects.update(status=EnrollmentStatus.DISCONTINUED, **over)
        assert enroll(dr, form) == first
        assert enroll(dr, replace(form, submission_key=uuid4())) != first

    def test_patient_the_prescriber_has_is_not_enrolled_again_by_another_spelling(self, dr: Prescriber) -> None:
        form = make.agreement_form(MAN, at=NOW)
        assert enroll(dr, form) == enroll(dr, replace(form, family_name=form.family_name.upper()))

    def test_form_filled_in_anew_under_an_old_key_enrolls_the_new_patient(self, dr: Prescriber) -> None:
        key = uuid4()
        first = enroll(dr, make.agreement_form(MAN, at=NOW, submission_key=key))
        second = enroll(dr, make.agreement_form(CAN, at=NOW, submission_key=key))
        assert second != first
        assert second.submission_key is None

    def test_key_of_another_prescriber_tells_nothing_and_stops_nothing(self, dr: Prescriber) -> None:
        key = uuid4()
        theirs = enroll(make.prescriber(), make.agreement_form(MAN, at=NOW, submission_key=key))
        assert enroll(dr, make.agreement_form(MAN, at=NOW, submission_key=key)) != theirs


class TestPage:
    @pytest.mark.rems("PR-08", "PF-05", "PN-04", "PC-03", "PM-03")
    @pytest.mark.parametrize("category", list(RiskCategory))
    def test_signed_form_leads_to_the_patients_signature(
        self, client: Client, dr: Prescriber, category: RiskCategory
    ) -> None:
        answer = client.post(ENROLL, signed_by(dr, typed(category)))
        agreement = Agreement.objects.get()
        number = agreement.enrollment.patient.number
        assert answer.headers["Location"] == reverse("authorizations:hand-over-form", args=[number])
        assert agreement.category == category
        page = client.get(answer.headers["Location"]).content.decode()
        assert f"You signed the form. Patient id: {number}." in page
        assert "Sign here on this device" in page

    @pytest.mark.rems("PR-08")
    def test_without_scripts_the_form_that_fits_is_read_first_and_then_signed(
        self, client: Client, dr: Prescriber
    ) -> None:
        empty = client.get(ENROLL).content.decode()
        assert "Only for female patients" in empty
        assert 'type="password"' not in empty
        answers = typed(CANNOT, shown_form="", step="read")
        page = client.post(ENROLL, answers).content.decode()
        assert "Adult Female Who Can Not Get Pregnant" in page
        assert "She can not get pregnant: hysterectomy." in page
        assert "I donate no blood" in page
        assert "not the FDA-approved form" in page
        assert f'name="shown_form" value="{shown_form(CANNOT)}"' in page
        assert f'value="{answers["submission_key"]}"' in page
        assert not Patient.objects.exists()
        signed = {"shown_form": shown_form(CANNOT), "step": "sign"}
        assert client.post(ENROLL, signed_by(dr, answers | signed)).status_code == 302

    @pytest.mark.parametrize(
        ("category", "words"),
        [
            (RiskCategory.AF_CAN, "two methods of contraception"),
            (RiskCategory.FC_CAN, "the parent or guardian signs"),
            (RiskCategory.AF_CANNOT, "every 6 months"),
            (RiskCategory.FC_CANNOT, "if menstrual periods begin"),
            (RiskCategory.AM, "neither blood nor sperm"),
            (RiskCategory.MC, "For the child, in simple words"),
        ],
    )
    @pytest.mark.rems("PG-02", "PR-08")
    def test_preview_shows_the_form_that_fits_and_why(
        self, client: Client, dr: Prescriber, category: RiskCategory, words: str
    ) -> None:
        part = client.post(CATEGORY, typed(category)).content.decode()
        assert "<html" not in part
        assert f"The form that fits: {category.label}." in part
        assert words in part
        assert "18th birthday" in part
        assert "Error:" not in part
        assert 'type="password"' in part
        assert not Patient.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"birth_date_month": "2", "birth_date_day": "30", "birth_date_year": "2023"}, "2/30/2023"),
            ({"birth_date_year": "1850"}, "Check the year of birth"),
            ({"can_get_pregnant": "no", "cannot_basis": "menses_not_begun"}, "doesn’t fit her age"),
            ({"birth_date_year": ""}, ""),
            ({"sex": ""}, ""),
            ({"can_get_pregnant": "no"}, ""),
        ],
    )
    def test_preview_says_what_is_wrong_and_not_what_is_still_missing(
        self, client: Client, dr: Prescriber, changes: dict[str, str], words: str
    ) -> None:
        part = client.post(CATEGORY, typed(CAN, **changes)).content.decode()
        assert "Show the form that fits" in part
        assert words in part
        assert ("tone-warning" in part) is bool(words)

    def test_preview_is_for_scripts_only(self, client: Client, dr: Prescriber) -> None:
        assert client.get(CATEGORY).status_code == 405

    def test_child_about_to_come_of_age_is_announced(self, client: Client, dr: Prescriber) -> None:
        answers = typed(RiskCategory.MC, birth_date_month="7", birth_date_day="1", birth_date_year="2008")
        assert "comes of age on July 1, 2026" in client.post(CATEGORY, answers).content.decode()

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"family_name": ""}, "Type the patient’s name."),
            ({"family_name": "Ana\u202eSilva"}, "invisible characters"),
            ({"birth_date_month": "2", "birth_date_day": "30", "birth_date_year": "2023"}, "2/30/2023 is not in the"),
            ({"birth_date_month": "", "birth_date_day": "", "birth_date_year": ""}, "date of birth."),
            ({"birth_date_year": "2027"}, "lies in the future"),
            ({"birth_date_year": "1850"}, "Check the year of birth"),
            ({"can_get_pregnant": "no"}, "Choose the reason"),
            ({"can_get_pregnant": "no", "cannot_basis": "menses_not_begun"}, "doesn’t fit her age"),
            ({"sex": "male"}, "don’t apply to a male patient"),
            ({"email": "ana"}, "whole e-mail address"),
            ({"password": ""}, "Type your password to sign."),
            ({"password": "wrong"}, "nothing you typed is lost"),
            ({"user_name": "other@example.com"}, "nothing you typed is lost"),
            ({"birth_date_year": "2015"}, "Female Child Who Can Get Pregnant"),
        ],
    )
    def test_refused_form_says_what_to_do_and_loses_nothing(
        self, client: Client, dr: Prescriber, changes: dict[str, str], words: str
    ) -> None:
        answers = typed(CAN, given_name="O'Neil", **changes)
        page = client.post(ENROLL, signed_by(dr, answers) | changes).content.decode()
        assert words in page
        assert 'value="O&#x27;Neil"' in page
        assert f'value="{answers["submission_key"]}"' in page
        assert not Patient.objects.exists()

    def test_male_with_pregnancy_answers_may_leave_them_out(self, client: Client, dr: Prescriber) -> None:
        answers = signed_by(dr, typed(CAN, sex="male", shown_form=shown_form(MAN)))
        assert "Leave out the answers" in client.post(ENROLL, answers).content.decode()
        assert client.post(ENROLL, answers | {"leave_out": "on"}).status_code == 302
        assert Enrollment.objects.get().can_get_pregnant is None

    def test_form_that_fits_by_now_must_be_read_before_it_is_signed(self, client: Client, dr: Prescriber) -> None:
        page = client.post(ENROLL, signed_by(dr, typed(CAN, shown_form=shown_form(CANNOT)))).content.decode()
        assert "Read it below, then sign." in page
        assert f'name="shown_form" value="{shown_form(CAN)}"' in page
        assert not Patient.objects.exists()

    def test_form_whose_text_changed_meanwhile_is_said_to_have_changed(self, client: Client, dr: Prescriber) -> None:
        page = client.post(ENROLL, signed_by(dr, typed(CAN, shown_form="0" * 64))).content.decode()
        assert "The text of the form has changed since you opened this page. Nothing was signed." in page
        assert "The form that fits is the one" not in page
        assert f'name="shown_form" value="{shown_form(CAN)}"' in page
        assert not Patient.objects.exists()
        for shown in (shown_form(CANNOT), shown_form(CAN, "es"), ""):
            page = client.post(ENROLL, signed_by(dr, typed(CAN, shown_form=shown))).content.decode()
            assert "The text of the form has changed" not in page

    def test_markup_apostrophes_and_right_to_left_names_are_shown_as_typed(
        self, client: Client, dr: Prescriber
    ) -> None:
        name = {"family_name": "<script>alert(1)</script> O'Neil", "given_name": "\u200fكريم\u200e"}
        client.post(ENROLL, signed_by(dr, typed(MAN, **name)))
        patient = Patient.objects.get()
        assert (patient.family_name, patient.given_name) == ("<script>alert(1)</script> O'Neil", "كريم")
        page = client.get(reverse("authorizations:patient", args=[patient.number])).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_name_of_one_word_is_enough(self, client: Client, dr: Prescriber) -> None:
        client.post(ENROLL, signed_by(dr, typed(MAN, family_name="Teller", given_name="")))
        assert Patient.objects.get().full_name == "Teller"

    def test_megabyte_in_any_box_does_not_hurt(self, client: Client, dr: Prescriber) -> None:
        for box in ("family_name", "email", "birth_date_month", "birth_date_year", "password", "sex"):
            answer = client.post(ENROLL, typed(MAN, **{box: "9" * 1_000_000}))
            assert answer.status_code == 200
            assert len(answer.content) < 60_000
        assert not Patient.objects.exists()

    def test_form_sent_twice_enrolls_once_and_says_the_same(self, client: Client, dr: Prescriber) -> None:
        answers = signed_by(dr, typed(MAN))
        first, second = client.post(ENROLL, answers), client.post(ENROLL, answers)
        assert first.headers["Location"] == second.headers["Location"]
        assert Patient.objects.count() == 1
        assert "Nothing new" not in client.get(second.headers["Location"]).content.decode()

    def test_patient_enrolled_before_is_shown_and_said_so(self, client: Client, dr: Prescriber) -> None:
        answers = signed_by(dr, typed(MAN))
        client.post(ENROLL, answers)
        with time_machine.travel(NOW + make.days(1), tick=False):
            client.force_login(dr.user)
            again = client.post(ENROLL, answers | {"submission_key": str(uuid4())}, follow=True)
        assert "Nothing new was recorded." in again.content.decode()
        assert Patient.objects.count() == 1

    def test_back_in_the_browser_and_another_patient_enrolls_the_other_too(
        self, client: Client, dr: Prescriber
    ) -> None:
        answers = signed_by(dr, typed(MAN))
        client.post(ENROLL, answers)
        other = client.post(ENROLL, answers | {"family_name": "Somebody"}, follow=True).content.decode()
        assert "You signed the form." in other
        assert Patient.objects.count() == 2

    @pytest.mark.parametrize("key", ["", "no key"])
    def test_garbled_key_does_not_stop_anybody(self, client: Client, dr: Prescriber, key: str) -> None:
        assert client.post(ENROLL, signed_by(dr, typed(MAN, submission_key=key))).status_code == 302

    def test_answers_are_never_in_an_address_or_a_cookie(self, client: Client, dr: Prescriber) -> None:
        answer = client.post(ENROLL, signed_by(dr, typed(CAN, family_name="Unmistakable")))
        sent = answer.headers["Location"] + answer.cookies.output()
        assert "Unmistakable" not in sent
        assert "AF_CAN" not in sent

    def test_prescriber_with_certification_lost_meanwhile_is_told_and_loses_nothing(
        self, client: Client, dr: Prescriber
    ) -> None:
        dr.certifications.update(status="suspended")
        assert client.get(ENROLL).headers["Location"] == reverse("prescribers:certify")
        page = client.post(ENROLL, signed_by(dr, typed(MAN, given_name="Kept"))).content.decode()
        assert "You are not certified in this program now." in page
        assert 'value="Kept"' in page

    @pytest.mark.parametrize("begun", [True, False])
    def test_uncertified_prescriber_is_led_to_the_certification(self, client: Client, begun: bool) -> None:
        client.force_login(make.prescriber(certified=False).user if begun else make.account())
        page = client.get(ENROLL, follow=True).content.decode()
        assert "Complete your certification first" in page
        assert client.post(CATEGORY, typed(MAN)).status_code == 200

    @pytest.mark.parametrize("address", [ENROLL, CATEGORY])
    def test_who_is_in_no_office_is_told_why_not(self, client: Client, address: str) -> None:
        client.force_login(make.account(User.Role.PHARMACIST))
        answer = client.post(address, typed(MAN))
        assert answer.status_code == 403
        assert "Only a prescriber and the prescriber’s office staff enroll patients." in answer.content.decode()

    def test_delegate_prepares_and_never_signs(self, client: Client, dr: Prescriber) -> None:
        aide = make.delegate_of(dr)
        client.force_login(aide)
        typed_by_aide = typed(MAN) | {"user_name": aide.email, "password": make.PASSWORD}
        for answer in (client.get(ENROLL), client.post(ENROLL, typed_by_aide)):
            assert answer.headers["Location"] == reverse("patients:prepare")
        assert not Patient.objects.exists()

    @pytest.mark.parametrize("address", [ENROLL, CATEGORY])
    def test_nobody_unknown_gets_in(self, client: Client, address: str) -> None:
        assert client.post(address).headers["Location"].startswith(reverse("account_login"))


def test_sex_is_taken_as_the_rules_know_it() -> None:
    assert {choice for choice, _label in Patient._meta.get_field("sex").choices} == {sex.value for sex in Sex}
