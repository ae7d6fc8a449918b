"""How many questions a second `manage.py decide` answers."""

import json
import subprocess
import sys
import time
from pathlib import Path

EXAMPLES = Path("tests/unit/rules/decide-examples.jsonl")
LINES = 50_000


def decided_per_second() -> float:
    """Return lines a second over a mix of the worked examples, the command's own start included."""
    requests = [json.dumps(json.loads(line)["request"]) for line in EXAMPLES.read_text().splitlines()]
    text = "\n".join(requests[index % len(requests)] for index in range(LINES)) + "\n"
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "manage.py", "decide"], input=text, text=True, stdout=subprocess.DEVNULL, check=True
    )
    return LINES / (time.perf_counter() - began)
