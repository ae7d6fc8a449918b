"""The library of materials: the act of reading, the pages for each role, the guide for everybody, and the PDFs."""

import builtins
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

import tests.factories as make
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor, Channel
from rems_portal.errors import ActRefused
from rems_portal.materials import tasks, views
from rems_portal.materials.actions import record_reading, tell_of_new_versions
from rems_portal.materials.models import MaterialReading
from rems_portal.notifications.models import OutboxMessage
from tests.factories import NOW, PROGRAM
from tests.integration.materials import AFTER, NEXT, next_version

pytestmark = pytest.mark.django_db

LIBRARY = reverse("materials:library")
GUIDES = {"en": reverse("materials:guide-en"), "es": reverse("materials:guide-es")}
PDFS = {"en": reverse("materials:guide-en-pdf"), "es": reverse("materials:guide-es-pdf")}


@pytest.fixture(autouse=True)
def at_now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def page_of(material: str, language: str = "en") -> str:
    return reverse("materials:material", args=[material, language])


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def record(user: User, material: str, version: str = PROGRAM.version, **changes: Any) -> MaterialReading:
    arguments = {"by": Actor.of(user), "at": NOW, "user": user, "program": PROGRAM, "language": "en"}
    return record_reading(**arguments | changes, material=material, version=version)


class TestRecordReading:
    @pytest.mark.rems("PR-01", "PR-03", "PH-01")
    def test_keeps_who_read_which_version_when_and_in_which_language(self) -> None:
        user = make.account(User.Role.DELEGATE)
        record(user, "patient_guide", language="es")
        one = MaterialReading.objects.get()
        assert (one.user, one.program, one.material, one.version) == (
            user,
            "lenalidomide",
            "patient_guide",
            "2026-04-27",
        )
        assert (one.language, one.read_at) == ("es", NOW)

    def test_a_second_time_is_the_first(self) -> None:
        user = make.account()
        first = record(user, "welcome_letter")
        again = record(user, "welcome_letter", at=NOW + make.days(1))
        assert (again.pk, again.read_at) == (first.pk, NOW)
        assert first.history.count() == 1

    @pytest.mark.rems("PG-03")
    @pytest.mark.parametrize(
        ("material", "version", "language"),
        [
            ("welcome_letter", "2021-05-21", "en"),
            ("welcome_letter", "", "en"),
            ("welcome_letter", PROGRAM.version, "es"),
            ("patient_guide", PROGRAM.version, "fr"),
            ("emergency_contraception_brochure", "2021-05-21", "en"),
            ("nothing", PROGRAM.version, "en"),
        ],
    )
    def test_what_is_not_handed_out_is_refused(self, material: str, version: str, language: str) -> None:
        with pytest.raises(ActRefused, match="not the one to read now"):
            record(make.account(), material, version, language=language)
        assert not MaterialReading.objects.exists()

    def test_a_refusal_is_the_readers_own_move(self) -> None:
        for role, move in ((User.Role.PRESCRIBER, "prescriber"), (User.Role.PHARMACIST, "pharmacy")):
            with pytest.raises(ActRefused) as refused:
                record(make.account(role), "nothing")
            assert [finding.move for finding in refused.value.findings] == [move]

    @pytest.mark.rems("PG-03")
    def test_the_withdrawn_brochure_could_be_read_until_the_day_before(self) -> None:
        user, version = make.account(), "2021-05-21"
        day_before = NOW.replace(month=4, day=26)
        assert record(user, "emergency_contraception_brochure", version, at=day_before).read_at == day_before
        with pytest.raises(ActRefused):
            record(make.account(), "emergency_contraception_brochure", version, at=NOW.replace(month=4, day=27))

    def test_nobody_reads_for_another(self) -> None:
        user = make.account()
        for by in (Actor.of(make.account()), Actor("A system", Channel.API), Actor.of(make.administrator())):
            with pytest.raises(PermissionDenied, match="Everybody reads for themselves"):
                record(user, "welcome_letter", by=by)

    def test_readings_of_program_staff_are_not_recorded(self) -> None:
        with pytest.raises(PermissionDenied, match="not recorded"):
            record(make.auditor(), "welcome_letter")

    @pytest.mark.rems("PH-01")
    def test_a_representative_of_two_pharmacies_reads_once(self, client: Client) -> None:
        first, second = make.pharmacy(), make.pharmacy(certified=False)
        user = first.staff.get().user
        make.pharmacist(second, representative=True, user=user)
        address = reverse("pharmacies:certify-pharmacy", args=[second.certifications.get().pk])
        assert "I have reviewed this document" not in signed_in(client, user).get(address, follow=True).text
        assert MaterialReading.objects.filter(user=user).count() == 2


