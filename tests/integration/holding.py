"""What the tests of a pharmacy's pages share: a confirmation that is held, and what is typed about it."""

from datetime import datetime, timedelta
from typing import Any

from django.test import Client

import tests.factories as make
from authorizations.actions.safety import report_pregnancy
from authorizations.models import Confirmation
from patients.models import SafetyCase
from pharmacies.models import Pharmacy
from rems_portal.clockwork import zone_named
from rems_portal.rules.dispensing import checklist_items
from rems_portal.rules.forms import fingerprint
from rems_portal.rules.forms.surveys import checklist_form
from rems_portal.rules.vocabulary import RiskCategory, RuleGroup

CHICAGO = zone_named("America/Chicago")
NOW = make.NOW + timedelta(seconds=30)  # 10:00:30 AM in Chicago: nobody types seconds


def later(client: Client, clock: Any, shop: Pharmacy, to: datetime) -> None:
    """Move the clock; who was away for longer than a session lasts signs in again."""
    clock.move_to(to)
    client.force_login(shop.staff.get().user)


def held_by(shop: Pharmacy, category: RiskCategory = RiskCategory.AM, at: datetime = NOW) -> Confirmation:
    one = make.enrollment(category, at=at - make.days(20), prescriber=make.prescriber(at=at))
    return make.confirmation(make.authorization(one, at=at), pharmacy=shop, at=at)


def at_path(held: Confirmation, page: str = "") -> str:
    return f"/confirmations/{held.number}/{page}"


def items_of(held: Confirmation) -> list[str]:
    return [item.code for item in checklist_items(RuleGroup(held.rule_group), make.PROGRAM)]


def counseled(held: Confirmation, items: list[str] | None = None) -> dict[str, Any]:
    """Return what the page sends when the Checklist is completed on its own."""
    form = checklist_form(RuleGroup(held.rule_group), make.PROGRAM)
    ticked = items_of(held) if items is None else items
    return {"items": ticked, "form_seen": fingerprint(form), "only_counseling": "yes"}


def when(local: datetime, **changes: Any) -> dict[str, Any]:
    return {
        "how": "picked_up",
        "done_at_month": local.month,
        "done_at_day": local.day,
        "done_at_year": local.year,
        "done_at_time": f"{local:%H:%M}",
        "days_supply": "28",
        "product": "other",
    } | changes


def stop(held: Confirmation, at: datetime) -> None:
    by = make.actor(held.authorization.prescriber.user)
    report_pregnancy(by=by, at=at, enrollment=held.enrollment, kind=SafetyCase.Kind.PREGNANCY, role="prescriber")
