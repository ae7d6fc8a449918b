"""Agreements from before electronic signatures stay in force when the portal is brought up to date."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

import tests.factories as make
from patients.models import Agreement, Enrollment
from rems_portal.rules.categories import RiskCategory
from tests.factories import NOW, hours
from tests.integration.offices import as_prescriber, of, text_of

MIGRATION = import_module("patients.migrations.0002_signed_agreements")


@dataclass
class Row:
    """A row as a migration sees it: columns, and what was saved."""

    saved: list[str] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        return self.columns[name]

    def save(self, *, update_fields: list[str]) -> None:
        self.saved += update_fields


def old_agreement(category: str, **changes: Any) -> Row:
    patient = SimpleNamespace(birth_date=date(2010, 2, 28))
    enrollment = Row(columns={"patient": patient, "enrolled_at": NOW})
    columns = {"category": category, "prescriber_signed_at": NOW - hours(1), "superseded_at": None}
    return Row(columns=columns | {"enrollment": enrollment} | changes)


def migrated(row: Row) -> Row:
    rows = SimpleNamespace(iterator=lambda: iter([row]))
    model = SimpleNamespace(objects=SimpleNamespace(select_related=lambda _path: rows))
    MIGRATION.put_in_force(SimpleNamespace(get_model=lambda _app, _name: model), None)
    return row


def test_old_form_is_in_force_since_the_prescriber_signed() -> None:
    row = migrated(old_agreement("AM"))
    assert (row.in_force_from, row.saved) == (NOW - hours(1), ["in_force_from"])


def test_old_form_without_an_instant_is_in_force_since_enrollment() -> None:
    assert migrated(old_agreement("AM", prescriber_signed_at=None)).in_force_from == NOW


@pytest.mark.parametrize(
    ("category", "over", "watched"),
    [("MC", None, True), ("FC_CAN", None, True), ("FC_CANNOT", None, True), ("AM", None, False), ("MC", NOW, False)],
)
def test_birthdays_of_children_are_watched_from_now_on(category: str, over: Any, watched: bool) -> None:
    row = migrated(old_agreement(category, superseded_at=over))
    assert row.enrollment.saved == (["comes_of_age_on"] if watched else [])
    if watched:
        assert row.enrollment.comes_of_age_on == date(2028, 2, 28)


@pytest.fixture
def on_paper() -> Iterator[Enrollment]:
    with time_machine.travel(NOW, tick=False):
        one = make.enrollment(RiskCategory.AM)
        Agreement.objects.update(form=None)
        yield one


@pytest.mark.django_db
def test_form_from_before_holds_and_its_page_says_what_it_is(on_paper: Enrollment) -> None:
    shown = text_of(as_prescriber(on_paper.prescriber).get(of("patient", on_paper)))
    assert "The form on file is from before electronic signatures." in shown
    assert "AUTH-03" not in make.ask_authorization(on_paper, at=NOW).failed