class TestLibrary:
    @pytest.mark.rems("PG-02", "PG-03")
    @pytest.mark.parametrize("role", [User.Role.PRESCRIBER, User.Role.DELEGATE, User.Role.PHARMACIST, "staff"])
    def test_shows_every_role_all_that_is_handed_out_its_own_first(self, client: Client, role: str) -> None:
        user = make.case_manager() if role == "staff" else make.account(role)
        page = signed_in(client, user).get(LIBRARY).text
        for one in PROGRAM.materials:
            assert (f">{one.title}</a>" in page) == (one.withdrawn is None), one.code
        headings = re.findall(r"<h2>(For \w+)</h2>", page)
        assert sorted(headings) == ["For patients", "For pharmacies", "For prescribers"]
        assert headings[0] == ("For pharmacies" if role == User.Role.PHARMACIST else "For prescribers")

    @pytest.mark.parametrize(("role", "asked"), [("prescriber", 4), ("pharmacist", 2), ("delegate", 0)])
    def test_says_what_must_be_read_now(self, client: Client, role: str, asked: int) -> None:
        page = signed_in(client, make.account(role)).get(LIBRARY).text
        assert page.count("To read</span>") == asked
        assert ("To read now" in page) == bool(asked)
        assert ("Nothing waits to be read by you." in page) == (not asked)

    def test_tells_program_staff_nothing_about_reading(self, client: Client) -> None:
        page = signed_in(client, make.auditor()).get(LIBRARY).text
        assert "You read it" not in page and "waits to be read" not in page
        assert reverse("materials:register") in page

    @pytest.mark.rems("PR-01", "PR-03")
    def test_button_records_the_version_shown(self, client: Client) -> None:
        user = make.account()
        page = signed_in(client, user).get(page_of("prescriber_guide"))
        assert "I have read this" in page.text and "not the FDA-approved document" in page.text
        assert "Now says what the Emergency Contraception Brochure said" in page.text
        after = client.post(page_of("prescriber_guide"), {"version": PROGRAM.version}, follow=True)
        assert "You read this version on" in after.text and "I have read this</button>" not in after.text
        assert MaterialReading.objects.get().user == user
        assert client.get(LIBRARY).text.count("To read</span>") == 3

    def test_page_that_is_out_of_date_records_nothing(self, client: Client) -> None:
        signed_in(client, make.account())
        after = client.post(page_of("prescriber_guide"), {"version": "2021-05-21"}, follow=True)
        assert "not the one to read now" in after.text
        assert not MaterialReading.objects.exists()

    def test_program_staff_find_no_button_and_can_not_post(self, client: Client) -> None:
        signed_in(client, make.case_manager())
        assert "I have read this" not in client.get(page_of("pharmacy_guide")).text
        assert client.post(page_of("pharmacy_guide"), {"version": PROGRAM.version}).status_code == 403

    @pytest.mark.rems("PG-03")
    @pytest.mark.parametrize(
        ("material", "language"),
        [
            ("nothing", "en"),
            ("welcome_letter", "es"),
            ("patient_guide", "xx"),
        ],
    )
    def test_what_is_not_handed_out_is_not_there(self, client: Client, material: str, language: str) -> None:
        signed_in(client, make.account())
        assert client.get(page_of(material, language)).status_code == 404
        assert client.get(reverse("materials:material-pdf", args=[material, language])).status_code == 404
        assert client.post(page_of(material, language), {"version": "x"}, follow=True).status_code == 404

    @pytest.mark.rems("PG-03")
    def test_withdrawn_material_says_since_when_and_who_read_it_keeps_that_on_the_list(self, client: Client) -> None:
        brochure, user = "emergency_contraception_brochure", make.account()
        signed_in(client, user)
        for address in (page_of(brochure), reverse("materials:material-pdf", args=[brochure, "en"])):
            page = client.get(address)
            assert page.status_code == 410 and "withdrawn on" in page.text and "2026-04-27" in page.text
            assert "You read version" not in page.text and "mistyped" not in page.text
        assert "Withdrawn, and read by you" not in client.get(LIBRARY).text
        record(user, brochure, "2021-05-21", at=NOW.replace(month=4, day=26))
        assert "You read version 2021-05-21 on" in client.get(page_of(brochure)).text
        listed = client.get(LIBRARY).text.partition("Withdrawn, and read by you")[2].partition("</ul>")[0]
        assert "Emergency Contraception Brochure, version 2021-05-21" in listed

    def test_spanish_page_is_spanish_all_over(self, client: Client) -> None:
        signed_in(client, make.account(User.Role.PHARMACIST))
        page = client.get(page_of("patient_guide", "es")).text
        assert '<html lang="es"' in page and "He leído esto" in page and "Ir al texto principal" in page
        assert "27 de abril de 2026" in page
        for english in ("Sign out", "Skip to", "Demonstration", "Materials<", "Report a pregnancy", "I have read"):
            assert english not in page
        after = client.post(page_of("patient_guide", "es"), {"version": PROGRAM.version}, follow=True).text
        assert "Usted leyó esta versión el" in after
        assert MaterialReading.objects.get().language == "es"


