"""Reminds everybody once a month and once a week before a certification or training must be renewed (PR-01, PH-01)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from authorizations.queries.renewals import Renewed, due_renewals
from rems_portal.clockwork import day_in_words
from rems_portal.notifications.actions import Message, queue
from rems_portal.rules.calendars import program_day
from rems_portal.rules.programs import ProgramVersion

SUBJECTS = {
    Renewed.PRESCRIBER: "Your certification must be renewed soon",
    Renewed.PHARMACY: "A pharmacy’s certification must be renewed soon",
    Renewed.TRAINING: "Your training must be renewed soon",
}
TEXTS = {
    Renewed.PRESCRIBER: "The program asks you to renew your certification by {last}. After that day it no longer "
    "counts until you renew it.",
    Renewed.PHARMACY: "The program asks you to renew the certification of each pharmacy you represent that was signed "
    "before {version}, by {last}. After that day it no longer counts until it is renewed.",
    Renewed.TRAINING: "The program asks you to read the Pharmacy Training again by {last}. After that day you can’t "
    "confirm until you have read it.",
}
PAGES = {
    Renewed.PRESCRIBER: "prescribers:certify",
    Renewed.PHARMACY: "pharmacies:certify",
    Renewed.TRAINING: "pharmacies:staff",
}


def queue_renewals(*, at: datetime, program: ProgramVersion) -> None:
    """Queue what falls due for renewal, once 30 days and once 7 days ahead for each person, however many sites it is.

    `at` is UTC; days are the program's. A job that was missed is made up for within the phase. Each batch is committed
    by itself.
    """
    for what, phase, renewal, users in due_renewals(program_day(at), program):
        last = day_in_words(renewal.from_day - timedelta(days=1))
        text = TEXTS[what].format(last=last, version=renewal.oldest_version)
        link = settings.PORTAL_URL.rstrip("/") + reverse(PAGES[what])
        key = f"renewal:{program.program}:{what}:{renewal.oldest_version}:{renewal.from_day:%Y%m%d}:{phase}"
        messages = [
            Message(
                key=f"{key}:{user.pk}",
                kind=f"renewal_{what}",
                recipient=user.email,
                user=user,
                subject=SUBJECTS[what],
                text=f"{text}\n\nSign in to do it: {link}\n",
            )
            for user in users
        ]
        queue(messages, at=at)
