"""Passwords by NIST SP 800-63B: long enough, on no list, not made of names; no kind is demanded."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from rems_portal.accounts.models import User

ADA = User(email="ada.lovely@clinic.example", full_name="Ada Lovely", role="prescriber")


@pytest.mark.parametrize(
    "password",
    [
        "nine green bottles",
        "aaaaaaaaaaab",  # no kinds of characters are demanded
        "пароль на русском",
        "  spaces around  ",
        "🐢" * 12,
        "correct horse " * 10,  # far beyond 64
        "lenalidomide is a word among others here",
    ],
)
def test_any_long_phrase_will_do(password: str) -> None:
    validate_password(password, ADA)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("eleven char", "at least 12 characters; this has 11"),
        ("x" * 257, "at most 256"),
        ("1q2w3e4r5t6y", "too common"),
        ("lenalidomide2026!", "names that anybody would try first"),
        ("LenalidomideREMS", "names that anybody would try first"),
        ("adalovely-adalovely", "names that anybody would try first"),
        ("rems portal 12345", "names that anybody would try first"),
    ],
)
def test_short_common_and_obvious_ones_are_refused_with_the_reason(password: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        validate_password(password, ADA)


def test_composed_and_decomposed_characters_are_the_same_password() -> None:
    user = User(email="a@example.com")
    user.set_password("cafe\u0301 au lait bien")
    assert user.check_password("caf\u00e9 au lait bien")
    assert user.check_password("ｃaf\u00e9 au lait bien")
    assert not user.check_password("cafe au lait bien")
