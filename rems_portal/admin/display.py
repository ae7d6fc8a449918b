"""Stored JSON made readable for staff: facts as nested lists, checks one by one. It must not query or decide."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def words_of(key: str) -> str:
    """Return a stored name as words: "birth_date" becomes "Birth date"."""
    return key.replace("_", " ").strip().capitalize()


def as_list(value: Any) -> SafeString:
    """Return a JSON value as nested lists, every value escaped."""
    if isinstance(value, Mapping):
        rows = ((words_of(str(key)), as_list(inner)) for key, inner in value.items())
        return format_html('<dl class="facts">{}</dl>', format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows))
    if isinstance(value, Sequence) and not isinstance(value, str):
        if not value:
            return format_html('<span class="quiet">{}</span>', "none")
        return format_html(
            '<ol class="facts">{}</ol>', format_html_join("", "<li>{}</li>", ((as_list(v),) for v in value))
        )
    return format_html('<span class="{}">{}</span>', "quiet" if value is None else "", _plain(value))


def _plain(value: Any) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def as_checks(stored: Sequence[Mapping[str, Any]]) -> SafeString:
    """Return a decision's stored checks one by one: the statement, whether it held, and what was missing."""
    return render_to_string("admin/checks.html", {"checks": stored})
