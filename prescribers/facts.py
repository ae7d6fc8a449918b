"""Bridges prescribers' rows to the rules."""

from datetime import datetime

from prescribers.models import Prescriber, PrescriberCertification
from rems_portal.rules.certification import PrescriberCertificationFacts, ReviewFacts
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.rules.numbers import npi_is_valid


def is_certified(prescriber: Prescriber, program: str) -> bool:
    """Is the prescriber certified in the program now?"""
    return PrescriberCertification.objects.filter(
        prescriber=prescriber, program=program, status=CertificationStatus.CERTIFIED
    ).exists()


def certification_facts(
    certification: PrescriberCertification, *, at: datetime, form_signed: bool
) -> PrescriberCertificationFacts:
    """Return what the rules ask about a certification at `at` (UTC), if its form were signed or not."""
    who = certification.prescriber
    return PrescriberCertificationFacts(
        at=at,
        reviews=tuple(
            ReviewFacts(review.material, review.version, review.reviewed_at) for review in certification.reviews.all()
        ),
        form_complete=npi_is_valid(who.npi) and bool(who.full_name and who.practice_name and who.phone),
        form_signed=form_signed,
    )
