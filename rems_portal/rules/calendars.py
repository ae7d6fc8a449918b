"""Days, hours and time zones, counted the way the program counts them.

Instants are aware datetimes in UTC. Calendar days are days in America/New_York, except same-day shipping, which is
counted in the pharmacy's own zone. Hours are elapsed hours, whatever the clocks do. Nothing here reads the clock.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PROGRAM_ZONE = ZoneInfo("America/New_York")
MIDNIGHT = time(0, 0)

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises ValueError when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not the name of a time zone.") from error


def require_utc(*instants: datetime) -> None:
    """Refuse instants that the rules would count wrongly.

    Python subtracts two datetimes of one local zone by the wall clock, which is wrong on the nights when daylight
    saving begins or ends; so only UTC is let in. Raises ValueError for a naive or a local datetime.
    """
    for instant in instants:
        if instant.tzinfo is not UTC and instant.utcoffset() != timedelta(0):
            raise ValueError(f"The rules need instants in UTC, not {instant.isoformat()}.")


def program_day(instant: datetime) -> date:
    """The program's calendar day (America/New_York) that an aware instant falls on."""
    return instant.astimezone(PROGRAM_ZONE).date()


def elapsed(start: datetime, end: datetime) -> timedelta:
    """The time that really passed between two aware instants, whatever the clocks did."""
    return end.astimezone(UTC) - start.astimezone(UTC)


def hours_after(instant: datetime, hours: int) -> datetime:
    """The UTC instant that many elapsed hours after an aware one."""
    return instant.astimezone(UTC) + timedelta(hours=hours)


def start_of_day(day: date, zone: ZoneInfo = PROGRAM_ZONE) -> datetime:
    """The UTC instant at which a calendar day begins in a zone."""
    return datetime.combine(day, MIDNIGHT, tzinfo=zone).astimezone(UTC)


def end_of_day(day: date, zone: ZoneInfo = PROGRAM_ZONE) -> datetime:
    """The UTC instant of the midnight that ends a calendar day in a zone; itself no longer part of the day."""
    return start_of_day(day + timedelta(days=1), zone)


def days_after(day: date, days: int) -> date:
    """The calendar day that many days later (earlier when negative)."""
    return day + timedelta(days=days)


def months_before(day: date, months: int) -> date:
    """The same day of the month, that many months earlier, clipped to the month's end.

    Six months before 31 August is the last day of February.
    """
    return _shift_months(day, -months)


def months_after(day: date, months: int) -> date:
    """The same day of the month, that many months later, clipped to the month's end."""
    return _shift_months(day, months)


def last_day_reaching_back_to(day: date, months: int) -> date:
    """The last calendar day from which `months_before` still reaches `day`: 28 February is reached from 31 August."""
    last = months_after(day, months)
    while months_before(days_after(last, 1), months) <= day:
        last = days_after(last, 1)
    return last


def _shift_months(day: date, months: int) -> date:
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def day_in_words(day: date) -> str:
    """A calendar day for a sentence: "May 10, 2026"."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def instant_in_words(instant: datetime, zone: ZoneInfo = PROGRAM_ZONE) -> str:
    """An aware instant for a sentence, in a zone: "May 10, 2026, 3:04 PM EDT"."""
    local = instant.astimezone(zone)
    half = "AM" if local.hour < 12 else "PM"
    return f"{day_in_words(local.date())}, {local.hour % 12 or 12}:{local.minute:02d} {half} {local.tzname()}"
