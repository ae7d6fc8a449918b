"""Numbers people read aloud: every single slip and every swap of neighbours is told from an unknown number."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems_portal.rules.numbers import (
    ALPHABET,
    BODY_LENGTH,
    NUMBER_SPACE,
    Kind,
    NumberError,
    format_number,
    ncpdp_id_is_valid,
    npi_is_valid,
    parse_number,
)

SAMPLES = [random.Random(seed).randrange(NUMBER_SPACE) for seed in range(40)]
values = st.integers(0, NUMBER_SPACE - 1)
kinds = st.sampled_from(list(Kind))


def slip(kind, text):
    with pytest.raises(NumberError) as caught:
        parse_number(kind, text)
    return caught.value


def test_numbers_have_at_least_60_bits_and_no_look_alikes():
    assert NUMBER_SPACE == len(ALPHABET) ** BODY_LENGTH > 2**60
    assert not set("01OILUS") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_numbers_are_grouped_for_reading_aloud():
    number = format_number(Kind.AUTHORIZATION, 0)
    assert number.startswith("A-2222-2222-2222-2")
    assert [len(group) for group in number.split("-")] == [1, 4, 4, 4, 2]


@pytest.mark.parametrize("value", [-1, NUMBER_SPACE])
def test_a_value_outside_the_space_is_an_error(value):
    with pytest.raises(ValueError, match="NUMBER_SPACE"):
        format_number(Kind.CASE, value)


@given(kinds, values)
def test_a_number_is_read_back_as_it_was_written(kind, value):
    number = format_number(kind, value)
    assert parse_number(kind, number) == number
    assert parse_number(kind, f"  {number.lower().replace('-', ' ')}\u200f ") == number
    assert parse_number(kind, number.replace("-", "\u2013")) == number


@given(values, values)
def test_different_values_give_different_numbers(one, other):
    assert (format_number(Kind.PATIENT, one) == format_number(Kind.PATIENT, other)) is (one == other)


@pytest.mark.parametrize("value", SAMPLES)
@pytest.mark.parametrize("kind", list(Kind))
def test_every_single_substitution_is_a_slip(kind, value):
    number = format_number(kind, value).replace("-", "")
    for place in range(1, len(number)):
        for letter in string.digits + string.ascii_uppercase:
            if letter != number[place]:
                assert slip(kind, number[:place] + letter + number[place + 1 :]).slip


@pytest.mark.parametrize("value", SAMPLES)
@pytest.mark.parametrize("kind", list(Kind))
def test_every_swap_of_two_characters_is_a_slip(kind, value):
    number = format_number(kind, value).replace("-", "")
    for first in range(1, len(number)):
        for second in range(first + 1, len(number)):
            if number[first] != number[second]:
                swapped = list(number)
                swapped[first], swapped[second] = swapped[second], swapped[first]
                assert slip(kind, "".join(swapped)).slip


@pytest.mark.parametrize("value", SAMPLES)
def test_another_kind_of_number_is_told_by_its_name(value):
    error = slip(Kind.AUTHORIZATION, format_number(Kind.CONFIRMATION, value))
    assert not error.slip
    assert error.sentence == (
        "This is a confirmation number; an authorization number is wanted here, which begins with A."
    )


@pytest.mark.parametrize("value", SAMPLES)
def test_a_wrong_prefix_alone_is_a_slip_and_never_another_number(value):
    rest = format_number(Kind.AUTHORIZATION, value)[1:]
    for prefix in set(string.digits + string.ascii_uppercase) - {"A"}:
        error = slip(Kind.AUTHORIZATION, prefix + rest)
        assert error.slip
        assert error.sentence == "An authorization number begins with A; check it against the document."


@pytest.mark.parametrize("text", ["", "   ", "--", "\u200e"])
def test_nothing_at_all_is_asked_for(text):
    error = slip(Kind.CONFIRMATION, text)
    assert (error.sentence, error.slip) == ("Enter a confirmation number; it begins with C.", False)


@pytest.mark.parametrize("text", ["A", "A-2222", "A-2222-2222-2222-222", "x" * 1_000_000, "<script>alert(1)</script>"])
def test_a_wrong_length_is_a_slip(text):
    error = slip(Kind.AUTHORIZATION, text)
    assert error.slip
    assert error.sentence.startswith("An authorization number has 15 letters and digits and begins with A.")


@pytest.mark.parametrize("letter", ["0", "O", "1", "I", "L", "U", "S", "é", "ß", "٣"])
def test_a_letter_that_is_never_used_is_a_slip(letter):
    number = format_number(Kind.CASE, 12345).replace("-", "")
    assert slip(Kind.CASE, number[:5] + letter + number[6:]).slip


@given(st.text(max_size=200), kinds)
def test_any_text_is_read_or_refused_with_a_sentence(text, kind):
    try:
        assert parse_number(kind, text).startswith(f"{kind.value}-")
    except NumberError as error:
        assert error.sentence.endswith(".")


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        pytest.param("1234567893", True, id="the example of the standard"),
        pytest.param("1245319599", True, id="another real one"),
        pytest.param("1234567890", False, id="wrong check digit"),
        pytest.param("1234567983", False, id="two digits swapped"),
        pytest.param("123456789", False, id="nine digits"),
        pytest.param("12345678930", False, id="eleven digits"),
        pytest.param("123456789X", False, id="a letter"),
        pytest.param("１２３４５６７８９３", False, id="digits of another script"),
        pytest.param("123456789³", False, id="a superscript"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_npi_has_ten_digits_and_its_check_digit(text, valid):
    assert npi_is_valid(text) is valid


@given(st.integers(100_000_000, 999_999_999))
def test_each_npi_body_has_exactly_one_check_digit(body):
    valid = [digit for digit in "0123456789" if npi_is_valid(f"{body}{digit}")]
    assert len(valid) == 1
    for place in range(9):
        for digit in "0123456789":
            slipped = f"{body}{valid[0]}"[:place] + digit + f"{body}{valid[0]}"[place + 1 :]
            assert npi_is_valid(slipped) is (slipped == f"{body}{valid[0]}")


@pytest.mark.parametrize(
    ("text", "valid"),
    [("1234567", True), ("123456", False), ("12345678", False), ("123456A", False), ("٣٣٣٣٣٣٣", False)],
)
def test_ncpdp_id_has_seven_digits(text, valid):
    assert ncpdp_id_is_valid(text) is valid
