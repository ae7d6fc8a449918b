"""Reads about who a person is: one person is one patient, whoever prescribes and however the name is typed.

Also the forms that wait for a prescriber to sign them.
"""

import hashlib
import unicodedata
from datetime import date

from django.db.models import QuerySet

from patients.models import Enrollment, Patient, PreparedEnrollment, SafetyCase
from prescribers.permissions import scope
from rems_portal.accounts.models import User
from rems_portal.rules.lifecycles import CaseStatus

# Accents and the like stand in this block once letters are taken apart; marks elsewhere make another letter.
_MARKS = range(0x0300, 0x0370)
_LETTERS = str.maketrans({"æ": "ae", "ð": "d", "ø": "o", "þ": "th", "đ": "d", "ħ": "h", "ı": "i", "ł": "l", "œ": "oe"})


def identity_key(*, given_name: str, family_name: str, birth_date: date, sex: str) -> str:
    """Return the same 64 characters for every way of typing one person's name with this birth date and sex.

    Letter case, accents, hyphens, apostrophes, dots and spaces don't tell people apart. A digest, so that the column
    holds no second copy of the name. Whoever changes what it is made of computes the stored keys anew, in a migration,
    with another first word.
    """
    said = "\n".join(("2", _plain(given_name), _plain(family_name), birth_date.isoformat(), str(sex)))
    return hashlib.sha256(said.encode()).hexdigest()


def _plain(name: str) -> str:
    # Twice: folding case can make letters that have a plainer form themselves.
    text = name
    for _time in range(2):
        text = unicodedata.normalize("NFKD", text).casefold()
    text = "".join(letter for letter in text if ord(letter) not in _MARKS).translate(_LETTERS)
    # A name without any letter or digit stays as it is: else all of those would be one name.
    return "".join(letter for letter in text if unicodedata.category(letter)[0] in "LMN") or " ".join(text.split())


def running_enrollment(patient: Patient, program: str) -> Enrollment | None:
    """Return the enrollment under which the patient is in treatment in the program, with whichever prescriber."""
    found: Enrollment | None = Enrollment.objects.enrolled().filter(patient=patient, program=program).first()
    return found


def is_held(patient: Patient) -> bool:
    """Does a safety case that stops treatment stand open, in any course?"""
    return SafetyCase.objects.filter(enrollment__patient=patient, status=CaseStatus.OPEN, holds=True).exists()


def prepared_for(user: User, on: date) -> QuerySet[PreparedEnrollment]:
    """Return the prepared forms that wait for a prescriber whom `user` is or works for on `on`, the newest first."""
    waiting = PreparedEnrollment.objects.filter(enrollment__isnull=True, discarded_at__isnull=True)
    return scope(waiting, user, on).select_related("prescriber").order_by("-prepared_at", "-pk")
