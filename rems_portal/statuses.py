"""How each status of a record looks: the words, the tone and the icon that a status tag shows.

Input is the stored value of any lifecycle, output is presentation only. It must not decide anything.
"""

from typing import NamedTuple


class Look(NamedTuple):
    """The words of a status, its tone (one of `rems_portal.icons.TONES`) and its icon."""

    label: str
    tone: str
    icon: str


LOOKS: dict[str, Look] = {
    "in_progress": Look("In progress", "info", "clock"),
    "certified": Look("Certified", "success", "check"),
    "suspended": Look("Suspended", "hold", "hold"),
    "decertified": Look("Decertified", "danger", "cross"),
    "enrolled": Look("Enrolled", "success", "check"),
    "pending": Look("Waiting for signatures", "info", "clock"),
    "withdrawn": Look("Withdrawn", "neutral", "cross"),
    "discontinued": Look("Discontinued", "neutral", "neutral"),
    "active": Look("Live", "success", "check"),
    "confirmed": Look("Confirmed", "info", "clock"),
    "dispensed": Look("Dispensed", "success", "check"),
    "void": Look("Void", "danger", "cross"),
    "expired": Look("Expired", "neutral", "clock"),
    "open": Look("Open", "info", "clock"),
    "cancelled": Look("Cancelled", "neutral", "cross"),
    "lapsed": Look("Lapsed", "warning", "clock"),
    "closed": Look("Closed", "neutral", "check"),
    "granted": Look("Granted", "success", "check"),
    "refused": Look("Refused", "danger", "cross"),
    "negative": Look("Negative", "success", "neutral"),
    "positive": Look("Positive", "danger", "plus"),
    "indeterminate": Look("Indeterminate", "warning", "info"),
    "hold": Look("Pregnancy hold", "hold", "hold"),
    "due": Look("Due", "warning", "clock"),
    "late": Look("Late", "danger", "warning"),
    "ready": Look("Ready", "success", "check"),
    "sent": Look("Sent", "success", "check"),
    "waiting": Look("Waiting", "info", "clock"),
}


def look_of(status: str) -> Look:
    """Return how `status` looks; an unknown one shows its own words in the neutral tone."""
    known = LOOKS.get(str(status))
    return known or Look(str(status).replace("_", " ").capitalize(), "neutral", "neutral")
