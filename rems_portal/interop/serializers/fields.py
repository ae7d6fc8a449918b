"""The kinds of values a request is made of. They check form, in sentences that say what to write; they decide nothing.

Values are read by the very functions with which the decide command reads its lines: no yes for true, no "28" for 28, no
instant without its offset. Nothing of what was sent is repeated back.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from rems_portal.rules.json_fields import LARGEST, Fields, RequestError, day, flag, instant, number, whole, word
from rems_portal.rules.numbers import Kind, NumberError, format_number, parse_number

EXAMPLES = {kind: format_number(kind, 5_512_709_482_001_337_421) for kind in Kind}
MILLIGRAMS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")


def number_schema(kind: Kind) -> dict[str, Any]:
    """Describe a number people read aloud; lower case, spaces and dashes are tolerated."""
    example = EXAMPLES[kind]
    return {"type": "string", "description": kind.label.capitalize(), "example": example}


class _Read(serializers.Field[Any, Any, Any, Any]):
    """A field whose value one of the rules' readers reads."""

    def read(self, source: Fields, name: str) -> Any:
        """Return the value of the field `name`. Raises RequestError with a sentence."""
        raise NotImplementedError

    def to_internal_value(self, data: Any) -> Any:
        """Return the value. Raises ValidationError with the reader's sentence."""
        try:
            return self.read({"value": data}, "value")
        except RequestError as error:
            raise serializers.ValidationError(error.message) from None


@extend_schema_field({"type": "boolean"})
class FlagField(_Read):
    """true or false."""

    def read(self, source: Fields, name: str) -> bool:
        """Return the boolean."""
        return flag(source, name)


@extend_schema_field({"type": "integer", "format": "int32", "minimum": -LARGEST, "maximum": LARGEST})
class WholeField(_Read):
    """A whole number; whether it is a good one is for the rules to say."""

    def read(self, source: Fields, name: str) -> int:
        """Return the number."""
        return whole(source, name)


@extend_schema_field({"type": "string", "format": "date-time", "example": "2026-11-20T16:52:00-05:00"})
class InstantField(_Read):
    """An instant: ISO 8601 with its offset, so that nobody has to guess the zone. Read into UTC."""

    def read(self, source: Fields, name: str) -> datetime:
        """Return the instant in UTC."""
        return instant(source, name)


@extend_schema_field({"type": "string", "format": "date", "example": "1961-04-09"})
class DayField(_Read):
    """A calendar day, ISO 8601."""

    def read(self, source: Fields, name: str) -> date:
        """Return the day."""
        return day(source, name)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "number", "minimum": 0.01, "maximum": 999.99},
            {"type": "string", "pattern": f"^{MILLIGRAMS.pattern}$"},
        ],
        "description": 'In milligrams, with two decimals at most: 10, 2.5 or "2.50".',
        "example": 10,
    }
)
class StrengthField(_Read):
    """The strength of one capsule in milligrams, as a number or, from systems that keep decimals exact, as text."""

    def read(self, source: Fields, name: str) -> Decimal:
        """Return the exact strength, without zeros at its end."""
        value = source[name]
        if isinstance(value, str) and MILLIGRAMS.fullmatch(value):
            return _shortest(Decimal(value))
        if not isinstance(value, str):
            exact = number(source, name)
            # A number such as 1e-999999999 is not written out to look at it: that would take a gigabyte.
            if 0 < exact < 1000 and int(exact.as_tuple().exponent) >= -6 and exact == round(exact, 2):
                return _shortest(exact)
        raise RequestError(name, "Write the strength in milligrams, such as 10 or 2.5.")


def _shortest(exact: Decimal) -> Decimal:
    return Decimal(f"{exact.normalize():f}")


class WordField(_Read):
    """One of a few words, read into the member of an enumeration that it stands for."""

    words: ClassVar[Mapping[str, Any]] = {}

    def read(self, source: Fields, name: str) -> Any:
        """Return the member."""
        return word(source, name, self.words)


def one_of(enumeration: type[Enum]) -> type[WordField]:
    """Return the kind of field that takes the words of an enumeration, described with them."""
    words = {member.value: member for member in enumeration}
    kind = type(f"{enumeration.__name__}Field", (WordField,), {"__doc__": enumeration.__doc__, "words": words})
    described: type[WordField] = extend_schema_field({"type": "string", "enum": list(words)})(kind)
    return described


class TextField(serializers.CharField):
    """Words in a person's or a laboratory's language; only text counts as text."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text without the space around it. Raises ValidationError for numbers and the like."""
        if not isinstance(data, str):
            raise serializers.ValidationError("Write text, in quotes.")
        return str(super().to_internal_value(data))


class NumberField(serializers.Field[Any, Any, Any, Any]):
    """A number people read aloud; a mistyped one is told from an unknown one by its check character."""

    def __init__(self, kind: Kind, **options: Any) -> None:
        self.kind = kind
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        """Return the canonical form. Raises ValidationError with a sentence for a slip of the finger."""
        if not isinstance(data, str):
            raise serializers.ValidationError("Write text, in quotes.")
        try:
            return parse_number(self.kind, data)
        except NumberError as error:
            raise serializers.ValidationError(error.sentence) from None


@extend_schema_field(number_schema(Kind.AUTHORIZATION))
class AuthorizationNumberField(NumberField):
    """An authorization number, A-..."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Kind.AUTHORIZATION, **options)


@extend_schema_field(number_schema(Kind.PATIENT))
class PatientNumberField(NumberField):
    """A patient number, P-..."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Kind.PATIENT, **options)
