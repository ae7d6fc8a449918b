"""What a prescriber types to be certified: NPI and telephone, and a form or document that changed meanwhile."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.http import QueryDict

from prescribers.forms import CertificationForm, DelegateForm, LastDayForm
from rems_portal.rules.forms import FormDefinition
from rems_portal.rules.programs import form_named
from tests.factories import PROGRAM

DEFINITION = form_named(PROGRAM, "prescriber_enrollment")
READ = [("prescriber_guide", "2026-04-27"), ("welcome_letter", "2026-04-27")]
UNREAD = {"prescriber_guide": "Prescriber Guide", "welcome_letter": "Welcome Letter"}
GOOD = {"npi": "1234567893", "full_name": "Priya Raman", "practice_name": "Harbor Clinic", "phone": "617-555-0100"}


def shown(definition: FormDefinition = DEFINITION, materials: Any = READ) -> str:
    """Return what the page carries in its hidden field."""
    return str(CertificationForm(definition=definition, materials=materials, unread={})["shown"].value())


def form(**changes: Any) -> CertificationForm:
    data = QueryDict(mutable=True)
    data.update({"shown": shown()} | GOOD | changes)
    data.setlist("read", list(UNREAD))
    return CertificationForm(data, definition=DEFINITION, materials=READ, unread=UNREAD)


@pytest.mark.parametrize("typed", ["1234567893", " 123 456 7893 ", "123-456-7893", "1234.567.893"])
def test_npi_however_grouped_is_its_ten_digits(typed: str) -> None:
    filled = form(npi=typed)
    assert filled.is_valid(), filled.errors
    identity = filled.identity()
    assert identity is not None
    assert identity.npi == "1234567893"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type your NPI"),
        ("123456789", "this one has 9"),
        ("12345678931", "this one has 11"),
        ("1234567890", "mistyped"),
        ("2134567893", "mistyped"),
        ("123456789X", "digits only"),
        ("١٢٣٤٥٦٧٨٩٣", "digits only"),
        ("1" * 1_000_000, "longer than"),
    ],
)
@pytest.mark.rems("PR-02")
def test_npi_that_is_none_is_refused_with_what_to_do(typed: str, sentence: str) -> None:
    filled = form(npi=typed)
    assert sentence in filled.errors["npi"][0]
    assert len(filled["npi"].value()) <= 10_000


@pytest.mark.parametrize("typed", ["617-555-0100", "(617) 555-0100 ext. 5", "+1 617 555 0100", "617.555.0100 x12"])
def test_telephone_number_in_common_writing_is_taken(typed: str) -> None:
    assert form(phone=typed).is_valid()


@pytest.mark.parametrize("typed", ["", "555-0100", "call me", "617-555-0100 <b>", "６１７５５５０１００"])
def test_telephone_number_that_is_none_is_refused(typed: str) -> None:
    assert "phone" in form(phone=typed).errors


def test_credentials_may_be_left_out() -> None:
    filled = form()
    assert filled.is_valid()
    identity = filled.identity()
    assert identity is not None
    assert identity.credentials == ""


@pytest.mark.rems("PR-02")
def test_labels_and_help_are_those_of_the_definition() -> None:
    filled = form()
    for name in CertificationForm.IDENTITY:
        item = DEFINITION.item(name)
        assert (filled[name].label, filled[name].help_text) == (item.text, item.help)
        assert filled.fields[name].required == item.required
        assert filled.fields[name].longest == item.longest or name == "npi"


@pytest.mark.rems("PR-01", "PR-03")
def test_documents_must_be_said_to_be_read_unless_they_were() -> None:
    data = form().data.copy()
    data["read"] = "prescriber_guide"
    unread = CertificationForm(data, definition=DEFINITION, materials=READ, unread=UNREAD)
    assert unread.errors["read"] == ["Read the Welcome Letter, then tick that you have read it."]
    assert unread.identity() is not None
    del data["read"]
    assert CertificationForm(data, definition=DEFINITION, materials=READ, unread={}).is_valid()


def test_renewal_asks_for_no_details() -> None:
    data = QueryDict(mutable=True)
    data.update({"read": "welcome_letter", "shown": shown()})
    unread = {"welcome_letter": "Welcome Letter"}
    again = CertificationForm(data, definition=DEFINITION, materials=READ, unread=unread, ask_identity=False)
    assert again.is_valid()
    assert again.identity() is None


@pytest.mark.parametrize(
    "before",
    [
        shown(replace(DEFINITION, title="Earlier")),
        shown(materials=READ[:1]),
        shown(materials=[READ[0], ("welcome_letter", "2021-05-21")]),
        "",
    ],
)
@pytest.mark.rems("PR-02", "PG-03")
def test_what_changed_while_it_was_filled_in_is_told_and_must_be_read_anew(before: str) -> None:
    filled = form(shown=before)
    assert "has changed since you opened this page" in filled.non_field_errors()[0]
    assert filled["npi"].value() == "1234567893"
    assert filled.identity() is not None
    assert not filled["read"].value()
    assert filled["shown"].value() == shown()


@pytest.mark.parametrize("typed", ["", "name", "a@b", "x" * 1_000_000 + "@example.com"])
def test_delegate_needs_a_whole_address(typed: str) -> None:
    data = QueryDict(mutable=True)
    data["email"] = typed
    assert "Type" in DelegateForm(data).errors["email"][0]


@pytest.mark.parametrize(
    ("typed", "day"),
    [({}, None), ({"last_day_month": "6", "last_day_day": "3", "last_day_year": "2026"}, date(2026, 6, 3))],
)
def test_days_of_a_delegation_may_be_left_out(typed: dict[str, str], day: date | None) -> None:
    data = QueryDict(mutable=True)
    data.update({"email": "a@example.com"} | typed)
    for filled in (DelegateForm(data), LastDayForm(data)):
        assert filled.is_valid()
        assert filled.cleaned_data["last_day"] == day


def test_half_a_day_is_none() -> None:
    data = QueryDict(mutable=True)
    data.update({"email": "a@example.com", "starts_on_month": "6"})
    assert "must include a day and a year" in DelegateForm(data).errors["starts_on"][0]
