"""Every page of the patient's side, read in Spanish from the first to the last: not an English word is left."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

import tests.factories as make
from authorizations.wording_report import WORDS as REPORT
from authorizations.wording_signing import WORDS as SIGNING
from patients.models import Enrollment
from rems_portal import pdf
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.surveys import survey_questions
from rems_portal.signatures.models import SignedForm
from tests.factories import NOW
from tests.factories.patients import group_at
from tests.integration import answering, signing
from tests.integration.offices import as_prescriber, of
from tests.integration.reading import said_in

pytestmark = pytest.mark.django_db
C = RiskCategory
CHILDREN = (C.FC_CAN, C.FC_CANNOT, C.MC)
_ENGLISH = (
    "the and you your is are of to for with not this that from it be or was by when what will have has page skip form "
    "sign signed day month year choose type back continue other optional patient parent guardian prescriber program "
    "child yes fill thing things attention must name until good medicine pregnancy pregnant answer call wait letter "
    "copy open report send sent link used wrong needs least today january april august december pm am"
)
ENGLISH_WORDS = frozenset(_ENGLISH.split())
ENGLISH_SENTENCES = frozenset(
    words for said in (SIGNING["en"], REPORT["en"]) for words in said.values() if len(words.split()) > 1
)


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def read(response: Any) -> str:
    """Return what a page says in Spanish; fail when it is not a Spanish page or something in it is English."""
    page = response.content.decode()
    assert '<html lang="es"' in page
    said = " ".join(said_in("es", page))
    left = ENGLISH_WORDS & set(re.findall(r"[a-záéíóúüñ]+", said.lower()))
    assert not left, (left, said)
    assert not [one for one in ENGLISH_SENTENCES if one in said]
    return said


def browser() -> Client:
    return Client(headers={"accept-language": "es-US,es;q=0.9,en;q=0.5"})


class Survey:
    """One patient's survey in one browser, every page read."""

    def __init__(self, category: RiskCategory) -> None:
        self.one: Enrollment = make.enrollment(category)
        self.secret = make.invitation(self.one)[1]
        self.who = "guardian" if category in CHILDREN else "patient"
        self.client = browser()

    def page(self, name: str = "patient-survey", *more: Any) -> str:
        return answering.page(self.secret, name, *more)

    def start(self) -> None:
        read(self.client.get(self.page()))
        for typed in ({}, {"who": "patient", "birth_date_month": "x"}, answering.birth_date(self.one, years=-30)):
            read(self.client.post(self.page(), typed))
        answering.let_in(self.client, self.one, self.secret, self.who)

    def answer(self, *, dangerous: bool) -> None:
        for place, asked in enumerate(survey_questions(group_at(self.one, NOW), make.PROGRAM), start=1):
            where = self.page("survey-question", place)
            read(self.client.get(where))
            read(self.client.post(where, {"question": asked.code}))
            answer = asked.alarming if dangerous else not asked.alarming
            self.client.post(where, {"question": asked.code, "answer": "yes" if answer else "no"})
        read(self.client.get(self.page("survey-question", 1) + "?check"))
        read(self.client.get(self.page("survey-check")))

    def send(self) -> str:
        if self.who == "guardian":
            for name in ("", "7", "x", "x" * 151, "a\u202eb c"):
                read(answering.send(self.client, self.secret, name=name, relation=""))
        answering.send(self.client, self.secret, name="Ana Prueba", relation="Parent")
        return read(self.client.get(self.page("survey-sent")))

    def report(self) -> str:
        where = self.page("survey-report")
        form = self.client.get(where)
        read(form)
        what = form.context["form"].fields["what"].choices[-1][0]
        said = {"what": what, "details": "Desde ayer", "submission_key": form.context["form"]["submission_key"].value()}
        for wrong in ({"what": ""}, {"what": "nada"}, {"details": "x" * 2001}, {"details": "a\0b"}):
            read(self.client.post(where, said | wrong))
        read(self.client.post(where, said | {"submission_key": "nada"}))
        read(self.client.post(where, said))
        return read(self.client.post(where, said | {"send": "yes"}, follow=True))


@pytest.mark.parametrize("dangerous", [False, True], ids=["all is well", "danger"])
@pytest.mark.parametrize("category", list(C))
def test_survey_and_report(category: RiskCategory, dangerous: bool) -> None:
    survey = Survey(category)
    survey.start()
    survey.answer(dangerous=dangerous)
    assert "Usted contestó en español." in survey.send()
    assert "15 de junio de 2026, 11:00 a. m. EDT" in survey.report()
    survey.client.cookies.clear()
    for name, more in (("patient-survey", ()), ("survey-question", (1,)), ("survey-sent", ()), ("survey-report", ())):
        read(survey.client.get(survey.page(name, *more)))


