"""The portal's PDFs, taken apart: for the archive (PDF/A-2a), for everybody (tags, order, language), ever the same."""

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import time_machine
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

import tests.factories as make
from rems_portal.rules.categories import RiskCategory
from rems_portal.signatures.pdf import certificate_pdf, signed_form_pdf
from tests.integration.offices import as_prescriber, page, signed_in
from tests.integration.signed_forms import FORM, unsaved

pytestmark = [pytest.mark.django_db, pytest.mark.pango, pytest.mark.rems("PR-09", "PH-09", "PH-10")]
ROOT = Path(__file__).resolve().parents[2]


def certificate(**changes: Any) -> bytes:
    what: dict[str, Any] = {
        "title": "Certified prescriber",
        "name": "Łucja O’Niño, MD",
        "place": "Maple Street Clinic",
        "identifiers": [("NPI", "1234567893")],
        "says": "may prescribe the medicine under the program.",
        "program_name": "Lenalidomide REMS",
        "version": "2026-04-27",
        "since": make.NOW,
        "number": "F-5G7G-NH8Z-7B95-KV",
    }
    return certificate_pdf(**(what | changes))


@time_machine.travel(make.NOW, tick=False)
def prescription() -> bytes:
    number = make.authorization(make.enrollment(RiskCategory.AF_CAN))
    return as_prescriber(number.prescriber).get(page("authorization-pdf", number.number)).content


@time_machine.travel(make.NOW, tick=False)
def at_the_counter(name: str) -> bytes:
    held = make.confirmation(make.authorization(make.enrollment(RiskCategory.AF_CAN)))
    make.dispense(held, at=make.NOW)
    client = signed_in(held.pharmacy.staff.get(is_representative=True).user)
    return client.get(page(name, held.number)).content


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "form": lambda: signed_form_pdf(unsaved()),
    "Spanish form": lambda: signed_form_pdf(unsaved("es")),
    "broken form": lambda: signed_form_pdf(unsaved(problems=("The form’s text was changed.",))),
    "certificate": certificate,
    "prescription": prescription,
    "confirmation record": lambda: at_the_counter("confirmation-pdf"),
    "checklist": lambda: at_the_counter("checklist-pdf"),
}


@pytest.fixture(params=DOCUMENTS)
def document(request: pytest.FixtureRequest) -> PdfReader:
    return PdfReader(io.BytesIO(DOCUMENTS[request.param]()))


def text_of(content: bytes) -> str:
    return " ".join(" ".join(part.extract_text() for part in PdfReader(io.BytesIO(content)).pages).split())


