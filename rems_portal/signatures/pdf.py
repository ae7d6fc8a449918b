"""Signed forms and certificates as PDFs for the archive. Decides nothing, and looks nothing up but the form itself.

Who may have a document is for the views of the apps above, which load the record first. The same record gives the same
bytes: the date of a PDF is the last instant at which something was written or signed on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from rems_portal.pdf import render_pdf
from rems_portal.qr import QrPath, qr_path
from rems_portal.rules.calendars import PROGRAM_ZONE, instant_in_words
from rems_portal.signatures.presenters import ShownForm, ShownSignature
from rems_portal.signatures.wording import ENGLISH, entered_by_words, instant_words, words_of

ZONE = PROGRAM_ZONE.key
VERIFY_PATH = "/verify/"

Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Check:
    """Where a document is verified: the number to type, the page to type it on, and both as address and QR code."""

    number: str
    page: str
    address: str
    qr: QrPath


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One signature line; `name` is empty where nobody has signed yet."""

    role: str
    meaning: str
    name: str = ""
    facts: tuple[Row, ...] = ()
    hash: str = ""


def signed_form_pdf(shown: ShownForm) -> bytes:
    """Return a form with its signatures as PDF, in the form's language (21 CFR 11.50(b)).

    A form that isn't what was signed is stamped so across each page. Raises PdfUnavailable where Pango is missing.
    """
    form, document, language = shown.form, shown.document, shown.form.language
    words = words_of(language)
    instants = [form.entered_at, *(signature.signed_at for signature in shown.signatures)]
    context = {
        "shown": shown,
        "language": language,
        "title": document.title if document else words["broken"],
        "author": form.entered_by_name,
        "created": max(instants).isoformat(timespec="seconds"),
        "program": document.program_name if document else form.program,
        "notice": document.notice if document else "",
        "facts": _facts(shown),
        "sections": shown.sections,
        "lines": _lines(shown),
        "words": words,
        "check": _check(form.number),
    }
    return render_pdf(None, "documents/signed_form.html", context)


def certificate_pdf(
    *,
    title: str,
    name: str,
    place: str,
    identifiers: Sequence[Row],
    says: str,
    program_name: str,
    version: str,
    since: datetime,
    renewed_at: datetime | None = None,
    number: str,
    intact: bool = True,
) -> bytes:
    """Return a certificate as PDF.

    `title`: "Certified prescriber"; `name` and `place`: who, and the practice or address; `identifiers`: pairs of label
    and number (NPI, NCPDP id); `says`: the sentence of what the holder may do; `since`: the instant of certification
    (UTC), `renewed_at` that of its last renewal; `number`: the verification code, which is the number of the signed
    enrollment form; `intact`: whether that form is still what was signed, which the certificate says otherwise. Raises
    PdfUnavailable.
    """
    facts = [
        *identifiers,
        ("Program version", version),
        ("Certified since", instant_in_words(since)),
        *([("Renewed", instant_in_words(renewed_at))] if renewed_at else []),
        ("Verification code", number),
    ]
    context = {
        "title": title,
        "name": name,
        "place": place,
        "says": says,
        "facts": facts,
        "program": program_name,
        "notice": "Demonstration certificate. It certifies nobody for the real program.",
        "version": version,
        "intact": intact,
        "created": (renewed_at or since).isoformat(timespec="seconds"),
        "check": _check(number),
        "words": ENGLISH,
    }
    return render_pdf(None, "documents/certificate.html", context)


def _check(number: str) -> Check:
    page = f"{settings.PORTAL_URL.rstrip('/')}{VERIFY_PATH}"
    address = f"{page}?number={number}"
    return Check(number, page, address, qr_path(address))


def _facts(shown: ShownForm) -> list[tuple[Row, Row]]:
    form, words = shown.form, words_of(shown.form.language)
    kind, _, number = form.about.partition(" ")
    done = form.completed_at
    status = f"{words['complete']} {instant_words(done, ZONE, form.language)}" if done else words["waiting"]
    entered = instant_words(form.entered_at, ZONE, form.language)
    return [
        ((words["form"], form.number), (words["version"], form.version)),
        ((words.get(kind, words["about"]), number or form.about), (words["status"], status)),
        ((words["entered_by"], entered_by_words(form.entered_by_name, form.language)), (words["entered"], entered)),
    ]


def _lines(shown: ShownForm) -> list[ShownLine]:
    return [_line(line, shown.form.language) for line in shown.lines]


def _line(line: ShownSignature, language: str) -> ShownLine:
    if not line.name:
        return ShownLine(role=line.role, meaning=line.meaning)
    words = words_of(language)
    return ShownLine(
        role=f"{line.role} ({line.relation})" if line.relation else line.role,
        meaning=line.meaning,
        name=line.name,
        facts=((words["signed"], line.when), (words["by"], line.method)),
        hash=line.hash,
    )
