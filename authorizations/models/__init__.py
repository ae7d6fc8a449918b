"""Decisions, authorizations, confirmations, checklists, dispenses, and the compliance cases they open.

No verbs here: the only writers are `authorizations.actions`. Constraints refuse what domain.md section 12 says must
never be, whoever writes.
"""

from authorizations.models.catalogue import Product
from authorizations.models.decisions import Decision
from authorizations.models.dispensing import Checklist, ComplianceCase, Dispense
from authorizations.models.numbers import LIVE_AUTHORIZATION, Authorization, Confirmation

__all__ = [
    "LIVE_AUTHORIZATION",
    "Authorization",
    "Checklist",
    "ComplianceCase",
    "Confirmation",
    "Decision",
    "Dispense",
    "Product",
]
