"""The page on which a prescriber is certified: one page, one signature, and nothing typed is ever lost."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

import tests.factories as make
from prescribers.models import Prescriber, PrescriberCertification
from rems_portal.accounts.models import User
from rems_portal.pdf import PdfUnavailable
from rems_portal.rules.certification import required_materials
from rems_portal.rules.findings import Party
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.rules.programs import ProgramVersion, Renewal, form_named
from rems_portal.signatures.models import SignedForm, SigningTry
from tests.factories import NOW, PASSWORD, PROGRAM

pytestmark = pytest.mark.django_db

CERTIFY = reverse("prescribers:certify")
RENEW = reverse("prescribers:certify-renew")
FORM_PDF = reverse("prescribers:certify-form-pdf")
CERTIFICATE_PDF = reverse("prescribers:certificate-pdf")
MATERIALS = required_materials(Party.PRESCRIBER, NOW, PROGRAM)
DEFINITION = form_named(PROGRAM, "prescriber_enrollment")


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def dr(client: Client) -> User:
    """An account of a prescriber who is signed in and has begun nothing."""
    user = make.account(full_name="Priya Raman")
    client.force_login(user)
    return user


@pytest.fixture
def certified(client: Client) -> Prescriber:
    """A certified prescriber who is signed in."""
    made = make.prescriber(full_name="Priya Raman")
    client.force_login(made.user)
    return made


def words_of(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def typed(client: Client, user: User, *, at: str = CERTIFY, **changes: Any) -> dict[str, Any]:
    """What is sent from the page as it is shown now, filled in rightly; None leaves a field out."""
    page = client.get(at)
    said = {
        "shown": page.context["form"]["shown"].value(),
        "npi": make.npi(),
        "full_name": "Priya Raman",
        "credentials": "MD",
        "practice_name": "Harbor Clinic",
        "phone": "617-555-0100",
        "read": list(page.context["form"].unread),
        "user_name": user.email,
        "password": PASSWORD,
    }
    return {name: value for name, value in (said | changes).items() if value is not None}


def status_of(user: User) -> str:
    return str(PrescriberCertification.objects.get(prescriber__user=user).status)


class TestOnePage:
    @pytest.mark.rems("PR-01", "PR-02", "PR-03")
    def test_details_documents_and_signature_take_one_page_and_one_sending(self, client: Client, dr: User) -> None:
        page = words_of(client.get(CERTIFY))
        assert 'value="Priya Raman"' in page
        for material in MATERIALS:
            assert material.title in page
            assert f"Version {material.version}" in page
        assert all(item.text in page for item in DEFINITION.items())
        assert "It is not the FDA-approved form" in page
        answer = client.post(CERTIFY, typed(client, dr))
        assert answer.headers["Location"] == CERTIFY
        done = words_of(client.get(CERTIFY))
        assert "You are certified." in done
        one = PrescriberCertification.objects.get(prescriber__user=dr)
        assert one.status == CertificationStatus.CERTIFIED
        assert dr.readings.count() == 4
        assert one.form is not None
        assert one.form.answers["practice_name"] == "Harbor Clinic"

    @pytest.mark.rems("PR-02")
    def test_signed_form_is_shown_with_name_instant_meaning_and_how(self, client: Client, dr: User) -> None:
        client.post(CERTIFY, typed(client, dr))
        page = words_of(client.get(CERTIFY))
        form = SignedForm.objects.get()
        for part in (
            form.number,
            "<b>Priya Raman</b>, prescriber",
            "by password, typed for this signature",
            DEFINITION.signatures[0].meaning,
            form.digest[:16],
            FORM_PDF,
            CERTIFICATE_PDF,
        ):
            assert part in page
        assert "does not match its signature" not in page

    def test_page_asks_only_for_what_is_missing(self, client: Client, dr: User) -> None:
        for material in MATERIALS:
            make.reading(dr, material.code)
        client.post(CERTIFY, typed(client, dr, read=None, password="wrong"))
        page = client.get(CERTIFY)
        assert "read" not in page.context["form"].fields
        assert "Harbor Clinic" in words_of(page)
        assert client.post(CERTIFY, typed(client, dr, read=None, npi=Prescriber.objects.get().npi)).status_code == 302

    @pytest.mark.rems("PR-01", "PR-03")
    def test_documents_not_said_to_be_read_are_asked_for_and_the_rest_stays(self, client: Client, dr: User) -> None:
        page = words_of(client.post(CERTIFY, typed(client, dr, read=None)))
        assert all(f"Read the {one.title}, then tick that you have read it." in page for one in MATERIALS)
        assert 'value="Harbor Clinic"' in page
        assert status_of(dr) == CertificationStatus.IN_PROGRESS
        assert not SigningTry.objects.exists()

    @pytest.mark.rems("PR-01", "PR-03")
    def test_each_document_has_its_own_tick_and_the_one_without_is_named(self, client: Client, dr: User) -> None:
        *ticked, left_out = MATERIALS
        answer = client.post(CERTIFY, typed(client, dr, read=[one.code for one in ticked]))
        page = words_of(answer)
        assert f"Read the {left_out.title}, then tick that you have read it." in page
        assert not any(f"Read the {one.title}, then tick" in page for one in ticked)
        boxes = re.findall(
            r'<input type="checkbox" name="read" value="(\w+)"[^>]*?( checked)?>', answer.content.decode()
        )
        assert boxes == [(one.code, " checked") for one in ticked] + [(left_out.code, "")]
        assert not dr.readings.exists() and not SignedForm.objects.exists()
        client.post(CERTIFY, typed(client, dr, npi=Prescriber.objects.get().npi))
        assert {(one.material, one.version, one.read_at) for one in dr.readings.all()} == {
            (one.code, one.version, NOW) for one in MATERIALS
        }

    def test_empty_page_says_all_that_is_missing_at_once(self, client: Client, dr: User) -> None:
        page = words_of(client.post(CERTIFY, {"shown": typed(client, dr)["shown"], "password": ""}))
        for sentence in (
            "Type your NPI",
            "name of your practice",
            "then tick that you have read it",
            "Type your password to sign",
        ):
            assert sentence in page
        assert not Prescriber.objects.exists()

    def test_refused_details_lose_nothing_typed(self, client: Client, dr: User) -> None:
        said = typed(client, dr, npi="1234567890", practice_name="O'Neil & <b>Sons</b>", phone="617")
        page = client.post(CERTIFY, said).content.decode()
        assert "mistyped" in page
        assert "area code" in page
        assert "O&#x27;Neil &amp; &lt;b&gt;Sons&lt;/b&gt;" in page
        assert 'value="1234567890"' in page
        assert PASSWORD not in page

    def test_npi_of_another_is_a_sentence_at_its_field_and_nothing_is_signed(self, client: Client, dr: User) -> None:
        page = words_of(client.post(CERTIFY, typed(client, dr, npi=make.prescriber().npi)))
        assert "already belongs to another account" in page
        assert "Harbor Clinic" in page
        assert not SignedForm.objects.filter(entered_by_name="Priya Raman").exists()

    def test_megabyte_of_name_does_not_hurt(self, client: Client, dr: User) -> None:
        page = client.post(CERTIFY, typed(client, dr, full_name="x" * 1_000_000))
        assert "longer than 150 characters" in page.content.decode()
        assert len(page.content) < 60_000

    def test_sent_twice_is_signed_once(self, client: Client, dr: User) -> None:
        said = typed(client, dr)
        assert client.post(CERTIFY, said).headers["Location"] == CERTIFY
        assert client.post(CERTIFY, said).headers["Location"] == CERTIFY
        assert SignedForm.objects.count() == 1
        assert SigningTry.objects.count() == 1

    def test_second_tab_that_was_open_before_leads_to_the_certification(self, client: Client, dr: User) -> None:
        first, second = typed(client, dr), typed(client, dr, practice_name="Elm Clinic")
        client.post(CERTIFY, first)
        assert client.post(CERTIFY, second).headers["Location"] == CERTIFY
        assert Prescriber.objects.get().practice_name == "Harbor Clinic"

    @pytest.mark.rems("PR-02", "PG-03")
    def test_form_that_changed_meanwhile_is_shown_again_with_all_that_was_typed(self, client: Client, dr: User) -> None:
        before = typed(client, dr) | {"shown": "0" * 64}
        again = client.post(CERTIFY, before)
        page = words_of(again)
        assert "has changed since you opened this page" in page
        assert 'value="Harbor Clinic"' in page
        assert not SignedForm.objects.exists()
        now = before | {"shown": again.context["form"]["shown"].value()}
        assert client.post(CERTIFY, now).status_code == 302


class TestPassword:
    @pytest.mark.rems("PR-02")
    def test_wrong_password_is_counted_and_told_and_nothing_is_lost(self, client: Client, dr: User) -> None:
        said = typed(client, dr, password="not mine")
        page = words_of(client.post(CERTIFY, said))
        assert "Nothing was signed, and nothing you typed is lost" in page
        for value in ("Harbor Clinic", "617-555-0100", said["npi"], dr.email):
            assert f'value="{value}"' in page
        assert " checked" in page
        assert "not mine" not in page
        assert list(SigningTry.objects.values_list("right", flat=True)) == [False]
        assert not SignedForm.objects.exists()
        assert client.post(CERTIFY, said | {"password": PASSWORD}).status_code == 302

    def test_user_name_is_asked_for_the_first_signature_only(self, client: Client, dr: User) -> None:
        assert 'name="user_name"' in words_of(client.get(CERTIFY))
        page = words_of(client.post(CERTIFY, typed(client, dr, user_name="somebody@example.com")))
        assert "e-mail address or password is not right" in page
        assert not SignedForm.objects.exists()

    def test_sixth_try_after_five_wrong_ones_signs_nothing(self, client: Client, dr: User) -> None:
        said = typed(client, dr, password="wrong")
        for _ in range(5):
            client.post(CERTIFY, said)
        page = words_of(client.post(CERTIFY, said | {"password": PASSWORD}))
        assert "Too many wrong passwords" in page
        assert not SignedForm.objects.exists()


class TestWhoMay:
    ADDRESSES = (CERTIFY, RENEW, FORM_PDF, CERTIFICATE_PDF)

    @pytest.mark.parametrize("address", ADDRESSES)
    @pytest.mark.parametrize("role", [User.Role.DELEGATE, User.Role.PHARMACIST])
    def test_other_roles_are_told_why_not(self, client: Client, address: str, role: str) -> None:
        client.force_login(make.account(role))
        answer = client.get(address)
        assert answer.status_code == 403
        assert "Only a prescriber is certified here" in answer.content.decode()

    def test_other_roles_send_nothing_either(self, client: Client) -> None:
        client.force_login(make.account(User.Role.DELEGATE))
        assert client.post(CERTIFY, {"npi": make.npi()}).status_code == 403
        assert not Prescriber.objects.exists()

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_nobody_unknown_gets_in(self, client: Client, address: str) -> None:
        assert client.get(address).headers["Location"].startswith(reverse("account_login"))

    def test_staff_have_no_certification_here(self, client: Client) -> None:
        client.force_login(make.administrator())
        assert client.get(CERTIFY).status_code == 403


class TestCertified:
    @pytest.mark.rems("PG-03")
    def test_new_version_of_a_material_is_told_and_takes_nothing_away(
        self, client: Client, certified: Prescriber
    ) -> None:
        certified.user.readings.filter(material="prescriber_guide").update(version="2021-05-21")
        page = words_of(client.get(CERTIFY))
        assert "There is a new version of the Prescriber Guide" in page
        assert "Version 2021-05-21, on" in page
        make.reading(certified.user, "prescriber_guide")
        assert "There is a new version" not in words_of(client.get(CERTIFY))

    @pytest.mark.parametrize(
        ("status", "words"), [("suspended", "is suspended"), ("decertified", "You are no longer certified")]
    )
    def test_decided_one_is_shown_as_it_stands_without_a_certificate(
        self, client: Client, certified: Prescriber, status: str, words: str
    ) -> None:
        certified.certifications.update(status=status)
        page = words_of(client.get(CERTIFY))
        assert words in page
        assert reverse("prescribers:delegates") not in page
        assert CERTIFICATE_PDF not in page
        assert client.get(CERTIFICATE_PDF).status_code == 404
        assert FORM_PDF in page

    @pytest.mark.rems("PR-02")
    def test_changed_answer_shows_on_the_page(self, client: Client, certified: Prescriber) -> None:
        Prescriber.objects.update(phone="617-555-0199")
        page = words_of(client.get(CERTIFY))
        assert "This record does not match its signature" in page
        assert "phone" in page

    def test_form_from_before_electronic_signatures_is_shown_as_it_was_kept(
        self, client: Client, certified: Prescriber
    ) -> None:
        certified.certifications.update(form=None)
        page = words_of(client.get(CERTIFY))
        assert "<dt>Signed</dt><dd>Priya Raman" in page
        assert FORM_PDF not in page
        assert client.get(FORM_PDF).status_code == client.get(CERTIFICATE_PDF).status_code == 404

    @pytest.mark.parametrize("address", [FORM_PDF, CERTIFICATE_PDF])
    def test_documents_are_pdfs_of_the_viewers_own(self, client: Client, certified: Prescriber, address: str) -> None:
        make.prescriber(full_name="Somebody Else")
        first, second = client.get(address), client.get(address)
        if first.status_code == 503:
            pytest.skip("Pango is missing here")
        assert first.headers["Content-Type"] == "application/pdf"
        assert first.content.startswith(b"%PDF")
        assert first.content == second.content
        assert certified.certifications.get().form.number in first.headers["Content-Disposition"]

    def test_without_the_pdf_library_a_page_says_so(
        self, client: Client, certified: Prescriber, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def missing(**_: Any) -> bytes:
            raise PdfUnavailable

        monkeypatch.setattr("prescribers.views.certification.certificate_pdf", missing)
        assert client.get(CERTIFICATE_PDF).status_code == 503

    @pytest.mark.parametrize("address", [FORM_PDF, CERTIFICATE_PDF])
    def test_nothing_is_signed_yet_so_there_is_no_document(self, client: Client, dr: User, address: str) -> None:
        assert client.get(address).status_code == 404


class TestRenewal:
    @staticmethod
    def demanded_from(day: date, monkeypatch: pytest.MonkeyPatch) -> ProgramVersion:
        later = replace(PROGRAM, version="2026-05-30", recertification={Party.PRESCRIBER: Renewal("2026-05-30", day)})
        monkeypatch.setattr("prescribers.views.certification.program_at", lambda _at: later)
        return later

    def test_renewal_that_nothing_demands_leads_to_the_certification(
        self, client: Client, certified: Prescriber
    ) -> None:
        assert client.get(RENEW).headers["Location"] == CERTIFY

    @pytest.mark.rems("PR-02")
    def test_announced_renewal_changes_nothing_until_its_day(
        self, client: Client, certified: Prescriber, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.demanded_from(date(2026, 12, 1), monkeypatch)
        page = words_of(client.get(CERTIFY))
        assert "Renew it before that day" in page
        assert CERTIFICATE_PDF in page

    @pytest.mark.rems("PR-02")
    def test_overdue_renewal_is_one_signature(
        self, client: Client, certified: Prescriber, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.demanded_from(date(2026, 5, 31), monkeypatch)
        page = words_of(client.get(CERTIFY))
        assert "Until you renew it you can’t enroll patients" in page
        assert CERTIFICATE_PDF not in page
        assert client.get(CERTIFICATE_PDF).status_code == 404
        shown = client.get(RENEW)
        assert set(shown.context["form"].fields) == {"shown"}
        said = {"shown": shown.context["form"]["shown"].value(), "user_name": certified.user.email}
        assert "Type your password" in words_of(client.post(RENEW, said | {"password": ""}))
        assert client.post(RENEW, said | {"password": PASSWORD}).headers["Location"] == CERTIFY
        one = certified.certifications.get()
        assert (one.status, one.program_version) == (CertificationStatus.CERTIFIED, "2026-05-30")
        assert SignedForm.objects.count() == 2
        page = words_of(client.get(CERTIFY))
        assert "must be renewed" not in page
        assert "Your certification is renewed." in page and "first patient" not in page

    @pytest.mark.rems("PR-02")
    def test_renewed_one_is_certified_since_the_first_and_lists_every_signed_form(
        self, client: Client, dr: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client.post(CERTIFY, typed(client, dr))
        first = SignedForm.objects.get()
        self.demanded_from(date(2026, 5, 31), monkeypatch)
        said: dict[str, Any] = {}
        monkeypatch.setattr(
            "prescribers.views.certification.certificate_pdf", lambda **facts: said.update(facts) or b"%PDF"
        )
        later = NOW + make.days(3)
        with time_machine.travel(later, tick=False):
            client.force_login(dr)
            assert "Renewal overdue" in words_of(client.get(CERTIFY))
            shown = client.get(RENEW).context["form"]["shown"].value()
            client.post(RENEW, {"shown": shown, "user_name": dr.email, "password": PASSWORD})
            page = words_of(client.get(CERTIFY))
            assert client.get(CERTIFICATE_PDF).status_code == 200
            old = client.get(FORM_PDF, {"number": first.number})
            assert client.get(FORM_PDF, {"number": "F-unknown"}).status_code == 404
        since = page.partition("<dt>Certified since</dt>")[2].partition("</dd>")[0]
        renewed = page.partition("<dt>Renewed</dt>")[2].partition("</dd>")[0]
        assert NOW.date().isoformat() in since and later.date().isoformat() in renewed
        assert f"{FORM_PDF}?number={first.number}" in page
        assert (said["since"], said["renewed_at"]) == (NOW, later)
        assert old.status_code == 503 or first.number in old.headers["Content-Disposition"]
