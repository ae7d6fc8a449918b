"""The demo's calendar: days and hours counted back from the instant at which it is loaded. Reads no clock."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from rems_portal.rules.calendars import PROGRAM_ZONE, program_day, start_of_day
from rems_portal.rules.programs import ProgramVersion


@dataclass(frozen=True, slots=True)
class Clock:
    """From `start`, when everybody was certified, to `now`. Both are aware UTC instants."""

    start: datetime
    now: datetime

    @classmethod
    def ending(cls, now: datetime, program: ProgramVersion, longest: timedelta) -> "Clock":
        """Return the clock that ends at `now` and begins at most `longest` earlier, with the program version."""
        return cls(max(now - longest, start_of_day(program.in_force)), now)

    def ago(self, days: int, hour: int = 10, minute: int = 0) -> datetime:
        """Return the instant `days` program days ago at this time of day, in the program's zone; never after now."""
        local = datetime.combine(program_day(self.now) - timedelta(days=days), time(hour, minute), tzinfo=PROGRAM_ZONE)
        return min(local.astimezone(self.now.tzinfo), self.now - timedelta(minutes=30))

    def months(self, wanted: int, last_dispense_days_ago: int, lead: int) -> int:
        """Return how many monthly dispenses fit, at most `wanted`, when the first is `lead` days after enrollment."""
        room = (program_day(self.now) - program_day(self.start)).days - last_dispense_days_ago - lead - 1
        return max(1, min(wanted, room // 27 + 1))
