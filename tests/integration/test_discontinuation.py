"""Treatment ends and begins again: the act with what it voids and tells, the weeks after it, the pages."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

import tests.factories as make
from authorizations.actions.after_care import queue_after_care
from authorizations.actions.discontinue import discontinue_by_program, discontinue_treatment
from authorizations.actions.safety import close_safety_case
from authorizations.queries.after_care import weeks_after
from patients.actions import KnownElsewhere, enroll_patient, withdraw_enrollment
from patients.models import Enrollment, Patient, SafetyCase
from rems_portal.errors import ActRefused
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.forms import fingerprint
from rems_portal.rules.programs import form_named
from tests.factories import NOW, PROGRAM, days
from tests.integration.offices import as_prescriber, of, page, signed_in, text_of

pytestmark = pytest.mark.django_db
C = RiskCategory
LATER = NOW + timedelta(minutes=5)
FORM = form_named(PROGRAM, "discontinuation")


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def end(one: Enrollment, answers: dict[str, Any], *, by: Any = None, signer: Any = None, **more: Any) -> Enrollment:
    dr = one.prescriber
    return discontinue_treatment(
        by=make.actor(by or dr.user),
        at=NOW,
        prescriber=dr,
        enrollment=one,
        answers=answers,
        program=PROGRAM,
        signing=make.signing(signer or by or dr.user),
        **more,
    )


def told() -> set[str]:
    return set(OutboxMessage.objects.values_list("recipient", flat=True))


class TestAct:
    @pytest.mark.rems("PR-22", "PF-16", "PF-15", "PF-18")
    def test_what_is_live_becomes_void_and_everybody_concerned_is_told(self) -> None:
        held = make.confirmation(make.authorization(make.enrollment(C.AF_CAN)))
        one, aide = held.enrollment, make.delegate_of(held.enrollment.prescriber)
        OutboxMessage.objects.all().delete()
        end(one, make.ending_answers(one, last_capsule="2026-06-10"))
        for row in (one, held):
            row.refresh_from_db()
        assert (one.status, one.ended_at, one.ended_reason) == (
            "discontinued",
            NOW,
            "The planned treatment is complete",
        )
        assert (one.ended_by_name, one.ending_form.about) == (
            one.prescriber.user.full_name,
            f"patient {one.patient.number}",
        )
        assert one.ending_form.signatures.get().printed_name == one.prescriber.user.full_name
        assert one.ending_form.answers == {
            "group": "FCGP",
            "reason": "completed",
            "last_capsule": "2026-06-10",
            "contraception": True,
            "blood": True,
            "unused": True,
        }
        assert one.after_care_until == program_day(NOW) + days(28)
        assert (held.status, held.authorization.status, held.ended_reason) == ("void", "void", "Treatment ended")
        pharmacist = held.pharmacy.staff.get(is_representative=True).user
        assert told() == {one.prescriber.user.email, aide.email, pharmacist.email}
        bodies = " ".join(OutboxMessage.objects.values_list("body", flat=True))
        assert not {"treatment", "pregnan", one.patient.family_name} & set(bodies.lower().split())

    @pytest.mark.parametrize("category", list(C))
    @pytest.mark.rems("PM-10", "PM-11", "PN-09", "PC-11", "PN-10", "PC-13", "PM-13")
    def test_each_group_is_told_what_concerns_it(self, category: RiskCategory) -> None:
        one = make.enrollment(category)
        answers = make.ending_answers(one)
        for code in [code for code in answers if code != "reason"]:
            with pytest.raises(ActRefused, match="tick this box"):
                end(one, answers | {code: False})
        with pytest.raises(ActRefused, match="is not asked on this form"):
            end(one, answers | {"condom" if category not in (C.AM, C.MC) else "contraception": True})
        assert end(one, answers).status == "discontinued"

    @pytest.mark.parametrize(
        ("answers", "sentence"),
        [
            ({"reason": None}, "choose one"),
            ({"reason": "other"}, "fill this in"),
            ({"last_capsule": "2026-06-20"}, "can’t be in the future"),
            ({"last_capsule": "1801-01-01"}, "before birth"),
            ({"last_capsule": "soon"}, "last capsule"),
        ],
    )
    def test_what_is_missing_or_wrong_ends_nothing(self, answers: dict[str, Any], sentence: str) -> None:
        number = make.authorization(make.enrollment(C.AM))
        with pytest.raises(ActRefused, match=sentence):
            end(number.enrollment, make.ending_answers(number.enrollment) | answers)
        number.refresh_from_db()
        assert number.status == "active"

    def test_nothing_is_told_to_the_dead_nor_reminded(self) -> None:
        one = end(make.enrollment(C.AM), {"reason": "died"})
        assert (one.status, one.after_care_until, one.ended_reason) == ("discontinued", None, "The patient died")

    def test_own_words_are_the_reason(self) -> None:
        one = make.enrollment(C.AM)
        assert (
            end(one, make.ending_answers(one, reason="other", reason_words="Moved away")).ended_reason == "Moved away"
        )

    def test_twice_is_once_and_afterwards_nothing_is_left_to_end(self) -> None:
        one = make.enrollment(C.AM)
        first = end(one, make.ending_answers(one)).ending_form
        assert end(one, make.ending_answers(one)).ending_form == first
        with pytest.raises(ActRefused, match="not in treatment"):
            end(one, make.ending_answers(one, reason="no_effect"))
        waiting = make.pending_enrollment(C.AM)
        with pytest.raises(ActRefused, match="not in treatment"):
            end(waiting, make.ending_answers(waiting))

    def test_form_that_changed_meanwhile_is_not_signed_unread(self) -> None:
        one = make.enrollment(C.AM)
        with pytest.raises(ActRefused, match="The form changed"):
            end(one, make.ending_answers(one), form_seen="0" * 64)
        assert end(one, make.ending_answers(one), form_seen=fingerprint(FORM)).ended_at == NOW

    def test_only_the_patients_prescriber_signs(self) -> None:
        one, other = make.enrollment(C.AM), make.prescriber()
        answers = make.ending_answers(one)
        for who in (make.delegate_of(one.prescriber), other.user, make.case_manager()):
            with pytest.raises(PermissionDenied):
                end(one, answers, by=who)
        with pytest.raises(PermissionDenied):
            end(one, answers, signer=other.user)
        one.prescriber = other
        with pytest.raises(Enrollment.DoesNotExist):
            end(one, answers)

    def test_what_waits_for_signatures_ends_too(self) -> None:
        one = make.enrollment(C.AM)
        asked = make.transfer(one)
        link, _secret = make.invitation(one)
        OutboxMessage.objects.all().delete()
        make.discontinued(one, at=LATER)
        asked.refresh_from_db()
        link.refresh_from_db()
        assert (asked.withdrawn_at, asked.withdrawn_reason) == (LATER, "Treatment ended")
        assert link.expires_at == LATER
        assert asked.to_prescriber.user.email in told()
        with pytest.raises(ActRefused):
            make.transferred(asked, at=LATER)


class TestStaff:
    def end(self, one: Enrollment, *, user: Any = None, reason: str = "Asked by the office", **more: Any) -> Enrollment:
        who = user or make.case_manager()
        by = make.actor(who)
        return discontinue_by_program(by=by, at=NOW, user=who, enrollment=one, reason=reason, program=PROGRAM, **more)

    def test_staff_end_it_with_a_reason_and_no_form(self) -> None:
        number = make.authorization(make.enrollment(C.AM))
        one = self.end(number.enrollment)
        number.refresh_from_db()
        assert (one.status, one.ending_form, one.ended_reason) == ("discontinued", None, "Asked by the office")
        assert (number.status, one.after_care_until) == ("void", program_day(NOW) + days(28))
        assert self.end(make.enrollment(C.AM), after_care=False).after_care_until is None

    def test_without_reason_or_right_nothing_ends(self) -> None:
        one = make.enrollment(C.AM)
        for reason in ("", " ", "x" * 201):
            with pytest.raises(ActRefused, match="Give the reason"):
                self.end(one, reason=reason)
        for who in (make.auditor(), one.prescriber.user):
            with pytest.raises(PermissionDenied):
                self.end(one, user=who)
        make.discontinued(one)
        with pytest.raises(ActRefused, match="not in treatment"):
            self.end(one)

    def test_pregnancy_case_of_an_ended_course_closes_with_its_tests_standing(self) -> None:
        one = make.enrollment(C.AF_CAN)
        test = make.pregnancy_test(one, collected_at=NOW, result="positive")
        make.discontinued(one, at=LATER, reason="pregnancy")
        user = make.case_manager()
        case = SafetyCase.objects.get()
        assert case.status == "open"
        close_safety_case(by=make.actor(user), at=LATER, user=user, case=case, reason="Followed up", clears_tests=False)
        case.refresh_from_db()
        test.refresh_from_db()
        assert (case.status, test.cleared_at) == ("closed", None)

    def test_button_in_the_administration_ends_it(self) -> None:
        one = make.enrollment(C.AM)
        client = signed_in(make.case_manager())
        address = f"/admin/patients/enrollment/{one.pk}/"
        assert "End this treatment" in text_of(client.get(f"{address}change/"))
        done = client.post(f"{address}act/end-treatment/", {"reason": "Asked by the office"}, follow=True)
        assert "The treatment has ended." in text_of(done)
        assert "Treatment ended" in text_of(done)
        one.refresh_from_db()
        assert one.status == "discontinued"


class TestAgain:
    @pytest.mark.rems("PR-04", "PF-11")
    def test_restart_is_a_new_course_with_the_rules_of_a_first_prescription(self) -> None:
        one = make.treated(make.enrollment(C.AF_CAN), at=NOW - days(20)).enrollment
        make.discontinued(one, at=NOW - days(10))
        again = make.enrollment(C.AF_CAN, prescriber=one.prescriber, at=NOW - days(1), **_person(one))
        assert (again.patient, again.pk != one.pk) == (one.patient, True)
        decision = make.ask_authorization(again, at=NOW)
        assert "AUTH-05" in decision.failed
        make.ready(again, at=NOW)

    def test_form_of_somebody_else_does_not_enroll_a_patient_again(self) -> None:
        one = make.discontinued(make.enrollment(C.AM))
        dr = one.prescriber
        for changes in ({"family_name": "Married"}, {"birth_date": one.patient.birth_date + days(1)}):
            with pytest.raises(ActRefused, match="names somebody else than patient"):
                enroll_patient(
                    by=make.actor(dr.user),
                    at=LATER,
                    prescriber=dr,
                    form=make.form_for(one, **changes),
                    program=PROGRAM,
                    signing=make.signing(dr.user, at=LATER),
                    patient=one.patient,
                )
        assert (Patient.objects.count(), one.patient.enrollments.count()) == (1, 1)

    @pytest.mark.rems("PH-14")
    def test_what_was_dispensed_before_still_counts(self) -> None:
        one = make.treated(make.enrollment(C.AM), at=NOW - days(4)).enrollment
        make.discontinued(one, at=NOW - days(3))
        again = make.enrollment(C.AM, at=NOW - days(2), **_person(one))
        number = make.authorization(again, at=NOW)
        assert "CONF-09" in make.ask_confirmation(number).failed

    @pytest.mark.rems("PR-21")
    def test_hold_of_the_ended_course_keeps_the_patient_out(self) -> None:
        one = make.enrollment(C.AF_CAN)
        make.pregnancy_test(one, collected_at=NOW, result="positive")
        make.discontinued(one, at=LATER)
        with pytest.raises(KnownElsewhere) as refusal:
            make.pending_enrollment(C.AF_CAN, at=LATER, **_person(one))
        assert refusal.value.may_be_transferred is False


def _person(one: Enrollment) -> dict[str, Any]:
    who = one.patient
    return {
        "given_name": who.given_name,
        "family_name": who.family_name,
        "birth_date": who.birth_date,
        "sex": who.sex,
    }


class TestAfterCare:
    @pytest.mark.rems("PF-16", "PM-10")
    def test_four_weekly_reminders_go_to_patient_and_office(self) -> None:
        one = make.discontinued(make.enrollment(C.AM))
        OutboxMessage.objects.all().delete()
        counts = []
        for day in range(40):
            queue_after_care(at=NOW + days(day), program=PROGRAM)
            counts.append(OutboxMessage.objects.count())
        assert [day for day in range(1, 40) if counts[day] > counts[day - 1]] == [7, 14, 21, 28]
        assert counts[-1] == 8
        assert told() == {one.prescriber.user.email, one.patient.email}
        said = " ".join(OutboxMessage.objects.values_list("body", flat=True)).lower()
        assert not [word for word in ("pregnan", "blood", "capsule", "treatment", "lenalidomide") if word in said]

    def test_missed_last_day_is_made_up_for(self) -> None:
        make.discontinued(make.enrollment(C.AM))
        OutboxMessage.objects.all().delete()
        queue_after_care(at=NOW + days(33), program=PROGRAM)
        assert OutboxMessage.objects.count() == 2

    def test_who_enrolled_again_is_left_in_peace(self) -> None:
        one = make.discontinued(make.enrollment(C.AM))
        make.enrollment(C.AM, at=LATER, **_person(one))
        assert list(weeks_after(program_day(NOW) + days(7), PROGRAM)) == []


class TestPages:
    def sent(self, one: Enrollment, **changes: str) -> dict[str, str]:
        told = {code: "on" for code in make.ending_answers(one) if code != "reason"}
        typed = {
            "reason": "completed",
            "shown_form": fingerprint(FORM),
            "user_name": one.prescriber.user.email,
            "password": make.PASSWORD,
        }
        return typed | told | changes

    @pytest.mark.parametrize("stage", ["nothing", "authorized", "confirmed", "transfer"])
    def test_it_says_before_the_signature_what_becomes_void_and_who_is_told(self, stage: str) -> None:
        one = make.enrollment(C.AM)
        expected = "No number is live now"
        if stage in ("authorized", "confirmed"):
            number = make.authorization(one)
            expected = f'Authorization <span class="nums nowrap">{number.number}</span> becomes void now'
        if stage == "confirmed":
            expected = f"The confirmation number that {make.confirmation(number).pharmacy.name} holds becomes void now"
        if stage == "transfer":
            make.transfer(one)
        shown = text_of(as_prescriber(one.prescriber).get(of("discontinue", one)))
        assert expected in shown
        assert shown.index(expected) < shown.index("Sign and end the treatment")
        assert "Jul 13, 2026" in shown

    def test_signed_it_ends_and_the_patient_page_shows_what_still_holds(self) -> None:
        one = make.enrollment(C.AM)
        client = as_prescriber(one.prescriber)
        assert of("discontinue", one) in text_of(client.get(of("patient", one)))
        done = client.post(of("discontinue", one), self.sent(one), follow=True)
        shown = text_of(done)
        assert done.redirect_chain == [(of("patient", one), 302)]
        told = ("Treatment has ended", "No blood and no sperm donation", "Jul 13, 2026", "Enroll again")
        for words in (*told, "History of this"):
            assert words in shown
        assert of("change-category", one) not in shown
        one.refresh_from_db()
        form = client.get(of("ending-form", one))
        assert one.ending_form.number in text_of(form)
        assert "After treatment" in text_of(client.get(page("worklist")))

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"password": "wrong"}, "password is not right"),
            ({"reason": ""}, "choose one"),
            ({"unused": ""}, "tick this box"),
            ({"last_capsule_month": "2", "last_capsule_day": "31", "last_capsule_year": "2026"}, "Error:"),
            ({"shown_form": "0" * 64}, "The form changed"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self, changes: dict[str, str], sentence: str) -> None:
        one = make.enrollment(C.AM)
        answer = as_prescriber(one.prescriber).post(of("discontinue", one), self.sent(one, **changes))
        assert sentence in text_of(answer)
        assert answer.context["form"]["condom"].value() is True
        one.refresh_from_db()
        assert one.status == "enrolled"

    def test_only_the_prescriber_in_person_opens_it(self) -> None:
        one = make.enrollment(C.AM)
        assert signed_in(make.delegate_of(one.prescriber)).get(of("discontinue", one)).status_code == 403
        assert as_prescriber(make.prescriber()).get(of("discontinue", one)).status_code == 404
        assert as_prescriber(one.prescriber).get(of("ending-form", one)).status_code == 404
        make.discontinued(one)
        assert as_prescriber(one.prescriber).get(of("discontinue", one)).status_code == 302

    def test_enrolling_again_is_filled_in_and_a_new_course(self) -> None:
        one = make.discontinued(make.enrollment(C.AM))
        client = as_prescriber(one.prescriber)
        address = f"/patients/enroll/again/{one.patient.number}/"
        first = client.get(address)
        typed = first.context["form"].initial
        assert (typed["family_name"], typed["sex"]) == (one.patient.family_name, one.patient.sex)
        assert "Enrolled before" in text_of(first)
        assert "<title>Enroll again" in text_of(first)
        assert one.patient.number in text_of(first)
        assert not re.search(
            r'<input type="(text|radio)" name="(family_name|given_name|birth_date\w+|sex)"', text_of(first)
        )
        assert first.context["fitting"].category == C.AM
        born = one.patient.birth_date
        sent = typed | {
            "birth_date_month": str(born.month),
            "birth_date_day": str(born.day),
            "birth_date_year": str(born.year),
            "shown_form": first.context["fitting"].fingerprint,
            "step": "sign",
            "user_name": one.prescriber.user.email,
            "password": make.PASSWORD,
        }
        wrong = client.post(address, sent | {"family_name": "Married", "sex": "female", "password": "wrong"})
        assert "Enrolled before" in text_of(wrong)
        assert f'name="family_name" value="{one.patient.family_name}"' in text_of(wrong)
        changed = {"family_name": "Married", "given_name": "", "birth_date_year": "1950", "sex": "female"}
        assert client.post(address, sent | changed).status_code == 302
        assert Patient.objects.count() == 1
        assert one.patient.enrollments.latest("pk").agreements.get().form.answers["family_name"] == typed["family_name"]
        assert [course.status for course in one.patient.enrollments.order_by("pk")] == ["discontinued", "pending"]
        assert client.get(address).status_code == 302
        assert as_prescriber(make.prescriber()).get(address).status_code == 404
        assert signed_in(make.delegate_of(one.prescriber)).get(address).status_code == 403

    def test_one_whose_form_was_withdrawn_is_enrolled_again_from_the_page(self) -> None:
        one = make.pending_enrollment(C.AF_CAN, at=NOW)
        withdraw_enrollment(
            by=make.actor(one.prescriber.user), at=NOW, prescriber=one.prescriber, enrollment=one, reason="Mistyped"
        )
        client = as_prescriber(one.prescriber)
        address = f"/patients/enroll/again/{one.patient.number}/"
        assert address in text_of(client.get(of("patient", one)))
        assert client.get(address).context["fitting"].category == C.AF_CAN
