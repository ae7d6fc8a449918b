"""A signed form as pages and PDFs show it; no markup, no queries beyond the form's own signatures."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from rems_portal.rules.forms import Answers, FormDocument, ItemKind, SignatureLine
from rems_portal.rules.forms.document import Line
from rems_portal.signatures.models import Signature, SignedForm
from rems_portal.signatures.queries import Integrity, integrity_of, missing_lines
from rems_portal.signatures.wording import day_words


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


def shown_form(form: SignedForm, *, kept: Answers | None = None) -> ShownForm:
    """Return how a form is shown; `kept` are answers stored elsewhere, which must be those of the document."""
    integrity = integrity_of(form, kept=kept)
    signatures = tuple(form.signatures.all())
    try:
        return ShownForm(form, form.read, signatures, missing_lines(form), integrity)
    except ValueError:
        return ShownForm(form, None, signatures, (), integrity)


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
    """The line with a date in words; all else as it was signed."""
    if line.kind != ItemKind.DATE or not line.words:
        return line
    return replace(line, words=day_words(date.fromisoformat(line.words), language))
