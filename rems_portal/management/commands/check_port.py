"""`manage.py check_port`: is this port free, asked before the portal starts. It must not start anything."""

import socket
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Fails with a sentence that says what to do when something already listens on the port."""

    help = "Check that nothing listens on a port of this machine yet."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the port's number."""
        parser.add_argument("port", type=int)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Try to listen on the port, and let go of it at once."""
        port = options["port"]
        if not 0 < port < 65_536:
            raise CommandError(
                f"{port} is not a port: choose a number from 1 to 65535, for example: make run PORT=8001"
            )
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                reason = "may not be used by this account" if error.errno == 13 else "is taken by another program"
                raise CommandError(
                    f"Port {port} {reason}. Stop that program, or choose another port: make run PORT={port + 1}"
                ) from error