class TestNewVersion:
    @pytest.fixture
    def later(self, monkeypatch: pytest.MonkeyPatch, at_now: time_machine.Traveller) -> Callable[..., None]:
        """Return a function that brings a version of a material into force and goes to the day after."""

        def bring(code: str, **changes: Any) -> None:
            program = next_version(code, **changes)
            monkeypatch.setattr("rems_portal.program.version_in_force", lambda *_: program)
            at_now.move_to(AFTER, tick=False)

        return bring

    @pytest.mark.rems("PG-03")
    @pytest.mark.parametrize(
        ("kind", "code", "page"),
        [
            ("prescriber", "prescriber_guide", "prescribers:certify"),
            ("pharmacy", "pharmacy_guide", "pharmacies:certify"),
        ],
    )
    def test_certified_reader_is_told_and_nothing_is_taken_away(
        self, client: Client, later: Callable[..., None], kind: str, code: str, page: str
    ) -> None:
        made = getattr(make, kind)()
        user = made.user if kind == "prescriber" else made.staff.get().user
        title = next(one.title for one in PROGRAM.materials if one.code == code)
        assert "There is a new version" not in signed_in(client, user).get(reverse(page), follow=True).text
        later(code)
        told = signed_in(client, user).get(reverse(page), follow=True).text
        assert f"There is a new version of the {title}" in told
        assert made.certifications.get().status == "certified"
        library = client.get(LIBRARY).text
        assert library.count("To read</span>") == 1 and "Says it more clearly." in library
        client.post(page_of(code), {"version": NEXT})
        assert "To read</span>" not in client.get(LIBRARY).text
        assert "There is a new version" not in client.get(reverse(page), follow=True).text
        assert set(user.readings.filter(material=code).values_list("version", flat=True)) == {"2026-04-27", NEXT}

    def test_version_that_asks_for_nothing_is_only_listed(self, client: Client, later: Callable[..., None]) -> None:
        dr = make.prescriber()
        later("prescriber_guide", must_be_read=False)
        signed_in(client, dr.user)
        assert "There is a new version" not in client.get(reverse("prescribers:certify"), follow=True).text
        assert "To read</span>" not in client.get(LIBRARY).text
        assert NEXT in client.get(LIBRARY).text

    def test_text_that_is_missing_is_said(self, client: Client, later: Callable[..., None]) -> None:
        later("prescriber_guide")
        page = signed_in(client, make.account()).get(page_of("prescriber_guide")).text
        assert "The text of this document is missing" in page

    def test_who_read_an_earlier_version_gets_one_message(self, later: Callable[..., None]) -> None:
        dr, other, left = make.prescriber().user, make.pharmacy().staff.get().user, make.prescriber().user
        User.objects.filter(pk=left.pk).update(is_active=False)
        assert tell_of_new_versions(at=NOW, program=PROGRAM) == 0
        later("prescriber_guide")
        tasks.announce_new_versions()
        tasks.announce_new_versions()
        message = OutboxMessage.objects.get(kind="material")
        assert (message.user, message.subject) == (dr, "A new version of the Prescriber Guide asks to be read")
        assert f"Version {NEXT} is in force. Says it more clearly." in message.body
        assert other != dr

    def test_who_has_read_the_new_version_gets_no_message(self, later: Callable[..., None]) -> None:
        dr, program = make.prescriber().user, next_version("prescriber_guide")
        record(dr, "prescriber_guide", NEXT, at=AFTER, program=program)
        later("prescriber_guide")
        tasks.announce_new_versions()
        assert not OutboxMessage.objects.filter(kind="material").exists()


