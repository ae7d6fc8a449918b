"""Every variable that the portal reads is described in .env.example, and nothing else is."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READERS = ["rems_portal/settings.py", "gunicorn.conf.py"]


def first_argument(node: ast.Call) -> str | None:
    if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
        return node.args[0].value
    return None


def variables_read() -> set[str]:
    """Return the names in `env.kind("NAME")`, `env("NAME")` and `os.environ.get("NAME")` of the settings."""
    names = set()
    for path in READERS:
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.Call) and re.fullmatch(r"env(\.\w+)?|os\.environ\.get", ast.unparse(node.func)):
                names.add(first_argument(node))
    assert None not in names
    return {name for name in names if name}


def variables_described() -> dict[str, str]:
    text = (ROOT / ".env.example").read_text()
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))


def test_every_variable_is_described_and_none_is_left_over() -> None:
    assert variables_read() == set(variables_described())


def test_settings_read_the_environment_in_no_other_way() -> None:
    source = (ROOT / "rems_portal/settings.py").read_text()
    assert not re.search(r"os\.getenv|os\.environ\[", source)


def test_example_holds_no_secret() -> None:
    assert variables_described()["SECRET_KEY"] == ""
