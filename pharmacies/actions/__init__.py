"""The acts on pharmacies: becoming certified, program staff's oversight, and who works there."""

from pharmacies.actions.certify import (
    PharmacyIdentity,
    certify_pharmacy,
    review_pharmacy_material,
    start_certification,
    take_quiz,
)
from pharmacies.actions.oversight import (
    decertify_pharmacy,
    reinstate_pharmacy,
    reopen_pharmacy_certification,
    suspend_pharmacy,
)
from pharmacies.actions.staff import add_staff, complete_training, end_staff

__all__ = [
    "PharmacyIdentity",
    "add_staff",
    "certify_pharmacy",
    "complete_training",
    "decertify_pharmacy",
    "end_staff",
    "reinstate_pharmacy",
    "reopen_pharmacy_certification",
    "review_pharmacy_material",
    "start_certification",
    "suspend_pharmacy",
    "take_quiz",
]
