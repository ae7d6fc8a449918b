"""Bridges pharmacies' rows to the rules."""

from pharmacies.models import Pharmacy, PharmacyCertification
from rems_portal.rules.lifecycles import CertificationStatus


def is_certified(pharmacy: Pharmacy, program: str) -> bool:
    """Is the pharmacy certified in the program now?"""
    return PharmacyCertification.objects.filter(
        pharmacy=pharmacy, program=program, status=CertificationStatus.CERTIFIED
    ).exists()
