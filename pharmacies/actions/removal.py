"""Taking back a site that was begun by mistake, while nothing was signed for it. The history keeps it."""

from datetime import datetime

from django.db.models import ProtectedError

from pharmacies.actions.certify import locked_certification, refusal
from pharmacies.models import PharmacyCertification
from pharmacies.permissions import require_representative
from pharmacies.queries import certifications_represented_by
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.rules.calendars import program_day
from rems_portal.rules.lifecycles import CertificationStatus

WHY = "Site begun by mistake"
SIGNED = "A form was signed for this site, so it stays on record. The program’s staff can end its certification."
QUIZ_TAKEN = "The quiz was opened for this site, and you have no other that could keep it. Correct the details instead."
IN_USE = "Something is on record for this site already, so it can’t be removed. Ask the program’s staff."


@act
def remove_site(*, by: Actor, at: datetime, user: User, certification: PharmacyCertification) -> str:
    """Remove a site that was begun by mistake, with its numbers, its certification and who works there (PH-01).

    Quiz papers opened for it go on with another of the representative's sites: they are the person's. Returns the
    site's name. Raises PermissionDenied unless `by` is `user`, its representative, ActRefused once anything was ever
    signed for it.
    """
    require_representative(by, certification.pharmacy, at)
    locked = locked_certification(certification)
    begun = locked.status == CertificationStatus.IN_PROGRESS
    if not begun or locked.history.filter(signed_at__isnull=False).exists():
        raise refusal("CERT-14", "PH-01", SIGNED)
    mine = certifications_represented_by(user, program_day(at), locked.program)
    other = mine.exclude(pk=locked.pk).first()
    for attempt in locked.quiz_attempts.all():
        if other is None:
            raise refusal("CERT-14", "PH-01", QUIZ_TAKEN)
        attempt.certification = other
        attempt._change_reason = WHY  # type: ignore[attr-defined]
        attempt.save(update_fields=["certification"])
    pharmacy, name = locked.pharmacy, locked.pharmacy.name
    try:
        for row in (locked, *pharmacy.staff.all(), pharmacy):
            row._change_reason = WHY  # type: ignore[attr-defined]
            row.delete()
    except ProtectedError as error:
        raise refusal("CERT-14", "PH-01", IN_USE) from error
    return str(name)
