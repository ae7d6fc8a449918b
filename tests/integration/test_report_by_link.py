"""The pregnancy report of the patient's side, behind a survey link: in the survey's language, losing nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

import tests.factories as make
from authorizations.presenters.pregnancy_report import CHOICES, Voice, choices_for, consequences, hints, next_steps
from authorizations.wording_report import ENGLISH, SPANISH, WORDS
from patients.models import Enrollment, SafetyCase, SafetyReport
from rems_portal.rules.categories import RiskCategory
from tests.factories import NOW
from tests.integration.answering import let_in, page
from tests.integration.reading import said_in

pytestmark = [pytest.mark.django_db, pytest.mark.rems("PF-17", "PC-12", "PM-12")]
C = RiskCategory


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def browser_of(category: RiskCategory, who: str = "patient", **more: Any) -> tuple[Enrollment, Client, str]:
    one = make.enrollment(category, **more)
    secret = make.invitation(one)[1]
    client = Client()
    let_in(client, one, secret, who)
    return one, client, page(secret, "survey-report")


def report(client: Client, where: str, **changes: str) -> dict[str, str]:
    key = client.get(where).context["form"]["submission_key"].value()
    return {"what": "suspected", "details": "Desde el lunes", "submission_key": str(key)} | changes


def spanish(response: Any) -> str:
    return " ".join(said_in("es", response.content.decode()))


def test_language_is_carried_over_from_the_survey_and_program_staff_read_english() -> None:
    one, client, where = browser_of(C.AF_CAN)
    client.get(page(where.split("/")[2]) + "?lang=es")
    shown = spanish(client.get(where))
    assert "¿De qué quiere avisar?" in shown and "Puedo estar embarazada" in shown
    said = report(client, where)
    looked = spanish(client.post(where, said))
    assert "El tratamiento se detiene de inmediato" in looked and "Desde el lunes" in looked
    sent = spanish(client.post(where, said | {"send": "yes"}, follow=True))
    kept = SafetyReport.objects.get()
    assert "Deje de tomar la medicina ahora." in sent and kept.case.number in sent
    assert kept.details == "She may be pregnant. Desde el lunes"
    assert kept.case.enrollment == one


def test_patient_who_signed_in_spanish_is_spoken_to_in_spanish() -> None:
    _one, client, where = browser_of(C.AM, language="es")
    assert "Mi pareja puede estar embarazada" in spanish(client.get(where))
    sent = client.post(where, report(client, where, what="partner_suspected", send="yes"), follow=True)
    assert "El tratamiento sigue" in spanish(sent)
    assert "Use condón" in spanish(sent)


def test_guardian_is_spoken_to_about_the_child() -> None:
    _one, client, where = browser_of(C.FC_CANNOT, "guardian")
    shown = client.get(where + "?lang=es")
    assert "Ya le vino la regla por primera vez" in spanish(shown)
    sent = client.post(where, report(client, where, what="menses", send="yes"), follow=True)
    assert "Por ahora no le dé ninguna cápsula más." in spanish(sent)
    assert SafetyCase.objects.get().kind == SafetyCase.Kind.MENSES_BEGAN


@pytest.mark.parametrize(
    ("step", "shown"), [({}, "¿Enviar este aviso?"), ({"change": "yes"}, "¿De qué quiere avisar?")]
)
def test_other_language_keeps_what_was_sent(step: dict[str, str], shown: str) -> None:
    _one, client, where = browser_of(C.AF_CAN)
    said = report(client, where)
    assert 'action="?lang=es"' in client.post(where, said | step).content.decode()
    answer = client.post(f"{where}?lang=es", said | step)
    assert shown in spanish(answer) and "Desde el lunes" in answer.content.decode()
    assert not SafetyReport.objects.exists()


def test_switch_is_a_plain_link_while_nothing_was_sent() -> None:
    _one, client, where = browser_of(C.AF_CAN)
    assert 'href="?lang=es"' in client.get(where).content.decode()


def test_page_of_thanks_can_be_read_in_the_other_language() -> None:
    _one, client, where = browser_of(C.AF_CAN)
    address = client.post(where, report(client, where, send="yes")).headers["Location"]
    assert "Stop taking the medicine now." in client.get(address).content.decode()
    assert "El aviso está enviado" in spanish(client.get(f"{address}?lang=es"))


def test_what_the_act_refuses_is_said_in_the_page_s_language(monkeypatch: pytest.MonkeyPatch) -> None:
    one, client, where = browser_of(C.AF_CAN, language="es")
    said = report(client, where, send="yes")
    _other, second, elsewhere = browser_of(C.AF_CAN, language="es", prescriber=one.prescriber)
    client.post(where, said)
    assert "No se pudo enviar el aviso." in spanish(second.post(elsewhere, said))


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("voice", [Voice.PATIENT, Voice.GUARDIAN])
@pytest.mark.parametrize(
    "kind", [SafetyCase.Kind.PREGNANCY, SafetyCase.Kind.MENSES_BEGAN, SafetyCase.Kind.PARTNER_PREGNANCY]
)
def test_every_kind_has_words_for_every_reader(kind: SafetyCase.Kind, voice: Voice, language: str) -> None:
    words = WORDS[language]
    said = [text for _value, text in choices_for([kind], voice, words)]
    said += [*consequences(kind, voice, words), *next_steps(kind, voice, words), *hints(words).values()]
    assert all(said) and len(said) == len(set(said))


def test_both_languages_say_the_same_things_in_other_words() -> None:
    assert ENGLISH.keys() == SPANISH.keys()
    assert not [key for key in ENGLISH if ENGLISH[key] == SPANISH[key]]
    assert {f"{one.value}.self" for one in CHOICES} <= ENGLISH.keys()
