"""`manage.py decide`: one answer a line, in order, also after an invalid line; no database, no secret."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).parents[2]
EXAMPLES = [
    json.loads(line)
    for name in ("decide-examples.jsonl", "more-examples.jsonl")
    for line in (Path(__file__).parent / "rules" / name).read_text(encoding="utf-8").splitlines()
]
LINES = [json.dumps(example["request"]) for example in EXAMPLES]

pytestmark = pytest.mark.rems("PR-09", "PR-18", "PH-08", "PG-06")


def decide(lines):
    """The answers to some lines, and the exit status."""
    out = io.StringIO()
    try:
        call_command("decide", stdin=io.BytesIO("".join(f"{line}\n" for line in lines).encode()), stdout=out)
    except SystemExit as end:
        status = end.code
    else:
        status = 0
    return [json.loads(line) for line in out.getvalue().splitlines()], status


def test_every_example_is_answered_in_order():
    answers, status = decide(LINES)
    assert status == 0
    assert len(answers) == len(EXAMPLES)
    for example, answer in zip(EXAMPLES, answers, strict=True):
        assert {name: answer[name] for name in example["answer"]} == example["answer"]
        assert answer["program_version"] == "2026-04-27"


def test_an_invalid_line_is_answered_and_the_rest_go_on():
    answers, status = decide(["{", LINES[0], "", '{"ask": "refill"}', LINES[1]])
    assert status == 1
    assert [answer.get("error", {}).get("field") for answer in answers] == ["line", None, "line", "ask", None]
    assert [answers[1]["failed"], answers[4]["failed"]] == [example["answer"]["failed"] for example in EXAMPLES[:2]]


def test_no_lines_are_no_answers():
    assert decide([]) == ([], 0)


def run(lines, *arguments):
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "VAR_DIR", "ENV_FILE")}
    return subprocess.run(
        [sys.executable, "manage.py", "decide", *arguments],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=bare,
        check=False,
    )


def test_the_command_needs_no_secret_and_no_database():
    done = run(LINES[:3])
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line).get("outcome") for line in done.stdout.splitlines()] == [
        example["answer"].get("outcome") for example in EXAMPLES[:3]
    ]


def test_the_exit_status_tells_of_an_invalid_line():
    done = run([LINES[0], "nonsense"])
    assert (done.returncode, done.stderr) == (1, "")
    assert len(done.stdout.splitlines()) == 2


def test_an_unknown_program_is_refused():
    done = run([], "--program", "aspirin")
    assert done.returncode == 2
    assert "invalid choice" in done.stderr
