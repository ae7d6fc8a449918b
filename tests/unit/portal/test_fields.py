"""Days and moments typed in boxes: what is read, what is refused with which sentence, nothing typed is lost."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.core.exceptions import ValidationError

from authorizations.forms.pharmacy import NumberField
from rems_portal.fields import DayField, MomentField
from rems_portal.rules.numbers import Kind, format_number


class Visit(forms.Form):
    born = DayField(label="Date of birth")
    seen = MomentField(label="Collected", required=False)


def visit(month: str = "", day: str = "", year: str = "", **more: str) -> Visit:
    return Visit({"born_month": month, "born_day": day, "born_year": year} | more)


def moment(month: str, day: str, year: str, time: str, zone: str | None = None) -> Visit:
    form = visit("1", "2", "1990", seen_month=month, seen_day=day, seen_year=year, seen_time=time)
    if zone:
        form.fields["seen"].zone = zone  # type: ignore[attr-defined]
    return form


@pytest.mark.parametrize(
    ("typed", "born"),
    [
        (("2", "29", "2024"), date(2024, 2, 29)),
        (("02", "09", "1962"), date(1962, 2, 9)),
        (("November", "3", "1962"), date(1962, 11, 3)),
        ((" 7 ", " 4 ", " 2026 "), date(2026, 7, 4)),
    ],
)
def test_day_typed_in_boxes_is_read(typed: tuple[str, str, str], born: date) -> None:
    form = visit(*typed)
    assert form.is_valid() and form.cleaned_data["born"] == born


def test_day_as_one_iso_string_is_read() -> None:
    assert Visit({"born": "1962-11-03"}).is_valid()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("", "", ""), "This field is required."),
        (("2", "", "2024"), "Date of birth must include a day."),
        (("", "", "2024"), "Date of birth must include a month and a day."),
        (("2", "30", "2024"), "Date of birth must be a real date; 2/30/2024 is not in the calendar."),
        (("2", "29", "2026"), "Date of birth must be a real date; 2/29/2026 is not in the calendar."),
        (("13", "1", "2024"), "Date of birth must be a real date; 13/1/2024 is not in the calendar."),
        (("2", "0", "2024"), "Date of birth must be a real date; 2/0/2024 is not in the calendar."),
        (("2", "3", "62"), "Date of birth needs a year of four digits, for example 2026."),
        (("2", "3", "0000"), "Date of birth must be a real date; 2/3/0000 is not in the calendar."),
        (("2", "-3", "1962"), "Date of birth must be typed in digits, for example 11 3 2026."),
        (("two", "3", "1962"), "Date of birth must be typed in digits, for example 11 3 2026."),
        (("٢", "٣", "١٩٦٢"), "Date of birth must be typed in digits, for example 11 3 2026."),
    ],
)
def test_impossible_day_is_refused_with_what_to_do_and_shown_again(typed: tuple[str, str, str], sentence: str) -> None:
    form = visit(*typed)
    assert form.errors["born"] == [sentence]
    for part in filter(None, typed):
        assert f'value="{part}"' in str(form["born"])


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        (("6", "15", "2026", "11:00"), datetime(2026, 6, 15, 15, 0, tzinfo=UTC)),
        (("6", "15", "2026", "4:30 pm"), datetime(2026, 6, 15, 20, 30, tzinfo=UTC)),
        (("6", "15", "2026", "4 PM"), datetime(2026, 6, 15, 20, 0, tzinfo=UTC)),
        (("6", "15", "2026", "12:10 a.m."), datetime(2026, 6, 15, 4, 10, tzinfo=UTC)),
        (("6", "15", "2026", "16:30:59"), datetime(2026, 6, 15, 20, 30, tzinfo=UTC)),
        (("11", "1", "2026", "1:30"), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        (("3", "8", "2026", "3:00"), datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
    ],
)
def test_moment_is_read_on_the_clocks_of_the_program(typed: tuple[str, str, str, str], instant: datetime) -> None:
    form = moment(*typed)
    assert form.is_valid() and form.cleaned_data["seen"] == instant


def test_moment_is_read_on_the_clocks_of_another_zone() -> None:
    form = moment("6", "15", "2026", "8:00", zone="America/Los_Angeles")
    assert form.is_valid() and form.cleaned_data["seen"] == datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
    assert "Los Angeles time" in str(form["seen"])


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("3", "8", "2026", "2:30"), "the clocks skip that time"),
        (("6", "15", "2026", ""), "needs a time, for example"),
        (("6", "15", "2026", "noon"), "needs a time, for example"),
        (("6", "15", "2026", "25:00"), "a clock shows"),
        (("6", "15", "2026", "13 pm"), "a clock shows"),
        (("6", "15", "2026", "10:60"), "a clock shows"),
        (("6", "31", "2026", "10:00"), "6/31/2026 is not in the calendar"),
    ],
)
def test_impossible_moment_is_refused_with_what_to_do(typed: tuple[str, str, str, str], sentence: str) -> None:
    assert sentence in moment(*typed).errors["seen"][0]


def test_moment_with_nothing_typed_may_stay_away_when_it_is_optional() -> None:
    form = visit("1", "2", "1990")
    assert form.is_valid() and form.cleaned_data["seen"] is None


def test_initial_values_fill_the_boxes_and_do_not_count_as_changed() -> None:
    first = {"born": date(1962, 11, 3), "seen": datetime(2026, 6, 15, 15, 0, tzinfo=UTC)}
    form = Visit(initial=first)
    assert 'value="11"' in str(form["born"]) and 'value="11:00"' in str(form["seen"])
    same = {"born_month": "11", "born_day": "3", "born_year": "1962"}
    same |= {"seen_month": "6", "seen_day": "15", "seen_year": "2026", "seen_time": "11:00"}
    assert not Visit(same, initial=first).has_changed()
    assert Visit(same | {"born_day": "4"}, initial=first).has_changed()
    assert Visit(same | {"born_day": "x"}, initial=first).has_changed()


def test_two_moment_fields_keep_zones_of_their_own() -> None:
    west, east = moment("6", "15", "2026", "8:00", zone="America/Los_Angeles"), moment("6", "15", "2026", "8:00")
    assert west.is_valid() and east.is_valid()
    assert west.cleaned_data["seen"] != east.cleaned_data["seen"]


@pytest.mark.parametrize(
    "read",
    ["{}", "{}\n", "https://portal.example/authorizations/{}/", "RX|{}|AM|28", "{} {}"],
)
def test_number_field_takes_the_one_number_that_a_scanner_read(read):
    number = format_number(Kind.AUTHORIZATION, 5_512_709_482_001_337_421)
    assert NumberField(Kind.AUTHORIZATION).clean(read.replace("{}", number)) == number


def test_number_field_takes_none_of_several_numbers():
    numbers = [format_number(Kind.AUTHORIZATION, value) for value in (1, 2)]
    with pytest.raises(ValidationError):
        NumberField(Kind.AUTHORIZATION).clean(" ".join(numbers))
