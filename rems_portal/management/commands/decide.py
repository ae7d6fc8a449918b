"""`manage.py decide`: the rules, one question a line, without a database.

Reads JSON Lines on standard input and writes one JSON answer a line, in order (docs/decide.md). Everything is decided
by `rems_portal.rules`; here is nothing but reading and writing.
"""

import json
import sys
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from rems_portal.rules.programs import PROGRAMS, get_program
from rems_portal.rules.questions import answer_line


class Command(BaseCommand):
    """Answers every line, also after an invalid one; the exit status is then 1."""

    help = "Answers questions to the rules: JSON Lines on standard input, one JSON answer a line on standard output."
    requires_system_checks = ()
    stealth_options = ("stdin",)

    def add_arguments(self, parser: CommandParser) -> None:
        """Which program's rules are asked."""
        parser.add_argument("--program", choices=sorted(PROGRAMS), default="lenalidomide", help="whose rules to ask")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer until the input ends. Raises SystemExit(1) when a line was no valid request."""
        program = get_program(options["program"])
        lines: Iterable[bytes] = options.get("stdin") or sys.stdin.buffer
        write = self.stdout.write
        invalid = False
        for line in lines:
            answer = answer_line(line, program)
            invalid = invalid or "error" in answer
            write(json.dumps(answer))
        if invalid:
            raise SystemExit(1)
