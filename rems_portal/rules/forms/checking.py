"""What is missing from the answers to a form, contradicts its definition, or does not belong to it."""

from dataclasses import dataclass
from datetime import date

from rems_portal.rules.forms.definition import Answer, Answers, FormDefinition, Item, ItemKind


@dataclass(frozen=True, slots=True)
class FormProblem:
    """What is wrong with one item, in a sentence that says what to do."""

    item: str
    sentence: str


def shown_items(definition: FormDefinition, answers: Answers) -> tuple[Item, ...]:
    """The items that are part of the form under these answers, in order."""
    return tuple(item for item in definition.items() if item.shown(answers))


def problems(definition: FormDefinition, answers: Answers) -> tuple[FormProblem, ...]:
    """All that keeps the answers from being a complete form; empty when they are one.

    An answer to an item that is unknown or not shown is a problem too: nobody saw what they would have signed.
    """
    shown = {item.code: item for item in shown_items(definition, answers)}
    found = [problem for item in shown.values() if (problem := _problem(item, answers.get(item.code)))]
    for code, answer in answers.items():
        if code not in shown and answer not in (None, "", []):
            found.append(FormProblem(code, f"“{code}” is not asked on this form. Leave it out."))
    return tuple(found)


def _problem(item: Item, answer: Answer) -> FormProblem | None:
    if not item.asks:
        sentence = None if answer in (None, "") else "nothing is asked here. Leave it out."
    elif answer is None or answer == "" or answer == []:
        sentence = _MISSING[item.kind] if item.required else None
    else:
        sentence = _wrong(item, answer)
    return FormProblem(item.code, f"{item.text.rstrip(':?. ')}: {sentence}") if sentence else None


_MISSING = {
    ItemKind.TICK: "tick this box to go on.",
    ItemKind.YES_NO: "answer yes or no.",
    ItemKind.CHOICE: "choose one.",
    ItemKind.TEXT: "fill this in.",
    ItemKind.DATE: "give the date.",
    ItemKind.NUMBER: "give the number.",
}


def _wrong(item: Item, answer: Answer) -> str | None:
    check = {
        ItemKind.TICK: _wrong_tick,
        ItemKind.YES_NO: _wrong_yes_no,
        ItemKind.CHOICE: _wrong_choice,
        ItemKind.TEXT: _wrong_text,
        ItemKind.DATE: _wrong_date,
        ItemKind.NUMBER: _wrong_number,
    }[item.kind]
    return check(item, answer)


def _wrong_tick(item: Item, answer: Answer) -> str | None:
    return None if answer is True or (answer is False and not item.required) else _MISSING[ItemKind.TICK]


def _wrong_yes_no(item: Item, answer: Answer) -> str | None:
    return None if isinstance(answer, bool) else _MISSING[ItemKind.YES_NO]


def _wrong_choice(item: Item, answer: Answer) -> str | None:
    return None if answer in {choice.code for choice in item.choices} else "choose one of the answers given."


def _wrong_text(item: Item, answer: Answer) -> str | None:
    if not isinstance(answer, str):
        return "give it in words."
    return f"it is longer than {item.longest} characters. Shorten it." if len(answer) > item.longest else None


def _wrong_date(item: Item, answer: Answer) -> str | None:
    try:
        date.fromisoformat(str(answer))
    except ValueError:
        return "give a real date, as year-month-day."
    return None


def _wrong_number(item: Item, answer: Answer) -> str | None:
    if isinstance(answer, bool) or not isinstance(answer, int):
        return "give a whole number."
    if item.least is not None and answer < item.least:
        return f"it must be {item.least} or more."
    if item.most is not None and answer > item.most:
        return f"it must be {item.most} or less."
    return None
