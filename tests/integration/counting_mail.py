"""A mail backend that writes one line for each sending, so that a test sees a message sent twice."""

import os
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend


class CountingBackend(BaseEmailBackend):
    """Appends each message's Message-ID to a file; safe for several threads and processes."""

    def send_messages(self, email_messages):
        handle = os.open(Path(settings.MAILBOX_DIR) / "sent.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        for email in email_messages:
            os.write(handle, f"{email.extra_headers['Message-ID']}\n".encode())
        os.close(handle)
        return len(email_messages)
