"""What every page needs to turn a request into a call: who asks, and a record only if the asker has a part in it."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar, cast

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

from rems_portal.audit.access import record_denied_look, record_look
from rems_portal.audit.actors import Actor, Channel, Principal

if TYPE_CHECKING:
    from rems_portal.accounts.models import User

Row = TypeVar("Row", bound=Model)


def user_of(request: HttpRequest) -> "User":
    """Return the signed-in account; pages without one are closed by LoginRequiredMiddleware."""
    return cast("User", request.user)


def actor_of(request: HttpRequest, channel: Channel = Channel.PAGE, *, on_behalf_of: Principal | None = None) -> Actor:
    """Return the actor for the signed-in account; office staff act `on_behalf_of` the prescriber they work for."""
    return Actor.of(user_of(request), channel, on_behalf_of=on_behalf_of)


def visible_or_404(
    request: HttpRequest,
    rows: "QuerySet[Row]",
    *,
    at: datetime,
    kind: str,
    on_behalf_of: Callable[[Row], Principal] | None = None,
    **lookup: str,
) -> Row:
    """Return the one row of `rows` (already scoped to the viewer) and write the look down.

    `kind` and the looked-up number name the record ("patient P-…"); `on_behalf_of` says whose record a row is, so that
    office staff are written down as "X for Dr. Y". Raises Http404 when it is not there for this viewer, whether it
    exists or not, and writes that down too, then under the viewer's name alone: it is nobody's record.
    """
    record = f"{kind} {next(iter(lookup.values()))}"
    try:
        row = rows.get(**lookup)
    except ObjectDoesNotExist:
        record_denied_look(by=actor_of(request), at=at, record=record)
        raise Http404(f"No such {kind} for you") from None
    record_look(by=actor_of(request, on_behalf_of=on_behalf_of(row) if on_behalf_of else None), at=at, record=record)
    return row
