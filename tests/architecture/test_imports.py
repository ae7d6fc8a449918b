"""The direction of imports: the contracts of pyproject.toml hold, and break when code breaks them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["rems_portal", "prescribers", "patients", "pharmacies", "authorizations"]
LINT_IMPORTS = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(LINT_IMPORTS, cwd=folder, capture_output=True, text=True, check=False)


def test_import_contracts_hold() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("rems_portal/rules/findings.py", "import django", "The rules know neither Django"),
        ("rems_portal/rules/findings.py", "import rems_portal.errors", "The rules know neither Django"),
        ("prescribers/models.py", "import patients.models", "Apps depend downwards only"),
        ("patients/models.py", "import pharmacies.models", "Apps depend downwards only"),
        ("rems_portal/audit/models.py", "import prescribers.models", "Apps depend downwards only"),
        ("prescribers/models.py", "import prescribers.facts", "Inside an app"),
        ("patients/facts.py", "import weasyprint", "Only rems_portal.pdf draws PDFs"),
    ],
)
def test_import_against_a_contract_is_found(tmp_path: Path, module: str, line: str, contract: str) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a") as file:
        file.write(f"\n{line}\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert f"{contract}" in done.stdout.partition("Broken contracts")[2]


def test_rules_load_neither_django_nor_celery_in_a_fresh_interpreter() -> None:
    program = (
        "import importlib, pkgutil, sys, rems_portal.rules as rules\n"
        "names = [found.name for found in pkgutil.walk_packages(rules.__path__, 'rems_portal.rules.')]\n"
        "assert len(names) > 5\n"
        "for name in names: importlib.import_module(name)\n"
        "print(*sorted({'django', 'celery', 'rest_framework', 'structlog'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
