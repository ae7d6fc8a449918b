"""The shape of a form as data: sections of items, when each is shown, and who signs.

One definition drives page, API, PDF and stored answers alike. Pure values: nothing here knows a product, a page or a
database, and nothing decides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Answer = str | bool | int | list[str] | None
Answers = Mapping[str, Answer]

NOTICE = {
    "en": "Demonstration text in our own words. It is not the FDA-approved form.",
    "es": "Texto de demostración con nuestras propias palabras. No es el formulario aprobado por la FDA.",
}


class ItemKind(StrEnum):
    """What an item wants: nothing but to be read and agreed to, or an answer of this kind."""

    STATEMENT = "statement"
    TICK = "tick"
    YES_NO = "yes_no"
    CHOICE = "choice"
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"


class Signer(StrEnum):
    """Who signs on a line."""

    PRESCRIBER = "prescriber"
    PATIENT = "patient"
    GUARDIAN = "guardian"
    CHILD = "child"
    REPRESENTATIVE = "representative"
    PHARMACIST = "pharmacist"

    @property
    def label(self) -> str:
        """The signer in plain words."""
        return _SIGNERS[self]


_SIGNERS = {
    Signer.PRESCRIBER: "Prescriber",
    Signer.PATIENT: "Patient",
    Signer.GUARDIAN: "Parent or legal guardian",
    Signer.CHILD: "Child (assent)",
    Signer.REPRESENTATIVE: "Authorized representative",
    Signer.PHARMACIST: "Pharmacist",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose: its code, which is stored, and its words, which are read."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class When:
    """A condition on an earlier answer: the item is shown when that answer is one of `values`."""

    item: str
    values: tuple[Answer, ...]

    def holds(self, answers: Answers) -> bool:
        """Whether the earlier answer is one of the values."""
        return answers.get(self.item) in self.values


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a form. A tick must be set where it is `required`; a statement has no answer of its own.

    `choices`: of a choice the only answers, of a text the usual ones, of a yes-or-no question ("yes", "no") its words.
    `when`: all conditions must hold for it to be shown. `least` and `most` bound a number; `longest` a text, in
    characters.
    """

    code: str
    text: str
    kind: ItemKind
    help: str = ""
    choices: tuple[Choice, ...] = ()
    when: tuple[When, ...] = ()
    required: bool = True
    obligations: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    longest: int = 200

    @property
    def asks(self) -> bool:
        """Whether the item wants an answer."""
        return self.kind is not ItemKind.STATEMENT

    def shown(self, answers: Answers) -> bool:
        """Whether the item is part of the form under these answers."""
        return all(condition.holds(answers) for condition in self.when)

    def words(self, answer: Answer) -> str:
        """The answer as people read it; empty for none. A yes or no reads as its choice, where the item has one."""
        if answer is None or answer == "":
            return ""
        if isinstance(answer, list):
            return ", ".join(self.words(one) for one in answer)
        plain = _YES_NO[answer] if isinstance(answer, bool) else str(answer)
        code = plain.lower() if isinstance(answer, bool) else answer
        return next((choice.text for choice in self.choices if choice.code == code), plain)


_YES_NO = {True: "Yes", False: "No"}


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of items."""

    code: str
    title: str
    items: tuple[Item, ...]
    intro: str = ""


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """Who signs, and what the signature means. `optional`: the form is complete without it."""

    signer: Signer
    meaning: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """One form of the program, at one version and in one language."""

    code: str
    title: str
    program: str
    program_name: str
    version: str
    sections: tuple[Section, ...]
    signatures: tuple[SignatureLine, ...] = ()
    language: str = "en"
    notice: str = field(default=NOTICE["en"])

    def items(self) -> Iterator[Item]:
        """Every item, in order."""
        for section in self.sections:
            yield from section.items

    def item(self, code: str) -> Item:
        """The item of a code. Raises KeyError when there is none."""
        for one in self.items():
            if one.code == code:
                return one
        raise KeyError(code)

    def line(self, signer: Signer) -> SignatureLine | None:
        """The line on which `signer` signs, or None."""
        return next((line for line in self.signatures if line.signer == signer), None)
