"""A filled-in form as one document: the exact bytes that are signed, and what they say when they are read again.

The document carries its own words (title, questions, answers, what each signature means), so that it can be read and
drawn long after the definition has changed. 21 CFR 11.50, 11.70.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rems_portal.rules.calendars import require_utc
from rems_portal.rules.forms.checking import shown_items
from rems_portal.rules.forms.definition import Answer, Answers, FormDefinition, Item, Section, SignatureLine, Signer


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document as it is read: an item's text, what was answered, and that in words."""

    code: str
    text: str
    kind: str
    answer: Answer
    words: str


@dataclass(frozen=True, slots=True)
class Part:
    """One section of a document as it is read."""

    title: str
    intro: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class FormDocument:
    """A document as it is read. `entered_at` is an ISO instant in UTC."""

    number: str
    code: str
    title: str
    program: str
    program_name: str
    version: str
    language: str
    notice: str
    about: str
    entered_by: str
    entered_at: str
    parts: tuple[Part, ...]
    signatures: tuple[SignatureLine, ...]

    @property
    def answers(self) -> dict[str, Answer]:
        """The answers by item, without the lines that ask nothing."""
        lines = (line for part in self.parts for line in part.lines)
        return {line.code: line.answer for line in lines if line.kind != "statement"}


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one spelling of a content in bytes: JSON in UTF-8, keys in order, no spaces (what is hashed and signed)."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(content: bytes) -> str:
    """The SHA-256 of the bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def fingerprint(definition: FormDefinition) -> str:
    """What tells one wording of a form from another: a page carries it, so that a form changed meanwhile is noticed."""
    return digest(canonical(asdict(definition)))


_OF_THE_FORM = ("code", "title", "program", "program_name", "version", "language", "notice")


def write_document(
    definition: FormDefinition,
    answers: Answers,
    *,
    number: str,
    about: str,
    entered_by: str,
    entered_at: datetime,
    signers: Iterable[SignatureLine] | None = None,
) -> bytes:
    """The canonical bytes of a filled-in form; `entered_at` in UTC. Only what is shown under the answers is in it.

    `signers` are the lines that this document waits for, when not all of the definition's.
    """
    require_utc(entered_at)
    shown = {item.code for item in shown_items(definition, answers)}
    lines = definition.signatures if signers is None else tuple(signers)
    return canonical(
        {
            "number": number,
            "form": {name: getattr(definition, name) for name in _OF_THE_FORM},
            "about": about,
            "entered": {"by": entered_by, "at": entered_at.isoformat()},
            "sections": [_section(section, answers, shown) for section in definition.sections],
            "signatures": [
                {"signer": line.signer, "meaning": line.meaning, "optional": line.optional} for line in lines
            ],
        }
    )


def _section(section: Section, answers: Answers, shown: Collection[str]) -> dict[str, Any]:
    items = [_line(item, answers) for item in section.items if item.code in shown]
    return {"title": section.title, "intro": section.intro, "items": items}


def _line(item: Item, answers: Answers) -> dict[str, Any]:
    answer = answers.get(item.code) if item.asks else None
    return {"code": item.code, "text": item.text, "kind": item.kind, "answer": answer, "words": item.words(answer)}


def read_document(content: bytes) -> FormDocument:
    """What a document says. Raises ValueError for bytes that are none."""
    try:
        said = json.loads(content)
        form, entered = said["form"], said["entered"]
        return FormDocument(
            number=said["number"],
            **form,
            about=said["about"],
            entered_by=entered["by"],
            entered_at=entered["at"],
            parts=tuple(
                Part(part["title"], part["intro"], tuple(Line(**line) for line in part["items"]))
                for part in said["sections"]
                if part["items"] or part["intro"]
            ),
            signatures=tuple(
                SignatureLine(Signer(line["signer"]), line["meaning"], line["optional"]) for line in said["signatures"]
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("These bytes are not a form of the program.") from error
