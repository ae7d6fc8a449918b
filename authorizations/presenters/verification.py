"""What anybody may know of a document whose number they hold. Pure: takes records, gives plain values.

A form about a patient is not even named by its title: the title can say the risk category.
"""

from dataclasses import dataclass
from enum import StrEnum

from authorizations.queries.verification import Holder
from rems_portal.clockwork import instant_in_words
from rems_portal.signatures.presenters import ShownForm

Row = tuple[str, str]


class FileVerdict(StrEnum):
    """What comparing an uploaded file with the documents of its number says."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Checked:
    """A document as the page shows it to anybody; `rows` say what it is, `holder` whom it certifies, if anybody."""

    number: str
    intact: bool
    rows: tuple[Row, ...]
    holder: Holder | None


def checked(shown: ShownForm, holder: Holder | None) -> Checked:
    """Return what may be said of a form; a name only where it is that of a prescriber or pharmacy."""
    form = shown.form
    rows = [("Document", _kind(shown, holder)), ("Number", form.number), ("Version", form.version)]
    rows.append(("Completed", instant_in_words(form.completed_at) if form.completed_at else "Signatures are missing"))
    if holder:
        rows += [("Name", holder.name), holder.identifier]
    return Checked(form.number, shown.integrity.holds, tuple(rows), holder)


def _kind(shown: ShownForm, holder: Holder | None) -> str:
    if holder and shown.document:
        return shown.document.title
    return "A form about a patient" if holder is None else "An enrollment form"
