"""`manage.py trace`: obligations, rules, places, tests, and what is missing."""

import io
import textwrap
from pathlib import Path

import pytest
from django.core.management import call_command

from rems_portal.management.commands.trace import collect, marked_in, places_in
from rems_portal.rules.registry import every_rule

ROOT = Path(__file__).parents[2]
SEVERAL = ("PR-12", "PR-13")


def trace(root, *arguments):
    """What is printed, and the exit status."""
    out = io.StringIO()
    try:
        call_command("trace", *arguments, root=root, stdout=out)
    except SystemExit as end:
        return out.getvalue(), end.code
    return out.getvalue(), 0


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")


@pytest.fixture
def portal(tmp_path):
    """A small portal: the obligations that the rules cite, an action, a template, a test for all of them."""
    cited = sorted({obligation for rule in every_rule() for obligation in rule.obligations})
    rows = "".join(f"{obligation},x,x,all,Obligation {obligation},gate\n" for obligation in cited)
    write(tmp_path / "docs/obligations.csv", "id,who,when,applies_to,obligation,kind\n" + rows)
    named = ", ".join(f'"{obligation}"' for obligation in cited)
    write(
        tmp_path / "tests/test_all.py", f"import pytest\npytestmark = pytest.mark.rems({named})\ndef test_all(): ...\n"
    )
    return tmp_path


def add_obligation(portal, obligation, kind):
    with (portal / "docs/obligations.csv").open("a", encoding="utf-8") as file:
        file.write(f'{obligation},x,x,all,"Keeps it, always",{kind}\n')


def test_a_portal_with_everything_passes_the_check(portal):
    printed, status = trace(portal, "--check")
    assert status == 0
    assert "Not covered yet" not in printed
    lines = printed.splitlines()
    assert lines[0].split() == ["OBLIGATION", "KIND", "RULE", "OR", "PLACE", "TESTS"]
    assert lines[1].split() == ["PC-01", "gate", "AUTH-07", "1:", "test_all"]


@pytest.mark.parametrize(("kind", "status"), [("gate", 1), ("block", 1), ("schedule", 0), ("record", 0), ("inform", 0)])
def test_only_a_gap_in_a_gate_or_a_block_fails_the_check(portal, kind, status):
    add_obligation(portal, "PG-04", kind)
    printed, found = trace(portal, "--check")
    assert found == status
    assert f"  PG-04  {kind:<8}  no rule or place and no test: Keeps it, always" in printed
    assert trace(portal)[1] == 0


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("patients/actions.py", "x = 1  # REMS: PR-22, PH-22", "patients/actions.py:1"),
        (
            "patients/actions.py",
            'def take_back():\n    """Take product back (PR-22)."""',
            "patients/actions.py:take_back",
        ),
        ("patients/actions.py", 'async def take_back():\n    """PR-22."""', "patients/actions.py:take_back"),
        ("patients/models.py", 'class Return:\n    """A return (PH-21, PR-22)."""', "patients/models.py:Return"),
        ("templates/a/b.html", "<p>{# REMS: PR-22 #}</p>", "templates/a/b.html:1"),
        ("templates/a/b.html", "<p>\n<!-- REMS: PR-22 --></p>", "templates/a/b.html:2"),
    ],
)
def test_a_place_in_code_counts_as_a_rule_does(portal, path, text, place):
    add_obligation(portal, "PR-22", "gate")
    write(portal / path, text)
    write(portal / "tests/test_return.py", '@pytest.mark.rems("PR-22")\ndef test_return(): ...')
    for other in ("PH-21", "PH-22"):
        if other in text:
            add_obligation(portal, other, "record")
    printed, status = trace(portal, "--check")
    (row,) = [line for line in printed.splitlines() if line.startswith("PR-22")]
    assert row.split() == ["PR-22", "gate", place, "1:", "test_return"]
    assert status == 0


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("patients/actions.py", '"""A module may mention PR-22 without enforcing it."""'),
        ("patients/actions.py", 'x = "PR-22"  # nothing about it'),
        ("patients/migrations/0001.py", "x = 1  # REMS: PR-22"),
        ("patients/notes.txt", "# REMS: PR-22"),
    ],
)
def test_a_mere_mention_is_no_place(portal, path, text):
    add_obligation(portal, "PR-22", "record")
    write(portal / path, text)
    assert collect(portal).lacks("PR-22") == ["rule or place", "test"]


def test_an_obligation_that_does_not_exist_fails_the_check(portal):
    write(portal / "tests/test_odd.py", '@pytest.mark.rems("PR-99")\ndef test_odd(): ...')
    printed, status = trace(portal, "--check")
    assert status == 1
    assert "PR-99 is cited, but there is no such obligation." in printed


def test_tests_are_found_by_their_marks(tmp_path):
    write(
        tmp_path / "test_marks.py",
        """
        import pytest
        SEVERAL = ("PR-12", "PR-13")
        pytestmark = [pytest.mark.rems("PG-01"), pytest.mark.django_db]

        @pytest.mark.rems("PR-01", "PR-02")
        @pytest.mark.parametrize("x", [1])
        def test_one(x): ...

        @pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.rems("PR-03"))])
        async def test_two(x): ...

        @pytest.mark.rems(*SEVERAL)
        def test_three(): ...

        @pytest.mark.rems(*UNKNOWN, *(1, 2))
        def test_four(): ...

        def helper(): ...

        @pytest.mark.rems("PH-01")
        class TestPharmacy:
            pytestmark = pytest.mark.rems("PH-02")

            @pytest.mark.rems("PH-03")
            def test_five(self): ...
        """,
    )
    found = {}
    for obligation, test in marked_in(tmp_path / "test_marks.py"):
        found.setdefault(test, set()).add(obligation)
    assert found == {
        "test_one": {"PG-01", "PR-01", "PR-02"},
        "test_two": {"PG-01", "PR-03"},
        "test_three": {"PG-01", *SEVERAL},
        "test_four": {"PG-01"},
        "TestPharmacy.test_five": {"PG-01", "PH-01", "PH-02", "PH-03"},
    }


def test_a_place_is_named_once_for_each_obligation(tmp_path):
    write(tmp_path / "a.py", 'def act():\n    """Acts (PR-21, PH-17)."""')
    assert list(places_in(tmp_path / "a.py", "a.py")) == [("PR-21", "a.py:act"), ("PH-17", "a.py:act")]


def test_long_lists_are_cut_short(portal):
    for number in range(4):
        write(portal / f"tests/test_{number}.py", f'@pytest.mark.rems("PC-01")\ndef test_{number}(): ...')
    printed, _ = trace(portal)
    assert "5: test_0, test_1, +3" in printed


@pytest.mark.rems("PG-01")
def test_every_gate_and_block_of_the_portal_is_enforced_and_tested():
    printed, status = trace(ROOT, "--check")
    assert status == 0, printed


def test_what_people_are_told_is_served_by_the_forms_they_sign(portal):
    add_obligation(portal, "PF-15", "inform")
    add_obligation(portal, "PF-18", "record")
    found = collect(portal)
    assert "form agreement_AF_CAN" in found.places["PF-15"]
    assert found.lacks("PF-18") == ["rule or place", "test"]