class TestRegister:
    @pytest.mark.rems("PG-03")
    def test_shows_program_staff_every_version_with_its_dates_and_readers(self, client: Client) -> None:
        make.prescriber(), make.prescriber()
        page = signed_in(client, make.auditor()).get(reverse("materials:register")).text
        assert "Emergency Contraception Brochure" in page and page.count("Withdrawn</span>") == 1
        assert page.count("In force</span>") == len(PROGRAM.materials) - 1
        assert '<time datetime="2026-04-27"' in page and '<time datetime="2021-05-21"' in page
        assert re.search(r"material=prescriber_guide&amp;version=2026-04-27\"><span class=\"nowrap\">2 people", page)

    def test_shows_what_is_not_in_force_yet(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        program = next_version("pharmacy_guide")
        monkeypatch.setattr("rems_portal.program.version_in_force", lambda *_: program)
        page = signed_in(client, make.auditor()).get(reverse("materials:register")).text
        assert "Not in force yet" in page

    def test_admin_shows_who_read_what(self, client: Client) -> None:
        dr, shop = make.prescriber(), make.pharmacy()
        signed_in(client, make.auditor())
        listed = client.get(reverse("admin:materials_materialreading_changelist"), {"material": "prescriber_guide"})
        assert dr.user.full_name in listed.text
        for made, kind in ((dr, "prescribers_prescribercertification"), (shop, "pharmacies_pharmacycertification")):
            record_page = client.get(reverse(f"admin:{kind}_change", args=[made.certifications.get().pk])).text
            assert ", version 2026-04-27, " in record_page


class TestGuideForEverybody:
    @pytest.mark.rems("PF-04", "PN-02", "PC-02", "PM-02", "PG-02")
    @pytest.mark.parametrize(("language", "words"), [("en", "Emergency contraception"), ("es", "Anticoncepción de")])
    def test_is_read_without_signing_in(self, client: Client, language: str, words: str) -> None:
        page = client.get(GUIDES[language])
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.text and words in page.text
        assert PDFS[language] in page.text and GUIDES["es" if language == "en" else "en"] in page.text
        assert "sessionid" not in page.cookies

    def test_every_entry_of_the_contents_leads_to_its_part(self, client: Client) -> None:
        for language in GUIDES:
            page = client.get(GUIDES[language]).text
            places = re.findall(r'<a href="#(\w+)">(.*?)</a>', page)
            assert len(places) == 8
            for place, words in places:
                assert f'<h2 id="{place}">{words}</h2>' in page


def read_with(require_part: Any, program: str, document: bytes) -> str:
    """Tell what a program of the poppler tools says about a PDF, or all its text."""
    reader = shutil.which(program)
    require_part(None if reader else f"this test needs {program}: apt-get install poppler-utils")
    places = ["-layout", "-", "-"] if program == "pdftotext" else ["-"]
    told = subprocess.run([str(reader), *places], input=document, capture_output=True, check=True)
    return " ".join(told.stdout.decode().split())


class TestPdf:
    @pytest.mark.pango
    @pytest.mark.rems("PG-03")
    @pytest.mark.parametrize("language", ["en", "es"])
    def test_names_version_and_pages_and_is_the_same_every_time(
        self, client: Client, require_part: Any, monkeypatch: pytest.MonkeyPatch, language: str
    ) -> None:
        answer = client.get(PDFS[language])
        assert answer["Content-Type"] == "application/pdf"
        assert f'filename="patient-guide-2026-04-27-{language}.pdf"' in answer["Content-Disposition"]
        words = read_with(require_part, "pdftotext", answer.content)
        footer, page = {"en": ("Patient Guide · version 2026-04-27", "Page 1 of"),
                        "es": ("Guía para el paciente · versión 2026-04-27", "Página 1 de")}[language]  # fmt: skip
        assert footer in words and page in words
        assert "FDA" in words
        assert "Source-Sans-3" in read_with(require_part, "pdffonts", answer.content)
        monkeypatch.setattr(views.cache, "get", lambda _: None)  # drawn anew
        assert client.get(PDFS[language]).content == answer.content

    @pytest.mark.pango
    @pytest.mark.parametrize("material", [one.code for one in PROGRAM.materials if one.withdrawn is None])
    def test_every_material_can_be_printed(self, client: Client, material: str) -> None:
        signed_in(client, make.account(User.Role.DELEGATE))
        answer = client.get(reverse("materials:material-pdf", args=[material, "en"]))
        assert answer.content.startswith(b"%PDF")

    @pytest.mark.pango
    def test_is_drawn_once_and_then_kept(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        first = client.get(PDFS["en"]).content

        def again(*_: Any) -> bytes:
            raise AssertionError("drawn a second time")

        monkeypatch.setattr(views, "render_pdf", again)
        assert client.get(PDFS["en"]).content == first

    @pytest.mark.parametrize(("language", "words"), [("en", "Print the page instead"), ("es", "Imprima la página")])
    def test_missing_pango_gives_a_page_that_says_so(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, language: str, words: str
    ) -> None:
        load = builtins.__import__

        def without_weasyprint(name: str, *args: Any, **kwargs: Any) -> Any:
            if name.partition(".")[0] == "weasyprint":
                raise ImportError(name)
            return load(name, *args, **kwargs)

        monkeypatch.setattr(builtins, "__import__", without_weasyprint)
        answer = client.get(PDFS[language])
        assert answer.status_code == 503
        assert words in answer.text and f'<html lang="{language}"' in answer.text
