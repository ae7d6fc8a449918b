"""Bridges prescribers' rows to the rules."""

from prescribers.models import Prescriber, PrescriberCertification
from rems_portal.rules.lifecycles import CertificationStatus


def is_certified(prescriber: Prescriber, program: str) -> bool:
    """Is the prescriber certified in the program now?"""
    return PrescriberCertification.objects.filter(
        prescriber=prescriber, program=program, status=CertificationStatus.CERTIFIED
    ).exists()
