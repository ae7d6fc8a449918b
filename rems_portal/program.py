"""Which program this portal runs, and the version of it that is in force at an instant."""

from datetime import datetime

from django.conf import settings

from rems_portal.rules.calendars import program_day
from rems_portal.rules.programs import ProgramVersion, get_program, version_in_force


def program_at(at: datetime) -> ProgramVersion:
    """Return the program version in force on the program day of `at` (PG-06). Raises VersionError before the first."""
    return version_in_force(get_program(settings.PROGRAM), program_day(at))
