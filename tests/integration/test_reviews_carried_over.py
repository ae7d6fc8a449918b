"""What was reviewed before the library existed is carried over to who read it, with its history."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

import tests.factories as make
from pharmacies.models import PharmacyStaff
from rems_portal.materials.models import MaterialReading
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

OLD = [("prescribers", "0001_initial"), ("pharmacies", "0001_initial"), ("materials", "0001_readings")]
MATERIAL = "welcome_letter"
TABLES = {
    "prescribers": ("PrescriberMaterialReview", "HistoricalPrescriberMaterialReview"),
    "pharmacies": ("PharmacyMaterialReview", "HistoricalPharmacyMaterialReview"),
}


@pytest.fixture
def old() -> Iterator[Any]:
    """The models as they were, with the tables of reviews there again."""
    apps = MigrationLoader(connection).project_state(OLD).apps
    models = [apps.get_model(app, name) for app, names in TABLES.items() for name in names]
    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)
    yield apps
    with connection.schema_editor() as editor:
        for model in reversed(models):
            editor.delete_model(model)


def review(old: Any, app: str, certification: Any, at: datetime, by: Any = None) -> None:
    """Write a review and its history row as the acts of that time did."""
    model, history = (old.get_model(app, name) for name in TABLES[app])
    said = {"material": MATERIAL, "version": "2026-04-27", "reviewed_at": at, "certification_id": certification.pk}
    row = model.objects.create(**said)
    history.objects.create(
        **said, id=row.pk, history_date=at, history_type="+", actor_name="A. Reader", channel="page", history_user=by
    )


def carried() -> MaterialReading:
    return MaterialReading.objects.get(material=MATERIAL)


def carry(old: Any, app: str) -> None:
    import_module(f"{app}.migrations.0002_reviews_become_readings").carry_reviews(old, None)


def as_known_then(old: Any, user: Any) -> Any:
    return old.get_model("accounts", "User").objects.get(pk=user.pk)


def test_prescribers_reviews_become_their_accounts_readings_with_history(old: Any) -> None:
    dr = make.prescriber(certified=False)
    review(old, "prescribers", dr.certifications.get(), NOW, as_known_then(old, dr.user))
    carry(old, "prescribers")
    one = carried()
    assert (one.user, one.program, one.version) == (dr.user, "lenalidomide", "2026-04-27")
    assert (one.language, one.read_at) == ("en", NOW)
    row = one.history.get()
    assert (row.history_type, row.history_date, row.actor_name, row.channel) == ("+", NOW, "A. Reader", "page")
    assert row.history_user == dr.user


def test_one_who_reviewed_for_two_pharmacies_has_one_reading_and_the_history_of_both(old: Any) -> None:
    first, second = make.pharmacy(certified=False), make.pharmacy(certified=False)
    user = first.staff.get().user
    then = as_known_then(old, user)
    review(old, "pharmacies", first.certifications.get(), NOW + timedelta(days=3), then)
    review(old, "pharmacies", second.certifications.get(), NOW, then)
    carry(old, "pharmacies")
    one = carried()
    assert (one.user, one.read_at) == (user, NOW)
    told = [(row.history_type, row.history_change_reason) for row in one.history.order_by("history_date")]
    assert told == [("+", None), ("~", "Read again, for another certification")]


@pytest.mark.parametrize(("days_after", "reader"), [(-5, "first"), (5, "second"), (-500, "first")])
def test_where_nobody_is_named_it_was_the_representative_of_that_day(old: Any, days_after: int, reader: str) -> None:
    shop = make.pharmacy(certified=False)
    people = {"first": shop.staff.get().user, "second": make.pharmacist(shop, representative=True)}
    on = NOW.date()
    PharmacyStaff.objects.filter(user=people["first"]).update(ends_on=on)
    PharmacyStaff.objects.filter(user=people["second"]).update(starts_on=on)
    review(old, "pharmacies", shop.certifications.get(), NOW + timedelta(days=days_after))
    carry(old, "pharmacies")
    assert carried().user == people[reader]


def test_pharmacy_that_nobody_represents_stops_the_migration_and_loses_nothing(old: Any) -> None:
    shop = make.pharmacy(certified=False)
    PharmacyStaff.objects.update(is_representative=False)
    review(old, "pharmacies", shop.certifications.get(), NOW)
    with pytest.raises(ValueError, match="nobody represents it"):
        carry(old, "pharmacies")
    assert old.get_model("pharmacies", "PharmacyMaterialReview").objects.count() == 1
