"""`manage.py check_alive web|beat`: what a container's health check asks. It must not need more than this host.

The worker has a check of its own: `celery inspect ping`.
"""

import http.client
import os
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

# Beat writes its schedule down every three minutes; thrice that without a sign of life is too long.
BEAT_SILENCE_SECONDS = 540


class Command(BaseCommand):
    """Exits with 0 when the process of this host is alive, else with 1 and a sentence."""

    help = "Ask whether the web server answers, or whether beat still keeps its schedule."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the process's name."""
        parser.add_argument("process", choices=["web", "beat"])

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ask the one process."""
        if options["process"] == "web":
            ask_web()
        else:
            ask_beat()


def ask_web() -> None:
    """Ask /healthz of this host, under the name that people use; raises CommandError unless it answers 200."""
    port = int(os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=8)
    try:
        connection.request("GET", "/healthz", headers={"Host": settings.ALLOWED_HOSTS[0]})
        status = connection.getresponse().status
    except OSError as error:
        raise CommandError(f"The web server on port {port} does not answer: {type(error).__name__}") from error
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        raise CommandError(f"The web server on port {port} answers {status}")


def ask_beat() -> None:
    """Look at the file in which beat keeps its schedule; raises CommandError when it was not written for long."""
    file = Path(settings.CELERY_BEAT_SCHEDULE_FILENAME)
    written = [path.stat().st_mtime for path in file.parent.glob(f"{file.name}*")]
    if not written:
        raise CommandError("Beat has not kept its schedule yet")
    silence = time.time() - max(written)
    if silence > BEAT_SILENCE_SECONDS:
        raise CommandError(f"Beat has kept its schedule last {silence:.0f} seconds ago")
