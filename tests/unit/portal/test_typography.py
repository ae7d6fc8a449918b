"""What people read is set with real apostrophes and quotation marks: in the program's texts, in pages, in wording."""

import json
import re
from dataclasses import asdict
from pathlib import Path

from authorizations.wording_report import WORDS as REPORT
from authorizations.wording_signing import WORDS as SIGNING
from rems_portal.rules.forms.surveys import LANGUAGES, forms_in_force
from tests.factories import PROGRAM

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
STRAIGHT = re.compile(r"""\w'\w|\w'\s|"[^"]*\w""")
NOT_READ = (
    re.compile(r"\{% block css %\}.*?\{% endblock %\}", re.DOTALL),
    re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL),
    re.compile(r"\{#.*?#\}", re.DOTALL),
    re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL),
    re.compile(r"<[^>]*>"),
)


def test_forms_of_every_version_and_language() -> None:
    for language in LANGUAGES:
        for first in (True, False):
            for form in forms_in_force(PROGRAM, first=first, language=language):
                assert not straight_in(json.dumps(asdict(form), ensure_ascii=False).replace('"', " ")), form.code


def test_wording_around_forms() -> None:
    for said in (*SIGNING.values(), *REPORT.values()):
        assert not [words for words in said.values() if straight_in(words)]


def test_templates() -> None:
    found = {str(one.relative_to(TEMPLATES)): straight_in(read(one.read_text())) for one in TEMPLATES.rglob("*.html")}
    assert len(found) > 100
    assert not {name: words for name, words in found.items() if words}


def test_other_texts_of_the_program() -> None:
    said = [one.sentence for one in (*PROGRAM.attestations, *PROGRAM.checklist, *PROGRAM.survey_questions)]
    assert not [words for words in said if straight_in(words)]


def read(template: str) -> str:
    for markup in NOT_READ:
        template = markup.sub(" ", template)
    return template


def straight_in(text: str) -> str:
    found = STRAIGHT.search(text)
    return text[max(0, found.start() - 40) : found.end() + 40] if found else ""
