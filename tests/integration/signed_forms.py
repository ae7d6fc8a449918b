"""A small form of three signature lines, written and signed the way acts do it, for tests of signatures themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import models, transaction

import tests.factories as make
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor, Channel, acting_as
from rems_portal.rules.forms import (
    NOTICE,
    Answers,
    Choice,
    FormDefinition,
    Item,
    ItemKind,
    Section,
    SignatureLine,
    Signer,
    When,
    digest,
    write_document,
)
from rems_portal.rules.numbers import Kind, format_number
from rems_portal.signatures.actions import Signing, sign, write_form
from rems_portal.signatures.models import Method, Signature, SignedForm
from rems_portal.signatures.presenters import ShownForm
from rems_portal.signatures.queries import Integrity

ABOUT = "patient P-2345-6789-ABCD-EF"
CLERK = Actor(name="Ann Aide for Dr. Otieno", channel=Channel.PAGE)
FORM = FormDefinition(
    code="agreement_test",
    title="Agreement of a test",
    program="lenalidomide",
    program_name="Lenalidomide REMS",
    version="2026-04-27",
    sections=(
        Section(
            "who",
            "Who",
            (
                Item("name", "Name", ItemKind.TEXT),
                Item("born", "Date of birth", ItemKind.DATE),
                Item("weight", "Weight in kilograms", ItemKind.NUMBER, required=False, least=1, most=300),
                Item("nurse", "Breastfeeding?", ItemKind.YES_NO),
                Item("how", "How", ItemKind.CHOICE, choices=(Choice("post", "By post"), Choice("hand", "By hand"))),
                Item("why", "Why by hand", ItemKind.TEXT, when=(When("how", ("hand",)),)),
            ),
            intro="Whom this is about.",
        ),
        Section(
            "agreed",
            "What is agreed",
            (
                Item("risk", "The medicine can harm an unborn baby.", ItemKind.STATEMENT),
                Item("share", "Nobody else may take the medicine.", ItemKind.STATEMENT),
                Item("calls", "The program may call.", ItemKind.TICK, required=False),
                Item("last", "What is left over goes back.", ItemKind.STATEMENT),
            ),
        ),
    ),
    signatures=(
        SignatureLine(Signer.PRESCRIBER, "I have explained all of this."),
        SignatureLine(Signer.GUARDIAN, "I understand and agree, for the child."),
        SignatureLine(Signer.CHILD, "I agree.", optional=True),
    ),
)
ANSWERS: Answers = {"name": "Łucja O’Niño", "born": "1990-02-03", "nurse": False, "how": "post", "calls": True}


@contextmanager
def inside_an_act(at: datetime = make.NOW, by: Actor = CLERK) -> Iterator[None]:
    """Run what is inside as acts run: with an actor, an instant and a transaction."""
    with acting_as(by, at), transaction.atomic():
        yield


def written(*, at: datetime = make.NOW, definition: FormDefinition = FORM, **more: Any) -> SignedForm:
    with inside_an_act(at):
        return write_form(
            definition, more.pop("answers", ANSWERS), by=CLERK, at=at, about=more.pop("about", ABOUT), **more
        )


def signed(form: SignedForm, signing: Signing, signer: Signer) -> Any:
    with inside_an_act(signing.at):
        return sign(form, signing, signer=signer)


def wholly_signed(dr: User | None = None) -> SignedForm:
    """Return a form with all three signatures, read anew from the database."""
    form = written()
    signed(form, make.signing(dr or make.account(full_name="Mary Otieno, MD")), Signer.PRESCRIBER)
    later = make.NOW + make.hours(1)
    signed(form, make.link_signing("Jan Nowak", at=later, relation="Father"), Signer.GUARDIAN)
    signed(form, make.link_signing("Łucja O’Niño", at=later + make.hours(1)), Signer.CHILD)
    return anew(form)


def anew(form: SignedForm) -> SignedForm:
    return SignedForm.objects.get(pk=form.pk)


def spoil(row: models.Model, **changes: Any) -> None:
    """Change columns of a row directly in the database, past every act and its history."""
    models.QuerySet(type(row)).filter(pk=row.pk).update(**changes)


def unsaved(language: str = "en", problems: tuple[str, ...] = (), signatures: int = 2) -> ShownForm:
    """Return a form as it is shown, without a database: what is drawn of it depends on nothing else."""
    number = format_number(Kind.FORM, 1234567890123456789)
    definition = replace(FORM, language=language, notice=NOTICE[language])
    said = write_document(definition, ANSWERS, number=number, about=ABOUT, entered_by=CLERK.name, entered_at=make.NOW)
    form = SignedForm(
        number=number, program=FORM.program, code=FORM.code, version=FORM.version, language=language, about=ABOUT,
        document=said.decode(), digest=digest(said), entered_at=make.NOW, entered_by_name=CLERK.name,
    )  # fmt: skip
    given = [
        Signature(
            form=form, signer=line.signer, printed_name=name, relation=relation, meaning=line.meaning, method=method,
            signed_at=make.NOW + make.hours(hour), zone="America/Chicago", document_digest=form.digest,
        )
        for hour, (line, name, relation, method) in enumerate(
            zip(
                FORM.signatures,
                ("Mary Otieno, MD", "Jan Großmann", "Łucja O’Niño"),
                ("", "Father", ""),
                (Method.PASSWORD, Method.LINK, Method.LINK),
                strict=True,
            ),
            1,
        )
    ]  # fmt: skip
    shown = tuple(given[:signatures])
    return ShownForm(form, form.read, shown, FORM.signatures[signatures:], Integrity(problems))
