#!/usr/bin/env python
"""Django's command line. It only hands over to Django; settings live in rems_portal.settings."""

import os
import secrets
import signal
import sys

# Commands that ask nothing but the rules: they need no secret of the portal's, so anyone can run them anywhere.
RULES_ONLY = ("decide", "trace")


def main() -> None:
    """Run the management command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rems_portal.settings")
    if sys.argv[1:2] and sys.argv[1] in RULES_ONLY:
        os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
        if hasattr(signal, "SIGPIPE"):  # let `| head` end them without a word
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
