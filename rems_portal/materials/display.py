"""What people read, in words for staff: shown on the records of certifications. It must not decide anything."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from rems_portal.accounts.models import User
from rems_portal.clockwork import instant_in_words
from rems_portal.materials.queries import readings_of


def readings_in_words(users: Iterable[User], program: str) -> SafeString:
    """Return a list of what these people read in a program; one query for each person."""
    rows = [
        (user, reading.material.replace("_", " "), reading.version, instant_in_words(reading.read_at))
        for user in users
        for reading in readings_of(user.pk, program)
    ]
    if not rows:
        return format_html('<span class="quiet">{}</span>', "nothing yet")
    lines = format_html_join("", "<li>{}: {}, version {}, {}</li>", rows)
    return format_html('<ol class="facts">{}</ol>', lines)
