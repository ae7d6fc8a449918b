"""Where mail to a patient goes, given or corrected after enrollment. Who the patient is never changes here."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email

from patients.models import Enrollment, Patient
from prescribers.permissions import may_prepare_for
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.rules.calendars import program_day
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import EnrollmentStatus


@act
def change_patient_email(*, by: Actor, at: datetime, user: User, enrollment: Enrollment, email: str) -> Patient:
    """Give, correct or take away the e-mail address of a patient ("" for none).

    Links that were mailed before stay as they are: what stops one is a newer link. Raises PermissionDenied unless
    `user` is the prescriber of this course or a delegate now, ActRefused when the course is over (somebody else may
    have the patient now), when nothing would change, and for what is no address.
    """
    locked = Enrollment.objects.locked().select_related("prescriber").get(pk=enrollment.pk)
    if not may_prepare_for(user, locked.prescriber, program_day(at)):
        raise PermissionDenied("Only the patient’s prescriber and the office staff may change the address.")
    if locked.status not in (EnrollmentStatus.PENDING, EnrollmentStatus.ENROLLED):
        raise _refused("The patient is no longer enrolled with you, so the address stays as it is.")
    patient = Patient.objects.select_for_update(no_key=True).get(pk=locked.patient_id)
    address = email.strip()
    if address == patient.email:
        raise _refused("Nothing would change: this is the address on record.")
    if address:
        _require_address(address)
    patient.email = address
    patient.save(update_fields=["email"])
    return patient


def _require_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as problem:
        raise _refused("Type a whole e-mail address, for example name@mail.com, or leave it empty.") from problem


def _refused(sentence: str) -> ActRefused:
    return ActRefused([Finding("CONTACT", ("PR-08",), sentence, Party.PRESCRIBER)])
