"""The rules stay pure: no Django, no Celery, no clock, no file, in a fresh interpreter too."""

import ast
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import rems_portal.rules

ROOT = Path(__file__).parents[3]
MODULES = [module.name for module in pkgutil.walk_packages(rems_portal.rules.__path__, "rems_portal.rules.")]
ALLOWED = {
    *("ast", "calendar", "collections", "csv", "dataclasses", "datetime", "decimal", "enum", "functools", "hashlib"),
    *("json", "re", "typing", "zoneinfo", "rems_portal"),
}
CLOCK_AND_WORLD = {"now", "today", "utcnow", "open", "print", "input", "getenv", "environ", "random"}


def test_a_fresh_interpreter_with_the_rules_knows_neither_django_nor_celery():
    code = (
        f"import importlib, sys; [importlib.import_module(name) for name in {MODULES!r}]; "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'django', 'celery', 'redis'}))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("module", MODULES)
def test_a_module_of_the_rules_imports_only_rules_and_plain_library(module):
    spec = sys.modules.get(module) or __import__(module, fromlist=["x"])
    tree = ast.parse(Path(spec.__file__).read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= ALLOWED
    assert all(name.startswith("rems_portal.rules") for name in imported if name.startswith("rems_portal"))


@pytest.mark.parametrize("module", MODULES)
def test_a_module_of_the_rules_reads_no_clock_and_no_file(module):
    spec = sys.modules.get(module) or __import__(module, fromlist=["x"])
    tree = ast.parse(Path(spec.__file__).read_text(encoding="utf-8"))
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = {node.id if isinstance(node, ast.Name) else getattr(node, "attr", "") for node in called}
    assert not names & CLOCK_AND_WORLD


@pytest.mark.parametrize("module", MODULES)
def test_a_module_of_the_rules_knows_no_product_by_name(module):
    spec = sys.modules.get(module) or __import__(module, fromlist=["x"])
    if ".programs" not in module:
        assert "lenalidomide" not in Path(spec.__file__).read_text(encoding="utf-8").lower()
