"""A pharmacy completes the Checklist and records that product left.

PH-03 to PH-06, PH-09 to PH-12, PH-15, PH-16, PH-19. What may be dispensed at all is decided in `confirm`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from authorizations.actions.upkeep import refresh_due_dates, settle, tell_pharmacies, void_live_numbers
from authorizations.models import Checklist, ComplianceCase, Confirmation, Dispense, Product
from patients.models import Enrollment
from pharmacies.models import Pharmacy
from pharmacies.permissions import require_trained
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.errors import ActRefused
from rems_portal.notifications.actions import tell
from rems_portal.numbering import new_number
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import RuleGroup
from rems_portal.rules.dispensing import DEVIATIONS, DispenseRecordFacts, check_dispense, checklist_items
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.forms import Answer, fingerprint
from rems_portal.rules.forms.surveys import checklist_form
from rems_portal.rules.lifecycles import (
    AUTHORIZATION_MOVES,
    CONFIRMATION_MOVES,
    AuthorizationStatus,
    CaseStatus,
    ConfirmationStatus,
)
from rems_portal.rules.numbers import Kind
from rems_portal.rules.programs import ChecklistItem, ProgramVersion
from rems_portal.signatures.actions import write_form

NO_LONGER_GOOD = (ConfirmationStatus.VOID, ConfirmationStatus.CANCELLED)
CHECKLIST_CHANGED = "The checklist changed while you had it open. Read what is new, then complete it again."
_ENDED = {ConfirmationStatus.VOID: "voided", ConfirmationStatus.CANCELLED: "cancelled"}


def _finding(rule: str, obligation: str, sentence: str) -> Finding:
    return Finding(rule, (obligation,), sentence, Party.PHARMACY)


def _lock(number: str, pharmacy: Pharmacy) -> Enrollment:
    """Lock the patient behind this pharmacy's confirmation. Raises Confirmation.DoesNotExist."""
    found = Confirmation.objects.values_list("enrollment_id", flat=True).get(number=number, pharmacy=pharmacy)
    locked: Enrollment = Enrollment.objects.locked().select_related("patient").get(pk=found)
    return locked


@act
def complete_checklist(
    *,
    by: Actor,
    at: datetime,
    pharmacy: Pharmacy,
    number: str,
    items: frozenset[str],
    program: ProgramVersion,
    form_seen: str | None = None,
) -> Checklist:
    """Store the completed Checklist of the group (PH-03 to PH-06, PH-10); a second time is the first.

    `form_seen` is the fingerprint of the form that was on the page; None where no page showed one. Raises
    Confirmation.DoesNotExist, ActRefused when an item is missing, the form has changed since it was shown, or the
    confirmation was voided or cancelled.
    """
    require_trained(by, pharmacy, at)
    _lock(number, pharmacy)
    confirmation = Confirmation.objects.select_related("enrollment__patient").get(number=number, pharmacy=pharmacy)
    existing = Checklist.objects.filter(confirmation=confirmation).first()
    if existing:
        return existing
    if confirmation.status in NO_LONGER_GOOD:
        raise _no_checklist(f"This confirmation is {confirmation.get_status_display()}. Do not dispense on it.")
    group = RuleGroup(confirmation.rule_group)
    ticked = _all_ticked(checklist_items(group, program), items)
    form = checklist_form(group, program)
    if form_seen not in (None, fingerprint(form)):
        raise _no_checklist(CHECKLIST_CHANGED)
    about = f"patient {confirmation.enrollment.patient.number}"
    return Checklist.objects.create(
        confirmation=confirmation,
        rule_group=group,
        program_version=program.version,
        items=sorted(ticked),
        form=write_form(form, ticked, by=by, at=at, about=about),
        completed_at=at,
        completed_by_name=by.name,
    )


def _no_checklist(sentence: str) -> ActRefused:
    return ActRefused([_finding("CHECKLIST", "PH-10", sentence)])


def _all_ticked(required: Sequence[ChecklistItem], items: frozenset[str]) -> dict[str, Answer]:
    """Return the answers of a completed Checklist. Raises ActRefused with every item that is not ticked."""
    missing = [item for item in required if item.code not in items]
    if missing:
        raise ActRefused(
            [Finding("DISP-01", item.obligations, _not_ticked(item.sentence), Party.PHARMACY) for item in missing]
        )
    return {item.code: True for item in required}


def _not_ticked(sentence: str) -> str:
    return f"Go through this with the patient, then tick it: “{sentence}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenseRecord:
    """How, when and what left the pharmacy. `days_supply` None: the whole confirmed supply."""

    how: Dispense.How
    done_at: datetime
    product: Product | None = None
    lot: str = ""
    days_supply: int | None = None


@act
def record_dispense(
    *, by: Actor, at: datetime, pharmacy: Pharmacy, number: str, record: DispenseRecord, program: ProgramVersion
) -> Dispense:
    """Record that product was shipped or picked up under a confirmation (PH-09, PH-19); a second time is the first.

    Late recording of what was done in time is fine; done after the deadline is recorded as a deviation and opens a
    compliance case (PH-15, PH-16). Raises Confirmation.DoesNotExist, ActRefused with everything that is wrong.
    """
    require_trained(by, pharmacy, at)
    enrollment = _lock(number, pharmacy)
    settle(enrollment, at)
    confirmation = Confirmation.objects.select_related("authorization").get(number=number, pharmacy=pharmacy)
    existing = Dispense.objects.filter(confirmation=confirmation).select_related("confirmation").first()
    if existing:
        return existing
    findings = dispense_findings(confirmation, record, at=at, program=program)
    if stopping(findings):
        raise ActRefused(stopping(findings))
    was_ended = confirmation.status in NO_LONGER_GOOD
    _stop_other_numbers(confirmation, enrollment, at)
    dispense = _write(confirmation, enrollment, by, at, record, in_time=not findings)
    _use_up(confirmation, at, record)
    _open_cases(confirmation, dispense, at, was_ended=was_ended)
    refresh_due_dates(enrollment, at=at, program=program)
    return dispense


