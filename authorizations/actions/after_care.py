"""The weekly reminders in the weeks after treatment: to the patient, and to the office as a task (domain.md section 9).

Messages never say anything about a person's health, not even that a treatment has ended.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from authorizations.queries.after_care import WeekAfter, weeks_after
from authorizations.queries.reminders import offices_of
from rems_portal.accounts.models import User
from rems_portal.clockwork import day_in_words
from rems_portal.notifications.actions import Message, queue
from rems_portal.rules.calendars import program_day
from rems_portal.rules.programs import ProgramVersion

PATIENT = (
    "What your care team told you to keep to still counts until {until}. If you are not sure what that is, or if "
    "anything has changed, call them today.\n"
)
OFFICE = "A weekly task for one of your records is due, until {until}.\n\nSign in to see it: {link}\n"


def queue_after_care(*, at: datetime, program: ProgramVersion) -> None:
    """Queue the reminder of each week after treatment, once, whatever day of that week the job runs on.

    The last is of the last day. None for a patient who has enrolled again.
    """
    today = program_day(at)
    for batch in weeks_after(today, program):
        offices = offices_of({one.prescriber_id for one in batch}, today)
        queue([message for one in batch for message in _messages(one, offices)], at=at)


def _messages(one: WeekAfter, offices: Mapping[int, list[User]]) -> Iterator[Message]:
    key, until = f"after_care:{one.pk}:{one.week}", day_in_words(one.until)
    link = settings.PORTAL_URL.rstrip("/") + reverse("authorizations:patient", args=[one.number])
    for user in offices.get(one.prescriber_id, ()):
        yield Message(
            key=f"{key}:{user.pk}",
            kind="after_care",
            recipient=user.email,
            user=user,
            subject="A weekly task is due",
            text=OFFICE.format(until=until, link=link),
        )
    if one.email:
        yield Message(
            key=f"{key}:patient",
            kind="after_care",
            recipient=one.email,
            user=None,
            subject="A reminder from your care team",
            text=PATIENT.format(until=until),
        )