def everything(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Yield every dictionary of the file."""
    for number in range(1, int(reader.trailer["/Size"])):
        one = reader.get_object(IndirectObject(number, 0, reader))
        if isinstance(one, DictionaryObject):
            yield one


def tree(element: Any) -> Iterator[DictionaryObject]:
    """Yield the structure's elements in reading order."""
    element = element.get_object() if hasattr(element, "get_object") else element
    if isinstance(element, DictionaryObject):
        if "/S" in element:
            yield element
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            yield from tree(kid)


# ---- for the archive ----


def test_metadata_say_pdf_a_2a_and_pdf_ua_1(document: PdfReader) -> None:
    told = document.trailer["/Root"]["/Metadata"].get_data().decode()
    assert 'pdfaid:part="2"' in told and 'pdfaid:conformance="A"' in told
    assert 'pdfuaid:part="1"' in told and "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>" in told
    assert told.count("<rdf:RDF") == told.count("</rdf:RDF>") == 1
    assert document.xmp_metadata is not None
    assert document.xmp_metadata.dc_title["x-default"] == document.metadata.title
    assert document.xmp_metadata.dc_creator == [document.metadata.author]
    assert document.xmp_metadata.xmp_create_date == document.metadata.creation_date.replace(tzinfo=None)
    assert document.pdf_header == "%PDF-1.7"


def test_date_is_the_records_and_the_id_a_hash(document: PdfReader) -> None:
    assert document.metadata.creation_date is not None
    assert abs(document.metadata.creation_date - make.NOW) <= make.hours(3)
    assert document.metadata.creation_date == document.metadata.modification_date
    assert len(document.trailer["/ID"]) == 2


def test_colors_have_a_profile_inside(document: PdfReader) -> None:
    (intent,) = document.trailer["/Root"]["/OutputIntents"]
    assert intent["/S"] == "/GTS_PDFA1"
    profile = intent["/DestOutputProfile"].get_object().get_data()
    assert profile[36:40] == b"acsp" and b"sRGB" in profile


def test_fonts_are_ours_inside_and_say_their_letters(document: PdfReader) -> None:
    fonts = [one for one in everything(document) if one.get("/Type") == "/Font" and one.get("/Subtype") == "/Type0"]
    assert fonts
    for font in fonts:
        assert "Source-Sans-3" in font["/BaseFont"]
        assert "/ToUnicode" in font
        described = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & described.keys()
    names = [font["/BaseFont"] for font in fonts]
    assert len(set(names)) == len(names), "two fonts of one name: letters would be drawn from the wrong one"


def test_nothing_runs_hides_or_leads_elsewhere(document: PdfReader) -> None:
    root = document.trailer["/Root"]
    assert not {"/OpenAction", "/AA", "/AcroForm"} & root.keys()
    assert not {"/JavaScript", "/EmbeddedFiles"} & root.get("/Names", {}).keys()
    assert not document.is_encrypted
    for one in everything(document):
        assert one.get("/S") not in ("/JavaScript", "/Launch", "/URI", "/SubmitForm", "/GoToR")
        assert "/JS" not in one and "/EF" not in one


# ---- for everybody ----


def test_document_is_tagged_named_and_in_a_language(document: PdfReader) -> None:
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - pypdf's own kind of true
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert root["/Lang"] in ("en", "es")
    assert document.metadata.title and document.metadata.author


def test_structure_has_one_main_heading_and_every_picture_its_words(document: PdfReader) -> None:
    elements = list(tree(document.trailer["/Root"]["/StructTreeRoot"]))
    kinds = [str(element["/S"]) for element in elements]
    assert kinds.count("/H1") == 1
    assert next(kind for kind in kinds if kind in ("/H1", "/H2")) == "/H1"
    assert {"/P", "/Table", "/TR", "/TH", "/TD"} <= set(kinds)
    assert all(element.get("/Alt") for element in elements if element["/S"] == "/Figure")


def test_cells_know_their_headers() -> None:
    reader = PdfReader(io.BytesIO(signed_form_pdf(unsaved())))
    cells = [one for one in tree(reader.trailer["/Root"]["/StructTreeRoot"]) if one["/S"] == "/TD"]
    assert cells and all(cell["/A"]["/Headers"] for cell in cells)


# ---- what a form says ----


def test_form_reads_from_title_to_signatures() -> None:
    said = text_of(signed_form_pdf(unsaved()))
    order = [
        "Agreement of a test", "F-5G7G-NH8Z-7B95-KV", "P-2345-6789-ABCD-EF", "Ann Aide for Dr. Otieno",
        unsaved().form.digest, "Whom this is about", "Łucja O’Niño", "February 3, 1990", "Breastfeeding?", "No",
        "By post",
        "1. The medicine can harm", "2. Nobody else", "The program may call", "3. What is left",
        "Mary Otieno, MD", "June 15, 2026, 11:00 AM CDT", "password, typed for this signature",
        "Jan Großmann", "Parent or legal guardian (Father)", "personal link and date of birth",
        "Child (assent): not signed yet", "I agree.", "/verify/",
    ]  # fmt: skip
    place = 0
    for words in order:
        assert words in said[place:], words
        place = said.index(words, place) + len(words)
    assert "Page 1 of" in said and "does not match" not in said.lower()
    assert said.count(unsaved().form.digest) == 3  # under each signature, and of the form


def test_spanish_form_is_spanish_all_over() -> None:
    content = signed_form_pdf(unsaved("es"))
    assert PdfReader(io.BytesIO(content)).trailer["/Root"]["/Lang"] == "es"
    said = text_of(content)
    for words in (
        "Formulario",
        "Página 1 de",
        "Firmas",
        "3 de febrero de 1990",
        "15 de junio de 2026, 11:00 a. m. CDT",
        "Ann Aide, en nombre de Dr. Otieno",
        "enlace personal",
    ):
        assert words in said
    for words in ("Signatures", "Entered", "Page ", "not the FDA", "Aide for", "AM "):
        assert words not in said


@pytest.mark.parametrize(
    ("language", "stored", "printed"),
    [
        ("en", "Parent", "Parent or legal guardian (Parent)"),
        ("es", "Parent", "Padre, madre o tutor legal (Padre o madre)"),
        ("es", "Legal guardian", "Padre, madre o tutor legal (Tutor o tutora legal)"),
        ("es", "Abuela", "Padre, madre o tutor legal (Abuela)"),
    ],
)
def test_guardians_relation_is_printed_in_the_language_of_the_form_whatever_is_stored(
    language: str, stored: str, printed: str
) -> None:
    shown = unsaved(language)
    shown.signatures[1].relation = stored
    assert printed in text_of(signed_form_pdf(shown))


@pytest.mark.parametrize(
    ("stored", "printed"), [("Patient", "Paciente"), ("Parent or guardian", "Padre, madre o tutor")]
)
def test_survey_of_the_patients_side_says_in_its_language_who_entered_it(stored: str, printed: str) -> None:
    shown = unsaved("es")
    shown.form.entered_by_name = stored
    assert f"Anotado por {printed}" in text_of(signed_form_pdf(shown))


def test_form_that_is_not_what_was_signed_says_so_on_every_page() -> None:
    reader = PdfReader(io.BytesIO(DOCUMENTS["broken form"]()))
    assert all("Does not match its signature" in page.extract_text() for page in reader.pages)
    assert "The form’s text was changed." in text_of(DOCUMENTS["broken form"]())


def test_form_that_can_not_be_read_any_more_is_still_drawn() -> None:
    shown = unsaved(problems=("The form can’t be read any more.",))
    content = signed_form_pdf(type(shown)(shown.form, None, shown.signatures, (), shown.integrity))
    assert "Mary Otieno, MD" in text_of(content) and "can’t be read any more" in text_of(content)


def test_names_with_markup_are_letters() -> None:
    shown = unsaved()
    shown.signatures[0].printed_name = "<script>alert(1)</script> & Sons"
    assert "<script>alert(1)</script> & Sons" in text_of(signed_form_pdf(shown))


def test_certificate_says_who_what_since_when_and_where_to_check() -> None:
    said = text_of(certificate())
    for words in (
        "Certified prescriber", "Łucja O’Niño, MD", "Maple Street Clinic", "NPI 1234567893", "2026-04-27",
        "June 15, 2026, 11:00 AM EDT", "F-5G7G-NH8Z-7B95-KV", "/verify/", "It certifies nobody for the real program",
    ):  # fmt: skip
        assert words in said


def test_record_at_the_counter_says_number_date_and_what_was_gone_through() -> None:
    said = text_of(at_the_counter("confirmation-pdf"))
    for words in ("Confirmation number C-", "Date obtained", "Authorization number A-", "Checklist Completed", "Lot"):
        assert words in said


# ---- always the same ----


def test_same_record_gives_the_same_bytes_and_another_gives_others() -> None:
    first = signed_form_pdf(unsaved())
    with time_machine.travel("2031-01-01", tick=False):
        assert signed_form_pdf(unsaved()) == first
    assert signed_form_pdf(unsaved(signatures=1)) != first
    assert certificate() == certificate() != certificate(name="Łucja O’Nino, MD")


def test_another_process_in_another_zone_gives_the_same_bytes() -> None:
    program = (
        "import hashlib, django; django.setup()\n"
        "from rems_portal.signatures.pdf import signed_form_pdf\n"
        "from tests.integration.signed_forms import unsaved\n"
        "print(hashlib.sha256(signed_form_pdf(unsaved('es'))).hexdigest())"
    )
    elsewhere = os.environ | {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "77", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=elsewhere, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == hashlib.sha256(signed_form_pdf(unsaved("es"))).hexdigest()


def test_long_form_numbers_its_statements_through_and_its_pages() -> None:
    shown = unsaved()
    document = shown.document
    many = type(document.parts[1])("More", "", document.parts[1].lines * 20)

    longer = replace(shown, document=replace(document, parts=(*document.parts, many)))
    said = text_of(signed_form_pdf(longer))
    assert "63. What is left" in said
    assert "Page 4 of 4" in said
    assert FORM.title in said
