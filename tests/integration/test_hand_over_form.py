"""The office hands a form over to the patient's side: on this device, as a code, by e-mail; or takes it back."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.urls import reverse

import tests.factories as make
from patients.actions import hash_secret, invite_to_sign
from patients.models import Enrollment, SigningInvitation
from rems_portal.audit.models import AccessEvent
from rems_portal.errors import ActRefused
from rems_portal.notifications.models import OutboxMessage
from rems_portal.qr import qr_path
from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.lifecycles import EnrollmentStatus
from tests.factories import NOW, days
from tests.integration.offices import as_prescriber, of, page, signed_in, text_of
from tests.integration.signed_forms import spoil
from tests.integration.signing import let_in, link_to, sign

pytestmark = [pytest.mark.django_db, pytest.mark.rems("PR-08")]
C = RiskCategory
LINK = re.compile(r"http://testserver/a/([A-Za-z0-9_-]+)/")


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def waiting() -> Enrollment:
    return make.pending_enrollment(C.AM, at=NOW, email="patient@example.com")


def hand_over(one: Enrollment, how: str = "code") -> str:
    return text_of(as_prescriber(one.prescriber).post(of("hand-over-form", one), {"how": how}, follow=True))


class TestCode:
    def test_link_is_shown_with_code_text_and_deadline(self, waiting: Enrollment) -> None:
        answer = as_prescriber(waiting.prescriber).post(of("hand-over-form", waiting), {"how": "code"})
        shown = text_of(answer)
        secret = LINK.search(shown)[1]
        assert SigningInvitation.objects.get().token_hash == hash_secret(secret)
        assert qr_path(f"http://testserver/a/{secret}/").path in shown
        assert "June 22, 2026, 11:00 AM EDT" in shown
        assert "no-store" in answer["Cache-Control"]

    def test_new_link_stops_the_older(self, waiting: Enrollment) -> None:
        first = LINK.search(hand_over(waiting))[1]
        offer = text_of(as_prescriber(waiting.prescriber).get(of("hand-over-form", waiting)))
        assert not LINK.search(offer)
        assert "A link is out" in offer
        second = LINK.search(hand_over(waiting))[1]
        good = SigningInvitation.objects.filter(expires_at__gt=NOW + days(1))
        assert [link.token_hash for link in good] == [hash_secret(second)]
        assert first != second

    def test_looking_makes_no_link(self, waiting: Enrollment) -> None:
        shown = text_of(as_prescriber(waiting.prescriber).get(of("hand-over-form", waiting)))
        assert "Still to sign: <b>Patient</b>" in shown
        assert not SigningInvitation.objects.exists()

    def test_page_for_a_child_says_who_signs_in_which_order(self) -> None:
        one = make.pending_enrollment(C.FC_CAN, at=NOW)
        shown = text_of(as_prescriber(one.prescriber).get(of("hand-over-form", one)))
        assert "<b>Parent or legal guardian</b>, then <b>Child (assent)</b>" in shown

    def test_paper_for_a_spanish_speaking_family_is_in_spanish(self) -> None:
        one = make.pending_enrollment(C.AM, at=NOW, language="es")
        assert "Escanee el código" in hand_over(one)


class TestHere:
    def test_device_is_locked_and_leads_to_the_birth_date(self, waiting: Enrollment) -> None:
        client = as_prescriber(waiting.prescriber)
        answer = client.post(of("hand-over-form", waiting), {"how": "here"})
        assert re.fullmatch(r"/a/[A-Za-z0-9_-]+/", answer.headers["Location"])
        assert "patient’s birth date" in text_of(client.get(answer.headers["Location"]))
        locked = client.get(of("patient", waiting))
        assert locked.headers["Location"].startswith(reverse("accounts:unlock"))

    def test_family_signs_on_the_locked_device_and_hands_it_back(self, waiting: Enrollment) -> None:
        client = as_prescriber(waiting.prescriber)
        secret = client.post(of("hand-over-form", waiting), {"how": "here"}).headers["Location"].split("/")[2]
        sign(let_in(secret, waiting, client), secret)
        shown = text_of(client.get(reverse("authorizations:signing-done", args=[secret])))
        assert "Are you on a device of the clinic?" in shown
        waiting.refresh_from_db()
        assert waiting.status == EnrollmentStatus.ENROLLED


class TestMail:
    def test_link_goes_to_the_address_on_record_without_a_word_about_health(self, waiting: Enrollment) -> None:
        OutboxMessage.objects.all().delete()
        assert "The link is on its way to patient@example.com." in hand_over(waiting, "mail")
        message = OutboxMessage.objects.get()
        assert (message.recipient, message.private) == ("patient@example.com", True)
        secret = LINK.search(message.body)[1]
        assert SigningInvitation.objects.get().token_hash == hash_secret(secret)
        said = f"{message.subject} {message.body}".lower()
        told = ("lenalidomide", "pregnan", "treatment", waiting.patient.family_name, waiting.patient.number)
        assert not [word for word in told if word.lower() in said]

    def test_spanish_form_comes_with_a_spanish_message(self) -> None:
        one = make.pending_enrollment(C.AM, at=NOW, language="es")
        hand_over(one, "mail")
        assert "espera su firma" in OutboxMessage.objects.get(kind="signing_link").subject

    def test_without_an_address_nothing_is_sent_and_it_is_said(self) -> None:
        one = make.pending_enrollment(C.AM, at=NOW, email="")
        assert "Send by e-mail" not in text_of(as_prescriber(one.prescriber).get(of("hand-over-form", one)))
        assert "The record has no e-mail address" in hand_over(one, "mail")
        assert not SigningInvitation.objects.exists()


class TestWho:
    def test_delegate_hands_over_in_the_prescribers_name(self, waiting: Enrollment) -> None:
        aide = make.delegate_of(waiting.prescriber)
        assert LINK.search(text_of(signed_in(aide).post(of("hand-over-form", waiting), {"how": "code"})))
        assert SigningInvitation.objects.get().invited_by_name == f"{aide.full_name} for {waiting.prescriber}"

    def test_others_find_nothing_and_it_is_written_down(self, waiting: Enrollment) -> None:
        other = make.prescriber()
        for name in ("hand-over-form", "withdraw"):
            assert as_prescriber(other).post(of(name, waiting)).status_code == 404
        assert AccessEvent.objects.filter(user=other.user, outcome="denied").count() == 2
        assert signed_in(make.pharmacist(make.pharmacy())).post(of("hand-over-form", waiting)).status_code == 403
        assert not SigningInvitation.objects.exists()

    def test_form_signed_by_everybody_is_not_handed_over(self) -> None:
        one = make.enrollment(C.AM)
        assert "Nothing waits for a signature" in hand_over(one)
        assert SigningInvitation.objects.count() == 1

    def test_waiting_transfer_is_the_new_office_s_business_alone(self) -> None:
        one = make.enrollment(C.AM)
        asked = make.transfer(one)
        assert "Nothing waits for a signature" in hand_over(one)
        new, address = as_prescriber(asked.to_prescriber), page("hand-over-form", asked.agreement.form.number)
        assert new.get(of("hand-over-form", one)).status_code == 404
        shown = text_of(new.get(address))
        assert "Sign here on this device" in shown
        assert one.patient.number not in shown
        assert LINK.search(text_of(new.post(address, {"how": "code"})))
        assert SigningInvitation.objects.latest("pk").agreement == asked.agreement


class TestWithdraw:
    def test_reason_ends_the_form_and_its_link(self, waiting: Enrollment) -> None:
        link_to(make.waiting_agreement(waiting))
        client = as_prescriber(waiting.prescriber)
        assert "stops working at once" in text_of(client.get(of("withdraw", waiting)))
        answer = client.post(of("withdraw", waiting), {"reason": "Wrong birth date"}, follow=True)
        shown = text_of(answer)
        assert "The form is withdrawn." in shown
        assert "Reason: Wrong birth date" in shown
        waiting.refresh_from_db()
        assert (waiting.status, waiting.ended_reason) == (EnrollmentStatus.WITHDRAWN, "Wrong birth date")
        assert waiting.ended_by_name == waiting.prescriber.user.full_name
        assert not SigningInvitation.objects.filter(expires_at__gt=NOW + days(1)).exists()

    @pytest.mark.parametrize(("reason", "sentence"), [(" ", "Give the reason."), ("x" * 201, "longer than 200")])
    def test_reason_is_asked_for(self, waiting: Enrollment, reason: str, sentence: str) -> None:
        answer = as_prescriber(waiting.prescriber).post(of("withdraw", waiting), {"reason": reason})
        assert sentence in text_of(answer)
        waiting.refresh_from_db()
        assert waiting.status == EnrollmentStatus.PENDING

    def test_delegate_does_not_withdraw(self, waiting: Enrollment) -> None:
        aide = make.delegate_of(waiting.prescriber)
        assert signed_in(aide).post(of("withdraw", waiting), {"reason": "x"}).status_code == 403

    def test_patient_who_is_enrolled_is_not_withdrawn(self) -> None:
        one = make.enrollment(C.AM)
        shown = text_of(as_prescriber(one.prescriber).post(of("withdraw", one), {"reason": "x"}, follow=True))
        assert "Nothing waits for a signature here." in shown
        one.refresh_from_db()
        assert one.status == EnrollmentStatus.ENROLLED

    def test_same_patient_can_be_enrolled_anew(self, waiting: Enrollment) -> None:
        as_prescriber(waiting.prescriber).post(of("withdraw", waiting), {"reason": "Wrong answers"})
        patient = waiting.patient
        same = {name: getattr(patient, name) for name in ("given_name", "family_name", "birth_date")}
        again = make.pending_enrollment(C.AM, at=NOW + days(1), prescriber=waiting.prescriber, **same)
        assert (again.patient, again.pk != waiting.pk) == (patient, True)


class TestChangedForm:
    """The form is not what the prescriber signed: the patient's side could not sign it."""

    WORDS = "This form was changed after it was signed"

    def change(self, one: Enrollment) -> None:
        form = one.agreements.latest("pk").form
        spoil(form, document=form.document.replace("sperm", "Sperm", 1))

    def test_it_is_said_no_link_is_made_and_the_way_to_a_new_form_is_shown(self, waiting: Enrollment) -> None:
        self.change(waiting)
        dr = as_prescriber(waiting.prescriber)
        for how in ("code", "mail", "here"):
            assert self.WORDS in text_of(dr.post(of("hand-over-form", waiting), {"how": how}))
        assert not SigningInvitation.objects.exists()
        assert not OutboxMessage.objects.filter(kind="signing_link").exists()
        shown = text_of(dr.get(of("hand-over-form", waiting)))
        assert 'name="how"' not in shown
        assert of("withdraw", waiting) in shown
        dr.post(of("withdraw", waiting), {"reason": "It was changed"})
        assert reverse("patients:enroll-again", args=[waiting.patient.number]) in text_of(
            dr.get(of("patient", waiting))
        )

    def test_worklist_and_patient_page_lead_there_and_not_to_a_change_of_category(self, waiting: Enrollment) -> None:
        self.change(waiting)
        for where in (of("patient", waiting), page("worklist")):
            shown = text_of(as_prescriber(waiting.prescriber).get(where))
            assert f'<a href="{of("hand-over-form", waiting)}">See how to make a new form</a>' in shown
            assert of("change-category", waiting) not in shown
            assert "The link is good until" not in shown
            assert "Send again" not in shown
            assert "A form waits for signatures" not in shown

    def test_copy_in_the_record_counts_too(self, waiting: Enrollment) -> None:
        waiting.agreements.update(prescriber_signed_name="Somebody Else")
        assert self.WORDS in hand_over(waiting)
        assert not SigningInvitation.objects.exists()

    def test_form_that_can_not_be_read_any_more_is_shown_as_changed(self, waiting: Enrollment) -> None:
        spoil(waiting.agreements.get().form, document="{")
        assert self.WORDS in hand_over(waiting)
        for where in (of("patient", waiting), page("worklist")):
            assert as_prescriber(waiting.prescriber).get(where).status_code == 200

    def test_delegate_is_told_who_mends_it(self, waiting: Enrollment) -> None:
        self.change(waiting)
        shown = text_of(signed_in(make.delegate_of(waiting.prescriber)).get(of("hand-over-form", waiting)))
        assert f"{waiting.prescriber} makes a new form in person." in shown
        assert of("withdraw", waiting) not in shown

    def test_transfer_is_taken_back(self) -> None:
        asked = make.transfer(make.enrollment(C.AM))
        self.change(asked.enrollment)
        number = asked.agreement.form.number
        shown = text_of(as_prescriber(asked.to_prescriber).get(page("hand-over-form", number)))
        assert self.WORDS in shown
        assert page("withdraw-transfer", number) in shown

    def test_act_makes_no_link_either(self, waiting: Enrollment) -> None:
        self.change(waiting)
        with pytest.raises(ActRefused, match="changed after it was signed"):
            invite_to_sign(by=make.actor(waiting.prescriber.user), at=NOW, agreement=waiting.agreements.get())
