"""Stores decisions, and finds the answer already given to the same request."""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, CharField

from authorizations.models import Decision
from patients.models import Enrollment
from pharmacies.models import Pharmacy
from prescribers.models import Prescriber
from rems_portal.audit.actors import Actor
from rems_portal.errors import IdempotencyConflict
from rems_portal.prepared import Prepared, Slot
from rems_portal.rules import findings
from rems_portal.signatures.models import SignedForm


def request_hash(request: dict[str, Any]) -> str:
    """Return a hash that is the same for the same request, whatever the order of its fields."""
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=_plain).encode()).hexdigest()


def _keyed_decision(asker: str) -> Any:
    """Return the query for the decision under a key of one asker; the columns say whether it was another request."""
    kept = {asker: Slot("asker", BigIntegerField()), "idempotency_key": Slot("key", CharField())}
    return Decision.objects.filter(**kept).order_by().values_list("pk", "request_hash")


KEYED = {
    Prescriber: Prepared(lambda: _keyed_decision("prescriber_id")),
    Pharmacy: Prepared(lambda: _keyed_decision("pharmacy_id")),
}


def answered_before(key: str | None, hashed: str, asker: Prescriber | Pharmacy) -> Decision | None:
    """Return the decision already given to this asker's key. Raises IdempotencyConflict for another request."""
    if not key:
        return None
    earlier = KEYED[type(asker)].first(key=key, asker=asker.pk)
    if earlier is None:
        return None
    pk, its_hash = earlier
    if its_hash != hashed:
        raise IdempotencyConflict("This idempotency key was used for another request. Use a new key.")
    decision: Decision = Decision.objects.select_related("confirmation__authorization", "authorization").get(pk=pk)
    return decision


def store_decision(
    decision: findings.Decision,
    *,
    by: Actor,
    facts: dict[str, Any],
    key: str | None,
    hashed: str,
    enrollment: Enrollment | None,
    prescriber: Prescriber | None = None,
    pharmacy: Pharmacy | None = None,
    form: SignedForm | None = None,
) -> Decision:
    """Write a decision of the rules with the facts it was taken on, and the signed form in which it was asked for."""
    return Decision.objects.create(
        ask=decision.ask,
        outcome=decision.outcome,
        at=decision.at,
        program=decision.program,
        program_version=decision.program_version,
        facts=facts,
        checks=[check.as_dict() for check in decision.checks],
        failed=",".join(decision.failed),
        actor_name=by.name,
        channel=by.channel,
        user_id=by.user_id,
        enrollment=enrollment,
        prescriber=prescriber,
        pharmacy=pharmacy,
        idempotency_key=key or None,
        request_hash=hashed,
        form=form,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, (set, frozenset, tuple)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no plain form")