def stopping(findings: list[Finding]) -> list[Finding]:
    """Keep the findings that stop the record; the rest are deviations, recorded as what they are."""
    return [finding for finding in findings if finding.rule not in DEVIATIONS]


def dispense_findings(
    confirmation: Confirmation, record: DispenseRecord, *, at: datetime, program: ProgramVersion
) -> list[Finding]:
    """Return all that is wrong with a dispense about to be recorded at `at`, deviations included."""
    done = Checklist.objects.filter(confirmation=confirmation).first()
    supply = confirmation.days_supply if record.days_supply is None else record.days_supply
    checks = check_dispense(
        DispenseRecordFacts(
            recorded_at=at,
            how="shipped" if record.how == Dispense.How.SHIPPED else "picked_up",
            done_at=record.done_at,
            confirmed_at=confirmation.obtained_at,
            ship_by=confirmation.ship_by,
            pick_up_by=confirmation.pick_up_by,
            group=RuleGroup(confirmation.rule_group),
            checked=frozenset(done.items) if done else frozenset(),
            days_supply=supply,
            confirmed_days_supply=confirmation.days_supply,
            program=program,
        )
    )
    return _status_findings(confirmation, record) + [check.finding for check in checks if check.finding]


def _status_findings(confirmation: Confirmation, record: DispenseRecord) -> list[Finding]:
    found = []
    if confirmation.status in NO_LONGER_GOOD and not _left_while_good(confirmation, record):
        ended = f"This confirmation was {_ENDED[ConfirmationStatus(confirmation.status)]}."
        stop = "Do not dispense. If product has left, call the program now."
        found.append(_finding("DISPENSE", "PH-08", f"{ended} {stop}"))
    if record.product and record.product.strength_mg != confirmation.strength_mg:
        strength = "The product’s strength is not the confirmed one. Choose the confirmed strength."
        found.append(_finding("DISPENSE", "PH-08", strength))
    return found


def _left_while_good(confirmation: Confirmation, record: DispenseRecord) -> bool:
    return confirmation.ended_at is not None and record.done_at < confirmation.ended_at


def _stop_other_numbers(confirmation: Confirmation, enrollment: Enrollment, at: datetime) -> None:
    """Void every number given after this one: its tests and survey turn out to be used up, the patient supplied."""
    why = "The patient was already supplied under an earlier confirmation"
    voided = void_live_numbers(enrollment, at=at, why=why, but=confirmation)
    tell_pharmacies(voided, key=f"confirmation:{confirmation.number}:supplied", at=at)
    confirmation.authorization.refresh_from_db()


def _write(
    confirmation: Confirmation,
    enrollment: Enrollment,
    by: Actor,
    at: datetime,
    record: DispenseRecord,
    *,
    in_time: bool,
) -> Dispense:
    day = program_day(record.done_at)
    supply = confirmation.days_supply if record.days_supply is None else record.days_supply
    return Dispense.objects.create(
        confirmation=confirmation,
        enrollment=enrollment,
        pharmacy_id=confirmation.pharmacy_id,
        checklist=confirmation.checklist,
        how=record.how,
        done_at=record.done_at,
        dispensed_on=day,
        supply_ends_on=day + timedelta(days=supply),
        days_supply=supply,
        product=record.product,
        lot=record.lot,
        recorded_at=at,
        recorded_by_name=by.name,
        in_time=in_time,
    )


def _use_up(confirmation: Confirmation, at: datetime, record: DispenseRecord) -> None:
    """Mark number and authorization as dispensed, unless the authorization was meanwhile used for another dispense."""
    authorization = confirmation.authorization
    used_again = authorization.status == AuthorizationStatus.DISPENSED
    move(
        confirmation,
        CONFIRMATION_MOVES,
        ConfirmationStatus.DISPENSED,
        why=f"{Dispense.How(record.how).label} recorded",
        ended_at=at,
        ended_reason="",
        superseded=used_again,
    )
    if used_again:
        return
    move(
        authorization,
        AUTHORIZATION_MOVES,
        AuthorizationStatus.DISPENSED,
        why="Dispense recorded",
        ended_at=None,
        ended_reason="",
    )


def _open_cases(confirmation: Confirmation, dispense: Dispense, at: datetime, *, was_ended: bool) -> None:
    kinds = []
    if not dispense.in_time:
        kinds.append((ComplianceCase.Kind.LATE_DISPENSE, "Left the pharmacy after the deadline of its confirmation."))
    if confirmation.superseded or was_ended:
        kinds.append((ComplianceCase.Kind.VOID_DISPENSE, "Left the pharmacy, and the number was ended or used again."))
    for kind, details in kinds:
        case = ComplianceCase.objects.create(
            number=new_number(Kind.CASE),
            confirmation=confirmation,
            pharmacy_id=confirmation.pharmacy_id,
            kind=kind,
            status=CaseStatus.OPEN,
            opened_at=at,
            details=details,
        )
        _tell_program(case, at)


def _tell_program(case: ComplianceCase, at: datetime) -> None:
    staff = User.objects.filter(role=User.Role.PROGRAM_STAFF).exclude(staff_role=User.StaffRole.AUDITOR)
    text = f"Case {case.number} was opened by the record of a dispense. Please look at it today."
    tell(
        users=staff,
        key=f"compliance:{case.number}",
        kind="compliance_case",
        subject="A case needs you",
        text=text,
        at=at,
    )
