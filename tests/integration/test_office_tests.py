"""The office records a pregnancy test: what is refused and kept, what is one test, what a positive one stops."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import time_machine

import tests.factories as make
from patients.models import Enrollment, PregnancyTest, SafetyCase
from rems_portal.audit.actors import acting_as
from rems_portal.audit.models import AccessEvent
from tests.integration.authorization_refusals import CAN, MAN, SYSTEM
from tests.integration.offices import as_prescriber, of, page, signed_in, text_of, typed_moment, typed_test

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(make.NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def one() -> Enrollment:
    return make.enrollment(CAN)


def send(one: Enrollment, user: Any = None, **typed: str) -> Any:
    client = signed_in(user or one.prescriber.user)
    collected = typed.pop("collected", None)
    boxes = typed_test(make.NOW - make.hours(2)) | ({"collected_at": collected} if collected else {}) | typed
    if collected is not None:
        for box in ("month", "day", "year", "time"):
            boxes.pop(f"collected_at_{box}", None)
    return client.post(of("record-test", one), boxes)


def test_form_names_the_patient_and_begins_with_the_usual_sensitivity(one: Enrollment) -> None:
    answer = as_prescriber(one.prescriber).get(of("record-test", one))
    form = answer.context["form"]
    assert (form["sensitivity"].value(), bool(form["submission_key"].value())) == (25, True)
    assert one.patient.number in text_of(answer)


# --- recorded


@pytest.mark.rems("PR-04", "PR-14")
def test_negative_test_is_recorded_as_typed(one: Enrollment) -> None:
    reported = typed_moment("reported_at", make.NOW - make.hours(1))
    answer = send(one, **reported, method="urine", sensitivity="20", laboratory="  Dr. O’Hara’s  office ")
    assert answer.url == of("patient", one)
    test = PregnancyTest.objects.get()
    assert (test.collected_at, test.reported_at) == (make.NOW - make.hours(2), make.NOW - make.hours(1))
    assert (test.method, test.result, test.sensitivity_miu_ml) == ("urine", "negative", 20)
    assert (test.laboratory, test.source) == ("Dr. O’Hara’s office", "page")
    assert test.entered_by_name == one.prescriber.user.full_name


def test_recording_is_told_on_the_patients_page(one: Enrollment) -> None:
    answer = as_prescriber(one.prescriber).post(of("record-test", one), typed_test(make.NOW), follow=True)
    assert "The negative test is recorded." in text_of(answer)


def test_result_read_at_once_needs_one_time_only(one: Enrollment) -> None:
    send(one)
    test = PregnancyTest.objects.get()
    assert test.reported_at == test.collected_at


def test_delegate_records_a_test_for_the_prescriber_and_the_patients_page_says_so(one: Enrollment) -> None:
    aide = make.delegate_of(one.prescriber)
    assert send(one, aide).status_code == 302
    test, both = PregnancyTest.objects.get(), f"{aide.full_name} for {one.prescriber}"
    assert test.entered_by_name == both
    row = test.history.get()
    assert (row.actor_name, row.history_user_id) == (both, aide.pk)
    assert f"by {both}" in text_of(as_prescriber(one.prescriber).get(of("patient", one)))


def test_indeterminate_and_insensitive_tests_say_that_they_do_not_count(one: Enrollment) -> None:
    client = as_prescriber(one.prescriber)
    client.post(of("record-test", one), typed_test(make.NOW - make.hours(2), result="indeterminate"))
    assert "A later negative test is needed" in text_of(client.get(of("patient", one)))
    client.post(of("record-test", one), typed_test(make.NOW - make.hours(1), sensitivity="51"))
    assert "less sensitive than 50 mIU/mL" in text_of(client.get(of("patient", one)))


def test_form_sent_twice_is_one_test(one: Enrollment) -> None:
    key = str(uuid4())
    assert send(one, submission_key=key).url == send(one, submission_key=key).url
    assert PregnancyTest.objects.count() == 1


def test_same_test_typed_anew_is_told_apart_and_not_recorded_twice(one: Enrollment) -> None:
    send(one)
    again = send(one)
    assert "on file already" in again.context["form"].errors["collected_at"][0]
    assert PregnancyTest.objects.count() == 1
    assert send(one, method="urine").status_code == 302


# --- on the program's clock


def test_times_are_read_on_the_clock_of_new_york(one: Enrollment) -> None:
    send(one, collected="2026-06-15T10:30")
    assert PregnancyTest.objects.get().collected_at == datetime(2026, 6, 15, 14, 30, tzinfo=UTC)


def test_time_that_the_clocks_skip_is_refused(at_now: time_machine.Traveller) -> None:
    night = datetime(2027, 3, 14, 15, 0, tzinfo=UTC)
    one = make.enrollment(CAN, at=night - make.days(3))
    at_now.move_to(night, tick=False)
    assert "clocks skip" in send(one, collected="2027-03-14T02:30").context["form"].errors["collected_at"][0]
    assert send(one, collected="2027-03-14T03:00").status_code == 302
    assert PregnancyTest.objects.get().collected_at == datetime(2027, 3, 14, 7, 0, tzinfo=UTC)


def test_time_that_the_clocks_show_twice_is_taken_as_the_earlier(at_now: time_machine.Traveller) -> None:
    night = datetime(2026, 11, 1, 15, 0, tzinfo=UTC)
    one = make.enrollment(CAN, at=night - make.days(3))
    at_now.move_to(night, tick=False)
    assert send(one, collected="2026-11-01T01:30").status_code == 302
    assert PregnancyTest.objects.get().collected_at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


# --- refused


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"collected": "2026-06-15T11:01"}, "collected_at", "can’t have been collected in the future"),
        ({"collected": "2026-02-30T10:00"}, "collected_at", "not in the calendar"),
        ({"collected": "2026-06-14"}, "collected_at", "needs a time"),
        ({"collected": "June"}, "collected_at", "must include"),
        ({"reported_at": "2026-06-15T11:01"}, "reported_at", "can’t be known in the future"),
        ({"reported_at": "2026-06-15T08:00"}, "reported_at", "known before the test was collected"),
        ({"method": ""}, "method", "required"),
        ({"method": "saliva"}, "method", "Select a valid choice"),
        ({"result": ""}, "result", "required"),
        ({"sensitivity": "0"}, "sensitivity", "from 1 to 1000"),
        ({"sensitivity": "-25"}, "sensitivity", "from 1 to 1000"),
        ({"sensitivity": "1e9"}, "sensitivity", "whole number"),
        ({"sensitivity": "very"}, "sensitivity", "whole number"),
        ({"laboratory": " "}, "laboratory", "Type the laboratory’s name"),
        ({"laboratory": "x" * 1_000_000}, "laboratory", "longer than 150"),
        ({"laboratory": "a\u202eb"}, "laboratory", "invisible"),
    ],
)
def test_bad_input_is_refused_with_what_to_do_and_the_rest_is_kept(
    one: Enrollment, typed: dict[str, str], field: str, sentence: str
) -> None:
    answer = send(one, **typed)
    form = answer.context["form"]
    assert sentence in " ".join(form.errors[field])
    if field != "laboratory":
        assert form["laboratory"].value() == "Maple Street Laboratory"
    assert not PregnancyTest.objects.exists()


@pytest.mark.rems("PR-04")
def test_male_patient_with_a_pregnancy_test_is_refused() -> None:
    one = make.enrollment(MAN)
    answer = send(one)
    assert "A male patient has no pregnancy tests" in answer.context["form"].non_field_errors()[0]
    assert "Maple Street Laboratory" in text_of(answer)
    assert not PregnancyTest.objects.exists()


def test_discontinued_patient_has_no_tests_recorded(one: Enrollment) -> None:
    with acting_as(SYSTEM):
        one.status, one.ended_at = "discontinued", make.NOW
        one.ended_by_name, one.ended_reason = "Dr. Test", "Completed"
        one.save()
    assert "no longer enrolled" in send(one).context["form"].non_field_errors()[0]


# --- positive


@pytest.mark.rems("PR-21", "PF-17")
def test_positive_test_leads_to_what_it_stopped_and_what_is_next(one: Enrollment) -> None:
    held = make.confirmation(make.authorization(one))
    answer = send(one, result="positive", **typed_moment("collected_at", make.NOW - make.hours(1)))
    test = PregnancyTest.objects.get(result="positive")
    assert answer.url == of("positive-test", one, test.pk)
    shown = text_of(as_prescriber(one.prescriber).get(answer.url))
    assert f"{held.number}</span> is void" in shown
    assert f"{held.authorization.number}</span> is void" in shown
    assert f"{held.pharmacy.name} has been told" in shown
    assert SafetyCase.objects.get().number in shown
    assert "must stop taking the medicine now" in shown


@pytest.mark.rems("PR-21")
def test_positive_test_without_live_numbers_says_so(one: Enrollment) -> None:
    answer = send(one, result="positive")
    assert "No number was live" in text_of(as_prescriber(one.prescriber).get(answer.url))


def test_page_of_a_positive_test_is_for_its_office_and_for_positive_tests_only(one: Enrollment) -> None:
    negative = make.pregnancy_test(one, collected_at=make.NOW - make.days(3))
    positive = make.pregnancy_test(one, collected_at=make.NOW - make.days(2), result="positive")
    client = as_prescriber(one.prescriber)
    assert client.get(of("positive-test", one, negative.pk)).status_code == 404
    assert client.get(of("positive-test", one, 10**17)).status_code == 404
    other = make.prescriber()
    assert as_prescriber(other).get(of("positive-test", one, positive.pk)).status_code == 404
    assert AccessEvent.objects.filter(user=other.user, outcome="denied").exists()
    mine = make.enrollment(CAN, prescriber=other)
    assert as_prescriber(other).get(of("positive-test", mine, positive.pk)).status_code == 404


def test_pharmacists_record_no_tests(one: Enrollment) -> None:
    assert send(one, make.pharmacist(make.pharmacy())).status_code == 403
    assert signed_in(make.auditor()).get(page("record-test", one.patient.number)).status_code == 403
