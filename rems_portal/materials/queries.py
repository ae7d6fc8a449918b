"""Reads of who read what, in a fixed number of queries."""

from datetime import datetime

from django.db.models import Count

from rems_portal.accounts.models import User
from rems_portal.materials.models import MaterialReading


def readings_of(user_id: int, program: str) -> list[MaterialReading]:
    """Return what this account read in a program, the earliest first; one query."""
    return list(MaterialReading.objects.filter(user_id=user_id, program=program).order_by("read_at", "pk"))


def read_at(readings: list[MaterialReading]) -> dict[tuple[str, str], datetime]:
    """Return when each (material, version) was read."""
    return {(reading.material, reading.version): reading.read_at for reading in readings}


def readers_by_version(program: str) -> dict[tuple[str, str], int]:
    """Return how many people read each (material, version) of a program; one query."""
    rows = MaterialReading.objects.filter(program=program).values_list("material", "version")
    return {(material, version): count for material, version, count in rows.annotate(readers=Count("pk"))}


def readers_of_earlier_versions(program: str, material: str, version: str) -> list[User]:
    """Return who read this material once, but not this version of it; one query."""
    read = MaterialReading.objects.filter(program=program, material=material)
    now = read.filter(version=version).values("user_id")
    return list(User.objects.filter(pk__in=read.values("user_id"), is_active=True).exclude(pk__in=now).order_by("pk"))
