"""Bridges prescribers' rows to the rules."""

from datetime import datetime

from prescribers.models import Prescriber, PrescriberCertification
from rems_portal.audit.history import held_at
from rems_portal.materials.queries import readings_of
from rems_portal.rules.calendars import program_day
from rems_portal.rules.certification import PrescriberCertificationFacts, ReviewFacts, oldest_certification
from rems_portal.rules.findings import Party
from rems_portal.rules.forms import Answer
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.rules.numbers import npi_is_valid
from rems_portal.rules.programs import ProgramVersion


def is_certified(prescriber: Prescriber, program: ProgramVersion, at: datetime) -> bool:
    """Is the prescriber certified in the program at `at` (UTC)? What `counts_as_certified` says, as one query."""
    return PrescriberCertification.objects.filter(
        prescriber=prescriber,
        program=program.program,
        status=CertificationStatus.CERTIFIED,
        program_version__gte=oldest_certification(Party.PRESCRIBER, program_day(at), program),
    ).exists()


def enrollment_answers(prescriber: Prescriber) -> dict[str, Answer]:
    """Return what the Prescriber Enrollment Form says of a prescriber: its answers, by the form's item."""
    return {
        "npi": prescriber.npi,
        "full_name": prescriber.full_name,
        "credentials": prescriber.credentials,
        "practice_name": prescriber.practice_name,
        "phone": prescriber.phone,
    }


def kept_answers(certification: PrescriberCertification) -> dict[str, Answer]:
    """Return what the record says of the prescriber as of the signature, so that a tampered column shows as broken.

    An act that changes details later breaks no form.
    """
    said = enrollment_answers(certification.prescriber)
    return held_at(certification.prescriber, certification.signed_at, said) if certification.signed_at else said


def certification_facts(
    certification: PrescriberCertification, *, at: datetime, form_signed: bool
) -> PrescriberCertificationFacts:
    """Return what the rules ask about a certification at `at` (UTC), if its form were signed or not."""
    who = certification.prescriber
    return PrescriberCertificationFacts(
        at=at,
        reviews=tuple(
            ReviewFacts(one.material, one.version, one.read_at)
            for one in readings_of(who.user_id, certification.program)
        ),
        form_complete=npi_is_valid(who.npi) and bool(who.full_name and who.practice_name and who.phone),
        form_signed=form_signed,
    )
