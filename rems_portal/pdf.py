"""Draws PDFs from the portal's own templates. The only module that imports WeasyPrint, and only when a PDF is wanted.

WeasyPrint needs the Pango library of the operating system; without it nothing else of the portal suffers. Nothing is
ever fetched from a network: a document may use the portal's static files and nothing else.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.http import HttpRequest
from django.template.loader import render_to_string

STATIC = "portal:/static/"
INSTALL = (
    ("Debian or Ubuntu", "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"),
    ("Fedora", "dnf install pango"),
    ("macOS", "brew install pango"),
)


class PdfUnavailable(Exception):
    """PDFs can't be drawn on this machine; `commands` are pairs of (system, command that installs what is missing)."""

    sentence = "PDFs need the Pango library, which is not installed on the server. Everything else works without it."
    commands = INSTALL

    def __init__(self) -> None:
        super().__init__(self.sentence)


def render_pdf(request: HttpRequest | None, template: str, context: Mapping[str, Any]) -> bytes:
    """Return a template as a PDF. The same template and context give the same bytes.

    Addresses in the template that begin with `portal:/static/` are the portal's static files; any other stays empty.
    Raises PdfUnavailable where the libraries for it are missing.
    """
    weasyprint = _weasyprint()
    html = render_to_string(template, {**context, "static_files": STATIC}, request=request)
    document = weasyprint.HTML(string=html, base_url=STATIC, url_fetcher=_static_file)
    return bytes(document.write_pdf(pdf_variant="pdf/ua-1"))


def _weasyprint() -> Any:
    try:
        import weasyprint  # noqa: PLC0415 - loads Pango, which may be missing
    except (ImportError, OSError) as error:
        raise PdfUnavailable from error
    return weasyprint


def _static_file(url: str) -> Any:
    """Return a static file for WeasyPrint. Raises ValueError for anything else, which WeasyPrint then leaves out."""
    from weasyprint.urls import URLFetcherResponse  # noqa: PLC0415 - as above

    try:
        found = finders.find(url.removeprefix(STATIC)) if url.startswith(STATIC) else None
    except SuspiciousFileOperation:
        found = None
    if found is None:
        raise ValueError("A document of the portal uses its static files only.")
    return URLFetcherResponse(url, Path(str(found)).read_bytes())
