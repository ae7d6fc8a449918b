"""What a prescriber types about themself: the NPI's check digit, the telephone number."""

from typing import Any

import pytest
from django.http import QueryDict

from prescribers.forms import DelegateForm, IdentityForm

GOOD = {"npi": "1234567893", "full_name": "Priya Raman", "practice_name": "Harbor Clinic", "phone": "617-555-0100"}


def form(**changes: Any) -> IdentityForm:
    data = QueryDict(mutable=True)
    data.update(GOOD | changes)
    return IdentityForm(data)


@pytest.mark.parametrize("typed", ["1234567893", " 123 456 7893 ", "123-456-7893", "1234.567.893"])
def test_npi_however_grouped_is_its_ten_digits(typed: str) -> None:
    filled = form(npi=typed)
    assert filled.is_valid(), filled.errors
    assert filled.identity().npi == "1234567893"


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
    assert len(filled["npi"].value()) <= 400


@pytest.mark.parametrize("typed", ["617-555-0100", "(617) 555-0100 ext. 5", "+1 617 555 0100", "617.555.0100 x12"])
def test_telephone_number_in_common_writing_is_taken(typed: str) -> None:
    assert form(phone=typed).is_valid()


@pytest.mark.parametrize("typed", ["", "555-0100", "call me", "617-555-0100 <b>", "６１７５５５０１００"])
def test_telephone_number_that_is_none_is_refused(typed: str) -> None:
    assert "phone" in form(phone=typed).errors


def test_credentials_may_be_left_out() -> None:
    filled = form()
    assert filled.is_valid()
    assert filled.identity().credentials == ""


@pytest.mark.parametrize("typed", ["", "name", "a@b", "x" * 1_000_000 + "@example.com"])
def test_delegate_needs_a_whole_address(typed: str) -> None:
    data = QueryDict(mutable=True)
    data["email"] = typed
    assert "Type" in DelegateForm(data).errors["email"][0]
