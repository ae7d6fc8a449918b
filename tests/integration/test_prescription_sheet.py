"""The prescription sheet: number and risk category on paper, on a machine with the PDF library and on one without."""

import builtins
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine

import tests.factories as make
from authorizations.models import Authorization
from rems_portal import pdf
from rems_portal.rules.vocabulary import RiskCategory
from tests.integration.authorization_refusals import CAN, MAN
from tests.integration.offices import as_prescriber, page, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(make.NOW, tick=False) as clock:
        yield clock


def sheet(number: Authorization) -> Any:
    return as_prescriber(number.prescriber).get(page("authorization-pdf", number.number))


@pytest.fixture
def read_with(require_part: Callable[[str | None], None]) -> Callable[[str, bytes], str]:
    """Return a function that tells what a program of the poppler tools says about a PDF, or all its text."""

    def read(program: str, document: bytes) -> str:
        reader = shutil.which(program)
        require_part(None if reader else f"this test needs {program}: apt-get install poppler-utils")
        places = ["-layout", "-", "-"] if program == "pdftotext" else ["-"]
        told = subprocess.run([str(reader), *places], input=document, capture_output=True, check=True)
        return " ".join(told.stdout.decode().split())

    return read


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keep the HTML of each document instead of drawing it."""
    kept: list[str] = []

    class Document:
        def __init__(self, *, string: str, **_: Any) -> None:
            kept.append(" ".join(string.split()))

        def write_pdf(self, **_: Any) -> bytes:
            return b"%PDF"

    class Library:
        HTML = Document

    monkeypatch.setattr(pdf, "_weasyprint", lambda: Library)
    return kept


@pytest.mark.pango
@pytest.mark.rems("PR-09", "PR-18")
@pytest.mark.parametrize("category", list(RiskCategory))
def test_sheet_carries_number_and_category(category: RiskCategory, read_with: Callable[[str, bytes], str]) -> None:
    number = make.authorization(make.enrollment(category))
    answer = sheet(number)
    assert answer["Content-Type"] == "application/pdf"
    assert number.number in answer["Content-Disposition"]
    words = read_with("pdftotext", answer.content)
    assert number.number in words
    assert f"{category.label} ({category.value})" in words
    assert number.prescriber.npi in words
    assert "11:59 PM EDT" in words


@pytest.mark.pango
def test_sheet_is_one_page_in_our_own_font_and_the_same_every_time(read_with: Callable[[str, bytes], str]) -> None:
    number = make.authorization(make.enrollment(CAN))
    first = sheet(number).content
    assert first == sheet(number).content
    assert "Pages: 1 " in read_with("pdfinfo", first)
    fonts = read_with("pdffonts", first)
    assert "Source-Sans-3-Bold" in fonts
    assert " no " not in fonts.partition("Source-Sans")[2]  # embedded, subset, with a table of Unicode


@pytest.mark.pango
def test_sheet_fetches_nothing_from_anywhere() -> None:
    for address in ("https://example.com/x.png", "file:///etc/passwd", f"{pdf.STATIC}../settings.py", f"{pdf.STATIC}x"):
        with pytest.raises(ValueError, match="static files only"):
            pdf._static_file(address)


@pytest.mark.rems("PR-09")
def test_sheet_says_what_the_pharmacy_needs(drawn: list[str]) -> None:
    number = make.authorization(make.enrollment(MAN, given_name="<b>Al", family_name="O’Nil"))
    assert sheet(number).status_code == 200
    (html,) = drawn
    for words in (number.number, "Adult Male (AM)", "&lt;b&gt;Al O’Nil", "21 capsules", "28 days", "None", "10 mg"):
        assert words in html


def test_sheet_of_a_number_that_is_over_says_so(drawn: list[str], at_now: time_machine.Traveller) -> None:
    number = make.authorization(make.enrollment(MAN))
    at_now.move_to(make.NOW + make.days(31), tick=False)
    sheet(number)
    assert "Expired: no pharmacy can use this number" in drawn[0]


def test_delegate_prints_the_sheet(drawn: list[str]) -> None:
    number = make.authorization(make.enrollment(MAN))
    client = signed_in(make.delegate_of(number.prescriber))
    assert client.get(page("authorization-pdf", number.number)).content == b"%PDF"


@pytest.mark.parametrize("error", [OSError("cannot load library 'libpango-1.0-0'"), ImportError("weasyprint")])
def test_missing_pango_gives_a_page_that_says_what_to_install(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = builtins.__import__

    def without_weasyprint(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] == "weasyprint":
            raise error
        return load(name, *args, **kwargs)

    number = make.authorization(make.enrollment(MAN))
    monkeypatch.setattr(builtins, "__import__", without_weasyprint)
    answer = sheet(number)
    assert answer.status_code == 503
    shown = text_of(answer)
    assert "apt-get install libpango-1.0-0" in shown
    assert "You can go on without the sheet" in shown
    assert page("authorization", number.number) in shown
