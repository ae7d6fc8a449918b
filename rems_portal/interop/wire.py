"""Reads request bodies strictly and writes answers, both as JSON and as nothing else.

A body that different systems could read differently (a key twice, NaN, a lone half of a character) is no body at all.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn

from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

LARGEST_BODY = 65_536


class TooLarge(APIException):
    """The body is longer than any request of this API."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = f"The body is too large. No request needs more than {LARGEST_BODY} bytes."


class StrictJSONParser(BaseParser):
    """One JSON object in UTF-8, each key once, only finite numbers; numbers with a point stay exact decimals."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        """Return the object. Raises TooLarge, and ParseError for anything that is not one object."""
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise TooLarge
        try:
            data = _DECODER.decode(body.decode("utf-8"))
        except (ValueError, ArithmeticError, RecursionError):
            data = None
        if not isinstance(data, dict):
            raise ParseError("The body is not one JSON object in UTF-8 with each key once and plain finite numbers.")
        return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A key stands there twice.")
    "".join(found).encode()  # half a character in a key raises UnicodeEncodeError, which is a ValueError
    return found


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no numbers.")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=Decimal, parse_constant=_refuse_constant)


class JSONAnswer(BaseRenderer):
    """Instants as ISO 8601 in UTC with Z, days as ISO dates, everything in ASCII."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Return the answer's body."""
        return _ENCODER.encode(data).encode("ascii")


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


_ENCODER = json.JSONEncoder(default=_plain, allow_nan=False)


class AlwaysJSON(DefaultContentNegotiation):
    """Answers JSON whatever the caller says it accepts: an error must be readable too."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the one renderer there is."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type
