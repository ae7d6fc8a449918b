"""The members of a closed list of values, as the database and forms want them."""

from collections.abc import Iterable
from enum import StrEnum


def values_of(enum: Iterable[StrEnum]) -> list[str]:
    """Return the values that a column may hold."""
    return [member.value for member in enum]


def choices_of(enum: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Return the values with the words that people read: the label where there is one, else the value."""
    return [(member.value, getattr(member, "label", member.value.replace("_", " "))) for member in enum]
