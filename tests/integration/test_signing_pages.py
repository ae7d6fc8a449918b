"""The patient's side signs behind a link: on a phone, without an account, once, in English and in Spanish."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

import tests.factories as make
from authorizations.actions.patient_signature import sign_for_patient
from authorizations.wording_signing import WORDS
from patients.actions import withdraw_enrollment
from patients.models import Enrollment, SigningInvitation
from rems_portal.audit.models import AccessEvent
from rems_portal.errors import ActRefused
from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.forms import Signer
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.signatures.models import Signature, SignedForm
from tests.factories import NOW, PROGRAM, days, hours
from tests.integration.offices import as_prescriber, of, text_of
from tests.integration.signing import GUARDIAN, let_in, link_to, page, sign, typed_birth_date

pytestmark = pytest.mark.django_db
C = RiskCategory
ADULTS = (C.AF_CAN, C.AF_CANNOT, C.AM)
GONE = "This link does not work any more"


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def waiting() -> Enrollment:
    return make.pending_enrollment(C.AM, at=NOW)


@pytest.fixture
def secret(waiting: Enrollment) -> str:
    return link_to(make.waiting_agreement(waiting))[1]


def form_of(one: Enrollment) -> SignedForm:
    return SignedForm.objects.get(agreement__enrollment=one)


def signers_of(one: Enrollment) -> list[str]:
    return list(Signature.objects.filter(form__agreement__enrollment=one).values_list("signer", flat=True))


class TestAdult:
    @pytest.mark.rems("PF-05", "PN-04", "PM-03", "PR-08")
    @pytest.mark.parametrize("category", ADULTS)
    def test_birth_date_then_read_and_sign_then_done(self, category: RiskCategory) -> None:
        one = make.pending_enrollment(category, at=NOW)
        secret = link_to(make.waiting_agreement(one))[1]
        browser = Client()
        answer = browser.post(page("sign", secret), typed_birth_date(one), follow=True)
        shown = text_of(answer)
        assert category.label in shown
        assert one.patient.full_name in shown
        for line in make.waiting_agreement(one).form.read.parts[1].lines:
            assert line.text in answer.content.decode()
        thanks = browser.post(page("signing-form", secret), {"signer": "patient"}, follow=True)
        assert "Thank you. The form is signed." in text_of(thanks)
        one.refresh_from_db()
        assert one.status == EnrollmentStatus.ENROLLED
        agreement = one.agreements.get()
        assert (agreement.complete, agreement.patient_signed_name) == (True, one.patient.full_name)

    def test_signature_says_who_when_how_and_what(self, waiting: Enrollment, secret: str) -> None:
        sign(let_in(secret, waiting), secret)
        mine = Signature.objects.get(signer="patient")
        assert (mine.printed_name, mine.method, mine.signed_at) == (waiting.patient.full_name, "link", NOW)
        assert mine.document_digest == form_of(waiting).digest
        assert mine.history.get().actor_name == "Patient"

    def test_signed_copy_is_offered_for_an_hour_in_this_browser_only(self, waiting: Enrollment, secret: str) -> None:
        browser = let_in(secret, waiting)
        assert browser.get(page("signing-copy", secret)).status_code == 404
        sign(browser, secret)
        assert page("signing-copy", secret) in text_of(browser.get(page("signing-done", secret)))
        assert Client().get(page("signing-copy", secret)).status_code == 404
        with time_machine.travel(NOW + hours(1), tick=False):
            assert page("signing-copy", secret) not in text_of(browser.get(page("signing-done", secret)))
            assert browser.get(page("signing-copy", secret)).status_code == 404

    @pytest.mark.pango
    def test_copy_is_the_signed_form_as_pdf(self, waiting: Enrollment, secret: str) -> None:
        browser = let_in(secret, waiting)
        sign(browser, secret)
        answer = browser.get(page("signing-copy", secret))
        assert answer.content.startswith(b"%PDF")
        number = form_of(waiting).number
        assert answer["Content-Disposition"] == f'inline; filename="{number}.pdf"'
        assert "no-store" in answer["Cache-Control"]


class TestChild:
    @pytest.mark.rems("PF-05", "PC-03", "PM-03")
    @pytest.mark.parametrize(("category", "assents"), [(C.FC_CAN, True), (C.MC, False), (C.FC_CANNOT, False)])
    def test_guardian_signs_then_the_child_from_the_age_of_assent(self, category: RiskCategory, assents: bool) -> None:
        one = make.pending_enrollment(category, at=NOW)
        secret = link_to(make.waiting_agreement(one))[1]
        browser = let_in(secret, one)
        answer = browser.post(page("signing-form", secret), GUARDIAN, follow=True)
        if assents:
            shown = text_of(answer)
            assert f"Now hand the phone to {one.patient.given_name}." in shown
            assert "You can say no." in shown
            assert "What the prescriber confirms" not in shown
            one.refresh_from_db()
            assert one.status == EnrollmentStatus.PENDING
            answer = browser.post(page("signing-form", secret), {"signer": "child"}, follow=True)
        assert "Thank you" in text_of(answer)
        one.refresh_from_db()
        assert one.status == EnrollmentStatus.ENROLLED
        assert signers_of(one) == ["prescriber", "guardian", *(["child"] if assents else [])]
        agreement = one.agreements.get()
        assert (agreement.guardian_name, agreement.guardian_relation) == ("Alex Testcase", "Parent")
        assert Signature.objects.get(signer="guardian").relation == "Parent"

    @pytest.mark.parametrize(("months", "assents"), [(12 * 12, True), (12 * 12 - 1, False)])
    def test_assent_is_asked_from_the_twelfth_birthday(self, months: int, assents: bool) -> None:
        born = NOW.date().replace(year=NOW.year - 12, month=NOW.month + (0 if assents else 1))
        one = make.pending_enrollment(C.MC, at=NOW, birth_date=born)
        lines = make.waiting_agreement(one).form.read.signatures
        assert (Signer.CHILD in {line.signer for line in lines}) is assents

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"name": "", "relation": "Parent"}, "Type your full name."),
            ({"name": "Alex", "relation": ""}, "Say what you are to the patient."),
            ({"name": "Alex", "relation": "Neighbor"}, "Say what you are to the patient."),
            ({"name": "12", "relation": "Parent"}, "Type your full name in letters."),
            ({"name": "A" * 151, "relation": "Parent"}, "longer than 150 characters"),
            ({"name": "x", "relation": "Parent"}, "Type your first and your family name."),
            ({"name": "A B", "relation": "Parent"}, "Type your first and your family name."),
        ],
    )
    def test_guardian_says_name_and_relation(self, typed: dict[str, str], sentence: str) -> None:
        one = make.pending_enrollment(C.MC, at=NOW)
        secret = link_to(make.waiting_agreement(one))[1]
        browser = let_in(secret, one)
        assert sentence in text_of(sign(browser, secret, "guardian", **typed))
        assert signers_of(one) == ["prescriber"]

    @pytest.mark.parametrize(
        ("name", "asked"), [("Suharto", True), ("王小明", True), ("O", True), ("J. Smith", False), ("Thi O", False)]
    )
    def test_guardian_with_one_name_is_asked_once_more_and_then_believed(self, name: str, asked: bool) -> None:
        one = make.pending_enrollment(C.MC, at=NOW)
        secret = link_to(make.waiting_agreement(one))[1]
        browser = let_in(secret, one)
        assert "This is my whole name" not in text_of(browser.get(page("signing-form", secret)))
        said = {"name": name, "relation": "Parent"}
        answer = sign(browser, secret, "guardian", **said)
        assert ("This is my whole name" in text_of(answer)) is asked
        if asked:
            assert signers_of(one) == ["prescriber"]
            sign(browser, secret, "guardian", **said, whole_name="on")
        assert Signature.objects.get(signer="guardian").printed_name == name

    def test_tick_for_one_name_stays_while_something_else_is_wrong(self) -> None:
        one = make.pending_enrollment(C.MC, at=NOW)
        secret = link_to(make.waiting_agreement(one))[1]
        shown = text_of(sign(let_in(secret, one), secret, "guardian", name="Suharto", whole_name="on"))
        assert "Say what you are" in shown and 'name="whole_name"' in shown and "checked" in shown

    def test_child_can_not_sign_before_the_guardian(self) -> None:
        one = make.pending_enrollment(C.FC_CAN, at=NOW)
        link, secret = link_to(make.waiting_agreement(one))
        answer = sign(let_in(secret, one), secret, "child")
        assert answer.headers["Location"] == page("signing-form", secret)
        with pytest.raises(ActRefused, match="somebody else’s turn"):
            sign_for_patient(
                by=make.actor(one.prescriber.user),
                at=NOW,
                invitation=link,
                signer=Signer.CHILD,
                signing=make.link_signing("Robin"),
                program=PROGRAM,
            )
        assert signers_of(one) == ["prescriber"]

    def test_child_comes_back_later_to_the_page_that_waits(self) -> None:
        one = make.pending_enrollment(C.FC_CAN, at=NOW)
        secret = link_to(make.waiting_agreement(one))[1]
        sign(let_in(secret, one), secret, **GUARDIAN)
        with time_machine.travel(NOW + days(2), tick=False):
            browser = let_in(secret, one)
            assert "This part is for you" in text_of(browser.get(page("signing-form", secret)))


class TestOnce:
    def test_double_click_two_tabs_and_back_give_one_signature(self, waiting: Enrollment, secret: str) -> None:
        browser = let_in(secret, waiting)
        first, second = sign(browser, secret), sign(browser, secret)
        assert first.headers["Location"] == page("signing-form", secret)
        assert second.headers["Location"] == page("signing-done", secret)
        assert signers_of(waiting) == ["prescriber", "patient"]
        assert "Thank you" in text_of(browser.get(page("sign", secret), follow=True))

    def test_guardian_pressing_twice_is_not_the_child(self) -> None:
        one = make.pending_enrollment(C.FC_CAN, at=NOW)
        secret = link_to(make.waiting_agreement(one))[1]
        browser = let_in(secret, one)
        sign(browser, secret, **GUARDIAN)
        sign(browser, secret, **GUARDIAN)
        assert signers_of(one) == ["prescriber", "guardian"]

    def test_used_link_is_gone_for_everybody_else(self, waiting: Enrollment, secret: str) -> None:
        sign(let_in(secret, waiting), secret)
        for name in ("sign", "signing-form", "signing-copy"):
            answer = Client().get(page(name, secret))
            assert (answer.status_code, GONE in text_of(answer)) == (404, True)


class TestGone:
    def gone(self, secret: str, browser: Client | None = None) -> bool:
        answers = [(browser or Client()).get(page(name, secret)) for name in ("sign", "signing-form")]
        return all((one.status_code, GONE in text_of(one)) == (404, True) for one in answers)

    def test_unknown(self) -> None:
        assert self.gone("nothing")

    def test_late(self, waiting: Enrollment) -> None:
        link, secret = link_to(make.waiting_agreement(waiting))
        browser = let_in(secret, waiting)
        with time_machine.travel(link.expires_at - hours(0.01), tick=False):
            assert not self.gone(secret, browser)
        with time_machine.travel(link.expires_at, tick=False):
            assert self.gone(secret)
            assert self.gone(secret, browser)
            assert sign(browser, secret).status_code == 404
        assert signers_of(waiting) == ["prescriber"]

    def test_replaced_by_a_newer_one(self, waiting: Enrollment, secret: str) -> None:
        browser = let_in(secret, waiting)
        newer = link_to(make.waiting_agreement(waiting), at=NOW + hours(1))[1]
        with time_machine.travel(NOW + hours(1), tick=False):
            assert self.gone(secret, browser)
            assert not self.gone(newer)

    def test_withdrawn(self, waiting: Enrollment, secret: str) -> None:
        browser = let_in(secret, waiting)
        withdraw_enrollment(
            by=make.actor(waiting.prescriber.user),
            at=NOW + hours(1),
            prescriber=waiting.prescriber,
            enrollment=waiting,
            reason="wrong birth date",
        )
        with time_machine.travel(NOW + hours(1), tick=False):
            assert self.gone(secret, browser)
            assert sign(browser, secret).status_code == 404
        assert signers_of(waiting) == ["prescriber"]

    def test_wrong_birth_dates_are_counted_and_the_fifth_closes_the_link(
        self, waiting: Enrollment, secret: str
    ) -> None:
        for number in range(1, 5):
            answer = Client().post(page("sign", secret), typed_birth_date(waiting, years_off=number))
            assert "does not go with that birth date" in text_of(answer)
        answer = Client().post(page("sign", secret), typed_birth_date(waiting, years_off=5))
        assert answer.status_code == 404
        assert Client().post(page("sign", secret), typed_birth_date(waiting)).status_code == 404
        denied = AccessEvent.objects.filter(outcome="denied", record=f"patient {waiting.patient.number}")
        assert {event.actor_name for event in denied} == {"Somebody with a signing link"}
        assert denied.count() == 5

    def test_enrolled_with_another_prescriber_meanwhile(self, waiting: Enrollment, secret: str) -> None:
        browser = let_in(secret, waiting)
        patient = waiting.patient
        same = {name: getattr(patient, name) for name in ("given_name", "family_name", "birth_date", "email")}
        make.enrollment(C.AM, at=NOW, **same)
        answer = sign(browser, secret)
        assert "The form can’t be signed now." in text_of(answer)
        waiting.refresh_from_db()
        assert (waiting.status, signers_of(waiting)) == (EnrollmentStatus.PENDING, ["prescriber"])


class TestGuarded:
    def test_form_needs_the_birth_date_first(self, secret: str, waiting: Enrollment) -> None:
        browser = Client()
        for answer in (browser.get(page("signing-form", secret)), sign(browser, secret)):
            assert answer.headers["Location"] == page("sign", secret)
        assert signers_of(waiting) == ["prescriber"]

    def test_start_tells_nothing_about_the_patient(self, secret: str, waiting: Enrollment) -> None:
        shown = text_of(Client().get(page("sign", secret)))
        for told in (waiting.patient.full_name, waiting.patient.number, waiting.prescriber.full_name):
            assert told not in shown

    @pytest.mark.parametrize("name", ["sign", "signing-form", "signing-done", "signing-copy"])
    def test_pages_are_kept_out_of_caches_and_referrers(self, name: str, secret: str, waiting: Enrollment) -> None:
        answer = let_in(secret, waiting).get(page(name, secret))
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"

    def test_look_is_written_down(self, secret: str, waiting: Enrollment) -> None:
        let_in(secret, waiting)
        seen = AccessEvent.objects.get(outcome="shown", actor_name="Somebody with a signing link")
        assert seen.record == f"patient {waiting.patient.number}"

    def test_secret_is_kept_nowhere(self, secret: str, waiting: Enrollment) -> None:
        browser = let_in(secret, waiting)
        assert secret not in str(dict(browser.session))
        assert secret not in str(SigningInvitation.objects.values())

    def test_broken_birth_date_gets_a_sentence(self, secret: str) -> None:
        assert "Enter the patient’s birth date." in text_of(Client().post(page("sign", secret), {}))
        odd = {"birth_date_month": "2", "birth_date_day": "30", "birth_date_year": "2001"}
        assert "not in the calendar" in text_of(Client().post(page("sign", secret), odd))


class TestTampered:
    @pytest.mark.parametrize("spoil", ["document", "column"])
    def test_form_changed_after_the_prescriber_signed_can_not_be_signed(
        self, spoil: str, waiting: Enrollment, secret: str
    ) -> None:
        browser = let_in(secret, waiting)
        if spoil == "document":
            form = form_of(waiting)
            SignedForm.objects.filter(pk=form.pk).update(
                document=form.document.replace("lenalidomide", "lenalidomida", 1)
            )
        else:
            type(waiting.patient).objects.update(family_name="Else")
        for answer in (browser.get(page("signing-form", secret)), sign(browser, secret)):
            assert (answer.status_code, "can’t be signed" in text_of(answer)) == (409, True)
        assert signers_of(waiting) == ["prescriber"]


class TestLanguage:
    @pytest.fixture
    def spanish(self) -> tuple[Enrollment, str]:
        one = make.pending_enrollment(C.FC_CAN, at=NOW, language="es")
        return one, link_to(make.waiting_agreement(one))[1]

    def test_spanish_form_begins_in_spanish_and_stays(self, spanish: tuple[Enrollment, str]) -> None:
        one, secret = spanish
        browser = Client()
        assert 'lang="es"' in text_of(browser.get(page("sign", secret)))
        shown = text_of(browser.post(page("sign", secret), typed_birth_date(one), follow=True))
        assert "A qué se compromete el paciente" in shown
        assert "Lo leí y estoy de acuerdo" in shown
        child = text_of(browser.post(page("signing-form", secret), GUARDIAN, follow=True))
        assert "Ahora dé el teléfono a Robin." in child
        done = text_of(browser.post(page("signing-form", secret), {"signer": "child"}, follow=True))
        assert "Gracias. El formulario está firmado." in done

    def test_switch_changes_the_pages_and_not_the_form(self, spanish: tuple[Enrollment, str]) -> None:
        one, secret = spanish
        browser = let_in(secret, one)
        shown = text_of(browser.get(page("signing-form", secret) + "?lang=en"))
        assert "I have read this and agree" in shown
        assert "A qué se compromete el paciente" in shown
        assert "I have read this and agree" in text_of(browser.get(page("signing-form", secret)))

    def test_browser_decides_for_a_link_that_is_not_there(self) -> None:
        answer = Client(headers={"accept-language": "es-MX"}).get(page("sign", "nothing"))
        assert "Este enlace ya no funciona" in text_of(answer)

    def test_both_languages_say_the_same_things(self) -> None:
        assert WORDS["en"].keys() - WORDS["es"].keys() == set()
        assert all(words.strip() for language in WORDS.values() for words in language.values())


def test_prescriber_sees_what_waits_and_what_was_signed(waiting: Enrollment) -> None:
    client = as_prescriber(waiting.prescriber)
    patient_page = of("patient", waiting)
    before = text_of(client.get(patient_page))
    assert "A form waits for signatures" in before
    assert "No link works now." in before
    assert "<b>Patient</b>: not signed yet" in before
    secret = link_to(make.waiting_agreement(waiting))[1]
    assert "Send again" in text_of(client.get(patient_page))
    sign(let_in(secret, waiting), secret)
    after = text_of(client.get(patient_page))
    assert "A form waits for signatures" not in after
    assert f"<b>{waiting.patient.full_name}</b>, patient" in after


def test_worklist_says_whose_move_it_is(waiting: Enrollment) -> None:
    client = as_prescriber(waiting.prescriber)
    worklist = reverse("authorizations:worklist")
    shown = text_of(client.get(worklist))
    assert "Waits for signatures" in shown
    assert "No link works now: hand the form over." in shown
    link_to(make.waiting_agreement(waiting))
    shown = text_of(client.get(worklist))
    assert "The form waits for the patient’s signature. The link is good until" in shown
    assert "Jun 22, 2026" in shown or "June 22, 2026" in shown
