"""What a fresh clone holds: complete locks without addresses, no generated files, nothing of one person's machine."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = (ROOT / "pyproject.toml").read_text()
LOCKS = ["requirements.txt", "requirements-dev.txt"]


def tracked() -> list[str]:
    command = ["git", "ls-files"]
    return subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True).stdout.splitlines()


def name_of(requirement: str) -> str:
    return re.split(r"[\[~=<>! ;]", requirement)[0].lower().replace("_", "-")


def locked(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_index_and_no_address(lock: str) -> None:
    assert not re.search(r"https?:|://|--index|--extra-index|--find-links|--trusted-host", (ROOT / lock).read_text())


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_locks_hold_what_pyproject_asks_for_and_agree() -> None:
    project = tomllib.loads(PYPROJECT)
    runtime = {name_of(requirement) for requirement in project["project"]["dependencies"]}
    tools = {name_of(requirement) for requirement in project["dependency-groups"]["dev"]}
    assert runtime <= set(locked("requirements.txt"))
    assert tools <= set(locked("requirements-dev.txt"))
    assert locked("requirements.txt").items() <= locked("requirements-dev.txt").items()


def test_every_dependency_says_what_it_is_for() -> None:
    project = tomllib.loads(PYPROJECT)
    for requirement in project["project"]["dependencies"] + project["dependency-groups"]["dev"]:
        line = next(line for line in PYPROJECT.splitlines() if line.strip().startswith(f'"{requirement}"'))
        assert re.search(r"#\s*\w+", line), f"{requirement} needs a comment"


def test_no_generated_file_is_in_the_repository() -> None:
    unwanted = re.compile(r"(^|/)(var|\.venv|__pycache__|node_modules)/|\.py[cod]$|\.sqlite3$|(^|/)\.env$")
    assert [name for name in tracked() if unwanted.search(name)] == []


def test_no_tracked_text_names_a_folder_of_one_machine() -> None:
    folder = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/\w")
    found = []
    for name in tracked():
        path = ROOT / name
        if path.suffix in {".woff2", ".png", ".svg", ".ico"} or not path.is_file():
            continue
        found += [name for line in path.read_text(errors="replace").splitlines() if folder.search(line)]
    assert found == []


def test_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "make run" in readme
    assert "make test" in readme
