"""A record's history for staff: each row with when, who, through which channel, why, and what changed.

Reads simple-history's tables in a constant number of queries. It must not show secrets.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.utils import display_for_value
from django.db.models import Field, ForeignKey, Model

SECRET = frozenset({"password", "token_hash", "request_hash", "identity_key", "submission_key", "last_login"})
KINDS = {"+": "Created", "~": "Changed", "-": "Deleted"}


@dataclass(frozen=True, slots=True)
class Change:
    """One field's value before and after; before is None for a new record."""

    field: str
    old: str | None
    new: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of history."""

    at: datetime
    what: str
    who: str
    channel: str
    why: str
    changes: tuple[Change, ...]


def history_of(record: Model, limit: int = 200) -> list[Entry]:
    """Return the latest `limit` entries of a record's history, latest first."""
    manager = record.history  # type: ignore[attr-defined]
    rows = list(manager.select_related("history_user").order_by("-history_date", "-history_id")[: limit + 1])
    fields = [field for field in manager.model.tracked_fields if field.name not in SECRET and not field.primary_key]
    related = _related(fields, rows)
    befores: Sequence[Any] = [*rows[1:], None]
    entries = [_entry(row, before, fields, related) for row, before in zip(rows, befores, strict=True)]
    return entries[:limit]


def changes_of(record: Model, limit: int = 200) -> list[Entry]:
    """Return the latest entries of a record's history that changed something, latest first; its beginning left out."""
    return [entry for entry in history_of(record, limit) if entry.what == KINDS["~"] and entry.changes]


def _entry(row: Any, before: Any, fields: Iterable[Any], related: dict[str, dict[Any, str]]) -> Entry:
    changes = []
    for field in fields:
        new = getattr(row, field.attname)
        old = getattr(before, field.attname) if before is not None else None
        if before is None and new in (None, ""):
            continue
        if before is None or old != new:
            told = None if before is None else _words(field, old, related)
            changes.append(Change(str(field.verbose_name), told, _words(field, new, related)))
    return Entry(
        at=row.history_date,
        what=KINDS[row.history_type],
        who=row.actor_name or (str(row.history_user) if row.history_user else "not known: written outside any act"),
        channel=row.channel,
        why=row.history_change_reason or "",
        changes=tuple(changes),
    )


def _related(fields: Iterable[Any], rows: Sequence[Any]) -> dict[str, dict[Any, str]]:
    """Return the words for every related record the rows name: one query for each relation."""
    found: dict[str, dict[Any, str]] = {}
    for field in fields:
        if isinstance(field, ForeignKey):
            ids = {value for row in rows if (value := getattr(row, field.attname)) is not None}
            model = field.related_model
            links = [f.name for f in model._meta.fields if isinstance(f, ForeignKey) and not f.null]
            records = model._default_manager.select_related(*links).filter(pk__in=ids) if ids else []
            found[field.name] = {record.pk: str(record) for record in records}
    return found


def _words(field: "Field[Any, Any]", value: Any, related: dict[str, dict[Any, str]]) -> str:
    if value is None or value == "":
        return "–"
    if field.name in related:
        return related[field.name].get(value, f"number {value}")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return str(display_for_value(value, "–"))
