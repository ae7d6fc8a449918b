"""Forms as data: what is shown, what is missing, and the bytes that are signed."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from rems_portal.rules.forms import (
    Choice,
    FormDefinition,
    Item,
    ItemKind,
    Section,
    SignatureLine,
    Signer,
    When,
    canonical,
    digest,
    fingerprint,
    problems,
    read_document,
    shown_items,
    write_document,
)

AT = datetime(2026, 6, 1, 15, tzinfo=UTC)
SEX = Item("sex", "Sex", ItemKind.CHOICE, choices=(Choice("female", "Female"), Choice("male", "Male")))
CAN = Item("can", "Can she get pregnant?", ItemKind.YES_NO, when=(When("sex", ("female",)),))
WHY = Item("why", "Why not?", ItemKind.TEXT, when=(When("sex", ("female",)), When("can", (False,))), longest=10)
BORN = Item("born", "Date of birth", ItemKind.DATE)
DAYS = Item("days", "Days", ItemKind.NUMBER, least=1, most=28)
READ = Item("read", "I have read it.", ItemKind.TICK)
MAIL = Item("mail", "E-mail", ItemKind.TEXT, required=False)
TOLD = Item("told", "He was told.", ItemKind.STATEMENT)
FORM = FormDefinition(
    code="sample",
    title="Sample",
    program="toy",
    program_name="Toy REMS",
    version="1",
    sections=(Section("who", "Who", (SEX, CAN, WHY, BORN)), Section("more", "More", (DAYS, READ, MAIL, TOLD), "Read.")),
    signatures=(
        SignatureLine(Signer.PRESCRIBER, "I agree."),
        SignatureLine(Signer.CHILD, "I agree too.", optional=True),
    ),
)
GOOD = {"sex": "male", "born": "2000-02-29", "days": 28, "read": True}


def document(answers=GOOD, **changes):
    said = {"number": "F-1", "about": "patient P-1", "entered_by": "Ada Example", "entered_at": AT}
    return write_document(FORM, answers, **(said | changes))


@pytest.mark.parametrize(
    "answers, codes",
    [
        ({}, "sex born days read mail told"),
        ({"sex": "male"}, "sex born days read mail told"),
        ({"sex": "female"}, "sex can born days read mail told"),
        ({"sex": "female", "can": True}, "sex can born days read mail told"),
        ({"sex": "female", "can": False}, "sex can why born days read mail told"),
        ({"sex": "male", "can": False}, "sex born days read mail told"),
    ],
)
def test_an_item_is_shown_when_all_its_conditions_hold(answers, codes):
    assert [item.code for item in shown_items(FORM, answers)] == codes.split()


def test_complete_answers_have_no_problem():
    assert problems(FORM, GOOD) == ()
    assert problems(FORM, GOOD | {"mail": "", "can": None}) == ()


@pytest.mark.parametrize(
    "answers, item, sentence",
    [
        (GOOD | {"sex": ""}, "sex", "Sex: choose one."),
        (GOOD | {"sex": "other"}, "sex", "Sex: choose one of the answers given."),
        (GOOD | {"can": True}, "can", "“can” is not asked on this form. Leave it out."),
        (GOOD | {"unknown": "x"}, "unknown", "“unknown” is not asked on this form. Leave it out."),
        (GOOD | {"told": "yes"}, "told", "He was told: nothing is asked here. Leave it out."),
        (GOOD | {"read": False}, "read", "I have read it: tick this box to go on."),
        (GOOD | {"read": "yes"}, "read", "I have read it: tick this box to go on."),
        (GOOD | {"born": "2001-02-29"}, "born", "Date of birth: give a real date, as year-month-day."),
        (GOOD | {"born": None}, "born", "Date of birth: give the date."),
        (GOOD | {"days": 0}, "days", "Days: it must be 1 or more."),
        (GOOD | {"days": 29}, "days", "Days: it must be 28 or less."),
        (GOOD | {"days": "28"}, "days", "Days: give a whole number."),
        (GOOD | {"days": True}, "days", "Days: give a whole number."),
        (GOOD | {"mail": 5}, "mail", "E-mail: give it in words."),
        ({**GOOD, "sex": "female", "can": "no"}, "can", "Can she get pregnant: answer yes or no."),
        ({**GOOD, "sex": "female"}, "can", "Can she get pregnant: answer yes or no."),
        ({**GOOD, "sex": "female", "can": False}, "why", "Why not: fill this in."),
        (
            {**GOOD, "sex": "female", "can": False, "why": "12345678901"},
            "why",
            "Why not: it is longer than 10 characters. Shorten it.",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_said_item_by_item(answers, item, sentence):
    (found,) = problems(FORM, answers)
    assert (found.item, found.sentence) == (item, sentence)


def test_everything_that_is_wrong_is_said_at_once():
    assert [found.item for found in problems(FORM, {})] == ["sex", "born", "days", "read"]


def test_a_document_reads_as_it_was_written():
    read = read_document(document())
    assert (read.number, read.code, read.about, read.entered_by) == ("F-1", "sample", "patient P-1", "Ada Example")
    assert datetime.fromisoformat(read.entered_at) == AT
    assert read.answers == GOOD | {"mail": None}
    assert [part.title for part in read.parts] == ["Who", "More"]
    assert {line.code: line.words for part in read.parts for line in part.lines} == {
        "sex": "Male", "born": "2000-02-29", "days": "28", "read": "Yes", "mail": "", "told": "",
    }  # fmt: skip
    assert [line.signer for line in read.signatures] == [Signer.PRESCRIBER, Signer.CHILD]


def test_a_document_may_wait_for_fewer_signatures_than_the_form_has():
    read = read_document(document(signers=FORM.signatures[:1]))
    assert read.signatures == FORM.signatures[:1]


def test_the_same_form_has_the_same_bytes_whatever_the_order_of_answers():
    assert document(dict(reversed(GOOD.items()))) == document()
    assert digest(document()) == digest(document())


@pytest.mark.parametrize("place", range(0, len(document()), 7))
def test_every_changed_byte_changes_the_digest(place):
    content = bytearray(document())
    content[place] ^= 1
    assert digest(bytes(content)) != digest(document())


@pytest.mark.parametrize(
    "changes",
    [{"number": "F-2"}, {"about": "patient P-2"}, {"entered_by": "B"}, {"entered_at": AT + timedelta(microseconds=1)}],
)
def test_number_subject_and_entry_are_part_of_what_is_signed(changes):
    assert document(**changes) != document()


def test_an_instant_of_entry_must_be_utc():
    with pytest.raises(ValueError):
        document(entered_at=AT.astimezone(timezone(timedelta(hours=-4))))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"form": 1}', document()[:-1]])
def test_bytes_that_are_no_form_are_refused(content):
    with pytest.raises(ValueError, match="not a form of the program"):
        read_document(content)


def test_canonical_spelling_is_json_with_ordered_keys():
    assert canonical({"b": "é", "a": [1, True, None]}) == '{"a":[1,true,null],"b":"é"}'.encode()
    assert json.loads(document())["sections"][1]["intro"] == "Read."


def test_a_changed_wording_has_another_fingerprint():
    changed = replace(FORM, sections=(FORM.sections[0], replace(FORM.sections[1], intro="Read this.")))
    assert fingerprint(changed) != fingerprint(FORM)
    assert fingerprint(replace(FORM)) == fingerprint(FORM)


def test_items_and_lines_are_found_by_code():
    assert FORM.item("days") is DAYS
    assert FORM.line(Signer.CHILD).optional
    assert FORM.line(Signer.PATIENT) is None
    with pytest.raises(KeyError):
        FORM.item("unknown")


def test_an_answer_has_words():
    assert SEX.words("female") == "Female"
    assert MAIL.words(["a", "b"]) == "a, b"
    assert {signer.label for signer in Signer} >= {"Prescriber", "Patient"}
