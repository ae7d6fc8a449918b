"""The worked examples: what is asked in JSON gets exactly the answer that stands beside it."""

import json
from pathlib import Path

import pytest

from rems_portal.rules.questions import answer_line
from tests.unit.rules import second_reading
from tests.unit.rules.builders import LENALIDOMIDE

LINES = (Path(__file__).parent / "decide-examples.jsonl").read_text(encoding="utf-8").splitlines()
MORE = (Path(__file__).parent / "more-examples.jsonl").read_text(encoding="utf-8").splitlines()

pytestmark = pytest.mark.rems("PR-09", "PR-18", "PH-08", "PR-14")


@pytest.mark.parametrize("number", range(len(LINES) + len(MORE)))
def test_a_worked_example_agrees(number):
    example = json.loads((LINES + MORE)[number])
    answer = answer_line(json.dumps(example["request"]), LENALIDOMIDE)
    assert {name: answer.get(name) for name in example["answer"]} == example["answer"]
    assert answer["program_version"] == "2026-04-27"
    failed = example["answer"].get("failed", [])
    assert [finding["rule"] for finding in answer["findings"]] == failed
    assert all(finding["sentence"] and finding["obligations"] and finding["move"] for finding in answer["findings"])


@pytest.mark.parametrize("number", range(len(LINES) + len(MORE)))
def test_a_second_reading_of_the_specification_agrees_with_the_examples(number):
    example = json.loads((LINES + MORE)[number])
    example["request"]["patient"].setdefault("earlier_course_dispenses", [])
    assert second_reading.answer(example["request"]) == example["answer"]


def test_there_are_more_examples_than_the_first_fifty():
    assert len(LINES) == 50
    assert len(MORE) >= 50
