"""A pharmacy completes the Checklist and records that product left (PH-03 to PH-06, PH-09 to PH-12, PH-15, PH-16, PH-19)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from authorizations.actions.upkeep import refresh_due_dates, settle
from authorizations.models import Checklist, ComplianceCase, Confirmation, Dispense, Product
from patients.models import Enrollment
from pharmacies.models import Pharmacy
from pharmacies.permissions import require_trained
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.errors import ActRefused
from rems_portal.numbering import new_number
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import RuleGroup
from rems_portal.rules.dispensing import checklist_items, dispense_is_in_time
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import (
    AUTHORIZATION_MOVES,
    CONFIRMATION_MOVES,
    AuthorizationStatus,
    CaseStatus,
    ConfirmationStatus,
)
from rems_portal.rules.numbers import Kind
from rems_portal.rules.programs import ProgramVersion


def _refuse(rule: str, obligation: str, sentence: str) -> ActRefused:
    return ActRefused([Finding(rule, (obligation,), sentence, Party.PHARMACY)])


def _lock(number: str, pharmacy: Pharmacy) -> Enrollment:
    """Lock the patient behind this pharmacy's confirmation. Raises Confirmation.DoesNotExist."""
    found = Confirmation.objects.values_list("enrollment_id", flat=True).get(number=number, pharmacy=pharmacy)
    locked: Enrollment = Enrollment.objects.locked().select_related("patient").get(pk=found)
    return locked


