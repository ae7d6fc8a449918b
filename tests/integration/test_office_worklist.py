"""The worklist of a prescriber's office: who is on it, in which order, whose move it is, what is due, found by name."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

import tests.factories as make
from authorizations.actions.safety import report_pregnancy
from authorizations.presenters.standing import State
from patients.actions import withdraw_enrollment
from patients.models import SafetyCase
from prescribers.models import Prescriber
from rems_portal.accounts.models import User
from rems_portal.audit.actors import acting_as
from rems_portal.audit.models import AccessEvent
from rems_portal.rules.vocabulary import Party, RiskCategory
from tests.integration.authorization_refusals import AFN, CAN, MAN, SYSTEM
from tests.integration.offices import as_prescriber, page, signed_in, text_of

pytestmark = pytest.mark.django_db

FCN = RiskCategory.FC_CANNOT


@pytest.fixture(autouse=True)
def at_now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(make.NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def dr() -> Prescriber:
    return make.prescriber()


def lines(dr: Prescriber, **search: str) -> list[Any]:
    client = as_prescriber(dr)
    answer = client.post(page("worklist"), search) if search else client.get(page("worklist"))
    assert answer.status_code == 200
    found: list[Any] = answer.context["lines"]
    return found


def only_line(dr: Prescriber) -> Any:
    (line,) = lines(dr)
    return line.standing


# --- whose move, what is due


def test_patient_without_anything_needs_tests_and_survey(dr: Prescriber) -> None:
    make.enrollment(CAN, prescriber=dr)
    standing = only_line(dr)
    assert (standing.state, standing.moves) == (State.MISSING, (Party.PRESCRIBER, Party.PATIENT))
    assert standing.sentence == "Missing for the next authorization: a pregnancy test, the patient survey."
    assert standing.dues == ()


@pytest.mark.rems("PR-04")
def test_first_test_opens_the_days_of_the_second(dr: Prescriber, at_now: time_machine.Traveller) -> None:
    one = make.enrollment(CAN, prescriber=dr)
    make.pregnancy_test(one, collected_at=make.NOW - make.days(6))
    (due,) = only_line(dr).dues
    assert (due.what, due.on, due.flag) == ("Second pregnancy test", date(2026, 6, 19), "")
    assert due.note == "through Tue, Jun 23, 2026"
    at_now.move_to(make.NOW + make.days(8), tick=False)
    (due,) = only_line(dr).dues
    assert (due.on, due.flag, due.note) == (date(2026, 6, 23), "Soon", "last day")
    at_now.move_to(make.NOW + make.days(9), tick=False)
    assert only_line(dr).dues == ()


def test_newer_first_test_is_the_one_whose_days_are_shown(dr: Prescriber) -> None:
    one = make.enrollment(CAN, prescriber=dr)
    for days in (13, 11, 3):
        make.pregnancy_test(one, collected_at=make.NOW - make.days(days))
    assert [due.on for due in only_line(dr).dues] == [date(2026, 6, 18)]


def test_patient_with_all_there_is_the_prescribers_move(dr: Prescriber) -> None:
    make.ready(make.enrollment(AFN, prescriber=dr))
    standing = only_line(dr)
    assert (standing.state, standing.moves) == (State.READY, (Party.PRESCRIBER,))


def test_live_number_is_the_pharmacys_move_with_its_last_day(dr: Prescriber) -> None:
    number = make.authorization(make.enrollment(AFN, prescriber=dr))
    standing = only_line(dr)
    assert (standing.state, standing.moves) == (State.AUTHORIZED, (Party.PHARMACY,))
    assert number.number in standing.sentence
    assert [(due.what, due.on) for due in standing.dues] == [("Authorization ends", number.valid_through)]


def test_open_confirmation_names_the_pharmacy_and_its_deadline(dr: Prescriber) -> None:
    held = make.confirmation(make.authorization(make.enrollment(MAN, prescriber=dr)))
    standing = only_line(dr)
    assert (standing.state, standing.moves) == (State.CONFIRMED, (Party.PHARMACY,))
    assert held.pharmacy.name in standing.sentence
    assert "Tue, Jun 16, 2026, 11:00 AM EDT" in standing.sentence


def test_confirmation_whose_time_is_over_counts_as_lapsed_before_the_job_runs(
    dr: Prescriber, at_now: time_machine.Traveller
) -> None:
    make.confirmation(make.authorization(make.enrollment(MAN, prescriber=dr)))
    at_now.move_to(make.NOW + make.days(2), tick=False)
    assert only_line(dr).state is State.AUTHORIZED
    at_now.move_to(make.NOW + make.days(40), tick=False)
    assert only_line(dr).state is State.READY


@pytest.mark.rems("PH-12")
def test_supply_on_hand_gives_time_until_seven_days_are_left(dr: Prescriber, at_now: time_machine.Traveller) -> None:
    make.treated(make.enrollment(MAN, prescriber=dr))
    standing = only_line(dr)
    assert (standing.state, standing.moves) == (State.SUPPLIED, ())
    assert standing.next_dispense == date(2026, 7, 6)
    assert {due.what for due in standing.dues} == {"Patient survey", "Supply runs out"}
    at_now.move_to(make.NOW + make.days(21), tick=False)
    assert (only_line(dr).state, only_line(dr).moves) == (State.MISSING, (Party.PATIENT,))


@pytest.mark.rems("PR-12", "PR-14")
def test_weekly_test_becomes_the_prescribers_move_when_it_is_near_and_late_afterwards(
    dr: Prescriber, at_now: time_machine.Traveller
) -> None:
    make.treated(make.enrollment(CAN, prescriber=dr))
    assert only_line(dr).moves == ()
    at_now.move_to(make.NOW + make.days(4), tick=False)
    standing = only_line(dr)
    assert standing.moves == (Party.PRESCRIBER,)
    assert ("Pregnancy test", date(2026, 6, 22), "Soon") in [(due.what, due.on, due.flag) for due in standing.dues]
    at_now.move_to(make.NOW + make.days(8), tick=False)
    assert "Late" in [due.flag for due in only_line(dr).dues if due.what == "Pregnancy test"]


def test_hold_and_review_are_the_programs_move_and_give_no_dates(dr: Prescriber) -> None:
    held = make.enrollment(AFN, prescriber=dr)
    make.treated(held)
    by = make.actor(dr.user)
    report_pregnancy(by=by, at=make.NOW, enrollment=held, kind=SafetyCase.Kind.PREGNANCY, role="prescriber")
    doubtful = make.enrollment(MAN, prescriber=dr)
    make.patient_survey(doubtful, uses_condom=False)
    first, second = lines(dr)
    assert (first.standing.state, first.standing.moves, first.standing.dues) == (State.HOLD, (Party.PROGRAM,), ())
    assert (second.standing.state, second.standing.moves) == (State.REVIEW, (Party.PROGRAM,))


@pytest.mark.rems("PR-08")
def test_child_near_the_18th_birthday_is_warned_of_30_days_ahead(
    dr: Prescriber, at_now: time_machine.Traveller
) -> None:
    make.enrollment(RiskCategory.MC, prescriber=dr, birth_date=date(2008, 7, 16))
    assert only_line(dr).warning is None
    at_now.move_to(make.NOW + make.days(1), tick=False)
    standing = only_line(dr)
    assert "comes of age on July 16, 2026" in standing.warning
    assert ("Adult form needed", date(2026, 7, 16)) in [(due.what, due.on) for due in standing.dues]


def test_prescriber_who_is_not_certified_is_told_first(dr: Prescriber) -> None:
    make.ready(make.enrollment(MAN, prescriber=dr))
    with acting_as(SYSTEM):
        certification = dr.certifications.get()
        certification.status = "suspended"
        certification.save()
    answer = as_prescriber(dr).get(page("worklist"))
    assert "You are not certified now" in text_of(answer)
    assert answer.context["lines"][0].standing.sentence.endswith("the prescriber’s certification.")


# --- order and pages


def test_worklist_is_sorted_by_urgency(dr: Prescriber) -> None:
    later = make.enrollment(MAN, prescriber=dr)
    make.treated(later)  # supply until 13 July
    sooner = make.enrollment(CAN, prescriber=dr)
    make.treated(sooner)  # next test on 22 June
    waiting = make.enrollment(MAN, prescriber=dr)  # the first prescription: today
    late = make.enrollment(CAN, prescriber=dr)
    make.treated(late, at=make.NOW - make.days(9))  # a test was due
    held = make.enrollment(AFN, prescriber=dr)
    report_pregnancy(
        by=make.actor(dr.user), at=make.NOW, enrollment=held, kind=SafetyCase.Kind.PREGNANCY, role="prescriber"
    )
    assert [line.enrollment for line in lines(dr)] == [held, late, waiting, sooner, later]


def test_worklist_has_pages_of_25_and_a_fixed_number_of_queries(
    dr: Prescriber, django_assert_max_num_queries: Any
) -> None:
    client = as_prescriber(dr)
    make.treated(make.enrollment(CAN, prescriber=dr))
    client.get(page("worklist"))  # the first look of a session also writes the session
    with django_assert_max_num_queries(21) as few:
        client.get(page("worklist"))
    for category in (*RiskCategory, *RiskCategory, *RiskCategory, *RiskCategory):
        make.enrollment(category, prescriber=dr)
    make.treated(make.enrollment(CAN, prescriber=dr))
    with django_assert_max_num_queries(21) as many:
        answer = client.get(page("worklist"))
    assert len(many) == len(few)
    assert len(answer.context["lines"]) == 25
    assert "26 patients" in text_of(answer)
    assert len(client.get(page("worklist"), {"page": "2"}).context["lines"]) == 1
    assert len(client.get(page("worklist"), {"page": "no number"}).context["lines"]) == 25
    assert len(answer.content) < 60_000


# --- search


@pytest.mark.parametrize("words", ["brien", "O'Brien", "MARY o’b", "  mary  ", "NUMBER"])
def test_search_finds_by_part_of_name_or_number(dr: Prescriber, words: str) -> None:
    one = make.enrollment(MAN, prescriber=dr, given_name="Mary", family_name="O'Brien")
    make.enrollment(MAN, prescriber=dr, given_name="Robin", family_name="Other")
    words = one.patient.number[5:13] if words == "NUMBER" else words
    assert [line.enrollment for line in lines(dr, words=words)] == [one]


@pytest.mark.parametrize("words", ["zzz", "mary robin", "%", "\x00", "_" * 1_000_000])
def test_search_without_a_match_says_so_or_shows_all(dr: Prescriber, words: str) -> None:
    make.enrollment(MAN, prescriber=dr, given_name="Mary", family_name="One")
    make.enrollment(MAN, prescriber=dr, given_name="Robin", family_name="Two")
    answer = as_prescriber(dr).post(page("worklist"), {"words": words})
    assert len(answer.context["lines"]) == (2 if words == "\x00" else 0)
    assert ("No patient of yours matches" in text_of(answer)) == (words != "\x00")


def test_search_shows_markup_in_words_as_words(dr: Prescriber) -> None:
    make.enrollment(MAN, prescriber=dr, given_name="<b>Ann", family_name="\u202bShalom")
    answer = text_of(as_prescriber(dr).post(page("worklist"), {"words": "<b>"}))
    assert "&lt;b&gt;Ann" in answer
    assert "<b>Ann" not in answer


def test_search_with_many_matches_shows_the_first_25_and_asks_for_more_letters(dr: Prescriber) -> None:
    for _ in range(26):
        make.enrollment(MAN, prescriber=dr)
    answer = as_prescriber(dr).post(page("worklist"), {"words": "robin"})
    assert len(answer.context["lines"]) == 25
    assert "Showing 25 of 26 patients" in text_of(answer)


def test_search_finds_patients_whose_course_is_over_after_the_others(dr: Prescriber) -> None:
    def person(given: str) -> dict[str, Any]:
        return {"prescriber": dr, "given_name": given, "family_name": "Lark", "birth_date": date(1970, 1, 2)}

    ended = make.discontinued(make.enrollment(MAN, **person("Eda")))
    withdrawn = make.pending_enrollment(MAN, **person("Wim"))
    back = make.discontinued(make.enrollment(MAN, **person("Bea")))
    again = make.enrollment(MAN, at=make.NOW, **person("Bea"))
    make.discontinued(make.enrollment(MAN, given_name="Foreign", family_name="Lark"))
    withdraw_enrollment(
        by=make.actor(dr.user), at=make.NOW, prescriber=dr, enrollment=withdrawn, reason="The birth date was wrong"
    )
    assert again.patient == back.patient
    found = lines(dr, words="lark")
    assert found[0].enrollment == again
    states = {line.enrollment: line.standing.state for line in found[1:]}
    assert states == {ended: State.DISCONTINUED, withdrawn: State.WITHDRAWN}
    client = as_prescriber(dr)
    client.get(page("worklist"))  # the first look of a session also writes the session
    with CaptureQueriesContext(connection) as few:
        shown = text_of(client.post(page("worklist"), {"words": "eda"}))
    with CaptureQueriesContext(connection) as many:
        client.post(page("worklist"), {"words": "lark"})
    assert len(few) == len(many), [one["sql"] for one in many]
    assert "No longer enrolled" in shown
    assert page("patient", ended.patient.number) in shown
    assert [line.enrollment for line in lines(dr)] == [again]


# --- who sees whom


def test_worklist_shows_only_enrolled_patients_of_this_prescriber(dr: Prescriber) -> None:
    one = make.enrollment(MAN, prescriber=dr)
    make.enrollment(MAN)
    gone = make.enrollment(MAN, prescriber=dr)
    with acting_as(SYSTEM):
        gone.status, gone.ended_at = "discontinued", make.NOW
        gone.ended_by_name, gone.ended_reason = "Dr. Test", "Completed"
        gone.save()
    assert [line.enrollment for line in lines(dr)] == [one]


def test_delegate_sees_the_patients_of_both_prescribers_with_whose_they_are() -> None:
    aide = make.account(User.Role.DELEGATE)
    one, two = make.prescriber(full_name="Ada One"), make.prescriber(full_name="Bo Two")
    for dr in (one, two):
        make.delegate_of(dr, user=aide)
        make.enrollment(MAN, prescriber=dr)
    make.enrollment(MAN)
    shown = text_of(signed_in(aide).get(page("worklist")))
    assert "for Ada One" in shown
    assert "for Bo Two" in shown
    assert "2 patients" in shown
    assert "Prescriber’s move" in shown  # asking is the prescriber's own


def test_delegation_that_ended_shows_nothing_and_says_why(at_now: time_machine.Traveller) -> None:
    dr = make.prescriber()
    aide = make.delegate_of(dr)
    make.enrollment(MAN, prescriber=dr)
    with acting_as(SYSTEM):
        delegation = dr.delegations.get()
        delegation.ends_on = date(2026, 6, 14)
        delegation.save()
    shown = text_of(signed_in(aide).get(page("worklist")))
    assert "No prescriber has named you as a delegate" in shown


def test_prescriber_without_patients_or_record_is_led_to_the_beginning() -> None:
    assert "No patients yet" in text_of(as_prescriber(make.prescriber()).get(page("worklist")))
    new = text_of(signed_in(make.account(User.Role.PRESCRIBER)).get(page("worklist")))
    assert "You are not certified now" in new
    assert "Go to your certification" in new


def test_worklist_is_for_offices_only() -> None:
    for user in (make.pharmacist(make.pharmacy()), make.auditor()):
        assert signed_in(user).get(page("worklist")).status_code == 403


def test_each_look_at_the_worklist_is_written_down() -> None:
    doctor = make.prescriber()
    assert signed_in(doctor.user).get(page("worklist")).status_code == 200
    look = AccessEvent.objects.get(user=doctor.user)
    assert (look.record, look.outcome, look.channel) == ("patients of the office", "shown", "page")
