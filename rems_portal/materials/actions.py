"""The one act on materials: somebody read one, and the notice that a version asks to be read.

The only writer of readings; certification only looks at them.
"""

from collections.abc import Callable
from datetime import datetime

from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.materials.models import MaterialReading
from rems_portal.materials.permissions import require_reader
from rems_portal.materials.queries import readers_of_earlier_versions
from rems_portal.notifications.actions import tell
from rems_portal.rules.calendars import program_day
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.programs import ProgramVersion, materials_on_offer

# What else follows from a reading: an app above this one that keeps a record of it names it when it is set up.
_follows: list[Callable[..., object]] = []

NOT_OFFERED = "This version is not the one to read now. Open the list of materials and read the current version."


@act
def record_reading(
    *, by: Actor, at: datetime, user: User, material: str, version: str, program: ProgramVersion, language: str = "en"
) -> MaterialReading:
    """Write down that `user` read this version of a material (PR-01, PR-03, PH-01); a second time is the first.

    Raises PermissionDenied unless `by` is that person and takes part in the program, ActRefused for a version or a
    language that is not handed out on the program day of `at` (PG-03).
    """
    require_reader(by, user)
    offered = materials_on_offer(program, program_day(at))
    if not any((one.code, one.version) == (material, version) and language in one.languages for one in offered):
        party = Party.PHARMACY if user.role == User.Role.PHARMACIST else Party.PRESCRIBER
        raise ActRefused([Finding("MATERIAL", ("PG-03",), NOT_OFFERED, party)])
    reading, new = MaterialReading.objects.get_or_create(
        user=user,
        program=program.program,
        material=material,
        version=version,
        defaults={"language": language, "read_at": at},
    )
    for do in _follows if new else ():
        do(at=at, reading=reading, program=program)
    return reading


def follow_readings(do: Callable[..., object]) -> None:
    """Let `do(at=, reading=, program=)` run with every new reading, in its transaction; asked twice is once."""
    if do not in _follows:
        _follows.append(do)


def tell_of_new_versions(*, at: datetime, program: ProgramVersion) -> int:
    """Queue one message to everybody who read an earlier version of a material whose version in force asks again.

    Once for each version and person, however often it runs; it blocks nothing. Returns how many messages there were.
    """
    told = 0
    for one in materials_on_offer(program, program_day(at)):
        if one.must_be_read:
            told += tell(
                users=readers_of_earlier_versions(program.program, one.code, one.version),
                key=f"material:{program.program}:{one.code}:{one.version}",
                kind="material",
                subject=f"A new version of the {one.title} asks to be read",
                text=f"Version {one.version} is in force. {one.changes} Please read it under Materials.",
                at=at,
            )
    return told
