"""Bridges pharmacies' rows to the rules."""

from dataclasses import dataclass
from datetime import datetime

from pharmacies.models import Pharmacy, PharmacyCertification
from rems_portal.rules.calendars import zone_named
from rems_portal.rules.certification import PharmacyCertificationFacts, QuizAttemptFacts, ReviewFacts
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.rules.numbers import ncpdp_id_is_valid, npi_is_valid


def is_certified(pharmacy: Pharmacy, program: str) -> bool:
    """Is the pharmacy certified in the program now?"""
    return PharmacyCertification.objects.filter(
        pharmacy=pharmacy, program=program, status=CertificationStatus.CERTIFIED
    ).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What the Pharmacy Enrollment Form is signed with: the typed name, and the codes of the processes attested."""

    name: str = ""
    processes: frozenset[str] = frozenset()


def certification_facts(
    certification: PharmacyCertification, *, at: datetime, signature: Signature
) -> PharmacyCertificationFacts:
    """Return what the rules ask about a certification at `at` (UTC), if its form were signed like this."""
    return PharmacyCertificationFacts(
        at=at,
        reviews=tuple(
            ReviewFacts(review.material, review.version, review.reviewed_at) for review in certification.reviews.all()
        ),
        quiz_attempts=tuple(
            QuizAttemptFacts(attempt.correct, attempt.questions) for attempt in certification.quiz_attempts.all()
        ),
        processes=signature.processes,
        form_complete=identity_is_complete(certification.pharmacy),
        form_signed=bool(signature.name.strip()),
    )


def identity_is_complete(pharmacy: Pharmacy) -> bool:
    """Does the pharmacy say who and where it is, with numbers that can be right?"""
    named = bool(pharmacy.name and pharmacy.phone and pharmacy.address)
    numbered = npi_is_valid(pharmacy.npi) and ncpdp_id_is_valid(pharmacy.ncpdp_id)
    return named and numbered and zone_exists(pharmacy.time_zone)


def zone_exists(name: str) -> bool:
    """Is this the IANA name of a time zone?"""
    try:
        return bool(name and zone_named(name))
    except ValueError:
        return False
