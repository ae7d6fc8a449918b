"""The training record that each person needs before confirming (domain.md section 10).

Reading the Pharmacy Training is a matter of the person and the version: the record in each pharmacy follows from it.
Which versions count on a day is said by `rules.certification`.
"""

from datetime import datetime
from typing import TypedDict

from pharmacies.facts import TRAINING, training_in_force
from pharmacies.models import PharmacyStaff
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.materials.actions import record_reading
from rems_portal.materials.models import MaterialReading
from rems_portal.rules.calendars import program_day
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.programs import ProgramVersion


class Training(TypedDict, total=False):
    """The columns of a training record."""

    trained_at: datetime | None
    trained_version: str


@act
def complete_training(
    *, by: Actor, at: datetime, staff: PharmacyStaff, reviewed: bool, program: ProgramVersion
) -> PharmacyStaff:
    """Write a person's own training record at the version in force, in every pharmacy where the person works.

    A second time is the first. Raises ActRefused for somebody else's record, one who has left, or when the Pharmacy
    Training was not reviewed.
    """
    locked: PharmacyStaff = PharmacyStaff.objects.select_for_update(of=("self",), no_key=True).get(pk=staff.pk)
    if by.user_id is None or locked.user_id != by.user_id:
        raise _refused("Everybody completes their own training. Sign in with your own account.")
    if locked.ends_on is not None:
        raise _refused("You no longer work for this pharmacy in this portal. Ask its representative.")
    version = training_in_force(at, program)
    if locked.trained_version == version:
        return locked
    if not reviewed:
        raise _refused("Read the training to its end, then tick that you have reviewed it.")
    record_reading(by=by, at=at, user=locked.user, material=TRAINING, version=version, program=program)
    write_training(locked.user_id, at=at, program=program)
    locked.refresh_from_db()
    return locked


def _refused(sentence: str) -> ActRefused:
    return ActRefused([Finding("STAFF", ("PH-01",), sentence, Party.PHARMACY)])


def train_by_reading(*, at: datetime, reading: MaterialReading, program: ProgramVersion) -> None:
    """Let a reading of the Pharmacy Training count wherever it was read: in the library as on the training's page."""
    if reading.material == TRAINING:
        write_training(reading.user_id, at=at, program=program)


def write_training(user_id: int, *, at: datetime, program: ProgramVersion) -> None:
    """Write that a person who has just read the Pharmacy Training in force is trained, wherever the person works."""
    version = training_in_force(at, program)
    rows = PharmacyStaff.objects.select_for_update(of=("self",), no_key=True)
    for row in rows.filter(user_id=user_id, ends_on__isnull=True).exclude(trained_version=version):
        row.trained_at, row.trained_version = at, version
        row.save(update_fields=["trained_at", "trained_version"])


def training_of(user_id: int, at: datetime) -> Training:
    """Return the training record that a person brings: from where the person works already, or by the latest reading
    of the Pharmacy Training, whichever version is newer; empty when there is none.
    """
    read = MaterialReading.objects.filter(user_id=user_id, material=TRAINING).order_by("-version", "read_at").first()
    rows = PharmacyStaff.objects.in_force(program_day(at)).filter(user_id=user_id, trained_at__isnull=False)
    latest = rows.order_by("-trained_version", "-trained_at").first()
    if read and (latest is None or latest.trained_version < read.version):
        return Training(trained_at=read.read_at, trained_version=read.version)
    return Training(trained_at=latest.trained_at, trained_version=latest.trained_version) if latest else Training()
