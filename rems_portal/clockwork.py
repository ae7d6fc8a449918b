"""Words for instants and deadlines, always with the zone: "Fri, Nov 20, 2026, 4:52 PM EST" and "3 h 20 min left".

Instants come in as aware datetimes; the clock is an argument and is never read here.
"""

import datetime as dt
from zoneinfo import ZoneInfo

PROGRAM_ZONE_NAME = "America/New_York"


def zone_named(zone: str | dt.tzinfo | None) -> dt.tzinfo:
    """Return the time zone for a name, a tzinfo or nothing; the program's own for a stored name that is no zone's.

    Words always bear the zone they are in, so a page on a record that was tampered with opens and says so.
    """
    if isinstance(zone, dt.tzinfo):
        return zone
    try:
        return ZoneInfo(zone or PROGRAM_ZONE_NAME)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(PROGRAM_ZONE_NAME)


def day_in_words(day: dt.date) -> str:
    """Return a calendar day as "Fri, Nov 20, 2026"."""
    return f"{day:%a, %b} {day.day}, {day.year}"


def time_in_words(instant: dt.datetime, zone: str | dt.tzinfo | None = None) -> str:
    """Return the time of day of an aware instant in `zone`, with the zone's abbreviation: "4:52 PM EST"."""
    local = instant.astimezone(zone_named(zone))
    return f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'} {local.tzname()}"


def instant_in_words(instant: dt.datetime, zone: str | dt.tzinfo | None = None) -> str:
    """Return date, time and zone of an aware instant, as read in `zone`."""
    return f"{day_in_words(instant.astimezone(zone_named(zone)).date())}, {time_in_words(instant, zone)}"


def span_in_words(seconds: float) -> str:
    """Return a length of time in its two largest parts: "2 days 4 h", "3 h 20 min", "9 min", "less than a minute"."""
    minutes = int(seconds // 60)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return f"{days} day{'' if days == 1 else 's'}" + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {rest} min" if rest else "")
    return f"{rest} min" if rest else "less than a minute"


def time_left(deadline: dt.datetime, now: dt.datetime) -> tuple[str, str]:
    """Return the words for the time from `now` to `deadline` and the tone they deserve.

    The tone is "danger" once the deadline has passed, "warning" in the last three hours, else "neutral".
    """
    seconds = (deadline - now).total_seconds()
    if seconds < 0:
        return f"{span_in_words(-seconds)} past the deadline", "danger"
    return f"{span_in_words(seconds)} left", "warning" if seconds <= 3 * 3600 else "neutral"
