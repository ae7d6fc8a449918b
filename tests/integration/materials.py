"""A program version that comes later, for tests of what a new version of a material asks for."""

from dataclasses import replace
from datetime import date, timedelta

import tests.factories as make
from rems_portal.rules.programs import ProgramVersion

NEXT_DAY = make.NOW.date() + timedelta(days=30)
NEXT = NEXT_DAY.isoformat()
AFTER = make.NOW + make.days(31)


def next_version(code: str, *, must_be_read: bool = True, day: date = NEXT_DAY) -> ProgramVersion:
    """Return the program version with one more version of a material from `day` on, the old one withdrawn then."""
    materials = []
    for one in make.PROGRAM.materials:
        if one.code != code:
            materials.append(one)
            continue
        materials.append(replace(one, withdrawn=day))
        materials.append(
            replace(
                one,
                version=day.isoformat(),
                in_force=day,
                must_be_read=must_be_read,
                changes="Says it more clearly.",
            )
        )
    return replace(make.PROGRAM, materials=tuple(materials))
