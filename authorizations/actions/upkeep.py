"""What time does to numbers: authorizations expire, confirmations lapse. Also voiding what is live."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from authorizations.facts import patient_facts
from authorizations.models import Authorization, Confirmation
from patients.models import Enrollment
from pharmacies.models import PharmacyStaff
from prescribers.models import Delegation, Prescriber
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.notifications.actions import tell
from rems_portal.rules.calendars import program_day
from rems_portal.rules.lifecycles import (
    AUTHORIZATION_MOVES,
    CONFIRMATION_MOVES,
    AuthorizationStatus,
    ConfirmationStatus,
)
from rems_portal.rules.pregnancy_testing import next_test_due
from rems_portal.rules.programs import ProgramVersion
from rems_portal.rules.surveys import next_survey_due


def settle(enrollment: Enrollment, at: datetime) -> None:
    """Lapse and expire what is over at `at`. The caller holds the enrollment's lock inside an act."""
    for confirmation in enrollment.confirmations.filter(status=ConfirmationStatus.OPEN, lapses_at__lt=at):
        close_confirmation(confirmation, ConfirmationStatus.LAPSED, at=at, why="Not dispensed by its deadline")
    for authorization in enrollment.authorizations.filter(
        status=AuthorizationStatus.ACTIVE, valid_through__lt=program_day(at)
    ):
        _end(authorization, AuthorizationStatus.EXPIRED, at=at, why="Not used by its last valid day")


@act
def settle_enrollment(*, by: Actor, at: datetime, enrollment_id: int) -> None:
    """Lapse and expire what is over for one enrollment: what the regular job does."""
    settle(Enrollment.objects.locked().get(pk=enrollment_id), at)


def overdue_enrollments(at: datetime, limit: int) -> list[int]:
    """Return ids of enrollments with a number whose time is over; the cost follows what is due."""
    lapsing = Confirmation.objects.filter(status=ConfirmationStatus.OPEN, lapses_at__lt=at)
    expiring = Authorization.objects.filter(status=AuthorizationStatus.ACTIVE, valid_through__lt=program_day(at))
    ids = {*lapsing.values_list("enrollment_id", flat=True)[:limit]}
    ids.update(expiring.values_list("enrollment_id", flat=True)[:limit])
    return sorted(ids)


def close_confirmation(confirmation: Confirmation, to: ConfirmationStatus, *, at: datetime, why: str) -> None:
    """Lapse or cancel an open confirmation; its authorization is live again while it is still valid (section 8)."""
    move(confirmation, CONFIRMATION_MOVES, to, why=why, ended_at=at, ended_reason=why)
    authorization = Authorization.objects.get(pk=confirmation.authorization_id)
    if authorization.status != AuthorizationStatus.CONFIRMED:
        return
    if authorization.valid_through >= program_day(at):
        move(authorization, AUTHORIZATION_MOVES, AuthorizationStatus.ACTIVE, why=why)
    else:
        _end(authorization, AuthorizationStatus.EXPIRED, at=at, why="Not used by its last valid day")


def void_live_numbers(
    enrollment: Enrollment, *, at: datetime, why: str, but: Confirmation | None = None
) -> list[Confirmation]:
    """Void every live authorization and undispensed confirmation; return the confirmations that were voided.

    `but` and its authorization are left alone. The caller holds the enrollment's lock inside an act.
    """
    live = Q(status=AuthorizationStatus.ACTIVE) | Q(status=AuthorizationStatus.CONFIRMED)
    confirmations = enrollment.confirmations.filter(status=ConfirmationStatus.OPEN)
    authorizations = enrollment.authorizations.filter(live)
    if but:
        confirmations = confirmations.exclude(pk=but.pk)
        authorizations = authorizations.exclude(pk=but.authorization_id)
    voided = list(confirmations.select_related("pharmacy", "authorization"))
    for confirmation in voided:
        move(confirmation, CONFIRMATION_MOVES, ConfirmationStatus.VOID, why=why, ended_at=at, ended_reason=why)
    for authorization in authorizations:
        _end(authorization, AuthorizationStatus.VOID, at=at, why=why)
    return voided


def tell_pharmacies(voided: Iterable[Confirmation], *, key: str, at: datetime) -> None:
    """Tell the people who work in the pharmacies that hold these confirmations that the numbers are void."""
    working = PharmacyStaff.objects.in_force(program_day(at)).filter(
        pharmacy__in={confirmation.pharmacy_id for confirmation in voided}
    )
    tell(
        users=User.objects.filter(pk__in=working.values("user_id")),
        key=key,
        kind="confirmation_void",
        subject="Stop: a confirmation number was voided",
        text="A confirmation number your pharmacy holds is void. Do not dispense on it. Your open confirmations show "
        "which.",
        at=at,
    )


def tell_office(prescriber: Prescriber, *, key: str, kind: str, subject: str, text: str, at: datetime) -> None:
    """Tell the prescriber and today's office staff; `text` says what to do, nothing about anybody's health."""
    delegates = Delegation.objects.in_force(program_day(at)).filter(prescriber=prescriber)
    users = [prescriber.user, *User.objects.filter(pk__in=delegates.values("delegate_id"))]
    tell(users=users, key=key, kind=kind, subject=subject, text=text, at=at)


def _end(authorization: Authorization, to: AuthorizationStatus, *, at: datetime, why: str) -> None:
    move(authorization, AUTHORIZATION_MOVES, to, why=why, ended_at=at, ended_reason=why)


def refresh_due_dates(enrollment: Enrollment, *, at: datetime, program: ProgramVersion) -> None:
    """Keep the stored next-due days that reminders and worklists read; derived, so without a history row."""
    facts = patient_facts(enrollment)
    Enrollment.objects.filter(pk=enrollment.pk).update(
        next_test_due=next_test_due(facts, at, program), next_survey_due=next_survey_due(facts, at, program)
    )
