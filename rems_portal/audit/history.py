"""django-simple-history as this portal uses it: every history row names the actor and the channel."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from simple_history.models import HistoricalRecords

from rems_portal.audit.actors import current_actor_name, current_channel, current_user_id


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


def audited() -> HistoricalRecords:
    """Return the `history` attribute of a regulated model."""
    return HistoricalRecords(bases=[ActingContext], get_user=_acting_user)


def write_history(record: models.Model, *, why: str = "") -> None:
    """Write the history row of a change made by `queryset.update`, which simple-history does not see."""
    manager = type(record).history  # type: ignore[attr-defined]
    manager.bulk_history_create([record], update=True, default_change_reason=why, default_user=_acting_user(record))
