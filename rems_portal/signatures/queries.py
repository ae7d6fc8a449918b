"""Reads about signed forms: whether a record is still what was signed, and whose signature is missing."""

from dataclasses import dataclass
from datetime import datetime

from rems_portal.rules.forms import Answers, FormDocument, SignatureLine, canonical, digest
from rems_portal.signatures.models import Signature, SignedForm


@dataclass(frozen=True, slots=True)
class Integrity:
    """Whether a form is what was signed; `problems` say what is not, in plain sentences."""

    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was changed."""
        return not self.problems


def integrity_of(form: SignedForm, *, kept: Answers | None = None) -> Integrity:
    """Whether document and signatures are unchanged, and answers `kept` elsewhere (by item) are those of the document.

    21 CFR 11.10(a), 11.70. The columns beside the document must say what it says; a document that can't be read any
    more is changed too.
    """
    found = []
    if digest(form.document.encode()) != form.digest:
        found.append("The form’s text or answers were changed after it was written.")
    before = ""
    for signature in form.signatures.all():
        if signature.document_digest != form.digest:
            found.append(f"The signature of {signature.printed_name} was given under another text.")
        if signature.seal != seal_of(signature, before):
            found.append(f"The signature of {signature.printed_name} was changed after it was given.")
        before = signature.seal
    try:
        document = form.read
    except ValueError:
        return Integrity((*found, "The form can’t be read any more."))
    return Integrity((*found, *_differences(form, document, kept or {})))


def _differences(form: SignedForm, document: FormDocument, kept: Answers) -> list[str]:
    said: dict[str, tuple[object, object]] = {
        "number": (form.number, document.number),
        "program": (form.program, document.program),
        "form": (form.code, document.code),
        "version": (form.version, document.version),
        "language": (form.language, document.language),
        "about": (form.about, document.about),
        "entered by": (form.entered_by_name, document.entered_by),
        "entered": (form.entered_at, datetime.fromisoformat(document.entered_at)),
        "completed": (form.completed_at, completion_of(form, document)),
    }
    said |= {code: (answer, document.answers.get(code)) for code, answer in kept.items()}
    wrong = [what for what, (record, written) in said.items() if record != written]
    return [f"The record says something else than the signed form: {', '.join(wrong)}."] if wrong else []


def completion_of(form: SignedForm, document: FormDocument) -> datetime | None:
    """When the last signature that the form waits for was given; as it was entered for one that nobody must sign."""
    signed = {signature.signer: signature.signed_at for signature in form.signatures.all()}
    wanted = [line.signer for line in document.signatures if not line.optional]
    if any(signer not in signed for signer in wanted):
        return None
    return max((signed[signer] for signer in wanted), default=form.entered_at)


def seal_of(signature: Signature, before: str) -> str:
    """The SHA-256 over everything a signature says, and the seal of the signature before it ("" for the first)."""
    return digest(
        canonical(
            {
                "document": signature.document_digest,
                "signer": str(signature.signer),
                "printed_name": signature.printed_name,
                "relation": signature.relation,
                "meaning": signature.meaning,
                "signed_at": signature.signed_at.isoformat(),
                "zone": signature.zone,
                "method": str(signature.method),
                "user": signature.user_id,
                "before": before,
            }
        )
    )


def missing_lines(form: SignedForm) -> tuple[SignatureLine, ...]:
    """The signature lines on which a signature must still be given, in order."""
    signed = {signature.signer for signature in form.signatures.all()}
    return tuple(line for line in form.read.signatures if line.signer not in signed and not line.optional)
