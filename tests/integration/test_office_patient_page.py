"""The office's page about one patient: who may see it, where it stands, what is missing, drawing and records."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine

import tests.factories as make
from authorizations.actions.safety import close_safety_case, report_pregnancy
from patients.models import Enrollment, SafetyCase
from prescribers.models import Prescriber
from rems_portal.audit.actors import acting_as
from rems_portal.audit.models import AccessEvent
from rems_portal.numbering import new_number
from rems_portal.rules.numbers import Kind
from rems_portal.rules.vocabulary import RiskCategory
from rems_portal.timeline import Look, Mark
from tests.integration.authorization_refusals import AFN, CAN, MAN, REFUSALS, SYSTEM, Refusal
from tests.integration.offices import as_prescriber, of, page, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(make.NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def dr() -> Prescriber:
    return make.prescriber()


def seen(one: Enrollment) -> Any:
    answer = as_prescriber(one.prescriber).get(of("patient", one))
    assert answer.status_code == 200
    return answer


def lane(answer: Any, title: str) -> Any:
    return next(one for one in answer.context["timeline"].lanes if one.title == title)


# --- who may


def test_look_at_a_patient_is_written_down(dr: Prescriber) -> None:
    one = make.enrollment(MAN, prescriber=dr)
    seen(one)
    event = AccessEvent.objects.get()
    assert (event.user, event.record, event.outcome) == (dr.user, f"patient {one.patient.number}", "shown")


@pytest.mark.parametrize("name", ["patient", "record-test", "hand-over-survey", "authorize"])
def test_another_prescribers_patient_is_not_found_and_the_try_is_written_down(dr: Prescriber, name: str) -> None:
    one = make.enrollment(CAN)
    assert as_prescriber(dr).get(of(name, one)).status_code == 404
    event = AccessEvent.objects.get()
    assert (event.user, event.record, event.outcome) == (dr.user, f"patient {one.patient.number}", "denied")
    unknown = new_number(Kind.PATIENT)
    assert as_prescriber(dr).get(page(name, unknown)).status_code == 404
    assert AccessEvent.objects.filter(record=f"patient {unknown}", outcome="denied").exists()


@pytest.mark.parametrize("number", ["P-1", "x" * 40, "P-%00", "%3Cb%3E", "x" * 41])
def test_what_is_no_number_is_not_found(dr: Prescriber, number: str) -> None:
    assert as_prescriber(dr).get(f"/my-patients/{number}/").status_code == 404


def test_patient_page_is_for_offices_only(dr: Prescriber) -> None:
    one = make.enrollment(CAN, prescriber=dr)
    for user in (make.pharmacist(make.pharmacy()), make.case_manager()):
        assert signed_in(user).get(of("patient", one)).status_code == 403
    assert signed_in(make.delegate_of(dr)).get(of("patient", one)).status_code == 200


def test_delegate_finds_no_button_to_ask_and_is_told_who_may(dr: Prescriber) -> None:
    one = make.ready(make.enrollment(CAN, prescriber=dr))
    mine, theirs = text_of(seen(one)), text_of(signed_in(make.delegate_of(dr)).get(of("patient", one)))
    assert of("authorize", one) in mine
    assert of("authorize", one) not in theirs
    assert f"Only {dr.full_name} in person can ask" in theirs
    assert of("record-test", one) in theirs
    assert of("hand-over-survey", one) in theirs


def test_latest_course_of_a_patient_is_the_one_shown(dr: Prescriber) -> None:
    old = make.enrollment(MAN, prescriber=dr)
    with acting_as(SYSTEM):
        old.status, old.ended_at = "discontinued", make.NOW - make.days(3)
        old.ended_by_name, old.ended_reason = "Dr. Test", "Completed"
        old.save()
        new = Enrollment.objects.create(
            patient=old.patient, program=old.program, prescriber=dr, status="enrolled", enrolled_at=make.NOW
        )
    assert seen(old).context["enrollment"] == new


# --- what it says


@pytest.mark.parametrize("way", [way for way in REFUSALS if not way.survey and way.name != "live number"], ids=str)
def test_patient_page_says_all_that_is_missing_for_the_next_authorization(way: Refusal) -> None:
    one = way.patient()
    answer = seen(one)
    assert set(answer.context["standing"].preview.failed) == way.failed
    stopped = {"AUTH-02", "AUTH-04", "AUTH-11"} & way.failed
    if not stopped:
        for finding in answer.context["standing"].preview.findings:
            assert finding.sentence.replace("'", "&#x27;") in text_of(answer)


def test_patient_page_names_category_reasons_and_form(dr: Prescriber) -> None:
    one = make.enrollment(RiskCategory.FC_CAN, prescriber=dr)
    shown = text_of(seen(one))
    assert "Female Child Who Can Get Pregnant (FC_CAN)" in shown
    assert "She can get pregnant." in shown
    assert "Alex Testcase (parent)" in shown
    assert "14 years old" in shown
    assert "Menstrual cycles" in shown
    assert one.patient.full_name not in shown.split("</title>")[0]


@pytest.mark.rems("PR-21", "PF-17")
def test_hold_is_said_first_and_nothing_is_offered_that_it_stops(dr: Prescriber) -> None:
    one = make.enrollment(CAN, prescriber=dr)
    make.treated(one)
    report_pregnancy(by=make.actor(dr.user), at=make.NOW, enrollment=one, kind=SafetyCase.Kind.PREGNANCY, role="x")
    answer = seen(one)
    shown = text_of(answer)
    assert "Treatment is on hold" in shown
    assert SafetyCase.objects.get().number in shown
    assert of("authorize", one) not in shown
    assert not [
        span for one_lane in answer.context["timeline"].lanes for span in one_lane.spans if span.look == "ahead"
    ]


def test_discontinued_patient_is_shown_without_buttons(dr: Prescriber) -> None:
    one = make.enrollment(CAN, prescriber=dr)
    with acting_as(SYSTEM):
        one.status, one.ended_at = "discontinued", make.NOW
        one.ended_by_name, one.ended_reason = "Dr. Test", "Completed"
        one.save()
    shown = text_of(seen(one))
    assert "No longer enrolled" in shown
    assert of("record-test", one) not in shown


def test_male_patient_has_no_tests_on_the_page(dr: Prescriber) -> None:
    one = make.enrollment(MAN, prescriber=dr)
    answer = seen(one)
    assert of("record-test", one) not in text_of(answer)
    assert "Pregnancy tests" not in [one_lane.title for one_lane in answer.context["timeline"].lanes]


def test_markup_and_direction_marks_in_names_are_shown_as_words(dr: Prescriber) -> None:
    one = make.enrollment(MAN, prescriber=dr, given_name="", family_name="<script>alert(1)</script>O'Nil")
    shown = text_of(seen(one))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;O&#x27;Nil" in shown


# --- the drawing


@pytest.mark.rems("PR-12", "PR-14", "PH-12")
def test_course_is_drawn_with_the_windows_ahead(dr: Prescriber, at_now: time_machine.Traveller) -> None:
    one = make.enrollment(CAN, prescriber=dr)
    make.treated(one)
    make.pregnancy_test(one, collected_at=make.NOW + make.days(3), result="indeterminate")
    at_now.move_to(make.NOW + make.days(5), tick=False)
    answer = seen(one)
    tests, supply = lane(answer, "Pregnancy tests"), lane(answer, "Supply in hand")
    assert [event.mark for event in tests.events] == [Mark.UNCLEAR, Mark.NEGATIVE, Mark.NEGATIVE]
    ahead = {span.label: (span.starts, span.ends) for span in tests.spans}
    assert ahead["Test due"] == (date(2026, 6, 25), date(2026, 6, 25))
    assert ahead["Test for next prescription"] == (date(2026, 6, 29), date(2026, 7, 13))
    assert [(span.label, span.starts, span.ends) for span in supply.spans] == [
        ("28 days", date(2026, 6, 15), date(2026, 7, 12)),
        ("Next dispense", date(2026, 7, 6), date(2026, 7, 13)),
    ]
    assert [event.mark for event in supply.events] == [Mark.START]
    assert [(span.starts, span.ends, span.look) for span in lane(answer, "Authori- zations").spans] == [
        (date(2026, 6, 15), date(2026, 6, 22), Look.PAST)
    ]


def test_what_is_late_is_drawn_as_late(dr: Prescriber, at_now: time_machine.Traveller) -> None:
    one = make.enrollment(CAN, prescriber=dr)
    make.treated(one)
    at_now.move_to(make.NOW + make.days(40), tick=False)
    answer = seen(one)
    assert [(span.starts, span.look) for span in lane(answer, "Pregnancy tests").spans] == [
        (date(2026, 6, 22), Look.LATE)
    ]
    assert [(span.starts, span.look) for span in lane(answer, "Patient survey").spans] == [
        (date(2026, 7, 13), Look.LATE)
    ]


@pytest.mark.rems("PR-04")
def test_days_of_the_second_test_are_drawn_before_the_first_prescription(dr: Prescriber) -> None:
    one = make.enrollment(CAN, prescriber=dr)
    make.pregnancy_test(one, collected_at=make.NOW - make.days(6))
    assert [(span.label, span.starts, span.ends) for span in lane(seen(one), "Pregnancy tests").spans] == [
        ("Second test", date(2026, 6, 19), date(2026, 6, 23))
    ]


def test_void_number_is_drawn_until_it_ended(dr: Prescriber, at_now: time_machine.Traveller) -> None:
    one = make.enrollment(MAN, prescriber=dr)
    make.authorization(one)
    assert make.ask_authorization(one, at=make.NOW + make.days(2), replace_live_authorization=True).granted
    at_now.move_to(make.NOW + make.days(2), tick=False)
    live, void = lane(seen(one), "Authori- zations").spans
    assert (void.starts, void.ends, void.look) == (date(2026, 6, 15), date(2026, 6, 17), Look.VOID)
    assert live.look == Look.LIVE


# --- the records


def test_records_show_tests_surveys_numbers_dispenses_and_refusals(dr: Prescriber) -> None:
    one = make.enrollment(CAN, prescriber=dr)
    refused = make.ask_authorization(one, at=make.NOW - make.hours(5))
    gone = make.treated(one)
    make.pregnancy_test(one, collected_at=make.NOW - make.days(3), at=make.NOW, sensitivity_miu_ml=100)
    shown = text_of(seen(one))
    assert "Does not count: less sensitive than 50 mIU/mL." in shown
    assert "The patient</li>" in shown
    assert gone.confirmation.authorization.number in shown
    assert gone.pharmacy.name in shown
    assert of("refusal", one, refused.pk) in shown


def test_cleared_test_is_shown_as_cleared(dr: Prescriber) -> None:
    one = make.enrollment(CAN, prescriber=dr)
    make.pregnancy_test(one, collected_at=make.NOW - make.days(2), result="positive")
    manager = make.case_manager()
    close_safety_case(
        by=make.actor(manager),
        at=make.NOW,
        user=manager,
        case=SafetyCase.objects.get(),
        reason="False positive: two later tests are negative",
        clears_tests=True,
    )
    answer = seen(one)
    assert "Cleared by program staff on Mon, Jun 15, 2026." in text_of(answer)
    assert [event.mark for event in lane(answer, "Pregnancy tests").events] == [Mark.STOPPED]


def test_patient_page_takes_a_fixed_number_of_queries(dr: Prescriber, django_assert_num_queries: Any) -> None:
    one, two = make.enrollment(CAN, prescriber=dr), make.enrollment(CAN, prescriber=dr)
    make.treated(one)
    for month in range(3):
        make.treated(two, at=make.NOW + make.days(24 * month))
    client = as_prescriber(dr)
    client.get(of("patient", one))
    with django_assert_num_queries(27, exact=False) as few:
        client.get(of("patient", one))
    with django_assert_num_queries(len(few)):
        answer = client.get(of("patient", two))
    assert len(answer.content) < 60_000


def test_survey_row_never_shows_an_answer(dr: Prescriber) -> None:
    one = make.enrollment(AFN, prescriber=dr)
    make.patient_survey(one)
    assert [whom for _when, whom, _broken in seen(one).context["surveys"]] == ["The patient"]
