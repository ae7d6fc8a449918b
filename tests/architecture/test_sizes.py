"""Code stays readable in small pieces. Looks at the tail, not the median: one huge function is what hurts."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("rems_portal", "prescribers", "patients", "pharmacies", "authorizations", "tests", "benchmarks")


def files(*patterns: str) -> list[Path]:
    """Return the files that are the project's own, by git; a file not yet added counts too."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if "/migrations/" not in name and (ROOT / name).is_file()]


def code() -> list[Path]:
    return [path for path in files("*.py") if path.relative_to(ROOT).parts[0] in PACKAGES]


def functions() -> Iterator[tuple[int, str]]:
    for path in code():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or 0) - node.lineno + 1, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def lengths(paths: list[Path]) -> list[tuple[int, str]]:
    return [(len(path.read_text().splitlines()), str(path.relative_to(ROOT))) for path in paths]


def ninety_fifth(measured: list[tuple[int, str]]) -> int:
    ordered = sorted(length for length, _name in measured)
    return ordered[int(len(ordered) * 0.95)]


def test_functions_are_short() -> None:
    measured = list(functions())
    assert [found for found in measured if found[0] > 80] == []
    assert ninety_fifth(measured) <= 40


def test_files_are_short() -> None:
    measured = lengths(code())
    assert [found for found in measured if found[0] > 500] == []
    assert ninety_fifth(measured) <= 350


def test_templates_are_short() -> None:
    assert [found for found in lengths(files("templates/*.html", "templates/*.txt")) if found[0] > 250] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = []
    for path in code():
        tree = ast.parse(path.read_text())
        if tree.body and not ast.get_docstring(tree):
            silent.append(str(path.relative_to(ROOT)))
    assert silent == []
