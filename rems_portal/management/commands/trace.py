"""`manage.py trace`: obligation, where it is enforced, which tests show it; and what is not covered yet.

Obligations come from docs/obligations.csv, rules from the registries, places in code from `# REMS:` comments and from
docstrings, what people are told also from the statements of the forms in force, tests from `@pytest.mark.rems(...)`.
Reads files only; the tests themselves are not run.
"""

import ast
import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from rems_portal.rules.forms.surveys import forms_in_force
from rems_portal.rules.programs import PROGRAMS
from rems_portal.rules.registry import every_rule

OBLIGATION = re.compile(r"\b(?:PR|PF|PN|PC|PM|PH|PG)-\d{2}\b")
REMARK = re.compile(r"(?:#|<!--|\{#)\s*REMS:(.*)")
CODE_FOLDERS = ("rems_portal", "prescribers", "patients", "pharmacies", "authorizations", "templates")
MUST_BE_COVERED = frozenset({"gate", "block"})
RULES_FOLDER = "rems_portal/rules/"  # cited there besides a rule's own list, an obligation is no news
SHOWN_PLACES = 2
SHOWN_TESTS = 2

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass
class Trace:
    """What was found: per obligation its kind, its text, the rules, the places in code, the tests."""

    kinds: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    rules: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    places: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    tests: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def unknown(self) -> list[str]:
        """Obligations that are cited somewhere and listed nowhere."""
        return sorted({*self.rules, *self.places, *self.tests} - set(self.kinds))

    def lacks(self, obligation: str) -> list[str]:
        """What an obligation has not: "rule or place", "test"."""
        enforced = self.rules.get(obligation) or self.places.get(obligation)
        found = {"rule or place": enforced, "test": self.tests.get(obligation)}
        return [name for name, there in found.items() if not there]


class Command(BaseCommand):
    """Prints the matrix; with --check, exits 1 while a gate or a block is not enforced or not tested."""

    help = "Prints which rule, which code and which tests stand for each obligation of the REMS."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to look, and whether gaps are an error."""
        parser.add_argument("--root", type=Path, default=settings.BASE_DIR, help="the folder of the portal")
        parser.add_argument("--check", action="store_true", help="exit 1 when a gate or a block is not covered")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the trace. Raises SystemExit(1) with --check when something is not covered."""
        trace = collect(options["root"])
        for line in matrix(trace):
            self.stdout.write(line)
        self.stdout.write("")
        for line in gaps(trace):
            self.stdout.write(line)
        urgent = [one for one, kind in trace.kinds.items() if kind in MUST_BE_COVERED and trace.lacks(one)]
        if options["check"] and (urgent or trace.unknown):
            raise SystemExit(1)


def collect(root: Path) -> Trace:
    """Everything there is to know about the obligations under a folder."""
    trace = Trace()
    with (root / "docs" / "obligations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            trace.kinds[row["id"]] = row["kind"]
            trace.texts[row["id"]] = row["obligation"]
    for rule in every_rule():
        for obligation in rule.obligations:
            trace.rules[obligation].append(rule.id)
    for folder in CODE_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".py", ".html") and "migrations" not in path.parts:
                _add(trace.places, places_in(path, path.relative_to(root).as_posix()))
    _add(trace.places, (found for found in told_in_forms() if trace.kinds.get(found[0]) == "inform"))
    for path in sorted((root / "tests").rglob("test_*.py")):
        _add(trace.tests, marked_in(path))
    return trace


def told_in_forms() -> Iterator[tuple[str, str]]:
    """The obligations that the forms in force say: whoever signs has been told, which is what "inform" asks for."""
    for program in PROGRAMS.values():
        for form in forms_in_force(program.versions[-1], first=True):
            yield from ((obligation, f"form {form.code}") for item in form.items() for obligation in item.obligations)


def _add(table: dict[str, list[str]], found: Iterator[tuple[str, str]]) -> None:
    for obligation, name in found:
        if name not in table[obligation]:
            table[obligation].append(name)


