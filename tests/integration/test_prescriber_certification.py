"""A prescriber is certified: the acts with all their refusals, what is signed, and what program staff do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

import tests.factories as make
from prescribers import actions
from prescribers.facts import enrollment_answers, kept_answers
from prescribers.models import Prescriber, PrescriberCertification
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.errors import ActRefused
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.certification import required_materials
from rems_portal.rules.findings import Party
from rems_portal.rules.lifecycles import CERTIFICATION_MOVES, CertificationStatus, may_move
from rems_portal.rules.programs import ProgramVersion, Renewal
from rems_portal.signatures.actions import Signing
from rems_portal.signatures.models import SignedForm
from rems_portal.signatures.presenters import shown_form
from tests.factories import NOW, PROGRAM

pytestmark = pytest.mark.django_db

MATERIALS = required_materials(Party.PRESCRIBER, NOW, PROGRAM)
READ = [(one.code, one.version) for one in MATERIALS]


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def dr() -> User:
    """An account of a prescriber who has begun nothing."""
    return make.account(full_name="Priya Raman")


def identity(**changes: str) -> dict[str, str]:
    said = {"npi": make.npi(), "full_name": "Priya Raman", "practice_name": "Harbor Clinic", "phone": "617-555-0100"}
    return said | changes


def save(user: User, by: User | None = None, **changes: str) -> PrescriberCertification:
    return actions.save_prescriber_identity(
        by=Actor.of(by or user),
        at=NOW,
        user=user,
        identity=actions.PrescriberIdentity(**identity(**changes)),
        program=PROGRAM,
    )


def sign(
    one: PrescriberCertification,
    *,
    by: User | None = None,
    signing: Signing | None = None,
    read: list[tuple[str, str]] | None = None,
    at: datetime = NOW,
    program: ProgramVersion = PROGRAM,
) -> PrescriberCertification:
    """Sign as the prescriber, who has read everything unless `read` says otherwise."""
    user = by or one.prescriber.user
    return actions.certify_prescriber(
        by=Actor.of(user),
        at=at,
        certification=one,
        signing=signing or make.signing(user, at=at),
        program=program,
        read=READ if read is None else read,
    )


def refused(error: pytest.ExceptionInfo[ActRefused]) -> set[str]:
    return {finding.rule for finding in error.value.findings}


def renewing(from_day: date) -> ProgramVersion:
    """The program version after one that demands that everybody certified before it signs again."""
    return replace(PROGRAM, version="2026-05-30", recertification={Party.PRESCRIBER: Renewal("2026-05-30", from_day)})


class TestActs:
    @pytest.mark.rems("PR-01", "PR-02", "PR-03")
    def test_complete_is_certified_at_once_by_a_signed_form(self, dr: User) -> None:
        one = sign(save(dr, credentials="MD"))
        one.refresh_from_db()
        assert one.status == CertificationStatus.CERTIFIED
        assert (one.signed_name, one.signed_at, one.certified_at) == ("Priya Raman", NOW, NOW)
        assert one.program_version == PROGRAM.version
        form = one.form
        assert (form.code, form.about, form.completed_at) == (
            "prescriber_enrollment",
            f"prescriber {one.prescriber.npi}",
            NOW,
        )
        signature = form.signatures.get()
        assert (signature.printed_name, signature.user_id, signature.signed_at) == ("Priya Raman", dr.pk, NOW)
        assert "I undertake to do what this form says" in signature.meaning
        assert form.answers == enrollment_answers(one.prescriber)
        assert shown_form(form, kept=kept_answers(one)).integrity.holds

    @pytest.mark.rems("PR-01", "PR-03")
    def test_what_is_said_to_be_read_is_recorded_with_the_signature(self, dr: User) -> None:
        one = sign(save(dr))
        kept = [(row.material, row.version, row.read_at) for row in dr.readings.order_by("pk")]
        assert kept == [(*pair, NOW) for pair in READ]
        assert {row.actor_name for row in one.prescriber.user.readings.first().history.all()} == {"Priya Raman"}

    @pytest.mark.rems("PR-01", "PR-03")
    def test_all_that_is_missing_is_said_at_once_and_nothing_is_written(self, dr: User) -> None:
        one = save(dr)
        Prescriber.objects.update(practice_name="")
        with pytest.raises(ActRefused) as error:
            sign(PrescriberCertification.objects.get(pk=one.pk), read=[])
        assert refused(error) == {"CERT-01", "CERT-02", "CERT-03"}
        one.refresh_from_db()
        assert one.status == CertificationStatus.IN_PROGRESS
        assert not SignedForm.objects.exists()

    @pytest.mark.rems("PR-01", "PR-03")
    @pytest.mark.parametrize("left_out", READ, ids=lambda pair: pair[0])
    def test_one_material_left_out_is_not_enough(self, dr: User, left_out: tuple[str, str]) -> None:
        one = save(dr)
        with pytest.raises(ActRefused) as error:
            sign(one, read=[pair for pair in READ if pair != left_out])
        assert refused(error) == {"CERT-01" if left_out[0] == "prescribing_information" else "CERT-02"}
        assert not dr.readings.exists()

    @pytest.mark.rems("PG-03")
    @pytest.mark.parametrize(
        "pair",
        [("welcome_letter", "2021-05-21"), ("emergency_contraception_brochure", "2021-05-21"), ("nothing", "")],
    )
    def test_what_is_not_handed_out_now_can_not_have_been_read(self, dr: User, pair: tuple[str, str]) -> None:
        with pytest.raises(ActRefused, match="not the one to read now"):
            sign(save(dr), read=[*READ, pair])
        assert not dr.readings.exists()

    @pytest.mark.rems("PR-03")
    def test_earlier_version_of_a_material_is_not_enough(self, dr: User) -> None:
        one = save(dr)
        for code, _version in READ:
            make.reading(dr, code)
        dr.readings.filter(material="welcome_letter").update(version="2021-05-21")
        with pytest.raises(ActRefused, match="Welcome Letter"):
            sign(one, read=[])

    @pytest.mark.rems("PR-02")
    def test_details_that_were_emptied_make_the_form_incomplete(self, dr: User) -> None:
        one = save(dr)
        Prescriber.objects.update(practice_name="")
        with pytest.raises(ActRefused, match="not complete"):
            sign(PrescriberCertification.objects.get(pk=one.pk))

    def test_signed_twice_is_signed_once(self, dr: User) -> None:
        one = save(dr)
        first = sign(one).form
        assert sign(one).form == first
        assert SignedForm.objects.count() == 1
        assert one.history.count() == 2

    @pytest.mark.rems("PR-02")
    @pytest.mark.parametrize("of", ["another", "link"])
    def test_signature_of_somebody_else_is_no_signature(self, dr: User, of: str) -> None:
        one = save(dr)
        proof = make.signing(make.account()) if of == "another" else make.link_signing("Priya Raman")
        with pytest.raises(PermissionDenied):
            sign(one, signing=proof)
        assert not SignedForm.objects.exists()

    def test_nobody_acts_for_another(self, dr: User) -> None:
        one = save(dr)
        for other in (make.account(), make.delegate_of(one.prescriber), make.administrator()):
            with pytest.raises(PermissionDenied):
                save(dr, by=other)
            with pytest.raises(PermissionDenied):
                sign(one, by=other)
            with pytest.raises(PermissionDenied):
                sign(one, by=other, signing=make.signing(dr))

    @pytest.mark.parametrize("role", [User.Role.DELEGATE, User.Role.PHARMACIST])
    def test_account_of_another_role_is_not_certified(self, role: str) -> None:
        with pytest.raises(ActRefused, match="Only a prescriber’s account"):
            save(make.account(role))

    @pytest.mark.rems("PR-02")
    def test_npi_with_a_slip_is_refused(self, dr: User) -> None:
        with pytest.raises(ActRefused, match="mistyped"):
            save(dr, npi="1234567890")

    @pytest.mark.rems("PR-02")
    def test_npi_of_another_account_is_refused_and_nothing_is_kept(self, dr: User) -> None:
        taken = make.prescriber().npi
        with pytest.raises(ActRefused, match="already belongs to another account"):
            save(dr, npi=taken)
        assert not Prescriber.objects.filter(user=dr).exists()

    def test_npi_taken_at_the_same_moment_is_refused_too(self, dr: User, monkeypatch: pytest.MonkeyPatch) -> None:
        taken = make.prescriber().npi
        monkeypatch.setattr(Prescriber.objects, "filter", lambda **_: Prescriber.objects.none())
        with pytest.raises(ActRefused, match="already belongs to another account"):
            save(dr, npi=taken)

    def test_details_are_corrected_until_signed_and_not_after(self, dr: User) -> None:
        one = save(dr)
        assert save(dr, npi=one.prescriber.npi, practice_name="Elm Clinic").pk == one.pk
        one = PrescriberCertification.objects.get(pk=one.pk)
        assert one.prescriber.practice_name == "Elm Clinic"
        sign(one)
        with pytest.raises(ActRefused, match="Change your details on your certification’s page"):
            save(dr, practice_name="Oak Clinic")

    def test_same_details_sent_twice_write_no_second_history_row(self, dr: User) -> None:
        npi = make.npi()
        first, second = save(dr, npi=npi), save(dr, npi=npi)
        assert first == second
        assert first.prescriber.history.count() == 1

    def test_history_names_who_acted(self, dr: User) -> None:
        one = sign(save(dr))
        rows = [*one.history.all(), *one.prescriber.history.all(), *one.form.history.all()]
        assert {(row.actor_name, row.history_user_id, row.channel) for row in rows} == {("Priya Raman", dr.pk, "page")}
        assert len(rows) >= 4


class TestIntegrity:
    @pytest.mark.parametrize("column", ["npi", "full_name", "credentials", "practice_name", "phone"])
    def test_changing_one_stored_answer_shows_the_record_as_broken(self, column: str) -> None:
        one = make.prescriber().certifications.get()
        Prescriber.objects.update(**{column: "1234567893" if column == "npi" else "Changed"})
        found = shown_form(one.form, kept=kept_answers(PrescriberCertification.objects.get())).integrity
        assert not found.holds
        assert column in found.problems[0]

    def test_changing_one_byte_of_the_form_shows_it_as_broken(self) -> None:
        one = make.prescriber().certifications.get()
        text = one.form.document.replace("Maple Street", "Maple Strees")
        SignedForm.objects.update(document=text)
        found = shown_form(SignedForm.objects.get(), kept=kept_answers(one)).integrity
        assert len(found.problems) == 2


class TestRenewal:
    """What a program version may demand: that who was certified under an older one signs again."""

    LATER = NOW + timedelta(days=1)

    def test_nothing_is_signed_again_where_no_version_demands_it(self) -> None:
        one = make.prescriber().certifications.get()
        before = one.form
        assert sign(one, at=self.LATER, read=[]).form == before

    @pytest.mark.rems("PR-02")
    @pytest.mark.parametrize("from_day", [date(2026, 5, 31), date(2026, 12, 1)])
    def test_renewal_puts_a_new_form_beside_the_old_one(self, from_day: date) -> None:
        one = make.prescriber().certifications.get()
        before = one.form
        renewed = sign(one, at=self.LATER, program=renewing(from_day), read=[])
        renewed.refresh_from_db()
        assert (renewed.status, renewed.program_version) == (CertificationStatus.CERTIFIED, "2026-05-30")
        assert renewed.form != before
        assert renewed.certified_at == self.LATER
        newest, older = renewed.history.all()[:2]
        assert (newest.history_change_reason, older.form_id) == ("Certification renewed", before.pk)
        assert sign(renewed, at=self.LATER, program=renewing(from_day), read=[]).form == renewed.form

    @pytest.mark.parametrize("status", [CertificationStatus.SUSPENDED, CertificationStatus.DECERTIFIED])
    def test_renewal_lifts_nothing_that_staff_decided(self, status: CertificationStatus) -> None:
        one = make.prescriber().certifications.get()
        PrescriberCertification.objects.update(status=status)
        with pytest.raises(ActRefused, match=status.value):
            sign(one, program=renewing(date(2026, 5, 31)))


class TestWhatStaffDo:
    ACTS = {
        CertificationStatus.SUSPENDED: actions.suspend_prescriber,
        CertificationStatus.CERTIFIED: actions.reinstate_prescriber,
        CertificationStatus.DECERTIFIED: actions.decertify_prescriber,
        CertificationStatus.IN_PROGRESS: actions.reopen_prescriber_certification,
    }

    @staticmethod
    def certification(status: str = CertificationStatus.CERTIFIED) -> PrescriberCertification:
        one = make.prescriber().certifications.get()
        PrescriberCertification.objects.filter(pk=one.pk).update(status=status)
        one.refresh_from_db()
        return one

    @staticmethod
    def do(act: Any, one: PrescriberCertification, user: User | None = None, reason: str = "Audit finding 7") -> Any:
        user = user or make.administrator()
        return act(by=Actor.of(user), at=NOW, user=user, certification=one, reason=reason)

    @pytest.mark.parametrize("new", list(ACTS))
    @pytest.mark.parametrize("old", list(CertificationStatus))
    def test_every_pair_of_statuses_moves_as_the_table_says(
        self, old: CertificationStatus, new: CertificationStatus
    ) -> None:
        one = self.certification(old)
        # To sign is what moves one in progress on; staff reinstate only what was suspended.
        allowed = may_move(CERTIFICATION_MOVES, old, new) and old != CertificationStatus.IN_PROGRESS
        if allowed:
            self.do(self.ACTS[new], one)
        else:
            with pytest.raises(ActRefused):
                self.do(self.ACTS[new], one)
        one.refresh_from_db()
        assert one.status == (new if allowed else old)

    @pytest.mark.parametrize("act", list(ACTS.values()))
    @pytest.mark.parametrize("who", ["auditor", "case_manager", "account"])
    def test_only_an_administrator_may(self, act: Any, who: str) -> None:
        with pytest.raises(PermissionDenied):
            self.do(act, self.certification(), getattr(make, who)())

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 101])
    def test_reason_is_demanded(self, reason: str) -> None:
        with pytest.raises(ActRefused, match="Give the reason"):
            self.do(actions.suspend_prescriber, self.certification(), reason=reason)

    def test_reason_and_actor_are_in_the_history_and_the_prescriber_is_told(self) -> None:
        one, admin = self.certification(), make.administrator()
        self.do(actions.suspend_prescriber, one, admin)
        row = one.history.first()
        assert (row.history_change_reason, row.history_user_id) == ("Audit finding 7", admin.pk)
        assert OutboxMessage.objects.get().recipient == one.prescriber.user.email

    def test_reopened_one_must_be_signed_anew_and_keeps_its_reviews(self) -> None:
        one = self.do(actions.reopen_prescriber_certification, self.certification(CertificationStatus.DECERTIFIED))
        assert (one.signed_name, one.certified_at, one.form) == ("", None, None)
        assert sign(one).status == CertificationStatus.CERTIFIED

    @pytest.mark.parametrize("status", [CertificationStatus.SUSPENDED, CertificationStatus.DECERTIFIED])
    def test_signing_again_does_not_lift_what_staff_decided(self, status: CertificationStatus) -> None:
        one = self.certification(status)
        with pytest.raises(ActRefused, match=status.value):
            sign(one)
