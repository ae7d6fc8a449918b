"""What people type on one line comes out tidy, or is refused with a sentence; any length is survived."""

from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template

from rems_portal.fields import DayField
from rems_portal.typed import LONGEST_SHOWN_AGAIN, LineField, NameField, SubmissionKeyField, TypedForm

MEGABYTE = "x" * 1_000_000


class SampleForm(TypedForm):
    """A form with one field of each kind."""

    name = NameField(label="Family name", max_length=20, missing="Type the name.")
    note = LineField(label="Note?", max_length=10, required=False)
    key = SubmissionKeyField()


def filled(**answers: Any) -> SampleForm:
    data = QueryDict(mutable=True)
    data.update({"name": "Silva"} | answers)
    return SampleForm(data)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Teller", "Teller"),
        ("  Ana   Maria ", "Ana Maria"),
        ("Ana\tMaria\nSilva", "Ana Maria Silva"),
        ("O'Neil", "O'Neil"),
        ("D’Angelo-Whitfield", "D’Angelo-Whitfield"),
        ("Nguyễn", "Nguyễn"),
        ("Jose\u0301", "José"),
        ("\u200fكريم\u200e", "كريم"),
        ("\u2068Ana\u2069", "Ana"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("李", "李"),
        ("<b>Bold</b>", "<b>Bold</b>"),
    ],
)
def test_name_of_any_kind_is_kept(typed: str, kept: str) -> None:
    form = filled(name=typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["name"] == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type the name."),
        (" \u200f ", "Type the name."),
        ("12345", "Family name needs at least one letter."),
        ("Ana\u202eSilva", "invisible characters"),
        ("Ana\x00Silva", "invisible characters"),
        ("Ana\x1b[31m", "invisible characters"),
        ("x" * 21, "longer than 20 characters"),
        (MEGABYTE, "longer than 20 characters"),
    ],
)
def test_name_that_can_not_be_read_is_refused_with_a_sentence(typed: str, sentence: str) -> None:
    form = filled(name=typed)
    assert not form.is_valid()
    assert len(form.errors["name"]) == 1
    assert sentence in form.errors["name"][0]


def test_field_without_words_of_its_own_says_that_it_is_missing() -> None:
    class Bare(TypedForm):
        place = LineField(label="Place:", max_length=10)

    form = Bare(QueryDict("place="))
    assert form.errors["place"] == ["Place is missing. Type it."]


def test_optional_line_may_stay_empty() -> None:
    form = filled()
    assert form.is_valid()
    assert form.cleaned_data["note"] == ""


def test_nothing_is_cut_without_a_word() -> None:
    class Long(TypedForm):
        reason = forms.CharField(label="Reason")
        day = DayField(label="Day")

    typed = "word " * 200
    sent = QueryDict(mutable=True)
    sent.update({"reason": typed, "day_month": "11", "day_day": "23", "day_year": "2026"})
    form = Long(sent)
    assert form.is_valid() and form.cleaned_data["reason"] == typed.strip()
    sent["reason"] = "word " * 2_001
    assert Long(sent).errors["reason"] == [
        "Reason is longer than 10,000 characters, and only its beginning is shown here. Shorten it."
    ]
    sent["reason"], sent["day_day"] = typed, "0" * 10_000 + "1"
    assert list(Long(sent).errors) == ["day"]


def test_megabyte_is_not_shown_again() -> None:
    form = filled(name=MEGABYTE, note="short")
    assert len(str(form["name"])) < LONGEST_SHOWN_AGAIN + 1_000
    assert form["note"].value() == "short"


def test_answers_of_honest_length_are_all_shown_again() -> None:
    assert filled(name="y" * 9_999)["name"].value() == "y" * 9_999


def test_unsent_form_has_no_answers() -> None:
    assert not SampleForm().is_bound


def test_markup_in_a_name_is_shown_as_text() -> None:
    page = Template("{{ form.name }}").render(Context({"form": filled(name='"><script>')}))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("typed", ["", "no key", "1" * 100])
def test_garbled_key_is_no_key(typed: str) -> None:
    form = filled(key=typed)
    assert form.is_valid()
    assert form.cleaned_data["key"] is None


def test_key_comes_out_as_uuid() -> None:
    key = UUID(int=5)
    form = filled(key=str(key))
    assert form.is_valid()
    assert form.cleaned_data["key"] == key