def places_in(path: Path, name: str) -> Iterator[tuple[str, str]]:
    """The obligations cited in a file of code, with the place: in comments, and in docstrings."""
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), start=1):
        remark = REMARK.search(line)
        if remark:
            yield from ((obligation, f"{name}:{number}") for obligation in OBLIGATION.findall(remark[1]))
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(text, filename=name)):
        if isinstance(node, Definition):
            cited = OBLIGATION.findall(ast.get_docstring(node) or "")
            yield from ((obligation, f"{name}:{node.name}") for obligation in cited)


def marked_in(path: Path) -> Iterator[tuple[str, str]]:
    """The obligations that the tests of a file are marked with, each with the test's name."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=path.name)
    names = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    yield from _marked_tests(tree, _Marks(names), frozenset(), "")


def _marked_tests(
    block: ast.Module | ast.ClassDef, marks: "_Marks", inherited: frozenset[str], prefix: str
) -> Iterator[tuple[str, str]]:
    inherited |= marks.of_block(block)
    for node in block.body:
        if isinstance(node, ast.ClassDef):
            yield from _marked_tests(node, marks, inherited | marks.of(node.decorator_list), f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            cited = inherited | marks.of(node.decorator_list)
            yield from ((obligation, f"{prefix}{node.name}") for obligation in sorted(cited))


class _Marks:
    """Reads `pytest.mark.rems(...)`; a starred name stands for what the file assigns to that name."""

    def __init__(self, names: dict[str, ast.expr]) -> None:
        self._names = names

    def of(self, expressions: Iterable[ast.expr]) -> frozenset[str]:
        """The obligations named in every mark inside some expressions."""
        return frozenset(
            obligation
            for expression in expressions
            for call in ast.walk(expression)
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.rems"
            for argument in call.args
            for obligation in self._texts(argument)
        )

    def of_block(self, block: ast.Module | ast.ClassDef) -> frozenset[str]:
        """What a module or a class says in its `pytestmark`."""
        return self.of(
            node.value
            for node in block.body
            if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["pytestmark"]
        )

    def _texts(self, argument: ast.expr) -> Iterator[str]:
        if isinstance(argument, ast.Starred) and isinstance(argument.value, ast.Name):
            argument = self._names.get(argument.value.id, argument)
        for node in ast.walk(argument):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def matrix(trace: Trace) -> Iterator[str]:
    """The lines of the table: obligation, kind, rules and places, tests."""
    rows = [("OBLIGATION", "KIND", "RULE OR PLACE", "TESTS")]
    for obligation, kind in trace.kinds.items():
        rules, places = trace.rules.get(obligation, []), trace.places.get(obligation, [])
        where = rules + [place for place in places if not (rules and place.startswith(RULES_FOLDER))]
        tests = trace.tests.get(obligation, [])
        counted = f"{len(tests)}: {_first(tests, SHOWN_TESTS)}" if tests else "-"
        rows.append((obligation, kind, _first(where, SHOWN_PLACES) or "-", counted))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for first, second, third, last in rows:
        yield f"{first:<{widths[0]}}  {second:<{widths[1]}}  {third:<{widths[2]}}  {last}"


def _first(names: list[str], shown: int) -> str:
    more = f", +{len(names) - shown}" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def gaps(trace: Trace) -> Iterator[str]:
    """The lines that say what is not covered yet, the pressing kinds first, and how much is."""
    open_ones = [one for one in trace.kinds if trace.lacks(one)]
    if open_ones:
        yield "Not covered yet:"
    for one in sorted(open_ones, key=lambda each: trace.kinds[each] not in MUST_BE_COVERED):
        yield f"  {one}  {trace.kinds[one]:<8}  no {' and no '.join(trace.lacks(one))}: {trace.texts[one]}"
    for one in trace.unknown:
        yield f"  {one} is cited, but there is no such obligation."
    yield f"{len(trace.kinds) - len(open_ones)} of {len(trace.kinds)} obligations are enforced or served, and tested."
