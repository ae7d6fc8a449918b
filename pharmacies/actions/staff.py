"""Who works in a pharmacy. The training record that each person needs before confirming is in `training`."""

from datetime import datetime

from pharmacies.actions.certify import refusal
from pharmacies.actions.training import training_of
from pharmacies.models import Pharmacy, PharmacyStaff
from pharmacies.permissions import require_representative
from rems_portal.accounts.actions import colleague
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.rules.calendars import program_day


@act
def add_staff(*, by: Actor, at: datetime, pharmacy: Pharmacy, email: str, full_name: str = "") -> PharmacyStaff:
    """Let the pharmacy account of this address work for the pharmacy from today on; whose training another
    pharmacy has on record is trained here too.

    One who works there already stays; one without an account is invited, if `full_name` is given. Raises
    PermissionDenied unless `by` is the representative, ActRefused for an account of another role, or without the name.
    """
    require_representative(by, pharmacy, at)
    locked = Pharmacy.objects.select_for_update(of=("self",), no_key=True).get(pk=pharmacy.pk)
    account = colleague(by=by, at=at, email=email, full_name=full_name, role=User.Role.PHARMACIST)
    there: PharmacyStaff | None = locked.staff.filter(user=account, ends_on__isnull=True).first()
    return there or locked.staff.create(user=account, starts_on=program_day(at), **training_of(account.pk, at))


@act
def end_staff(*, by: Actor, at: datetime, staff: PharmacyStaff) -> PharmacyStaff:
    """End a person's work for the pharmacy at once; the training record stays readable. A second time is the first.

    Raises PermissionDenied unless `by` is the representative, ActRefused for the representative's own.
    """
    require_representative(by, staff.pharmacy, at)
    locked: PharmacyStaff = PharmacyStaff.objects.select_for_update(of=("self",), no_key=True).get(pk=staff.pk)
    if locked.is_representative:
        sentence = "The authorized representative can’t be removed here. Ask the program’s staff to name another."
        raise refusal("STAFF", "PH-01", sentence)
    if locked.ends_on is None:
        locked.ends_on = program_day(at)
        locked.save(update_fields=["ends_on"])
    return locked
