"""Steps of a pharmacy's certification, for the tests of its acts and of its pages."""

from typing import Any

import tests.factories as make
from pharmacies.actions import (
    PharmacyIdentity,
    certify_pharmacy,
    review_pharmacy_material,
    start_certification,
    take_quiz,
)
from pharmacies.facts import Signature
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


def reviewed(user: User, certification: PharmacyCertification, *materials: str) -> None:
    for material in materials or MATERIALS:
        review_pharmacy_material(
            by=make.actor(user),
            at=make.NOW,
            certification=certification,
            material=material,
            version=make.PROGRAM.version,
            program=make.PROGRAM,
        )


def quiz(user: User, certification: PharmacyCertification, answers: dict[str, str], minutes: int = 0) -> QuizAttempt:
    return take_quiz(
        by=make.actor(user),
        at=make.NOW + make.hours(minutes / 60),
        user=user,
        certification=certification,
        answers=answers,
        program=make.PROGRAM,
    )


def sign(user: User, certification: PharmacyCertification, **changes: Any) -> PharmacyCertification:
    signature = Signature(name=changes.pop("name", "Pat Rx"), processes=changes.pop("processes", PROCESSES))
    arguments = {"by": make.actor(user), "at": make.NOW, "certification": certification, "program": make.PROGRAM}
    return certify_pharmacy(**arguments | changes, signature=signature)


def oversee(act: Any, shop: Pharmacy, reason: str = "Audit finding", user: User | None = None) -> PharmacyCertification:
    staff = user or make.administrator()
    return act(by=make.actor(staff), at=make.NOW, user=staff, certification=shop.certifications.get(), reason=reason)
