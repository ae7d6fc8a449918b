"""Walks the pages of the patient survey for tests: let in by the birth date, every question answered, sent."""

from django.urls import reverse

import tests.factories as make
from patients.models import Enrollment
from rems_portal.rules.surveys import survey_questions
from rems_portal.rules.vocabulary import RiskCategory
from tests.factories.patients import group_at

C = RiskCategory


def page(secret: str, name: str = "patient-survey", *args) -> str:
    return reverse(f"authorizations:{name}", args=[secret, *args])


def handed_over(category: RiskCategory = C.AF_CAN) -> tuple[Enrollment, str]:
    one = make.enrollment(category)
    return one, make.invitation(one)[1]


def birth_date(one: Enrollment, *, years: int = 0) -> dict[str, int]:
    born = one.patient.birth_date
    boxes = {"month": born.month, "day": born.day, "year": born.year + years}
    return {f"birth_date_{box}": value for box, value in boxes.items()}


def let_in(client, one: Enrollment, secret: str, who: str = "patient"):
    return client.post(page(secret), {"who": who, **birth_date(one)})


def questions_of(one: Enrollment):
    return survey_questions(group_at(one, make.NOW), make.PROGRAM)


def answer_all(client, one: Enrollment, secret: str, **changed: bool):
    for place, question in enumerate(questions_of(one), start=1):
        answer = changed.get(question.code, not question.alarming)
        data = {"question": question.code, "answer": "yes" if answer else "no"}
        response = client.post(page(secret, "survey-question", place), data)
    return response


def send(client, secret: str, **typed: str):
    """Press the button of the check page; what the page's boxes begin with is sent unless it is typed over."""
    shown = client.get(page(secret, "survey-check")).context
    begun = {"form_seen": shown["form_seen"]} if shown and "form_seen" in shown else {}
    if begun and shown["form"]:
        begun |= {field.name: field.value() or "" for field in shown["form"]}
    return client.post(page(secret, "survey-check"), begun | typed)
