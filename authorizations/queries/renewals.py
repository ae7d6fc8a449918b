"""Who has to renew a certification or a training soon, as the program version demands. Reads; must not write or send.

The day is the program version's and the same for everybody: on most days nothing is due, and nothing is read.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from authorizations.queries.reminders import BATCH, DAYS_IN_A_WEEK, Phase
from pharmacies.models import PharmacyCertification, PharmacyStaff
from prescribers.models import PrescriberCertification
from rems_portal.accounts.models import User
from rems_portal.rules.findings import Party
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.rules.programs import ProgramVersion, Renewal

DAYS_IN_A_MONTH = 30
# How many days it is until the older one no longer counts, in each phase: reminded once in each, on whatever day.
PHASES: Mapping[Phase, range] = {
    Phase.MONTH: range(DAYS_IN_A_WEEK + 1, DAYS_IN_A_MONTH + 1),
    Phase.WEEK: range(1, DAYS_IN_A_WEEK + 1),
}


class Renewed(StrEnum):
    """What is renewed."""

    PRESCRIBER = "prescriber"
    PHARMACY = "pharmacy"
    TRAINING = "training"


def due_renewals(today: date, program: ProgramVersion) -> Iterator[tuple[Renewed, Phase, Renewal, list[User]]]:
    """Return what falls due soon on the program day `today`, in which phase, with the people to remind, in batches.

    Those reminded earlier in the phase are among them; accounts that are closed are not.
    """
    demands = {
        Renewed.PRESCRIBER: program.recertification.get(Party.PRESCRIBER),
        Renewed.PHARMACY: program.recertification.get(Party.PHARMACY),
        Renewed.TRAINING: program.staff_retraining,
    }
    for what, renewal in demands.items():
        phase = _phase(today, renewal)
        if renewal and phase:
            for users in _batches(_who(what, renewal, today, program.program)):
                yield what, phase, renewal, users


def _phase(today: date, renewal: Renewal | None) -> Phase | None:
    left = (renewal.from_day - today).days if renewal else 0
    return next((phase for phase, days in PHASES.items() if left in days), None)


def _who(what: Renewed, renewal: Renewal, today: date, program: str) -> QuerySet[User]:
    older = {
        "program": program,
        "status": CertificationStatus.CERTIFIED,
        "program_version__lt": renewal.oldest_version,
    }
    working = PharmacyStaff.objects.in_force(today)
    people: Any
    if what is Renewed.PRESCRIBER:
        people = PrescriberCertification.objects.filter(**older).values("prescriber__user_id")
    elif what is Renewed.PHARMACY:
        sites = PharmacyCertification.objects.filter(**older).values("pharmacy_id")
        people = working.filter(is_representative=True, pharmacy__in=sites).values("user_id")
    else:
        trained = working.exclude(trained_version="").filter(trained_version__lt=renewal.oldest_version)
        people = trained.values("user_id")
    return User.objects.filter(pk__in=people, is_active=True).order_by("pk")


def _batches(people: QuerySet[User]) -> Iterator[list[User]]:
    last = 0
    while batch := list(people.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk
