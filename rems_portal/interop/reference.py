"""The API's description as a page people read: the OpenAPI document laid out with the portal's own components.

It works without scripts and shows what the document says, nothing else. Trying things out is the explorer's business.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

Part = dict[str, Any]
COLUMNS = ("Field", "Kind", "Needed", "Meaning")


@dataclass(frozen=True, slots=True)
class Shape:
    """A body's name, its fields as rows of a table, and an example as text."""

    name: str
    about: str
    rows: list[tuple[str, str, str, str]]
    example: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it."""

    anchor: str
    method: str
    path: str
    about: str
    parameters: list[tuple[str, str, str, str]]
    ask: Shape | None
    success: str
    reply: Shape
    problems: list[tuple[str, str]]


@require_safe
@login_not_required
def reference(request: HttpRequest) -> HttpResponse:
    """Show the whole description; it holds no data of anybody, so nobody needs to sign in."""
    return render(request, "interop/reference.html", {"columns": COLUMNS, **laid_out()})


@cache
def laid_out() -> Part:
    """Return what the page shows, out of the document, which does not change while the portal runs."""
    document: Part = SchemaGenerator().get_schema(request=None, public=True)
    shapes = document["components"]["schemas"]
    operations = [
        _operation(method, path, one, shapes)
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    ]
    problem = _shape(shapes["Problem"], "Problem", shapes, "")
    return {"about": document["info"]["description"].replace("`", ""), "operations": operations, "problem": problem}


def _operation(method: str, path: str, one: Part, shapes: Part) -> Operation:
    codes = {int(code): response for code, response in one["responses"].items()}
    success = min(codes)
    return Operation(
        anchor=one["operationId"],
        method=method.upper(),
        path=path,
        about=one["description"],
        parameters=[
            (each["name"], f"{each['in']}: {_kind(each['schema'])}", _needed(each), each.get("description", ""))
            for each in one.get("parameters", ())
        ],
        ask=_body(one["requestBody"], shapes) if "requestBody" in one else None,
        success=str(success),
        reply=_body(codes[success], shapes),
        problems=[(str(code), codes[code]["description"].replace("`", "")) for code in sorted(codes) if code >= 400],
    )


def _needed(parameter: Part) -> str:
    return "yes" if parameter.get("required") else "no"


def _body(part: Part, shapes: Part) -> Shape:
    media = part["content"]["application/json"]
    name = _named(media["schema"])
    example = next(iter(media["examples"].values()))["value"]
    return _shape(shapes[name], name, shapes, json.dumps(example, indent=2))


def _shape(schema: Part, name: str, shapes: Part, example: str) -> Shape:
    needed = schema.get("required", ())
    rows = [
        (field, _kind(part), "yes" if field in needed else "no", part.get("description", "").replace("`", ""))
        for field, part in schema["properties"].items()
    ]
    return Shape(name, schema.get("description", ""), rows, example)


def _kind(part: Part) -> str:
    """Say in words what a value is."""
    if "oneOf" in part:
        return " or ".join(_kind(one) for one in part["oneOf"])
    if "enum" in part:
        return "one of " + ", ".join(part["enum"])
    if part.get("type") == "array":
        return f"list of {_kind(part['items'])}"
    named = _named(part)
    words = {"integer": "whole number", "boolean": "true or false", "string": "text"}
    formats = {"date": "day (ISO 8601)", "date-time": "instant with offset (ISO 8601)"}
    kind = str(named or formats.get(part.get("format", "")) or words.get(part["type"], part["type"]))
    return f"{kind}, or null" if part.get("nullable") else kind


def _named(part: Part) -> str:
    """Return the name of the shape a part refers to, or nothing."""
    inner = part.get("allOf", [part])[0]
    return str(inner.get("$ref", "")).rpartition("/")[2]
