"""Whoever says when something happened says who did it: every `x_at` with an `x_by` (or a name) is constrained.

Pairs are discovered, not listed: a new one without a constraint fails here.
"""

from typing import Any

import pytest
from django.db import models
from django.test.utils import isolate_apps

from tests.records import columns, own_models

PARTNERS = ("{}_by", "{}_by_name", "{}_name")
IRREGULAR = {"reported_at": "reporter_name", "at": "actor_name"}


def pairs() -> list[tuple[Any, str, str]]:
    found = []
    for model in own_models():
        names = {field.name for field in model._meta.fields}
        for name in sorted(names):
            stem = name.removesuffix("_at")
            partners = [pattern.format(stem) for pattern in PARTNERS if name != stem] + [IRREGULAR.get(name, "")]
            found += [(model, name, partner) for partner in partners if partner in names]
    return found


def fault(model: Any, at: str, who: str) -> str | None:
    """Return what is wrong with a pair: one may be there without the other, or the name may be empty."""
    when, person = model._meta.get_field(at), model._meta.get_field(who)
    checks = [
        columns(constraint.condition)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
    ]
    if when.null or (person.null and isinstance(person, models.ForeignKey)):
        together = any({at, who} <= named for named in checks)
        return None if together else f"{model._meta.label}: no constraint ties {at} to {who}"
    if isinstance(person, models.ForeignKey):
        return None
    return None if any(who in named for named in checks) else f"{model._meta.label}: {who} may be empty"


def test_the_known_pairs_are_discovered() -> None:
    found = {f"{model.__name__}.{at}+{who}" for model, at, who in pairs()}
    assert {
        "PregnancyTest.cleared_at+cleared_by",
        "PregnancyTest.entered_at+entered_by_name",
        "SafetyCase.closed_at+closed_by",
        "Agreement.patient_signed_at+patient_signed_name",
        "PharmacyCertification.signed_at+signed_name",
        "SafetyReport.reported_at+reporter_name",
        "Decision.at+actor_name",
        "ApiToken.created_at+created_by",
    } <= found


@pytest.mark.parametrize(("model", "at", "who"), pairs(), ids=lambda value: getattr(value, "__name__", value))
def test_pair_is_constrained(model: Any, at: str, who: str) -> None:
    assert fault(model, at, who) is None


@isolate_apps("tests")
def test_a_pair_without_a_constraint_is_found() -> None:
    class Loose(models.Model):  # noqa: DJ008 - nobody reads it
        closed_at = models.DateTimeField(null=True)
        closed_by = models.CharField(max_length=10)
        told_at = models.DateTimeField()
        told_by_name = models.CharField(max_length=10)

        class Meta:
            app_label = "tests_only"

    assert fault(Loose, "closed_at", "closed_by") == "tests_only.Loose: no constraint ties closed_at to closed_by"
    assert fault(Loose, "told_at", "told_by_name") == "tests_only.Loose: told_by_name may be empty"
