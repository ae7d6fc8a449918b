"""A signed form as pages and PDFs show it; no markup, no queries beyond the form's own signatures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from rems_portal.rules.forms import Answers, FormDocument, ItemKind, SignatureLine, Signer
from rems_portal.rules.forms.document import Line
from rems_portal.signatures.models import Method, Signature, SignedForm
from rems_portal.signatures.queries import Integrity, integrity_of, missing_lines
from rems_portal.signatures.wording import (
    day_words,
    instant_words,
    method_words,
    relation_words,
    signer_words,
    words_of,
)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one kind that follow each other: statements, ticks or answers; `before`: how many statements came."""

    kind: str
    before: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section of a form, laid out."""

    title: str
    intro: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class ShownSignature:
    """One signature line in the form's language; without a `name` nobody has signed there yet.

    `signed_at` is an aware instant, and `when` its words in the signature's zone; `hash` is that of the text signed.
    """

    role: str
    meaning: str
    name: str = ""
    relation: str = ""
    method: str = ""
    signed_at: datetime | None = None
    when: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class ShownForm:
    """A form with its signatures, whose signature is missing, and whether it is still what was signed.

    `document` is None when the stored bytes can't be read any more.
    """

    form: SignedForm
    document: FormDocument | None
    signatures: tuple[Signature, ...]
    missing: tuple[SignatureLine, ...]
    integrity: Integrity

    @property
    def sections(self) -> tuple[ShownSection, ...]:
        """The form's sections as they are laid out; none when it can't be read any more."""
        return tuple(_sections(self.document)) if self.document else ()

    @property
    def words(self) -> Mapping[str, str]:
        """The labels around the form, in its language."""
        return words_of(self.form.language)

    @property
    def lines(self) -> tuple[ShownSignature, ...]:
        """The signature lines in the form's language: those signed, then those that are missing."""
        language = self.form.language
        given = (_given(signature, language) for signature in self.signatures)
        missing = (ShownSignature(signer_words(line.signer, language), line.meaning) for line in self.missing)
        return (*given, *missing)


def shown_form(form: SignedForm, *, kept: Answers | None = None) -> ShownForm:
    """Return how a form is shown; `kept` are answers stored elsewhere, which must be those of the document."""
    integrity = integrity_of(form, kept=kept)
    signatures = tuple(form.signatures.all())
    try:
        return ShownForm(form, form.read, signatures, missing_lines(form), integrity)
    except ValueError:
        return ShownForm(form, None, signatures, (), integrity)


def _given(signature: Signature, language: str) -> ShownSignature:
    return ShownSignature(
        role=signer_words(Signer(signature.signer), language),
        meaning=signature.meaning,
        name=signature.printed_name,
        relation=relation_words(signature.relation, language),
        method=method_words(Method(signature.method), language),
        signed_at=signature.signed_at,
        when=instant_words(signature.signed_at, signature.shown_zone, language),
        hash=signature.document_digest,
    )


def _block_kind(line: Line) -> str:
    return {"statement": "statements", "tick": "ticks"}.get(line.kind, "answers")


def _sections(document: FormDocument) -> Iterator[ShownSection]:
    before = 0
    for part in document.parts:
        blocks = []
        for kind, lines in groupby(part.lines, _block_kind):
            block = Block(kind, before, tuple(_readable(line, document.language) for line in lines))
            before += len(block.lines) if kind == "statements" else 0
            blocks.append(block)
        yield ShownSection(part.title, part.intro, tuple(blocks))


def _readable(line: Line, language: str) -> Line:
    """The line with a date in words; all else as it was signed, and a date that was changed to none as it stands."""
    if line.kind != ItemKind.DATE or not line.words:
        return line
    try:
        return replace(line, words=day_words(date.fromisoformat(line.words), language))
    except ValueError:
        return line
