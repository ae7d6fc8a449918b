"""A prescriber is certified: the acts with all their refusals, and the pages for every role."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

import tests.factories as make
from prescribers import actions
from prescribers.models import Prescriber, PrescriberCertification
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.errors import ActRefused
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.certification import required_materials
from rems_portal.rules.findings import Party
from rems_portal.rules.lifecycles import CERTIFICATION_MOVES, CertificationStatus, may_move
from tests.factories import NOW, PROGRAM

pytestmark = pytest.mark.django_db

CERTIFY = reverse("prescribers:certify")
IDENTITY = reverse("prescribers:certify-identity")
SIGN = reverse("prescribers:certify-sign")
MATERIALS = required_materials(Party.PRESCRIBER, NOW, PROGRAM)


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


def review(one: PrescriberCertification, code: str, version: str = PROGRAM.version, by: User | None = None) -> None:
    actions.review_prescriber_material(
        by=Actor.of(by or one.prescriber.user),
        at=NOW,
        certification=one,
        material=code,
        version=version,
        program=PROGRAM,
    )


def sign(one: PrescriberCertification, name: str = "Priya Raman", by: User | None = None) -> PrescriberCertification:
    actor = Actor.of(by or one.prescriber.user)
    return actions.certify_prescriber(by=actor, at=NOW, certification=one, signed_name=name, program=PROGRAM)


def with_reviews(user: User) -> PrescriberCertification:
    one = save(user)
    for material in MATERIALS:
        review(one, material.code)
    return one


def refused(error: pytest.ExceptionInfo[ActRefused]) -> set[str]:
    return {finding.rule for finding in error.value.findings}


class TestActs:
    @pytest.mark.rems("PR-01", "PR-02", "PR-03")
    def test_complete_is_certified_at_once(self, dr: User) -> None:
        one = sign(with_reviews(dr), "  Priya Raman ")
        one.refresh_from_db()
        assert one.status == CertificationStatus.CERTIFIED
        assert (one.signed_name, one.signed_at, one.certified_at) == ("Priya Raman", NOW, NOW)
        assert one.program_version == PROGRAM.version

    @pytest.mark.rems("PR-01", "PR-02", "PR-03")
    def test_all_that_is_missing_is_said_at_once(self, dr: User) -> None:
        one = save(dr)
        with pytest.raises(ActRefused) as error:
            sign(one, "  ")
        assert refused(error) == {"CERT-01", "CERT-02", "CERT-03"}
        one.refresh_from_db()
        assert one.status == CertificationStatus.IN_PROGRESS

    @pytest.mark.rems("PR-01", "PR-03")
    @pytest.mark.parametrize("left_out", [material.code for material in MATERIALS])
    def test_one_material_left_out_is_not_enough(self, dr: User, left_out: str) -> None:
        one = save(dr)
        for material in MATERIALS:
            if material.code != left_out:
                review(one, material.code)
        with pytest.raises(ActRefused) as error:
            sign(one)
        assert refused(error) == {"CERT-01" if left_out == "prescribing_information" else "CERT-02"}

    @pytest.mark.rems("PR-03")
    def test_earlier_version_of_a_material_is_not_enough(self, dr: User) -> None:
        one = with_reviews(dr)
        one.reviews.filter(material="welcome_letter").update(version="2021-05-21")
        with pytest.raises(ActRefused, match="Welcome Letter"):
            sign(one)

    @pytest.mark.rems("PR-02")
    def test_details_that_were_emptied_make_the_form_incomplete(self, dr: User) -> None:
        one = with_reviews(dr)
        Prescriber.objects.update(practice_name="")
        with pytest.raises(ActRefused, match="not complete"):
            sign(PrescriberCertification.objects.get(pk=one.pk))

    def test_signed_twice_is_signed_once(self, dr: User) -> None:
        one = with_reviews(dr)
        sign(one)
        assert sign(one, "Somebody Else").signed_name == "Priya Raman"
        assert one.history.count() == 2

    def test_reviewed_twice_keeps_the_first_time(self, dr: User) -> None:
        one = save(dr)
        review(one, "welcome_letter")
        earlier = one.reviews.get()
        later = NOW + timedelta(days=1)
        actions.review_prescriber_material(
            by=Actor.of(dr),
            at=later,
            certification=one,
            material="welcome_letter",
            version=PROGRAM.version,
            program=PROGRAM,
        )
        assert one.reviews.get().reviewed_at == earlier.reviewed_at

    @pytest.mark.parametrize(
        ("code", "version"),
        [
            ("welcome_letter", "2021-05-21"),
            ("welcome_letter", ""),
            ("pharmacy_guide", PROGRAM.version),
            ("emergency_contraception_brochure", "2021-05-21"),
            ("nothing", PROGRAM.version),
        ],
    )
    @pytest.mark.rems("PG-03")
    def test_material_that_is_not_to_review_now_is_refused(self, dr: User, code: str, version: str) -> None:
        one = save(dr)
        with pytest.raises(ActRefused, match="no longer the material to review"):
            review(one, code, version)
        assert not one.reviews.exists()

    def test_nobody_acts_for_another(self, dr: User) -> None:
        one, other = with_reviews(dr), make.account()
        with pytest.raises(PermissionDenied):
            save(dr, by=other)
        with pytest.raises(PermissionDenied):
            review(one, "welcome_letter", by=other)
        with pytest.raises(PermissionDenied):
            sign(one, by=other)

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
        one = with_reviews(dr)
        assert save(dr, npi=one.prescriber.npi, practice_name="Elm Clinic").pk == one.pk
        one = PrescriberCertification.objects.get(pk=one.pk)
        assert one.prescriber.practice_name == "Elm Clinic"
        sign(one)
        with pytest.raises(ActRefused, match="ask the program’s staff"):
            save(dr, practice_name="Oak Clinic")

    def test_same_details_sent_twice_write_no_second_history_row(self, dr: User) -> None:
        npi = make.npi()
        first, second = save(dr, npi=npi), save(dr, npi=npi)
        assert first == second
        assert first.prescriber.history.count() == 1

    def test_history_names_who_acted(self, dr: User) -> None:
        one = sign(with_reviews(dr))
        rows = [
            *one.history.all(),
            *one.prescriber.history.all(),
            *one.reviews.get(material="welcome_letter").history.all(),
        ]
        assert {(row.actor_name, row.history_user_id, row.channel) for row in rows} == {("Priya Raman", dr.pk, "page")}
        assert len(rows) == 4


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
        assert (one.signed_name, one.certified_at) == ("", None)
        assert sign(one).status == CertificationStatus.CERTIFIED

    @pytest.mark.parametrize("status", [CertificationStatus.SUSPENDED, CertificationStatus.DECERTIFIED])
    def test_signing_again_does_not_lift_what_staff_decided(self, status: CertificationStatus) -> None:
        one = self.certification(status)
        with pytest.raises(ActRefused, match=status.value):
            sign(one)


class TestPages:
    @pytest.mark.rems("PR-01", "PR-02", "PR-03")
    def test_whole_certification_takes_one_form_four_clicks_and_a_signature(self, client: Client, dr: User) -> None:
        page = client.get(CERTIFY)
        assert b'value="Priya Raman"' in page.content
        assert client.post(IDENTITY, identity()).headers["Location"] == CERTIFY
        for place, material in enumerate(MATERIALS, 1):
            page = client.get(CERTIFY)
            assert material.title in page.content.decode()
            assert f"Document {place} of 4, version {PROGRAM.version}" in page.content.decode()
            assert "not the FDA-approved material" in page.content.decode()
            address = reverse("prescribers:certify-material", args=[material.code])
            assert client.post(address, {"version": material.version}).headers["Location"] == CERTIFY
        assert "Prescriber Enrollment Form" in client.get(CERTIFY).content.decode()
        done = client.post(SIGN, {"signed_name": "Priya Raman"}, follow=True).content.decode()
        assert "You are certified." in done
        assert "Certified since" in done
        assert PROGRAM.version in done
        one = PrescriberCertification.objects.get(prescriber__user=dr)
        assert one.status == CertificationStatus.CERTIFIED
        assert one.reviews.count() == 4

    @pytest.mark.parametrize("address", [CERTIFY, IDENTITY, SIGN])
    @pytest.mark.parametrize("role", [User.Role.DELEGATE, User.Role.PHARMACIST])
    def test_other_roles_are_told_why_not(self, client: Client, address: str, role: str) -> None:
        client.force_login(make.account(role))
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code == 403
            assert "Only a prescriber is certified here" in answer.content.decode()

    @pytest.mark.parametrize("address", [CERTIFY, IDENTITY, SIGN])
    def test_nobody_unknown_gets_in(self, client: Client, address: str) -> None:
        assert client.get(address).headers["Location"].startswith(reverse("account_login"))

    def test_staff_have_no_certification_here(self, client: Client) -> None:
        client.force_login(make.administrator())
        assert client.get(CERTIFY).status_code == 403

    def test_refused_details_lose_nothing_typed(self, client: Client, dr: User) -> None:
        typed = identity(npi="1234567890", practice_name="O'Neil & <b>Sons</b>", phone="617")
        page = client.post(IDENTITY, typed).content.decode()
        assert "mistyped" in page
        assert "area code" in page
        assert "O&#x27;Neil &amp; &lt;b&gt;Sons&lt;/b&gt;" in page
        assert 'value="1234567890"' in page

    def test_npi_of_another_is_a_sentence_at_its_field(self, client: Client, dr: User) -> None:
        page = client.post(IDENTITY, identity(npi=make.prescriber().npi)).content.decode()
        assert "already belongs to another account" in page
        assert "Harbor Clinic" in page

    def test_megabyte_of_name_does_not_hurt(self, client: Client, dr: User) -> None:
        page = client.post(IDENTITY, identity(full_name="x" * 1_000_000))
        assert "longer than 150 characters" in page.content.decode()
        assert len(page.content) < 20_000

    def test_details_can_be_corrected_on_the_way(self, client: Client, dr: User) -> None:
        one = with_reviews(dr)
        assert one.prescriber.npi in client.get(IDENTITY).content.decode()
        client.post(IDENTITY, identity(npi=one.prescriber.npi, practice_name="Elm Clinic"))
        assert "Elm Clinic" in client.get(CERTIFY).content.decode()

    def test_refused_signature_says_all_that_is_missing(self, client: Client, dr: User) -> None:
        save(dr)
        page = client.post(SIGN, {"signed_name": "Priya Raman"}).content.decode()
        assert "Prescribing Information" in page
        assert "Education and Prescribing Safety Kit" in page
        assert 'value="Priya Raman"' in page
        assert "Type your full name to sign" in client.post(SIGN, {"signed_name": ""}).content.decode()

    def test_material_of_another_version_is_shown_again(self, client: Client, dr: User) -> None:
        save(dr)
        address = reverse("prescribers:certify-material", args=["welcome_letter"])
        assert "no longer the material" in client.post(address, {"version": "2021-05-21"}).content.decode()
        assert client.post(address).status_code == 200

    def test_unknown_material_is_not_found(self, client: Client, dr: User) -> None:
        save(dr)
        assert client.get(reverse("prescribers:certify-material", args=[f"x{uuid4()}"])).status_code == 404

    def test_steps_out_of_turn_lead_to_the_next_one(self, client: Client, dr: User) -> None:
        material = reverse("prescribers:certify-material", args=["welcome_letter"])
        assert client.get(material).headers["Location"] == CERTIFY
        assert client.get(SIGN).headers["Location"] == CERTIFY
        assert client.post(SIGN, {"signed_name": "X"}).headers["Location"] == CERTIFY
        assert "Welcome Letter" not in client.get(IDENTITY).content.decode()

    def test_certified_prescriber_reads_materials_again_and_is_sent_on_from_the_form(self, client: Client) -> None:
        client.force_login(make.prescriber().user)
        page = client.get(reverse("prescribers:certify-material", args=["prescriber_guide"])).content.decode()
        assert "You reviewed this version on" in page
        assert client.get(IDENTITY).headers["Location"] == CERTIFY

    @pytest.mark.rems("PG-03")
    def test_new_version_of_a_material_is_told_and_takes_nothing_away(self, client: Client) -> None:
        dr = make.prescriber()
        dr.certifications.get().reviews.filter(material="prescriber_guide").update(version="2021-05-21")
        client.force_login(dr.user)
        page = client.get(CERTIFY).content.decode()
        assert "There is a new version of the Prescriber Guide" in page
        assert "Version 2021-05-21, on" in page
        address = reverse("prescribers:certify-material", args=["prescriber_guide"])
        client.post(address, {"version": PROGRAM.version})
        assert "There is a new version" not in client.get(CERTIFY).content.decode()

    @pytest.mark.parametrize(
        ("status", "words"), [("suspended", "is suspended"), ("decertified", "You are no longer certified")]
    )
    def test_decided_one_is_shown_as_it_stands(self, client: Client, status: str, words: str) -> None:
        dr = make.prescriber()
        dr.certifications.update(status=status)
        client.force_login(dr.user)
        page = client.get(CERTIFY).content.decode()
        assert words in page
        assert reverse("prescribers:delegates") not in page
