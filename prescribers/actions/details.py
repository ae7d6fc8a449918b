"""How a certified prescriber's practice details change after the form was signed. The form stays as it was signed."""

from datetime import datetime

from prescribers.actions.refusing import refusal
from prescribers.models import Prescriber
from prescribers.permissions import require_signatory
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act


@act
def change_prescriber_details(
    *, by: Actor, at: datetime, prescriber: Prescriber, practice_name: str, credentials: str, phone: str
) -> Prescriber:
    """Change practice, credentials and telephone; the same again changes nothing (PR-02). NPI and name stay.

    Raises PermissionDenied unless `by` is the prescriber, ActRefused without a practice or a telephone.
    """
    require_signatory(by, prescriber)
    if not (practice_name and phone):
        raise refusal("CERT-03", "PR-02", "Give the name of your practice and its telephone number.")
    locked = Prescriber.objects.select_for_update(of=("self",), no_key=True).get(pk=prescriber.pk)
    wanted = {"practice_name": practice_name, "credentials": credentials, "phone": phone}
    changed = [name for name, value in wanted.items() if getattr(locked, name) != value]
    for name in changed:
        setattr(locked, name, wanted[name])
    if changed:
        locked.save(update_fields=changed)
    return locked
