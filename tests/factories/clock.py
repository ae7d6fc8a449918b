"""The instant that tests stand at unless they choose another, and the program version in force then."""

from datetime import UTC, datetime, timedelta

from rems_portal.program import program_at

NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
PROGRAM = program_at(NOW)


def days(number: float) -> timedelta:
    """Return so many times 24 hours."""
    return timedelta(days=number)


def hours(number: float) -> timedelta:
    """Return so many hours."""
    return timedelta(hours=number)
