"""The database itself refuses what must never be, whoever writes: every constraint is tried by a direct write.

Each check constraint of the portal's models has a row of `IMPOSSIBLE`: a record made by the acts, and the change that
the database must refuse. Unique constraints are tried by writing the same row twice. A constraint that is not tried
fails. Section 12 of the program's rules that no constraint can hold is tried elsewhere, by racing and by each channel.
"""

from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

import tests.factories as make
from authorizations.models import Authorization, Confirmation, Decision
from rems_portal.rules.categories import RiskCategory
from tests.architecture.impossible import (
    IMPOSSIBLE,
    TWICE,
    WITH_ANOTHER_DECISION,
    Maker,
    confirmation,
    decision,
    dispense,
)
from tests.factories import NOW, hours
from tests.records import own_models

pytestmark = pytest.mark.django_db


def every_constraint(kind: Any) -> set[str]:
    return {found.name for model in own_models() for found in model._meta.constraints if isinstance(found, kind)}


def test_every_constraint_is_tried() -> None:
    assert every_constraint(models.CheckConstraint) == set(IMPOSSIBLE)
    assert every_constraint(models.UniqueConstraint) == TWICE.keys() | WITH_ANOTHER_DECISION.keys()


def rows_of(record: Any) -> Any:
    """Return the record's rows with nothing of our own between us and the database."""
    return models.QuerySet(type(record)).filter(pk=record.pk)


# An unknown status also fits no rule about when a record ended; which of the two is told first is the engine's choice.
ALSO = {
    "enrollment_status_is_known": "enrollment_ended_at_fits_status",
    "authorization_status_known": "authorization_ended_only_with_a_reason",
}
TRIES = [(name, maker, bad) for name, tries in IMPOSSIBLE.items() for maker, bad in tries]


@pytest.mark.parametrize(("name", "maker", "bad"), TRIES, ids=lambda value: str(value) if not callable(value) else "")
def test_the_impossible_is_refused(name: str, maker: Maker, bad: dict[str, Any]) -> None:
    record = maker()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        rows_of(record).update(**bad)
    assert any(told in str(refusal.value) for told in (name, ALSO.get(name, name)))


def write_again(record: Any, changes: dict[str, Any]) -> None:
    """Insert a copy of the row under another id, by plain SQL."""
    row = rows_of(record).values().get()
    row |= {name: change(row) if callable(change) else change for name, change in changes.items()}
    values = {field.column: field.get_db_prep_save(row[field.attname], connection) for field in columns_of(record)}
    names = ", ".join(connection.ops.quote_name(column) for column in values)
    table = connection.ops.quote_name(type(record)._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(values))})", [*values.values()])


def columns_of(record: Any) -> list[Any]:
    return [field for field in type(record)._meta.concrete_fields if not field.primary_key]


def assert_refused_as_a_repeat(record: Any, changes: dict[str, Any], name: str) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write_again(record, changes)
    text = str(refusal.value)
    constraint = next(found for found in type(record)._meta.constraints if found.name == name)
    told = name in text or any(f".{type(record)._meta.get_field(one).column}" in text for one in constraint.fields)
    assert told, text


@pytest.mark.parametrize("name", sorted(TWICE))
def test_a_repeat_is_refused(name: str) -> None:
    maker, changes = TWICE[name]
    assert_refused_as_a_repeat(maker(), changes, name)


@pytest.mark.rems("PR-09", "PR-18", "PH-08")
@pytest.mark.parametrize("name", sorted(WITH_ANOTHER_DECISION))
def test_a_second_live_number_is_refused(name: str) -> None:
    maker, changes = WITH_ANOTHER_DECISION[name]
    first = maker()
    other = make.ask_authorization(first.enrollment, at=NOW + hours(1), attested=frozenset())
    if name == "confirmation_one_live_per_authorization":
        changes = changes | {"enrollment_id": make.enrollment(RiskCategory.AM).pk}
    if name == "confirmation_one_open_per_patient":
        changes = changes | {"authorization_id": make.authorization(make.enrollment(RiskCategory.AM)).pk}
    assert_refused_as_a_repeat(first, changes | {"decision_id": other.pk}, name)


# ---- section 12, what the tables can hold of it ----


@pytest.mark.rems("PR-10", "PR-19", "PH-11")
@pytest.mark.parametrize("model", [Authorization, Confirmation], ids=lambda model: model.__name__)
def test_no_number_for_more_than_28_days_is_written(model: Any) -> None:
    confirmation()
    for days_supply in (0, 29, 32_000):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.update(days_supply=days_supply)


@pytest.mark.rems("PG-06")
def test_a_decision_is_neither_changed_nor_deleted_by_code() -> None:
    stored = decision()
    for wrong in (
        stored.save,
        stored.delete,
        Decision.objects.all().delete,
        lambda: Decision.objects.update(outcome="refused"),
    ):
        with pytest.raises(TypeError, match="A decision is never"):
            wrong()
    assert Decision.objects.get(pk=stored.pk).granted


def test_records_that_others_rest_on_are_not_deleted() -> None:
    held = dispense().confirmation
    for record in (held, held.authorization, held.enrollment, held.enrollment.patient, held.pharmacy):
        with pytest.raises(models.ProtectedError):
            record.delete()
