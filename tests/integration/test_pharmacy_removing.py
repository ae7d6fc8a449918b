"""Removing a site that was begun by mistake, before anything is signed for it."""

import pytest
from django.core.exceptions import PermissionDenied

import tests.factories as make
from pharmacies.actions import decertify_pharmacy, remove_site, reopen_pharmacy_certification
from pharmacies.models import Pharmacy, PharmacyCertification, PharmacyStaff
from rems_portal.accounts.models import User
from rems_portal.errors import ActRefused
from tests.integration.certifying import begun, oversee, quiz

pytestmark = pytest.mark.django_db


@pytest.mark.rems("PH-01", "PH-02")
class TestRemoving:
    """A site that was begun by mistake."""

    @staticmethod
    def remove(user: User, certification: PharmacyCertification) -> str:
        return remove_site(by=make.actor(user), at=make.NOW, user=user, certification=certification)

    def test_takes_all_of_it_away_frees_its_numbers_and_keeps_the_history(self) -> None:
        user, wrong = begun(name="Wrong Site")
        _, right = begun(user, name="Right Site")
        attempt = quiz(user, wrong)
        number, key = wrong.pharmacy.npi, wrong.pharmacy.pk
        assert self.remove(user, wrong) == "Wrong Site"
        assert [one.name for one in Pharmacy.objects.all()] == ["Right Site"]
        assert PharmacyStaff.objects.count() == PharmacyCertification.objects.count() == 1
        attempt.refresh_from_db()
        assert attempt.certification == right and attempt.passed
        gone = Pharmacy.history.filter(id=key).latest("history_id")
        assert (gone.history_type, gone.history_change_reason) == ("-", "Site begun by mistake")
        assert (gone.history_user_id, gone.history_date) == (user.pk, make.NOW)
        begun(make.account(User.Role.PHARMACIST), npi=number)

    def test_only_site_keeps_the_quiz_taken_for_it(self) -> None:
        user, only = begun()
        quiz(user, only)
        with pytest.raises(ActRefused, match="quiz was opened"):
            self.remove(user, only)
        assert Pharmacy.objects.exists()

    def test_only_its_representative_may(self) -> None:
        _, site = begun()
        for user in (make.pharmacist(site.pharmacy), make.pharmacist(make.pharmacy()), make.administrator()):
            with pytest.raises(PermissionDenied):
                self.remove(user, site)

    def test_what_was_ever_signed_stays(self) -> None:
        shop = make.pharmacy()
        user, signed = shop.staff.get(is_representative=True).user, shop.certifications.get()
        with pytest.raises(ActRefused, match="signed for this site"):
            self.remove(user, signed)
        for decide in (decertify_pharmacy, reopen_pharmacy_certification):
            oversee(decide, shop)
        with pytest.raises(ActRefused, match="signed for this site"):
            self.remove(user, shop.certifications.get())
        assert Pharmacy.objects.filter(pk=shop.pk).exists()
