"""A program version demands that certifications are renewed and staff are trained again (PH-01, PH-02, PR-01 to PR-03).

Version by version as time passes: nothing is demanded at `NOW`; from 20 June a version is in force that demands it,
with a day for each demand.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client

import tests.factories as make
from authorizations.actions.confirm import confirm_dispense
from authorizations.facts import prescription
from pharmacies.actions import complete_training, reinstate_pharmacy, suspend_pharmacy
from pharmacies.facts import is_certified
from pharmacies.models import Pharmacy
from pharmacies.permissions import is_trained, require_trained
from pharmacies.presenters import certificate_of
from prescribers.facts import is_certified as prescriber_is_certified
from rems_portal.audit.actors import Actor, Channel
from rems_portal.errors import ActRefused
from rems_portal.materials.actions import record_reading
from rems_portal.rules import programs
from rems_portal.rules.findings import Party
from rems_portal.rules.programs import Renewal
from tests.integration.certifying import oversee, quiz, sign

pytestmark = pytest.mark.django_db

VERSION, GUIDE = "2026-06-20", "pharmacy_guide"
IN_FORCE, BY = date(2026, 6, 20), date(2026, 7, 1)
WARNED = datetime(2026, 6, 30, 16, 0, tzinfo=UTC)
LAST_MINUTE = datetime(2026, 7, 1, 3, 59, tzinfo=UTC)
DUE = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
NEXT = replace(
    make.PROGRAM,
    version=VERSION,
    in_force=IN_FORCE,
    materials=tuple(
        replace(one, version=VERSION, in_force=IN_FORCE) if one.code in (GUIDE, "pharmacy_training") else one
        for one in make.PROGRAM.materials
    ),
    recertification={Party.PHARMACY: Renewal(VERSION, BY), Party.PRESCRIBER: Renewal(VERSION, BY)},
    staff_retraining=Renewal(VERSION, BY),
)


@pytest.fixture(autouse=True)
def modification(monkeypatch: pytest.MonkeyPatch) -> None:
    known = programs.get_program("lenalidomide")
    changed = replace(known, versions=(make.PROGRAM, NEXT))
    monkeypatch.setitem(programs.PROGRAMS, "lenalidomide", changed)


def read_again(shop: Pharmacy, at: datetime, *materials: str) -> Any:
    user = shop.staff.get(is_representative=True).user
    for material in materials or (GUIDE, "pharmacy_training"):
        record_reading(by=make.actor(user), at=at, user=user, material=material, version=VERSION, program=NEXT)
    return user


def renewed(shop: Pharmacy, at: datetime = WARNED) -> Any:
    user = read_again(shop, at)
    certification = shop.certifications.get()
    quiz(user, certification, at=at, program=NEXT)
    return sign(user, certification, at=at, program=NEXT)


@pytest.mark.rems("PH-01", "PH-02")
def test_certification_signed_before_counts_until_the_day() -> None:
    shop = make.pharmacy()
    assert is_certified(shop, make.PROGRAM, make.NOW)
    assert is_certified(shop, NEXT, WARNED) and is_certified(shop, NEXT, LAST_MINUTE)
    assert not is_certified(shop, NEXT, DUE)
    renewed(shop)
    assert is_certified(shop, NEXT, DUE)


@pytest.mark.rems("PH-01", "PH-08")
def test_confirmation_is_refused_from_the_day_on_until_it_is_renewed() -> None:
    shop = make.pharmacy(at=make.NOW)
    dr = make.prescriber()
    one = make.enrollment(make.CATEGORIES[4], prescriber=dr)
    number = make.authorization(one, at=make.NOW)
    before = prescription(number.number, pharmacy=shop, program=NEXT, at=LAST_MINUTE)
    after = prescription(number.number, pharmacy=shop, program=NEXT, at=DUE)
    assert (before.pharmacy_certified, before.prescriber_certified) == (True, True)
    assert (after.pharmacy_certified, after.prescriber_certified) == (False, False)
    renewed(shop)
    decision = confirm_dispense(
        by=make.actor(shop.staff.get().user),
        at=DUE,
        pharmacy=shop,
        request=make.confirmation_request(number),
        program=NEXT,
    )
    assert [check["rule"] for check in decision.checks if check["finding"]] == ["CONF-04"]


def test_confirming_asks_the_database_no_more_than_before(django_assert_num_queries: Any) -> None:
    shop = make.pharmacy()
    number = make.authorization(make.enrollment(make.CATEGORIES[4]), at=make.NOW).number
    prescription(number, pharmacy=shop, program=make.PROGRAM, at=make.NOW)
    with django_assert_num_queries(2):
        prescription(number, pharmacy=shop, program=make.PROGRAM, at=make.NOW)
    with django_assert_num_queries(2):
        prescription(number, pharmacy=shop, program=NEXT, at=DUE)
    by = make.actor(shop.staff.get().user)
    with django_assert_num_queries(1):
        require_trained(by, shop, make.NOW)


@pytest.mark.rems("PR-01", "PR-02", "PR-03")
def test_same_rule_for_prescribers() -> None:
    dr = make.prescriber()
    assert prescriber_is_certified(dr, NEXT, LAST_MINUTE)
    assert not prescriber_is_certified(dr, NEXT, DUE)


@pytest.mark.rems("PH-01")
def test_renewal_asks_for_what_changed_the_quiz_of_the_version_and_a_signature() -> None:
    shop = make.pharmacy()
    certification, user = shop.certifications.get(), shop.staff.get().user
    with pytest.raises(ActRefused) as refused:
        sign(user, certification, at=WARNED, program=NEXT)
    assert [one.rule for one in refused.value.findings] == ["CERT-11", "CERT-12"]
    read_again(shop, WARNED)
    with pytest.raises(ActRefused) as refused:
        sign(user, certification, at=WARNED, program=NEXT)
    assert [one.rule for one in refused.value.findings] == ["CERT-12"]
    quiz(user, certification, at=WARNED, program=NEXT)
    old = certification.form
    done = sign(user, certification, at=WARNED, program=NEXT)
    assert (done.status, done.program_version, done.signed_at, done.certified_at) == (
        "certified",
        VERSION,
        WARNED,
        WARNED,
    )
    assert done.form != old and done.form.about == old.about
    latest = done.history.latest()
    assert (latest.history_change_reason, latest.history_user_id) == ("Certification renewed", user.pk)
    assert done.history.filter(form_id=old.pk, program_version=make.PROGRAM.version).exists()
    assert sign(user, done, at=DUE, program=NEXT).signed_at == WARNED


def test_signing_again_without_a_demand_changes_nothing() -> None:
    shop = make.pharmacy()
    certification = shop.certifications.get()
    again = sign(shop.staff.get().user, certification)
    assert (again.form_id, again.signed_at) == (certification.form_id, certification.signed_at)


def test_suspended_pharmacy_renews_nothing_and_reinstating_renews_nothing() -> None:
    shop = make.pharmacy()
    oversee(suspend_pharmacy, shop)
    user = read_again(shop, WARNED)
    with pytest.raises(ActRefused, match="is suspended"):
        sign(user, shop.certifications.get(), at=WARNED, program=NEXT)
    assert oversee(reinstate_pharmacy, shop).status == "certified"
    assert not is_certified(shop, NEXT, DUE)


class TestStaff:
    """The Pharmacy Training of a new version."""

    @pytest.mark.rems("PH-01")
    def test_training_counts_until_the_day_and_again_once_the_new_one_is_read(self) -> None:
        shop = make.pharmacy()
        person = make.pharmacist(shop)
        assert is_trained(person.pk, shop, LAST_MINUTE)
        assert not is_trained(person.pk, shop, DUE)
        with pytest.raises(PermissionDenied, match="training"):
            require_trained(make.actor(person), shop, DUE)
        row = complete_training(
            by=make.actor(person), at=DUE, staff=shop.staff.get(user=person), reviewed=True, program=NEXT
        )
        assert (row.trained_at, row.trained_version) == (DUE, VERSION)
        assert is_trained(person.pk, shop, DUE)
        assert person.readings.filter(material="pharmacy_training", version=VERSION).exists()
        assert row.history.filter(trained_version=make.PROGRAM.version).exists()

    def test_pharmacys_own_system_needs_no_training(self) -> None:
        till = Actor(name="Till", channel=Channel.API)
        require_trained(till, make.pharmacy(), DUE)

    @pytest.mark.rems("PH-01")
    def test_who_works_in_two_pharmacies_is_trained_once(self) -> None:
        shop, other = make.pharmacy(), make.pharmacy()
        person = make.pharmacist(shop)
        make.pharmacist(other, user=person, trained=False)
        assert not is_trained(person.pk, other, make.NOW)
        row = shop.staff.get(user=person)
        complete_training(by=make.actor(person), at=WARNED, staff=row, reviewed=True, program=NEXT)
        assert is_trained(person.pk, other, DUE)

    def test_representative_who_renews_is_trained_too(self) -> None:
        shop = make.pharmacy()
        user = shop.staff.get().user
        assert not is_trained(user.pk, shop, DUE)
        renewed(shop)
        assert is_trained(user.pk, shop, DUE)


class TestPages:
    """What the pharmacy sees before and from the day."""

    @pytest.fixture
    def shop(self) -> Pharmacy:
        return make.pharmacy(name="Old Version Pharmacy")

    @staticmethod
    def page_of(client: Client, shop: Pharmacy, at: datetime, address: str = "") -> str:
        with time_machine.travel(at, tick=False):
            client.force_login(shop.staff.earliest("pk").user)
            return client.get(address or f"/pharmacies/certify/{shop.certifications.get().pk}/", follow=True).text

    @pytest.mark.rems("PH-01")
    def test_warns_with_the_day_and_leads_through_what_is_missing(self, client: Client, shop: Pharmacy) -> None:
        here = f"/pharmacies/certify/{shop.certifications.get().pk}/"
        assert "must be renewed" not in self.page_of(client, shop, make.NOW)
        page = self.page_of(client, shop, WARNED)
        assert "Jul 1, 2026" in page and "until then nothing changes" in page and "Confirm a prescription" in page
        assert f"{here}materials/{GUIDE}/" in page and "Read what changed" in page
        user = read_again(shop, WARNED)
        assert "Take the quiz" in self.page_of(client, shop, WARNED)
        quiz(user, shop.certifications.get(), at=WARNED, program=NEXT)
        assert "Sign again" in self.page_of(client, shop, WARNED)
        assert "Sign and certify the pharmacy" in self.page_of(client, shop, WARNED, f"{here}sign/")
        sign(user, shop.certifications.get(), at=WARNED, program=NEXT)
        assert "must be renewed" not in self.page_of(client, shop, DUE)

    @pytest.mark.rems("PH-01")
    def test_each_step_leads_on_to_the_next_and_both_days_stay_known(self, client: Client, shop: Pharmacy) -> None:
        one = shop.certifications.get()
        here, old, user = f"/pharmacies/certify/{one.pk}/", one.form, shop.staff.get().user
        since = one.certified_at
        with time_machine.travel(WARNED, tick=False):
            client.force_login(user)
            assert client.get(f"{here}sign/").headers["Location"] == f"{here}materials/{GUIDE}/"
            for material, then in ((GUIDE, "materials/pharmacy_training/"), ("pharmacy_training", "quiz/")):
                answer = client.post(f"{here}materials/{material}/", {"version": VERSION})
                assert answer.headers["Location"] == f"{here}{then}"
            page = client.get(f"{here}sign/", follow=True)
            assert page.redirect_chain[-1][0] == f"{here}quiz/" and "Before you sign: quiz first" in page.text
            passed = quiz(user, one, at=WARNED, program=NEXT)
            assert f'href="{here}sign/"' in client.get(f"{here}quiz/{passed.pk}/").text
            sign(user, one, at=WARNED, program=NEXT)
            page = client.get(here)
            assert client.get(f"{here}form/", {"number": "F-unknown"}).status_code == 404
            assert client.get(f"{here}form/", {"number": old.number}).status_code in (200, 503)
        assert (page.context["past"].since, page.context["past"].renewed_at) == (since, WARNED)
        assert "<dt>Renewed</dt>" in page.text and f"form/?number={old.number}" in page.text
        said = certificate_of(shop.certifications.get(), NEXT)
        assert (said["since"], said["renewed_at"]) == (since, WARNED)

    def test_overdue_one_wears_no_green_certified(self, client: Client, shop: Pharmacy) -> None:
        assert "Renewal overdue" not in self.page_of(client, shop, LAST_MINUTE)
        lead = self.page_of(client, shop, DUE).partition('class="lead row"')[2].partition("</p>")[0]
        assert "Renewal overdue" in lead and "Certified" not in lead
        assert "stays the same" not in self.page_of(client, shop, DUE, "/materials/")

    @pytest.mark.rems("PH-01")
    def test_from_the_day_on_it_says_that_it_no_longer_counts(self, client: Client, shop: Pharmacy) -> None:
        page = self.page_of(client, shop, DUE)
        assert "can’t obtain confirmation numbers until it is renewed" in page
        assert "Confirm a prescription" not in page and "Certificate with verification code" not in page
        address = f"/pharmacies/certify/{shop.certifications.get().pk}/certificate/"
        assert "%PDF" not in self.page_of(client, shop, DUE, address)
        assert "New training needed" in self.page_of(client, shop, DUE, "/pharmacies/staff/")

    def test_staff_page_says_whose_training_is_due(self, client: Client, shop: Pharmacy) -> None:
        make.pharmacist(shop)
        assert self.page_of(client, shop, WARNED, "/pharmacies/staff/").count("New training due") == 2
        assert self.page_of(client, shop, DUE, "/pharmacies/staff/").count("New training needed") == 2

    def test_overview_shows_each_site_with_its_state(self, client: Client, shop: Pharmacy) -> None:
        make.pharmacist(make.pharmacy(name="Second Site"), user=shop.staff.get().user, representative=True)
        page = self.page_of(client, shop, WARNED, "/pharmacies/certify/")
        assert page.count("Renew before") == 2 and page.count("Materials, Quiz, Sign") == 2
        page = self.page_of(client, shop, DUE, "/pharmacies/certify/")
        assert page.count("Renewal overdue") == 2 and "2 untrained" in page

    @pytest.mark.rems("PH-01")
    def test_counter_warns_and_from_the_day_says_what_is_missing(self, client: Client, shop: Pharmacy) -> None:
        assert "must be renewed" not in self.page_of(client, shop, make.NOW, "/counter/")
        page = self.page_of(client, shop, WARNED, "/counter/")
        assert "must be renewed before" in page and "Jul 1, 2026" in page and "Renew it" in page
        page = self.page_of(client, shop, DUE, "/counter/")
        assert "certification must be renewed" in page and "Complete your training" in page