@pytest.mark.parametrize("category", list(C))
def test_form_and_its_signatures(category: RiskCategory) -> None:
    one = make.pending_enrollment(category, at=NOW, language="es")
    link, secret = signing.link_to(make.waiting_agreement(one))
    client, where = Client(), signing.page("signing-form", secret)
    read(client.get(signing.page("sign", secret)))
    for typed in ({}, {"birth_date_month": "x"}, signing.typed_birth_date(one, years_off=1)):
        read(client.post(signing.page("sign", secret), typed))
    signing.let_in(secret, one, client)
    read(client.get(where))
    if category in CHILDREN:
        for name in ("", "7", "x", "x" * 151, "a\u202eb c"):
            read(client.post(where, {"signer": "guardian", "name": name}))
        client.post(where, {"signer": "guardian", "name": "Ana Prueba", "relation": "Legal guardian"})
        read(client.get(where, follow=True))
        client.post(where, {"signer": "child"})
    else:
        client.post(where, {"signer": "patient"})
    done = client.get(signing.page("signing-done", secret))
    assert "El formulario está firmado." in read(done)
    link.refresh_from_db()
    assert link.used_at == NOW
    for name in ("sign", "signing-form", "signing-copy"):
        read(Client().get(signing.page(name, secret)))


def test_form_that_was_changed_and_a_link_that_was_guessed_at() -> None:
    one = make.pending_enrollment(C.MC, at=NOW, language="es")
    secret = signing.link_to(make.waiting_agreement(one))[1]
    client = signing.let_in(secret, one)
    SignedForm.objects.update(digest="0" * 64)
    assert "no se puede firmar" in read(client.get(signing.page("signing-form", secret)))
    guesser = Client()
    for _ in range(5):
        last = guesser.post(signing.page("sign", secret), signing.typed_birth_date(one, years_off=1))
    assert "Este enlace ya no funciona" in read(last)


def test_copy_on_a_server_without_pango_is_excused_in_spanish(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise pdf.PdfUnavailable

    one = make.pending_enrollment(C.AM, at=NOW, language="es")
    secret = signing.link_to(make.waiting_agreement(one))[1]
    client = signing.let_in(secret, one)
    signing.sign(client, secret)
    monkeypatch.setattr(pdf, "_weasyprint", missing)
    answer = client.get(signing.page("signing-copy", secret))
    assert answer.status_code == 503
    assert "Pida una copia" in read(answer)


def test_pages_of_error_have_a_sentence_in_spanish_for_who_has_no_account() -> None:
    strict = Client(enforce_csrf_checks=True)
    one, secret = answering.handed_over()
    missing, old = strict.get("/s/"), strict.post(answering.page(secret), answering.birth_date(one))
    assert (missing.status_code, old.status_code) == (404, 403)
    fault = render_to_string("500.html")
    for page, words in ((missing.text, "Aquí no hay nada."), (old.text, "no se guardó"), (fault, "llame ahora")):
        assert words in " ".join(said_in("es", page))
    strict.force_login(one.prescriber.user)
    assert not said_in("es", strict.get("/s/").text)


def test_guide() -> None:
    assert "Lo más importante" in read(Client().get(reverse("materials:guide-es")))


@pytest.mark.parametrize("how", ["code", "mail"])
def test_link_to_sign_says_in_spanish_how_long_it_is_good(how: str) -> None:
    one = make.pending_enrollment(C.AM, at=NOW, language="es")
    answer = as_prescriber(one.prescriber).post(of("hand-over-form", one), {"how": how})
    said = OutboxMessage.objects.get(kind="signing_link").body if how == "mail" else spoken(answer)
    assert "22 de junio de 2026, 11:00 a. m. EDT" in " ".join(said.split())


def spoken(response: Any) -> str:
    return " ".join(said_in("es", response.content.decode()))


def test_paper_with_the_survey_link_speaks_the_language_of_the_signed_form_and_so_does_the_link() -> None:
    one = make.enrollment(C.AM, language="es")
    client = as_prescriber(one.prescriber)
    answer = client.post(of("hand-over-survey", one))
    said = spoken(answer)
    for words in (
        "Su encuesta para el paciente",
        "Escanee el código",
        "Vale hasta 22 de junio de 2026",
        "Una encuesta",
    ):
        assert words in said
    assert "Vale hasta" not in " ".join(said_in("en", answer.content.decode()))
    page = Client(headers={"accept-language": "en-US"}).get(answer.context["link"])
    assert "Encuesta para el paciente" in read(page)


def test_dialog_for_who_is_signed_in_on_the_device_is_marked_as_english() -> None:
    one = make.pending_enrollment(C.AM, at=NOW, language="es")
    client = as_prescriber(one.prescriber)
    here = client.post(of("hand-over-form", one), {"how": "here"}).headers["Location"]
    answer = client.get(here)
    read(answer)
    assert "Are you still there?" in said_in("en", answer.content.decode())
