"""The demo's mail: each message becomes a file, which the mailbox page shows. Nothing leaves the machine."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

SUFFIX = ".eml"


class MailboxBackend(BaseEmailBackend):
    """Writes one file per Message-ID into `settings.MAILBOX_DIR`: sent twice, a message is there once and whole."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages; return how many there were. Raises OSError when the folder can't be written."""
        folder = Path(settings.MAILBOX_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for email in email_messages:
            self._write(folder, email)
        return len(email_messages)

    def _write(self, folder: Path, email: EmailMessage) -> None:
        message = email.message()
        name = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:32]
        handle, unfinished = tempfile.mkstemp(dir=folder, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(message.as_bytes())
            self._put(Path(unfinished), folder / f"{name}{SUFFIX}")
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise

    def _put(self, unfinished: Path, place: Path) -> None:
        """Give the finished file its name in one step, so that nobody ever reads half a message."""
        os.replace(unfinished, place)
