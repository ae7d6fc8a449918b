"""Who may report about whom, and what a report brought about. Every read is scoped to the person who asks."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from authorizations.models import Authorization, Confirmation
from authorizations.queries.safety import message_key
from patients.models import Enrollment, SafetyReport
from pharmacies.permissions import pharmacies_of
from prescribers.permissions import prescribers_served_by
from rems_portal.accounts.models import User
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.lifecycles import AuthorizationStatus, ConfirmationStatus
from rems_portal.rules.numbers import Kind

PATIENTS_SHOWN = 20
OFFICE_ROLES = (User.Role.PRESCRIBER, User.Role.DELEGATE)
NUMBERS_OF_ROLE = {
    User.Role.PRESCRIBER: (Kind.PATIENT,),
    User.Role.DELEGATE: (Kind.PATIENT,),
    User.Role.PHARMACIST: (Kind.CONFIRMATION, Kind.AUTHORIZATION),
    User.Role.PROGRAM_STAFF: (Kind.PATIENT, Kind.AUTHORIZATION, Kind.CONFIRMATION),
}
_PLACES = {
    Kind.PATIENT: "patient__number",
    Kind.AUTHORIZATION: "authorizations__number",
    Kind.CONFIRMATION: "confirmations__number",
}


def own_patients(user: User, on: date, words: str = "") -> list[Enrollment]:
    """Return the patients of the prescribers this account is or works for on `on`, by name, each once.

    `words`: the beginning of a name, or a patient number; at most PATIENTS_SHOWN are returned.
    """
    rows = Enrollment.objects.filter(prescriber__in=prescribers_served_by(user, on)).select_related("patient")
    for word in words.split():
        rows = rows.filter(
            Q(patient__family_name__istartswith=word)
            | Q(patient__given_name__istartswith=word)
            | Q(patient__number__iexact=word)
        )
    found: dict[int, Enrollment] = {}
    for row in rows.order_by("patient__family_name", "patient__given_name", "patient_id", "-enrolled_at"):
        found.setdefault(row.patient_id, row)
        if len(found) == PATIENTS_SHOWN:
            break
    return list(found.values())


def enrollment_behind(number: str, user: User, on: date, *, identified: bool = False) -> Enrollment | None:
    """Return the enrollment a number stands for, if this account has a part in it; else None.

    The office: patient numbers of its own patients. A pharmacy: its own confirmations and their authorizations, and
    with `identified` any authorization whose birth date was given. Program staff: every number.
    """
    kind = Kind(number[0])
    role = User.Role(user.role)
    if kind not in NUMBERS_OF_ROLE[role]:
        return None
    rows: QuerySet[Enrollment] = Enrollment.objects.filter(**{_PLACES[kind]: number})
    if role in OFFICE_ROLES:
        rows = rows.filter(prescriber__in=prescribers_served_by(user, on))
    elif role == User.Role.PHARMACIST and not identified:
        rows = rows.filter(pk__in=_confirmed_by(user, on, kind, number))
    return rows.select_related("patient", "prescriber__user").order_by("-enrolled_at").first()


def _confirmed_by(user: User, on: date, kind: Kind, number: str) -> QuerySet[Confirmation, int]:
    named = {"number": number} if kind == Kind.CONFIRMATION else {"authorization__number": number}
    own = Confirmation.objects.filter(pharmacy__in=pharmacies_of(user, on), **named)
    return own.values_list("enrollment_id", flat=True)


def birth_date_fits(number: str, birth_date: date) -> bool:
    """Tell whether an authorization exists and belongs to a patient born on that day."""
    return Authorization.objects.filter(number=number, enrollment__patient__birth_date=birth_date).exists()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a report brought about: the numbers it voided, and the parties that were told."""

    authorizations: list[str] = field(default_factory=list)
    confirmations: list[str] = field(default_factory=list)
    told: frozenset[str] = frozenset()


def report_of(key: UUID) -> SafetyReport | None:
    """Return the report a form with this submission key made."""
    found: SafetyReport | None = (
        SafetyReport.objects.select_related("case__enrollment__patient", "case__enrollment__prescriber")
        .filter(submission_key=key)
        .first()
    )
    return found


def outcome_of(report: SafetyReport, *, pharmacist: User | None = None, on: date | None = None) -> Outcome:
    """Return what a report brought about; for a pharmacist only the confirmations of the pharmacies of that person."""
    enrollment, at = report.case.enrollment, report.reported_at
    authorizations = enrollment.authorizations.filter(status=AuthorizationStatus.VOID, ended_at=at)
    confirmations = enrollment.confirmations.filter(status=ConfirmationStatus.VOID, ended_at=at)
    if pharmacist is not None and on is not None:
        confirmations = confirmations.filter(pharmacy__in=pharmacies_of(pharmacist, on))
        authorizations = authorizations.filter(confirmations__in=confirmations)
    prefix = f"{message_key(report)}:"
    keys = OutboxMessage.objects.filter(key__startswith=prefix).values_list("key", flat=True)
    return Outcome(
        authorizations=list(authorizations.order_by("number").values_list("number", flat=True)),
        confirmations=list(confirmations.order_by("number").values_list("number", flat=True)),
        told=frozenset(key.removeprefix(prefix).partition(":")[0] for key in keys),
    )
