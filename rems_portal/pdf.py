"""Draws PDFs from the portal's own templates. The only module that imports WeasyPrint, and only when a PDF is wanted.

WeasyPrint needs the Pango library of the operating system; without it nothing else of the portal suffers. Nothing is
ever fetched from a network: a document may use the portal's static files and nothing else.

Every PDF is for the archive (PDF/A-2a: all fonts inside, colours defined, tagged for reading aloud) and for everybody
(PDF/UA-1). No clock is read: a document's date is that of its record, its id a hash of its content.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

STATIC = "portal:/static/"
VARIANT = "pdf/a-2a"
INSTALL = (
    ("Debian or Ubuntu", "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"),
    ("Fedora", "dnf install pango"),
    ("macOS", "brew install pango"),
)

ACCESSIBLE = """
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of the standard PDF/UA that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
"""Metadata (XMP) of ISO 14289-1, with the description of the schema that ISO 19005-2 wants for it."""


class PdfUnavailable(Exception):
    """PDFs can't be drawn on this machine; `commands` are pairs of (system, command that installs what is missing)."""

    sentence = "PDFs need the Pango library, which is not installed on the server. Everything else works without it."
    commands = INSTALL

    def __init__(self) -> None:
        super().__init__(self.sentence)


def render_pdf(request: HttpRequest | None, template: str, context: Mapping[str, Any]) -> bytes:
    """Return a template as a PDF/A-2a that says it is PDF/UA-1 too. The same template and context give the same bytes.

    The template extends `documents/base.html`, which gives language, title, author and date of the record.
    Addresses in the template that begin with `portal:/static/` are the portal's static files; any other stays empty.
    Raises PdfUnavailable where the libraries for it are missing.
    """
    weasyprint = _weasyprint()
    html = render_to_string(template, {**context, "static_files": STATIC}, request=request)
    document = weasyprint.HTML(string=html, base_url=STATIC, url_fetcher=_static_file)
    return bytes(document.write_pdf(pdf_variant=VARIANT, finisher=_say_it_is_accessible))


def pdf_answer(
    request: HttpRequest,
    draw: Callable[[], bytes],
    *,
    filename: str,
    back_url: str,
    unavailable: str = "documents/no_pdf.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Answer with the PDF that `draw` makes, shown by the browser, or with a page that says what the server lacks.

    `filename`: what it is saved as, without health data; `back_url`: where the page of excuse leads back to;
    `unavailable`: the template of that page, and `context` what it needs besides.
    """
    try:
        drawn = draw()
    except PdfUnavailable as missing:
        return render(request, unavailable, {**(context or {}), "missing": missing, "back_url": back_url}, status=503)
    answer = HttpResponse(drawn, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{filename}"'
    return answer


def _say_it_is_accessible(document: Any, pdf: Any) -> None:
    """Add to the metadata, just written, that the file is PDF/UA-1, and what that property is, as PDF/A-2 asks."""
    (metadata,) = (one for one in pdf.objects if getattr(one, "extra", {}).get("Type") == "/Metadata")
    end = b"</rdf:RDF>"
    metadata.stream = [part.replace(end, ACCESSIBLE.encode() + end) for part in metadata.stream]


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