@act
def complete_checklist(
    *, by: Actor, at: datetime, pharmacy: Pharmacy, number: str, items: frozenset[str], program: ProgramVersion
) -> Checklist:
    """Store the completed Checklist of the patient's group (PH-03 to PH-06, PH-10); done once, a second time is the first.

    Raises Confirmation.DoesNotExist, ActRefused when an item is missing or the confirmation was voided or cancelled.
    """
    require_trained(by, pharmacy, at)
    _lock(number, pharmacy)
    confirmation = Confirmation.objects.get(number=number)
    existing = Checklist.objects.filter(confirmation=confirmation).first()
    if existing:
        return existing
    if confirmation.status in (ConfirmationStatus.VOID, ConfirmationStatus.CANCELLED):
        raise _refuse("CHECKLIST", "PH-10", f"This confirmation is {confirmation.status}. Do not dispense on it.")
    group = RuleGroup(confirmation.rule_group)
    required = {item.code for item in checklist_items(group, program)}
    if not required <= items:
        raise _refuse("CHECKLIST", "PH-10", "Every item must be covered with the patient. Tick each one when done.")
    return Checklist.objects.create(
        confirmation=confirmation,
        rule_group=group,
        program_version=program.version,
        items=sorted(required),
        completed_at=at,
        completed_by_name=by.name,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenseRecord:
    """How, when and what left the pharmacy."""

    how: Dispense.How
    done_at: datetime
    product: Product | None = None
    lot: str = ""


@act
def record_dispense(
    *, by: Actor, at: datetime, pharmacy: Pharmacy, number: str, record: DispenseRecord, program: ProgramVersion
) -> Dispense:
    """Record that product was shipped or picked up under a confirmation (PH-09, PH-19); a second time is the first.

    Late recording of what was done in time is fine; done after the deadline is recorded as a deviation and opens a
    compliance case (PH-15, PH-16). Raises Confirmation.DoesNotExist, ActRefused.
    """
    require_trained(by, pharmacy, at)
    enrollment = _lock(number, pharmacy)
    settle(enrollment, at)
    confirmation = Confirmation.objects.select_related("authorization").get(number=number)
    existing = Dispense.objects.filter(confirmation=confirmation).first()
    if existing:
        return existing
    _require_recordable(confirmation, record, at)
    was_void = confirmation.status == ConfirmationStatus.VOID
    dispense = _write(confirmation, enrollment, by, at, record)
    _use_up(confirmation, at, record)
    _open_cases(confirmation, dispense, at, was_void=was_void)
    refresh_due_dates(enrollment, at=at, program=program)
    return dispense


def _require_recordable(confirmation: Confirmation, record: DispenseRecord, at: datetime) -> None:
    if not Checklist.objects.filter(confirmation=confirmation).exists():
        raise _refuse("DISPENSE", "PH-10", "Complete the Education and Counseling Checklist first.")
    if record.done_at > at:
        raise _refuse("DISPENSE", "PH-19", "The time lies in the future. Record the dispense once it has happened.")
    if record.done_at < confirmation.obtained_at:
        raise _refuse(
            "DISPENSE", "PH-08", "The time lies before the confirmation number was obtained. Correct the time."
        )
    if confirmation.status == ConfirmationStatus.CANCELLED:
        raise _refuse("DISPENSE", "PH-08", "This confirmation was cancelled. Ask for a new one before you dispense.")
    if confirmation.status == ConfirmationStatus.VOID and record.done_at >= (confirmation.ended_at or at):
        raise _refuse(
            "DISPENSE",
            "PH-08",
            "This confirmation was voided. Do not dispense. If product has left, call the program now.",
        )
    if record.product and record.product.strength_mg != confirmation.strength_mg:
        raise _refuse("DISPENSE", "PH-08", "The product's strength is not the confirmed one. Choose the confirmed strength.")


def _write(
    confirmation: Confirmation, enrollment: Enrollment, by: Actor, at: datetime, record: DispenseRecord
) -> Dispense:
    day = program_day(record.done_at)
    return Dispense.objects.create(
        confirmation=confirmation,
        enrollment=enrollment,
        pharmacy_id=confirmation.pharmacy_id,
        checklist=confirmation.checklist,
        how=record.how,
        done_at=record.done_at,
        dispensed_on=day,
        supply_ends_on=day + timedelta(days=confirmation.days_supply),
        days_supply=confirmation.days_supply,
        product=record.product,
        lot=record.lot,
        recorded_at=at,
        recorded_by_name=by.name,
        in_time=dispense_is_in_time(
            how=record.how,
            done_at=record.done_at,
            ship_by=confirmation.ship_by,
            pick_up_by=confirmation.pick_up_by,
            group=RuleGroup(confirmation.rule_group),
        ),
    )


def _use_up(confirmation: Confirmation, at: datetime, record: DispenseRecord) -> None:
    """Mark number and authorization as dispensed. A confirmation that lapsed meanwhile may find its authorization in use."""
    authorization = confirmation.authorization
    in_use_again = (
        authorization.confirmations.filter(status__in=[ConfirmationStatus.OPEN, ConfirmationStatus.DISPENSED])
        .exclude(pk=confirmation.pk)
        .exists()
    )
    move(
        confirmation,
        CONFIRMATION_MOVES,
        ConfirmationStatus.DISPENSED,
        why=f"{Dispense.How(record.how).label} recorded",
        ended_at=at,
        ended_reason="",
        superseded=in_use_again,
    )
    if in_use_again:
        return
    move(
        authorization,
        AUTHORIZATION_MOVES,
        AuthorizationStatus.DISPENSED,
        why="Dispense recorded",
        ended_at=None,
        ended_reason="",
    )


def _open_cases(confirmation: Confirmation, dispense: Dispense, at: datetime, *, was_void: bool) -> None:
    kinds = []
    if not dispense.in_time:
        kinds.append((ComplianceCase.Kind.LATE_DISPENSE, "Left the pharmacy after the deadline of its confirmation."))
    if confirmation.superseded or was_void:
        kinds.append((ComplianceCase.Kind.VOID_DISPENSE, "Left the pharmacy, and the number was voided or used again."))
    for kind, details in kinds:
        ComplianceCase.objects.create(
            number=new_number(Kind.CASE),
            confirmation=confirmation,
            pharmacy_id=confirmation.pharmacy_id,
            kind=kind,
            status=CaseStatus.OPEN,
            opened_at=at,
            details=details,
        )
