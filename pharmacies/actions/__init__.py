"""The acts on pharmacies: becoming certified, program staff's oversight, and who works there."""

from pharmacies.actions.certify import PharmacyDetails, PharmacyIdentity, certify_pharmacy, start_certification
from pharmacies.actions.details import change_pharmacy_details, correct_pharmacy_numbers
from pharmacies.actions.oversight import (
    decertify_pharmacy,
    reinstate_pharmacy,
    reopen_pharmacy_certification,
    suspend_pharmacy,
)
from pharmacies.actions.quiz import open_quiz, take_quiz
from pharmacies.actions.removal import remove_site
from pharmacies.actions.sites import add_sites, hand_over_pharmacy, withdraw_hand_over
from pharmacies.actions.staff import add_staff, end_staff
from pharmacies.actions.training import complete_training

__all__ = [
    "PharmacyDetails",
    "PharmacyIdentity",
    "add_sites",
    "add_staff",
    "certify_pharmacy",
    "change_pharmacy_details",
    "complete_training",
    "correct_pharmacy_numbers",
    "decertify_pharmacy",
    "end_staff",
    "hand_over_pharmacy",
    "open_quiz",
    "reinstate_pharmacy",
    "remove_site",
    "reopen_pharmacy_certification",
    "start_certification",
    "suspend_pharmacy",
    "take_quiz",
    "withdraw_hand_over",
]
