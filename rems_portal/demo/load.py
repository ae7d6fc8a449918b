"""Loads the whole demo, once, in one transaction: all of it is there, or nothing."""

from datetime import datetime, timedelta

from django.db import transaction

from authorizations.actions.upkeep import overdue_enrollments, settle_enrollment
from rems_portal.accounts.models import User
from rems_portal.accounts.second_factor import give_demo_factor, has_second_factor
from rems_portal.demo.cast import tell_stories
from rems_portal.demo.catalogue import make_catalogue
from rems_portal.demo.clock import Clock
from rems_portal.demo.people import ADMINISTRATOR, LOADER, LOGINS, PRESCRIBER, make_people
from rems_portal.rules.programs import ProgramVersion

LONGEST, SHORTEST = timedelta(days=195), timedelta(days=60)


class TooEarly(Exception):
    """The program version is so new that the demo's stories can't have happened under it."""


def is_loaded() -> bool:
    """Is the demo's data there?"""
    return User.objects.filter(email=PRESCRIBER.email).exists()


def complete_logins() -> None:
    """Give a second factor to logins of a demo that was loaded before one was asked for."""
    for user in User.objects.filter(email__in=[login.email for login in LOGINS]):
        if not has_second_factor(user):
            give_demo_factor(user)


def load(*, at: datetime, program: ProgramVersion) -> int:
    """Make everybody and everything up to the instant `at`; return how many patients there are.

    Nothing is dated before the program version came into force, so soon after that the stories are shorter; in its
    first 60 days there is no room for them: raises TooEarly.
    """
    clock = Clock.ending(at, program, LONGEST)
    if at - clock.start < SHORTEST:
        raise TooEarly(f"The demo's patients need {SHORTEST.days} days since {program.in_force}, when its rules began.")
    with transaction.atomic():
        people = make_people(clock.start, program)
        make_catalogue(User.objects.get(email=ADMINISTRATOR.email), clock.start, program)
        told = tell_stories(people, clock, program)
        for pk in overdue_enrollments(at, limit=1000):
            settle_enrollment(by=LOADER, at=at, enrollment_id=pk)
    return told
