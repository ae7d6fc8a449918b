"""`manage.py load_demo`: loads the demo's data, once, and prints one login for each role. Only with DEMO."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from rems_portal.demo.load import TooEarly, complete_logins, is_loaded, load
from rems_portal.demo.people import LOGINS, PASSWORD
from rems_portal.program import program_at
from rems_portal.rules.programs import VersionError


class Command(BaseCommand):
    """Loads invented people and their courses of treatment into a portal that runs as a demo."""

    help = "Load the demo's data, once, and print one login for each role."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --logins."""
        parser.add_argument("--logins", action="store_true", help="print the logins, load nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what isn't there and print the logins."""
        if not settings.DEMO:
            raise CommandError("Demo data is loaded with DEMO=1 only: its passwords are known to everybody.")
        if not options["logins"] and not is_loaded():
            self._load()
        complete_logins()
        self.stdout.write(f"\nDemo logins, all with the password {self.style.SUCCESS(PASSWORD)}")
        width = max(len(login.email) for login in LOGINS)
        for login in LOGINS:
            self.stdout.write(f"  {login.email:<{width}}  {login.shows}")
        self.stdout.write("  The second step asks for a code: the yellow bar on top of that page shows it.\n")

    def _load(self) -> None:
        at = timezone.now()
        self.stdout.write("Loading the demo's people and their courses of treatment (once; some seconds)")
        try:
            told = load(at=at, program=program_at(at))
        except (VersionError, TooEarly) as error:
            raise CommandError(f"The demo can't be loaded today. {error}") from error
        self.stdout.write(f"{told} patients are there.")
