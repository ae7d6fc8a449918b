"""Steps of a pharmacy's certification, for the tests of its acts and of its pages."""

from typing import Any

import tests.factories as make
from pharmacies.actions import (
    PharmacyIdentity,
    certify_pharmacy,
    open_quiz,
    start_certification,
    take_quiz,
)
from pharmacies.models import Pharmacy, PharmacyCertification, QuizAttempt
from rems_portal.accounts.models import User

MATERIALS = ("pharmacy_guide", "pharmacy_training")
PROCESSES = frozenset(process.code for process in make.PROGRAM.pharmacy_processes)
RIGHT = {question.code: question.right for question in make.PROGRAM.quiz}
WRONG = {
    question.code: next(one.code for one in question.choices if one.code != question.right)
    for question in make.PROGRAM.quiz
}


def identity(**changes: str) -> PharmacyIdentity:
    fields = {
        "name": "O’Neil & Sons <Pharmacy>",
        "npi": make.npi(),
        "ncpdp_id": make.ncpdp_id(),
        "time_zone": "America/Chicago",
        "phone": "312-555-0100",
        "address": "1 Sample Street, Chicago, IL 60601",
    }
    return PharmacyIdentity(**fields | changes)


def begun(user: User | None = None, **changes: str) -> tuple[User, PharmacyCertification]:
    user = user or make.account(User.Role.PHARMACIST)
    return user, start_certification(
        by=make.actor(user), at=make.NOW, user=user, identity=identity(**changes), program=make.PROGRAM
    )


def reviewed(user: User, *materials: str) -> None:
    for material in materials or MATERIALS:
        make.reading(user, material)


def paper(user: User, certification: PharmacyCertification, minutes: int = 0, **changes: Any) -> QuizAttempt:
    at = make.NOW + make.hours(minutes / 60)
    arguments = {"by": make.actor(user), "at": at, "certification": certification, "program": make.PROGRAM}
    return open_quiz(**arguments | changes)


def answers_to(attempt: QuizAttempt, wrong: int = 0) -> dict[str, str]:
    """Return answers to a paper, so many of them wrong."""
    codes = [asked["question"] for asked in attempt.paper]
    return {code: WRONG[code] for code in codes[:wrong]} | {code: RIGHT[code] for code in codes[wrong:]}


def quiz(
    user: User, certification: PharmacyCertification, wrong: int = 0, minutes: int = 0, **changes: Any
) -> QuizAttempt:
    """Draw a paper and send it, so many of the answers wrong."""
    attempt = paper(user, certification, minutes, **changes)
    at = make.NOW + make.hours(minutes / 60)
    arguments = {"by": make.actor(user), "at": at, "attempt": attempt, "program": make.PROGRAM}
    return take_quiz(**arguments | changes, answers=answers_to(attempt, wrong))


def sign(user: User, certification: PharmacyCertification, **changes: Any) -> PharmacyCertification:
    at = changes.get("at", make.NOW)
    arguments = {
        "by": make.actor(user),
        "at": at,
        "certification": certification,
        "processes": PROCESSES,
        "signing": make.signing(user, at=at),
        "program": make.PROGRAM,
    }
    return certify_pharmacy(**arguments | changes)


def oversee(act: Any, shop: Pharmacy, reason: str = "Audit finding", user: User | None = None) -> PharmacyCertification:
    staff = user or make.administrator()
    return act(by=make.actor(staff), at=make.NOW, user=staff, certification=shop.certifications.get(), reason=reason)
