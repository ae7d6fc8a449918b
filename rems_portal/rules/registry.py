"""Every rule of the program in one list, for the trace of obligations and for documentation.

The registries themselves stand beside the rules; nothing is evaluated here.
"""

from typing import Any

from rems_portal.rules.authorization import AUTHORIZATION_RULES
from rems_portal.rules.certification import PHARMACY_CERTIFICATION_RULES, PRESCRIBER_CERTIFICATION_RULES
from rems_portal.rules.dispensing import CONFIRMATION_RULES, DISPENSING_RULES
from rems_portal.rules.findings import Rule


def every_rule() -> tuple[Rule[Any], ...]:
    """All rules: certification, authorization, confirmation, dispensing, each in its own order."""
    return (
        *PRESCRIBER_CERTIFICATION_RULES,
        *PHARMACY_CERTIFICATION_RULES,
        *AUTHORIZATION_RULES,
        *CONFIRMATION_RULES,
        *DISPENSING_RULES,
    )
