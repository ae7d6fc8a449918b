"""Who prepares and enters for a prescriber, from when until when. Only the prescriber says so (domain.md section 1)."""

from datetime import date, datetime, timedelta

from django.db.models import F, Q

from prescribers.actions.refusing import refusal
from prescribers.facts import is_certified
from prescribers.models import Delegation, Prescriber
from prescribers.permissions import require_signatory
from rems_portal.accounts.actions import colleague
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.rules.calendars import program_day
from rems_portal.rules.programs import ProgramVersion

# Far enough for any plan; a later year is a slip of the finger.
LONGEST = timedelta(days=3653)


def _refused(sentence: str) -> ActRefused:
    return refusal("DELEGATE", "PR-02", sentence)


@act
def add_delegate(
    *,
    by: Actor,
    at: datetime,
    prescriber: Prescriber,
    email: str,
    full_name: str = "",
    program: ProgramVersion,
    starts_on: date | None = None,
    last_day: date | None = None,
) -> Delegation:
    """Let the office staff account of this address prepare and enter for the prescriber.

    From today on or from a later day (`starts_on`), until it is ended or through a `last_day`; program days. The same
    again is the delegation there is. One without an account is invited, if `full_name` is given. Raises
    PermissionDenied unless `by` is the prescriber, ActRefused when the prescriber is not certified, for an account of
    another role, without the name, when the days can't be, or the account is a delegate already for some of them.
    """
    require_signatory(by, prescriber)
    Prescriber.objects.select_for_update(of=("self",), no_key=True).get(pk=prescriber.pk)
    if not is_certified(prescriber, program, at):
        raise _refused("You are not certified now. Complete your certification, then add delegates.")
    account = colleague(by=by, at=at, email=email, full_name=full_name, role=User.Role.DELEGATE)
    starts_on = starts_on or program_day(at)
    _require_possible_days(starts_on, last_day, today=program_day(at))
    ends_on = last_day + timedelta(days=1) if last_day else None
    there = _overlapping(prescriber, account, starts_on, ends_on)
    if there is None:
        return prescriber.delegations.create(delegate=account, starts_on=starts_on, ends_on=ends_on)
    if there.ends_on == ends_on and (there.starts_on == starts_on or starts_on == program_day(at)):
        return there
    raise _refused(f"{account.get_full_name()} is your delegate already on some of these days. Change that one’s days.")


def _require_possible_days(starts_on: date, last_day: date | None, *, today: date) -> None:
    if starts_on < today:
        raise _refused("The first day has passed. Choose today or a later day.")
    if last_day and last_day < starts_on:
        raise _refused("The last day is before the first. Choose the first day or a later one.")
    if max(starts_on, last_day or starts_on) - today > LONGEST:
        raise _refused("This day is more than ten years ahead. Check the year.")


def _overlapping(prescriber: Prescriber, account: User, starts_on: date, ends_on: date | None) -> Delegation | None:
    """A delegation of this account that holds on one of the days from `starts_on` until before `ends_on`, if any."""
    rows = prescriber.delegations.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=starts_on), delegate=account)
    if ends_on:
        rows = rows.filter(starts_on__lt=ends_on)
    # One that was called off before it began holds on no day at all.
    found: Delegation | None = rows.exclude(ends_on=F("starts_on")).first()
    return found


@act
def plan_delegation_end(*, by: Actor, at: datetime, delegation: Delegation, last_day: date | None) -> Delegation:
    """Say through which program day a delegation holds, or with None that it holds until it is ended.

    Raises PermissionDenied unless `by` is the prescriber, ActRefused for one that is over, a day that has passed or
    comes before the first one, and days on which the account is a delegate by another delegation.
    """
    require_signatory(by, delegation.prescriber)
    locked, today = _locked(delegation), program_day(at)
    if locked.is_over(today):
        raise _refused("This delegation is over. Add the person again.")
    _require_possible_days(max(today, locked.starts_on), last_day, today=today)
    ends_on = last_day + timedelta(days=1) if last_day else None
    others = locked.prescriber.delegations.filter(delegate=locked.delegate_id, starts_on__gt=locked.starts_on)
    later = others.exclude(ends_on=F("starts_on")).order_by("starts_on").first()
    if later and (ends_on is None or ends_on > later.starts_on):
        raise _refused("The same person is your delegate again from a later day. Choose a day before that.")
    if locked.ends_on != ends_on:
        locked.ends_on = ends_on
        locked.save(update_fields=["ends_on"])
    return locked


@act
def end_delegation(*, by: Actor, at: datetime, delegation: Delegation) -> Delegation:
    """End a delegation at once: from now on the account sees nothing of the prescriber's. A second time is the first.

    One that has not begun never will. Raises PermissionDenied unless `by` is the prescriber.
    """
    require_signatory(by, delegation.prescriber)
    locked, today = _locked(delegation), program_day(at)
    if not locked.is_over(today):
        locked.ends_on = max(today, locked.starts_on)
        locked.save(update_fields=["ends_on"])
    return locked


def _locked(delegation: Delegation) -> Delegation:
    """Return the delegation's row; acts on one prescriber's delegations queue up."""
    Prescriber.objects.select_for_update(of=("self",), no_key=True).get(pk=delegation.prescriber_id)
    found: Delegation = Delegation.objects.select_related("prescriber", "delegate").get(pk=delegation.pk)
    return found
