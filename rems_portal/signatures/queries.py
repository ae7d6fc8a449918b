"""Reads about signed forms: whether a record is still what was signed, and whose signature is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from rems_portal.rules.forms import Answers, FormDocument, SignatureLine, canonical, digest
from rems_portal.signatures.models import Signature, SignedForm

NOT_AS_SEALED = (
    "The signatures are not the ones that were given: one was taken away, added or moved, or the instant of completion "
    "was changed."
)


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
    signatures = list(form.signatures.all())
    if digest(form.document.encode()) != form.digest:
        found.append("The form’s text or answers were changed after it was written.")
    if form.seal != seal_of_form(form, signatures):
        found.append(NOT_AS_SEALED)
    before = ""
    for signature in signatures:
        if signature.document_digest != form.digest:
            found.append(f"The signature of {signature.printed_name} was given under another text.")
        if signature.seal != seal_of(signature, before):
            found.append(f"The signature of {signature.printed_name} was changed after it was given.")
        before = signature.seal
    try:
        return Integrity((*found, *_differences(form, form.read, signatures, kept or {})))
    except ValueError:
        return Integrity((*found, "The form can’t be read any more."))


def _differences(form: SignedForm, document: FormDocument, signatures: Iterable[Signature], kept: Answers) -> list[str]:
    said: dict[str, tuple[object, object]] = {
        "number": (form.number, document.number),
        "program": (form.program, document.program),
        "form": (form.code, document.code),
        "version": (form.version, document.version),
        "language": (form.language, document.language),
        "about": (form.about, document.about),
        "entered by": (form.entered_by_name, document.entered_by),
        "entered": (form.entered_at, datetime.fromisoformat(document.entered_at)),
        "completed": (form.completed_at, completion_of(form, document, signatures)),
    }
    said |= {code: (answer, document.answers.get(code)) for code, answer in kept.items()}
    wrong = [what for what, (record, written) in said.items() if record != written]
    return [f"The record says something else than the signed form: {', '.join(wrong)}."] if wrong else []


def completion_of(form: SignedForm, document: FormDocument, signatures: Iterable[Signature]) -> datetime | None:
    """When the last signature that the form waits for was given; as it was entered for one that nobody must sign."""
    signed = {signature.signer: signature.signed_at for signature in signatures}
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


def seal_of_form(form: SignedForm, signatures: Iterable[Signature]) -> str:
    """The SHA-256 over a form as it stands: its bytes, when it was completed, the seals of its signatures in order.

    Written anew with each signature, so that one taken away, added, moved or exchanged later shows (21 CFR 11.70).
    """
    done = form.completed_at
    return digest(
        canonical(
            {
                "document": form.digest,
                "completed_at": done.astimezone(UTC).isoformat() if done else None,
                "signatures": [signature.seal for signature in signatures],
            }
        )
    )


def missing_lines(form: SignedForm) -> tuple[SignatureLine, ...]:
    """The signature lines on which a signature must still be given, in order."""
    signed = {signature.signer for signature in form.signatures.all()}
    return tuple(line for line in form.read.signatures if line.signer not in signed and not line.optional)
