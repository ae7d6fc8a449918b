"""A prepared query answers as the queryset it was made of, whatever its slots hold, and writes its SQL once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import BooleanField, CharField, DateTimeField, Exists, IntegerField, OuterRef
from django.test.utils import CaptureQueriesContext

import tests.factories as make
from authorizations.models import Authorization, Product
from patients.models import Enrollment, PregnancyTest
from rems_portal.prepared import Prepared, Slot

pytestmark = pytest.mark.django_db


def of_strength() -> Any:
    return Product.objects.filter(ndc=Slot("ndc", CharField()), is_active=Slot("active", BooleanField()))


def test_first_gives_the_instance_with_its_own_types() -> None:
    package = make.product(strength_mg="2.5")
    found = Prepared(of_strength).first(ndc=package.ndc, active=True)
    assert (found, found.strength_mg, found.is_active) == (package, Product.objects.get().strength_mg, True)
    assert found._state.adding is False


def test_other_values_give_other_rows() -> None:
    first, second = make.product(), make.product()
    prepared = Prepared(of_strength)
    assert [prepared.first(ndc=one.ndc, active=True) for one in (first, second, first)] == [first, second, first]
    assert prepared.first(ndc=first.ndc, active=False) is None
    assert prepared.all(ndc="none", active=True) == []


def test_value_is_a_parameter_never_sql() -> None:
    make.product()
    assert Prepared(of_strength).all(ndc="' OR 1=1 --", active=True) == []


def test_slot_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        Prepared(of_strength).first(ndc="x")


def test_select_related_and_annotations_are_as_in_the_queryset() -> None:
    number = make.authorization(make.enrollment())

    def build() -> Any:
        late = PregnancyTest.objects.filter(
            enrollment=OuterRef("enrollment"), collected_at__gt=Slot("after", DateTimeField())
        )
        rows = Authorization.objects.select_related("enrollment__patient", "replaces").annotate(tested=Exists(late))
        return rows.filter(number=Slot("number", CharField()))

    prepared = Prepared(build)
    for after, tested in ((make.NOW - timedelta(days=1), True), (make.NOW, False)):
        with CaptureQueriesContext(connection) as asked:
            found = prepared.first(number=number.number, after=after)
            patient = found.enrollment.patient
        assert len(asked) == 1
        assert (found, patient, found.replaces) == (number, number.enrollment.patient, None)
        assert (bool(found.tested), found.attested) == (tested, number.attested)
        assert (found.issued_at, found.strength_mg) == (make.NOW, Authorization.objects.get().strength_mg)


def test_values_come_as_tuples_converted_as_usual() -> None:
    number = make.authorization(make.enrollment())
    prepared = Prepared(
        lambda: (
            Authorization.objects.filter(days_supply__gte=Slot("least", IntegerField()))
            .order_by("pk")
            .values_list("pk", "issued_at", "strength_mg", "attested", "enrollment__patient__birth_date")[:1]
        )
    )
    expected = Authorization.objects.values_list(
        "pk", "issued_at", "strength_mg", "attested", "enrollment__patient__birth_date"
    ).get(pk=number.pk)
    assert prepared.all(least=28) == [expected]
    assert prepared.all(least=29) == []


def test_query_is_built_once() -> None:
    built = []

    def build() -> Any:
        built.append(1)
        return of_strength()

    prepared = Prepared(build)
    for _ in range(3):
        prepared.first(ndc="x", active=True)
    assert built == [1]


@pytest.mark.django_db(transaction=True)
def test_locks_stay_locks() -> None:
    """Outside a transaction a locking query is an error at its first use, as it is for a queryset."""
    from django.db import transaction

    one = make.enrollment()
    prepared = Prepared(lambda: Enrollment.objects.locked().filter(pk=Slot("pk", IntegerField())))
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        assert prepared.first(pk=one.pk) == one
    locks = connection.features.has_select_for_update
    assert ("FOR NO KEY UPDATE" in asked[0]["sql"]) == locks
