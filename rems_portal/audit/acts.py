"""What makes a function a business act: one transaction, one actor, one instant, and moves along a lifecycle."""

import functools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

from django.db import IntegrityError, models, transaction

from rems_portal.audit.actors import Actor, acting_as
from rems_portal.audit.history import write_history
from rems_portal.errors import StaleRecord
from rems_portal.rules.lifecycles import may_move

P = ParamSpec("P")
R = TypeVar("R")

ACTS: dict[str, Callable[..., Any]] = {}
TRIES = 3


def act(function: Callable[P, R]) -> Callable[P, R]:
    """Make `function(*, by, at, ...)` a business act: all of it commits or none; history names `by` and `at`.

    Raises TypeError without an actor, ValueError for an instant without a zone. Runs the act again when a number it
    drew was already taken.
    """

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        by, at = kwargs.get("by"), kwargs.get("at")
        if not isinstance(by, Actor):
            raise TypeError(f"{function.__name__} needs by=Actor(...)")
        if not isinstance(at, datetime) or at.tzinfo is None:
            raise ValueError(f"{function.__name__} needs at=, an instant with a time zone")
        kwargs["at"] = instant = at.astimezone(UTC)
        for attempt in range(TRIES):
            try:
                with acting_as(by, instant), transaction.atomic():
                    return function(*args, **kwargs)
            except IntegrityError as error:
                if not _number_was_taken(error) or attempt == TRIES - 1:
                    raise
        raise AssertionError("unreachable: the last try returns or raises")

    ACTS[f"{function.__module__}.{function.__name__}"] = wrapper
    return wrapper


def _number_was_taken(error: IntegrityError) -> bool:
    text = str(error)
    outermost = not transaction.get_connection().in_atomic_block
    return outermost and ("_number_key" in text or "_number_unique" in text or text.endswith(".number"))


def move(record: models.Model, table: Mapping[Any, Any], to: str, *, why: str, **changes: Any) -> None:
    """Move `record.status` along its lifecycle and write the history row.

    The update is conditional on the status read before, so of two racing writers one gets StaleRecord.
    Raises StaleRecord for that, ValueError for a move the table does not allow.
    """
    old = record.status  # type: ignore[attr-defined]
    if not may_move(table, old, to):
        raise ValueError(f"{type(record).__name__}: {old} → {to} is not allowed")
    changes["status"] = to
    changed = type(record)._default_manager.filter(pk=record.pk, status=old).update(**changes)
    if changed != 1:
        raise StaleRecord(f"{type(record).__name__} is no longer {old}")
    for name, value in changes.items():
        setattr(record, name, value)
    write_history(record, why=why)
