"""Who works in a pharmacy, and the training record each person needs before confirming (domain.md section 10)."""

from datetime import datetime

from pharmacies.actions.certify import refusal
from pharmacies.models import Pharmacy, PharmacyStaff
from pharmacies.permissions import require_representative
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.rules.calendars import program_day

NO_SUCH_STAFF = (
    "There is no pharmacy account with this address. Program staff create these accounts: ask them for one, then add "
    "it here."
)


@act
def add_staff(*, by: Actor, at: datetime, pharmacy: Pharmacy, email: str) -> PharmacyStaff:
    """Let the pharmacy account of this address work for the pharmacy from today on; trained is another matter.

    One who works there already stays. Raises PermissionDenied unless `by` is the representative, ActRefused when no
    pharmacy staff has an account under the address.
    """
    require_representative(by, pharmacy, at)
    locked = Pharmacy.objects.select_for_update(of=("self",), no_key=True).get(pk=pharmacy.pk)
    account = User.objects.filter(email=email.strip().lower(), role=User.Role.PHARMACIST, is_active=True).first()
    if account is None:
        raise refusal("STAFF", "PH-01", NO_SUCH_STAFF)
    there: PharmacyStaff | None = locked.staff.filter(user=account, ends_on__isnull=True).first()
    return there or locked.staff.create(user=account, starts_on=program_day(at))


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


@act
def complete_training(*, by: Actor, at: datetime, staff: PharmacyStaff, reviewed: bool) -> PharmacyStaff:
    """Write a person's own training record: the Pharmacy Training was reviewed. A second time is the first.

    Raises ActRefused for somebody else's record, one who has left, or when it was not reviewed.
    """
    locked: PharmacyStaff = PharmacyStaff.objects.select_for_update(of=("self",), no_key=True).get(pk=staff.pk)
    if by.user_id is None or locked.user_id != by.user_id:
        raise refusal("STAFF", "PH-01", "Everybody completes their own training. Sign in with your own account.")
    if locked.ends_on is not None:
        raise refusal("STAFF", "PH-01", "You no longer work for this pharmacy in this portal. Ask its representative.")
    if locked.trained_at is not None:
        return locked
    if not reviewed:
        raise refusal("STAFF", "PH-01", "Read the training to its end, then tick that you have reviewed it.")
    locked.trained_at = at
    locked.save(update_fields=["trained_at"])
    return locked
