"""Whose name stands on a record: that of who acts, and for whom."""

from dataclasses import dataclass

import pytest

from rems_portal.audit.actors import LONGEST_NAME, Actor, Channel


@dataclass
class Someone:
    pk: int
    name: str

    def get_full_name(self) -> str:
        return self.name


@dataclass
class Doctor:
    user_id: int
    name: str

    def __str__(self) -> str:
        return self.name


DANA, ADA = Someone(7, "Dana Desk"), Doctor(3, "Ada Example, MD")


def test_who_works_for_an_office_is_named_with_whom_for_and_stays_the_same_account() -> None:
    assert Actor.of(DANA, on_behalf_of=ADA) == Actor("Dana Desk for Ada Example, MD", Channel.PAGE, 7)


def test_who_acts_in_person_is_named_alone() -> None:
    assert Actor.of(Someone(3, "Ada Example"), on_behalf_of=ADA).name == "Ada Example"
    assert Actor.of(DANA).name == "Dana Desk"


@pytest.mark.parametrize(("mine", "theirs"), [(150, 192), (150, 4), (4, 192), (97, 97), (98, 98)])
def test_name_fits_its_column_and_says_both(mine: int, theirs: int) -> None:
    name = Actor.of(Someone(7, "x" * mine), on_behalf_of=Doctor(3, "y" * theirs)).name
    assert len(name) <= LONGEST_NAME
    first, second = name.split(" for ")
    assert first.rstrip("…") == "x" * min(mine, len(first.rstrip("…")))
    assert (first.endswith("…"), second.endswith("…")) == (mine > 97, theirs > 97)
    assert second.startswith("yyyy")
