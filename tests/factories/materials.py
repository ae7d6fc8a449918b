"""What people read."""

from datetime import datetime

from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.materials.actions import record_reading
from rems_portal.materials.models import MaterialReading
from rems_portal.rules.calendars import program_day
from rems_portal.rules.programs import materials_on_offer
from tests.factories.clock import NOW, PROGRAM


def reading(user: User, material: str = "prescriber_guide", *, at: datetime = NOW) -> MaterialReading:
    """Record that this person read the version of a material that is handed out at `at`."""
    offered = {one.code: one for one in materials_on_offer(PROGRAM, program_day(at))}
    return record_reading(
        by=Actor.of(user), at=at, user=user, material=material, version=offered[material].version, program=PROGRAM
    )
