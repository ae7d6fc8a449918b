"""Every ordered pair of states, allowed or refused, and the diagrams drawn from the tables."""

from itertools import product
from pathlib import Path

import pytest

from rems_portal.rules import lifecycles
from rems_portal.rules.lifecycles import (
    AUTHORIZATION_MOVES,
    CASE_MOVES,
    CERTIFICATION_MOVES,
    CONFIRMATION_MOVES,
    ENROLLMENT_MOVES,
    AuthorizationStatus,
    CaseStatus,
    CertificationStatus,
    ConfirmationStatus,
    EnrollmentStatus,
    diagram,
    may_move,
    moves_from,
)

DOCUMENT = Path(__file__).parents[3] / "docs" / "lifecycles.md"

ALLOWED = {
    "certification": (
        CertificationStatus,
        CERTIFICATION_MOVES,
        """in_progress>certified certified>suspended certified>decertified suspended>certified suspended>decertified
        decertified>in_progress""",
    ),
    "enrollment": (EnrollmentStatus, ENROLLMENT_MOVES, "pending>enrolled pending>withdrawn enrolled>discontinued"),
    "authorization": (
        AuthorizationStatus,
        AUTHORIZATION_MOVES,
        """active>confirmed active>dispensed active>void active>expired confirmed>active confirmed>dispensed
        confirmed>void confirmed>expired void>dispensed expired>dispensed""",
    ),
    "confirmation": (
        ConfirmationStatus,
        CONFIRMATION_MOVES,
        "open>dispensed open>cancelled open>lapsed open>void cancelled>dispensed lapsed>dispensed void>dispensed",
    ),
    "case": (CaseStatus, CASE_MOVES, "open>closed closed>open"),
}

PAIRS = [
    pytest.param(table, old, new, f"{old}>{new}" in allowed.split(), id=f"{name}: {old} to {new}")
    for name, (statuses, table, allowed) in ALLOWED.items()
    for old, new in product(statuses, statuses)
]


@pytest.mark.parametrize(("table", "old", "new", "allowed"), PAIRS)
def test_every_ordered_pair_of_states_is_allowed_or_refused(table, old, new, allowed):
    assert may_move(table, old, new) is allowed
    assert (new in moves_from(table, old)) is allowed


@pytest.mark.parametrize(("statuses", "table", "allowed"), ALLOWED.values(), ids=ALLOWED)
def test_every_status_has_its_row(statuses, table, allowed):
    assert list(table) == list(statuses)
    assert sum(len(row) for row in table.values()) == len(allowed.split())


def test_every_table_of_the_module_is_tried():
    tables = {name for name in vars(lifecycles) if name.endswith("_MOVES")}
    assert tables == {f"{name.upper()}_MOVES" for name in ALLOWED}


def test_diagram_draws_begin_moves_and_ends():
    assert diagram(CONFIRMATION_MOVES) == (
        "stateDiagram-v2\n"
        "    [*] --> open\n"
        "    open --> dispensed\n"
        "    open --> cancelled\n"
        "    open --> lapsed\n"
        "    open --> void\n"
        "    cancelled --> dispensed\n"
        "    lapsed --> dispensed\n"
        "    void --> dispensed\n"
        "    dispensed --> [*]\n"
    )


@pytest.mark.parametrize(("statuses", "table", "allowed"), ALLOWED.values(), ids=ALLOWED)
def test_the_documentation_shows_the_tables_as_they_are(statuses, table, allowed):
    assert f"```mermaid\n{diagram(table)}```\n" in DOCUMENT.read_text(encoding="utf-8")
