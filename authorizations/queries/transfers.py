"""Reads about transfers, for the office that asked for them; whose patient it is, is never read for it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from patients.actions import PatientEnrollment, key_of
from patients.models import Patient, Transfer
from patients.queries import running_enrollment
from prescribers.models import Prescriber
from prescribers.permissions import scope
from rems_portal.rules.calendars import program_day
from rems_portal.rules.programs import ProgramVersion

if TYPE_CHECKING:
    from rems_portal.accounts.models import User


def transfers_asked_by(user: "User", *, at: datetime) -> QuerySet[Transfer]:
    """Return the transfers that the offices this account works in asked for, whatever became of them."""
    rows = scope(Transfer.objects.all(), user, program_day(at), through="to_prescriber")
    found: QuerySet[Transfer] = rows.select_related("agreement__form", "to_prescriber__user", "enrollment__patient")
    return found


def pending_transfers_of(user: "User", *, at: datetime) -> QuerySet[Transfer]:
    """Return those that still wait for the patient's side, the latest first."""
    waiting = Transfer.objects.pending().values("pk")
    return transfers_asked_by(user, at=at).filter(pk__in=waiting).order_by("-asked_at", "-pk")


def number_known_elsewhere(form: PatientEnrollment, prescriber: Prescriber, program: ProgramVersion) -> str | None:
    """Return the number of this person's record with another prescriber, for the audit trail only; None without one."""
    patient = Patient.objects.filter(identity_key=key_of(form)).first()
    running = running_enrollment(patient, program.program) if patient else None
    elsewhere = patient is not None and running is not None and running.prescriber_id != prescriber.pk
    return patient.number if patient and elsewhere else None
