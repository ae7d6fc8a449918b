"""The Prescriber Enrollment Form as data: what it asks, what it says of which obligation, what is missing from it."""

from datetime import UTC, datetime

import pytest

from rems_portal.rules.certification import required_materials
from rems_portal.rules.forms import ItemKind, Signer, problems
from rems_portal.rules.programs import form_named
from rems_portal.rules.vocabulary import Party
from tests.unit.rules.builders import PROGRAM

FORM = form_named(PROGRAM, "prescriber_enrollment")
AT = datetime(2026, 6, 15, 15, tzinfo=UTC)
GOOD = {
    "npi": "1234567893",
    "full_name": "Ada Example",
    "credentials": "",
    "practice_name": "Harbor Clinic",
    "phone": "617-555-0100",
}


@pytest.mark.rems("PR-02")
def test_complete_details_are_a_complete_form():
    assert problems(FORM, GOOD) == ()


@pytest.mark.rems("PR-02")
@pytest.mark.parametrize("left_out", ["npi", "full_name", "practice_name", "phone"])
def test_what_is_left_out_is_named(left_out):
    assert [one.item for one in problems(FORM, GOOD | {left_out: ""})] == [left_out]


def test_credentials_may_be_left_out():
    assert problems(FORM, {name: answer for name, answer in GOOD.items() if name != "credentials"}) == ()


def test_it_asks_only_who_the_prescriber_is():
    assert {item.code for item in FORM.items() if item.asks} == set(GOOD)


def test_every_statement_names_its_obligations_and_together_they_are_all_of_the_prescribers():
    said = [item for item in FORM.items() if item.kind is ItemKind.STATEMENT]
    assert all(item.obligations for item in said)
    named = {obligation for item in said for obligation in item.obligations}
    assert named == {f"PR-{number:02d}" for number in range(1, 23)} - {"PR-02"}


@pytest.mark.rems("PR-01", "PR-03")
def test_it_names_every_material_that_certification_asks_for():
    words = " ".join(item.text for item in FORM.items())
    assert all(material.title in words for material in required_materials(Party.PRESCRIBER, AT, PROGRAM))


def test_the_prescriber_signs_and_nobody_else():
    assert [line.signer for line in FORM.signatures] == [Signer.PRESCRIBER]
    assert FORM.version == PROGRAM.version
    assert "not the FDA-approved form" in FORM.notice
