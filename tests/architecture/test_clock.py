"""Time is an argument: only the edges (views, tasks, commands, middleware) read the clock; the linter sees to it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUFF = [str(Path(sys.executable).parent / "ruff"), "check", "--no-cache", "--select", "TID251"]
READS = [
    "from django.utils import timezone\ntimezone.now()\n",
    "from django.utils.timezone import localdate\nlocaldate()\n",
    "import datetime\ndatetime.datetime.now(datetime.UTC)\n",
    "import datetime as dt\ndt.date.today()\n",
    "import time\ntime.time()\n",
]
INSIDE = ["actions.py", "queries.py", "facts.py", "models.py", "forms.py", "permissions.py", "presenters.py"]


def findings(source: str, name: str) -> int:
    command = [*RUFF, "--stdin-filename", name, "-"]
    return subprocess.run(command, cwd=ROOT, input=source, text=True, capture_output=True, check=False).returncode


def test_nobody_inside_reads_the_clock() -> None:
    packages = ["rems_portal", "prescribers", "patients", "pharmacies", "authorizations"]
    done = subprocess.run([*RUFF, *packages], cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("source", READS)
@pytest.mark.parametrize("name", ["rems_portal/rules/authorization.py", *(f"patients/{name}" for name in INSIDE)])
def test_reading_the_clock_inside_is_found(name: str, source: str) -> None:
    assert findings(source, name) == 1


@pytest.mark.parametrize("name", ["patients/views.py", "authorizations/tasks.py", "patients/management/commands/x.py"])
def test_reading_the_clock_at_the_edge_is_allowed(name: str) -> None:
    assert findings(READS[0], name) == 0
