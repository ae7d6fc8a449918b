"""Typed reading of the fields of a JSON object that somebody else has written.

Each reader takes the object and a field's name and answers a value of the right kind, or raises `RequestError`, which
names the field and says in a plain sentence what is wanted. Nothing of what was written is repeated back.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

Value = TypeVar("Value")
Fields = Mapping[str, Any]

LARGEST = 1_000_000_000
FIRST_YEAR, LAST_YEAR = 1900, 2999


class RequestError(ValueError):
    """A request that can not be answered: the path of the field, and what is wrong with it in a plain sentence."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message

    def within(self, place: str) -> "RequestError":
        """The same error, seen from the object around: "birth_date" within "patient" is "patient.birth_date"."""
        return RequestError(f"{place}.{self.field}" if self.field else place, self.message)


def required(source: Fields, name: str) -> Any:
    """The raw value of a field that must be there."""
    try:
        return source[name]
    except KeyError:
        raise RequestError(name, "This field is required.") from None


def flag(source: Fields, name: str) -> bool:
    """A field that is true or false."""
    value = required(source, name)
    if value is True or value is False:
        return bool(value)
    raise RequestError(name, "Write true or false.")


def optional_flag(source: Fields, name: str) -> bool | None:
    """A field that is true, false or null."""
    return None if required(source, name) is None else flag(source, name)


def whole(source: Fields, name: str, *, lowest: int = -LARGEST, highest: int = LARGEST) -> int:
    """A field that is a whole number, written as one, between two bounds."""
    value = required(source, name)
    if type(value) is not int:
        raise RequestError(name, "Write a whole number, without quotes and without a decimal point.")
    if not lowest <= value <= highest:
        raise RequestError(name, f"Write a whole number from {lowest} to {highest}.")
    return value


def number(source: Fields, name: str) -> Decimal:
    """A field that is a number, with or without decimals; binary floats are taken for the decimals they print as."""
    value = required(source, name)
    if type(value) not in (int, float, Decimal):
        raise RequestError(name, "Write a number, without quotes.")
    exact = Decimal(repr(value)) if type(value) is float else Decimal(value)
    if not exact.is_finite() or not -LARGEST <= exact <= LARGEST:
        raise RequestError(name, f"Write a number from {-LARGEST} to {LARGEST}.")
    return exact


def instant(source: Fields, name: str) -> datetime:
    """A field that is an ISO 8601 instant with an offset, as a UTC datetime."""
    value = required(source, name)
    wanted = "Write an instant in ISO 8601 with its offset from UTC, such as 2026-05-22T19:22:17-07:00."
    if type(value) is not str or "T" not in value:
        raise RequestError(name, wanted)
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        raise RequestError(name, wanted) from None
    if read.tzinfo is None:
        raise RequestError(name, wanted)
    if not FIRST_YEAR < read.year < LAST_YEAR:
        raise RequestError(name, f"Write an instant after the year {FIRST_YEAR} and before the year {LAST_YEAR}.")
    return read.astimezone(UTC)


def day(source: Fields, name: str) -> date:
    """A field that is an ISO 8601 calendar day."""
    value = required(source, name)
    wanted = "Write a day that exists, in ISO 8601, such as 2026-05-22."
    if type(value) is not str or len(value) != 10 or value[4] != "-" or value[7] != "-":
        raise RequestError(name, wanted)
    try:
        read = date.fromisoformat(value)
    except ValueError:
        raise RequestError(name, wanted) from None
    if not FIRST_YEAR <= read.year < LAST_YEAR:
        raise RequestError(name, f"Write a day from the year {FIRST_YEAR} on and before the year {LAST_YEAR}.")
    return read


def word(source: Fields, name: str, words: Mapping[str, Value]) -> Value:
    """A field that is one of some words, as the value that the word stands for."""
    value = required(source, name)
    if type(value) is str and value in words:
        return words[value]
    raise RequestError(name, f"Write one of: {', '.join(words)}.")


def optional_word(source: Fields, name: str, words: Mapping[str, Value]) -> Value | None:
    """A field that is one of some words, or null."""
    return None if required(source, name) is None else word(source, name, words)


def one(source: Fields, name: str, read: Callable[[Fields], Value]) -> Value:
    """A field that is an object, read by `read`."""
    value = required(source, name)
    if type(value) is not dict:
        raise RequestError(name, "Write an object, in braces.")
    try:
        return read(value)
    except RequestError as error:
        raise error.within(name) from None


def optional_one(source: Fields, name: str, read: Callable[[Fields], Value]) -> Value | None:
    """A field that is an object read by `read`, or null."""
    return None if required(source, name) is None else one(source, name, read)


def many(source: Fields, name: str, read: Callable[[Fields], Value]) -> tuple[Value, ...]:
    """A field that is a list of objects, each read by `read`."""
    values = _list(source, name)
    result = []
    for index, value in enumerate(values):
        if type(value) is not dict:
            raise RequestError(f"{name}[{index}]", "Write an object, in braces.")
        try:
            result.append(read(value))
        except RequestError as error:
            raise error.within(f"{name}[{index}]") from None
    return tuple(result)


def word_set(source: Fields, name: str, words: frozenset[str]) -> frozenset[str]:
    """A field that is a list out of some words."""
    values = _list(source, name)
    for index, value in enumerate(values):
        if type(value) is not str or value not in words:
            raise RequestError(f"{name}[{index}]", f"Write one of: {', '.join(sorted(words))}.")
    return frozenset(values)


def _list(source: Fields, name: str) -> list[Any]:
    value = required(source, name)
    if type(value) is not list:
        raise RequestError(name, "Write a list, in square brackets.")
    return value
