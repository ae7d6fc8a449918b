"""Reads the demo's mailbox: the files that `backends.MailboxBackend` wrote. It must not write or delete any."""

import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from django.conf import settings

from rems_portal.notifications.backends import SUFFIX

PARSER = BytesParser(EmailMessage, policy=email.policy.default)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of the demo's mailbox. `arrived_at` is when its file was written, aware, UTC."""

    arrived_at: datetime
    recipient: str
    subject: str
    text: str


def newest_letters(limit: int) -> list[Letter]:
    """Return the newest messages, newest first; a file that vanishes meanwhile is left out."""
    return [letter for path in _newest_files()[:limit] for letter in _read(path)]


def _newest_files() -> list[Path]:
    folder = Path(settings.MAILBOX_DIR)
    files = folder.glob(f"*{SUFFIX}") if folder.is_dir() else ()
    return [path for _written, path in sorted(_with_times(files), reverse=True)]


def _with_times(files: Iterator[Path] | tuple[()]) -> Iterator[tuple[float, Path]]:
    for path in files:
        try:
            yield path.stat().st_mtime, path
        except FileNotFoundError:
            continue


def _read(path: Path) -> Iterator[Letter]:
    try:
        written, content = path.stat().st_mtime, path.read_bytes()
    except FileNotFoundError:
        return
    message = PARSER.parsebytes(content)
    part = message.get_body(preferencelist=("plain",))
    yield Letter(
        arrived_at=datetime.fromtimestamp(written, UTC),
        recipient=str(message["To"] or ""),
        subject=str(message["Subject"] or "(no subject)"),
        text=str(part.get_content()) if part else "",
    )
