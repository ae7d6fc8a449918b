"""Forms as data: their definitions, what is missing from answers, and the exact bytes that are signed."""

from rems_portal.rules.forms.checking import FormProblem, problems, shown_items
from rems_portal.rules.forms.definition import (
    NOTICE,
    Answer,
    Answers,
    Choice,
    FormDefinition,
    Item,
    ItemKind,
    Section,
    SignatureLine,
    Signer,
    When,
)
from rems_portal.rules.forms.document import (
    FormDocument,
    canonical,
    digest,
    fingerprint,
    read_document,
    write_document,
)

__all__ = [
    "NOTICE",
    "Answer",
    "Answers",
    "Choice",
    "FormDefinition",
    "FormDocument",
    "FormProblem",
    "Item",
    "ItemKind",
    "Section",
    "SignatureLine",
    "Signer",
    "When",
    "canonical",
    "digest",
    "fingerprint",
    "problems",
    "read_document",
    "shown_items",
    "write_document",
]
