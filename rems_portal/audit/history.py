"""django-simple-history as this portal uses it: every row names the actor, the channel and the instant of its act."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from simple_history.models import HistoricalRecords

from rems_portal.audit.actors import current_actor_name, current_channel, current_instant, current_user_id


class ActingContext(models.Model):
    """The columns that every history table has besides simple-history's own."""

    actor_name = models.CharField(max_length=200, blank=True, default=current_actor_name, editable=False)
    channel = models.CharField(max_length=10, blank=True, default=current_channel, editable=False)

    class Meta:
        abstract = True


def _acting_user(instance: Any, request: Any = None, **_: Any) -> Any:
    user_id = current_user_id()
    if user_id is not None:
        return get_user_model()(pk=user_id)
    return request.user if request is not None else None


LONGEST_REASON = 100  # simple-history's column; acts keep the whole reason on the record itself


class ActRecords(HistoricalRecords):
    """History rows dated by the act they belong to, not by the moment the row is written."""

    def create_history_model(self, model: type[models.Model], inherited: bool) -> Any:
        """Return the history table's model, and remember which it is."""
        rows = super().create_history_model(model, inherited)
        _ROWS[model] = rows
        return rows

    def create_historical_record(self, instance: Any, history_type: str, using: Any = None) -> None:
        """Write a row of `history_type` with the instant of the running act; outside any act with the clock's."""
        instance.__dict__.pop("_history_date", None)
        if current_instant() is None:
            super().create_historical_record(instance, history_type, using)
        else:
            _write_row(instance, history_type, self.get_change_reason_for_object(instance, history_type, using))


def audited(**options: Any) -> HistoricalRecords:
    """Return the `history` attribute of a regulated model; `options` go to simple-history (`excluded_fields=`)."""
    return ActRecords(bases=[ActingContext], get_user=_acting_user, **options)


def write_history(record: models.Model, *, why: str = "") -> None:
    """Write the history row of a change that an act made by `queryset.update`, which simple-history does not see."""
    _write_row(record, "~", why)


def held_at(record: models.Model, at: datetime, columns: Collection[str]) -> dict[str, Any]:
    """Return what these columns of a record held at the instant `at`, as the acts up to then wrote them.

    A column that no longer says what the last act wrote is given as it is now: a change by an act leaves what held
    before as it was, a change around the acts shows.
    """
    now = {name: getattr(record, name) for name in columns}
    manager = record.history  # type: ignore[attr-defined]
    rows = list(manager.order_by("-history_date", "-history_id").values("history_date", *columns))
    if not rows:
        return now
    then = next((row for row in rows if row["history_date"] <= at), rows[-1])
    return {name: then[name] if value == rows[0][name] else value for name, value in now.items()}


# By model: simple-history's own way to its table makes a new manager class each time, which takes longer than the row.
_ROWS: dict[type[models.Model], Any] = {}


def _write_row(record: models.Model, history_type: str, why: str | None) -> None:
    rows = _ROWS[type(record)]
    row = rows(
        history_date=current_instant(),
        history_type=history_type,
        history_user_id=current_user_id(),
        history_change_reason=why[:LONGEST_REASON] if why else why,
        **{field.attname: getattr(record, field.attname) for field in rows.tracked_fields},
    )
    row.save(force_insert=True)
