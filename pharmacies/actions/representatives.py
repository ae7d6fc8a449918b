"""How a pharmacy's representation changes hands inside an act: the one before ends, the new one begins."""

from datetime import datetime

from pharmacies.actions.training import training_of
from pharmacies.models import HandOver, Pharmacy, PharmacyStaff
from rems_portal.accounts.models import User
from rems_portal.audit.history import write_history
from rems_portal.notifications.actions import tell
from rems_portal.rules.calendars import program_day


def pending_hand_over(pharmacy_id: int, to_id: int | None) -> HandOver | None:
    """Return the hand-over of the pharmacy that waits for this account's signature, locked until the act ends."""
    rows = HandOver.objects.pending().select_for_update(of=("self",), no_key=True)
    found: HandOver | None = rows.filter(pharmacy_id=pharmacy_id, to_id=to_id).first() if to_id else None
    return found


def take_over(handing: HandOver, at: datetime) -> None:
    """Make the account of a hand-over the authorized representative; who was ends today, or stays as staff.

    Training that either brings stays with the person. Inside an act.
    """
    pharmacy: Pharmacy = Pharmacy.objects.select_for_update(of=("self",), no_key=True).get(pk=handing.pharmacy_id)
    open_rows = pharmacy.staff.select_for_update(of=("self",), no_key=True).filter(ends_on__isnull=True)
    before = list(open_rows.filter(is_representative=True).select_related("user"))
    brings = {pk: training_of(pk, at) for pk in (*(row.user_id for row in before), handing.to_id)}
    for row in open_rows.filter(user_id__in=brings):
        _end(row, at, handing.reason)
    for row in before if handing.stays else ():
        pharmacy.staff.create(user=row.user, starts_on=program_day(at), **brings[row.user_id])
    pharmacy.staff.create(
        user_id=handing.to_id, is_representative=True, starts_on=program_day(at), **brings[handing.to_id]
    )
    handing.done_at = at
    handing.save(update_fields=["done_at"])
    tell_of_hand_over(
        handing,
        [*(row.user for row in before), handing.to],
        "A pharmacy has a new authorized representative",
        "The authorized representative of a pharmacy you work with has changed. Sign in to see which.",
        at,
    )


def _end(row: PharmacyStaff, at: datetime, why: str) -> None:
    row.ends_on = program_day(at)
    PharmacyStaff.objects.filter(pk=row.pk).update(ends_on=row.ends_on)
    write_history(row, why=why)


def tell_of_hand_over(handing: HandOver, users: list[User], subject: str, text: str, at: datetime) -> None:
    """Tell both sides how a hand-over stands."""
    key = f"pharmacy-representative:{handing.pharmacy_id}:{at.isoformat()}"
    tell(users=users, key=key, kind="certification", subject=subject, text=text, at=at)
