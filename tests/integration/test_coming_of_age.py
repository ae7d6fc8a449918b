"""A child comes of age: announced ahead; from midnight of that day in the program's zone the form is over."""

from datetime import UTC, date, datetime

import pytest
import time_machine

import tests.factories as make
from authorizations.actions.category import change_category
from patients.models import Enrollment
from rems_portal.rules.calendars import start_of_day
from rems_portal.rules.categories import RiskCategory
from tests.factories import PROGRAM, hours
from tests.integration.offices import as_prescriber, of, page, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.rems("PR-08", "PM-03")]
BIRTHDAY = date(2026, 6, 15)
MIDNIGHT = start_of_day(BIRTHDAY).astimezone(UTC)
LEAP = date(2008, 2, 29)


def boy(born: date, at: datetime) -> Enrollment:
    return make.enrollment(RiskCategory.MC, birth_date=born, at=at)


def refused(one: Enrollment, at: datetime) -> tuple[str, ...]:
    return make.ask_authorization(one, at=at).failed


def test_day_turns_at_midnight_in_the_programs_zone() -> None:
    assert datetime(2026, 6, 15, 4, 0, tzinfo=UTC) == MIDNIGHT


@pytest.mark.parametrize(("minutes", "stopped"), [(-1, False), (0, True)])
def test_authorization_is_refused_from_midnight_of_the_18th_birthday(minutes: int, stopped: bool) -> None:
    at = MIDNIGHT + hours(minutes / 60)
    one = make.ready(boy(date(2008, 6, 15), at - make.days(30)), at=at)
    assert ("AUTH-03" in refused(one, at)) is stopped


@pytest.mark.parametrize(("minutes", "stopped"), [(-1, False), (0, True)])
def test_confirmation_is_refused_from_midnight_of_the_18th_birthday(minutes: int, stopped: bool) -> None:
    at = MIDNIGHT + hours(minutes / 60)
    number = make.authorization(boy(date(2008, 6, 15), at - make.days(30)), at=MIDNIGHT - hours(2))
    assert make.ask_confirmation(number, at=at).granted is not stopped


@pytest.mark.parametrize(("day", "stopped"), [(date(2026, 2, 28), False), (date(2026, 3, 1), True)])
def test_born_on_29_february_comes_of_age_on_1_march(day: date, stopped: bool) -> None:
    at = start_of_day(day).astimezone(UTC)
    one = make.ready(boy(LEAP, at - make.days(30)), at=at)
    assert one.comes_of_age_on == date(2026, 3, 1)
    assert ("AUTH-03" in refused(one, at)) is stopped


def test_office_sees_it_ahead_and_is_led_to_the_adult_form() -> None:
    at = MIDNIGHT - make.days(29)
    one = boy(date(2008, 6, 15), at)
    with time_machine.travel(at, tick=False):
        client = as_prescriber(one.prescriber)
        for shown in (text_of(client.get(of("patient", one))), text_of(client.get(page("worklist")))):
            assert "Sign the adult form" in shown
            assert of("change-category", one) in shown


def test_adult_form_signed_by_the_young_adult_ends_it() -> None:
    at = MIDNIGHT + hours(9)
    one = boy(date(2008, 6, 15), at - make.days(30))
    dr = one.prescriber
    change_category(
        by=make.actor(dr.user),
        at=at,
        prescriber=dr,
        enrollment=one,
        form=make.form_for(one),
        program=PROGRAM,
        signing=make.signing(dr.user, at=at),
    )
    one.refresh_from_db()
    assert one.comes_of_age_on is None
    assert "AUTH-03" in refused(one, at)
    agreement = make.signed_by_patients_side(one, at=at + hours(1))
    assert (agreement.category, agreement.patient_signed_name) == ("AM", one.patient.full_name)
    assert "AUTH-03" not in refused(make.ready(one, at=at + hours(2)), at + hours(2))
