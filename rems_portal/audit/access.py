"""Writes down looks at records. A look that can't be written down is not given (it raises)."""

from datetime import datetime

from rems_portal.audit.actors import Actor
from rems_portal.audit.models import AccessEvent


def record_look(*, by: Actor, at: datetime, record: str) -> None:
    """Write that `by` was shown `record` ("patient P-...") at `at`."""
    _write(by, at, record, AccessEvent.Outcome.SHOWN)


def record_denied_look(*, by: Actor, at: datetime, record: str) -> None:
    """Write that `by` asked for `record` and was told it is not there."""
    _write(by, at, record, AccessEvent.Outcome.DENIED)


def _write(by: Actor, at: datetime, record: str, outcome: str) -> None:
    AccessEvent.objects.create(
        at=at, user_id=by.user_id, actor_name=by.name, channel=by.channel, record=record[:60], outcome=outcome
    )
