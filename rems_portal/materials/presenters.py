"""What the library's pages show, worked out from the program's materials and readings; no markup, clock or queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from rems_portal.accounts.models import User
from rems_portal.rules.calendars import day_in_words
from rems_portal.rules.programs import Material, ProgramVersion, materials_on_offer
from rems_portal.rules.vocabulary import Party

AUDIENCES = {Party.PRESCRIBER: "Prescribers", Party.PHARMACY: "Pharmacies", Party.PATIENT: "Patients"}
AUDIENCE_OF_ROLE = {
    User.Role.PRESCRIBER: Party.PRESCRIBER,
    User.Role.DELEGATE: Party.PRESCRIBER,
    User.Role.PHARMACIST: Party.PHARMACY,
}
# Who is asked to read what is for their kind; a delegate may read it, but is asked for nothing.
ASKED = {User.Role.PRESCRIBER: Party.PRESCRIBER, User.Role.PHARMACIST: Party.PHARMACY}
SPANISH_MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
SPANISH_TITLES = {"patient_guide": "Guía para el paciente"}
NO_TEXT = "materials/none.html"
ReadAt = Mapping[tuple[str, str], datetime]


@dataclass(frozen=True, slots=True)
class Chrome:
    """The words around a material in one language; `other` is the code of the other language and its own name."""

    skip: str
    demonstration: str
    notice: str
    version: str
    in_force: str
    pdf: str
    page: str
    of: str
    other: tuple[str, str]
    read: str
    have_read: str
    back: str
    no_pdf: str


CHROME = {
    "en": Chrome(
        skip="Skip to the main content",
        demonstration="Demonstration.",
        notice="Demonstration text in our own words, not the FDA-approved document.",
        version="Version",
        in_force="in force since",
        pdf="PDF to print or keep",
        page="Page",
        of="of",
        other=("es", "Español"),
        read="You read this version on",
        have_read="I have read this",
        back="Materials",
        no_pdf="The PDF can’t be made now. Print the page instead.",
    ),
    "es": Chrome(
        skip="Ir al texto principal",
        demonstration="Demostración.",
        notice="Texto de demostración en nuestras palabras; no es el documento aprobado por la FDA.",
        version="Versión",
        in_force="en vigor desde el",
        pdf="PDF para imprimir o guardar",
        page="Página",
        of="de",
        other=("en", "English"),
        read="Usted leyó esta versión el",
        have_read="He leído esto",
        back="Materiales",
        no_pdf="El PDF no se puede hacer ahora. Imprima la página.",
    ),
}


def text_of(material: Material, program: str, language: str = "en") -> list[str]:
    """Return the templates that may hold a material's text: the version's own, then one that says it is missing."""
    return [f"materials/{program}-{material.version}/{language}/{material.code}.html", NO_TEXT]


def contents_of(material: Material, program: str, language: str) -> list[str]:
    """Return the templates that may hold a material's list of contents, with an empty one last."""
    return [f"materials/{program}-{material.version}/{language}/{material.code}_contents.html", "materials/empty.html"]


def title_in(material: Material, language: str) -> str:
    """Return a material's title in a language."""
    return SPANISH_TITLES.get(material.code, material.title) if language == "es" else material.title


def day_in(day: date, language: str) -> str:
    """Return a day as words of a language: "April 27, 2026" or "27 de abril de 2026"."""
    if language == "es":
        return f"{day.day} de {SPANISH_MONTHS[day.month - 1]} de {day.year}"
    return day_in_words(day)


@dataclass(frozen=True, slots=True)
class ShownMaterial:
    """One material on offer, for one reader: when this version was read, and whether it is asked for now."""

    material: Material
    read_at: datetime | None
    asked: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """The materials of one audience."""

    label: str
    materials: list[ShownMaterial]


def shelves_for(user: User, read: ReadAt, *, program: ProgramVersion, day: date) -> list[Shelf]:
    """Return what is handed out on a program day by audience, the reader's own audience first (PG-02, PG-03)."""
    shown = [shown_to(user, one, read) for one in materials_on_offer(program, day)]
    own = AUDIENCE_OF_ROLE.get(User.Role(user.role))
    shelves = []
    for audience in sorted(AUDIENCES, key=lambda audience: audience != own):
        found = [one for one in shown if one.material.audience == audience]
        if found:
            shelves.append(Shelf(AUDIENCES[audience], found))
    return shelves


def shown_to(user: User, material: Material, read: ReadAt) -> ShownMaterial:
    """Return a material as one reader sees it."""
    at = read.get((material.code, material.version))
    asked = material.must_be_read and ASKED.get(User.Role(user.role)) == material.audience
    return ShownMaterial(material, at, asked and at is None)


@dataclass(frozen=True, slots=True)
class WithdrawnMaterial:
    """A version that is no longer handed out, when it was withdrawn or replaced, and when one reader read it."""

    material: Material
    withdrawn: date
    read_at: datetime


def withdrawn_and_read(read: ReadAt, *, program: ProgramVersion, day: date) -> list[WithdrawnMaterial]:
    """Return what a reader once read that is withdrawn by a program day, the last withdrawn first (PG-03)."""
    found = [
        WithdrawnMaterial(one, one.withdrawn, read[one.code, one.version])
        for one in program.materials
        if one.withdrawn is not None and one.withdrawn <= day and (one.code, one.version) in read
    ]
    return sorted(found, key=lambda one: one.withdrawn, reverse=True)


def withdrawal_of(code: str, *, program: ProgramVersion, day: date) -> Material | None:
    """Return the latest version of a material of which none is handed out on a program day any more, if it was once."""
    if any(one.code == code for one in materials_on_offer(program, day)):
        return None
    gone = [one for one in program.materials if one.code == code and one.withdrawn is not None and one.withdrawn <= day]
    return max(gone, key=lambda one: one.version, default=None)


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One version of one material in the register: whose it is, whether it is handed out now, and how many read it."""

    material: Material
    audience: str
    standing: str
    readers: int


def register_rows(program: ProgramVersion, readers: Mapping[tuple[str, str], int], day: date) -> list[RegisterRow]:
    """Return every version of every material a program version knows, with its standing on a program day (PG-03)."""
    return [
        RegisterRow(one, AUDIENCES[one.audience], _standing(one, day), readers.get((one.code, one.version), 0))
        for one in program.materials
    ]


def _standing(material: Material, day: date) -> str:
    if day < material.in_force:
        return "coming"
    return "in force" if material.withdrawn is None or day < material.withdrawn else "withdrawn"
