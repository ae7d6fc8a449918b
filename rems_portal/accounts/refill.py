"""Writes typed answers into the form of a page that is ready to be sent: the page's own markup, other values.

In: HTML that Django made, and answers by field name. Out: the same HTML with the answers in its controls. Hidden
fields, passwords and files stay as the page has them. Knows no request and no record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

Attributes = list[tuple[str, str | None]]
UNTOUCHED = frozenset({"hidden", "password", "file", "submit", "button", "image", "reset"})
OUTSIDE = -1


@dataclass(slots=True)
class Found:
    """A form of the page: where it is sent, and which names it has."""

    action: str
    names: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    """Copies a page as it is, and counts its forms."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.forms: list[Found] = []
        self.current = OUTSIDE

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append(Found(given.get("action") or ""))
            self.current = len(self.forms) - 1
        elif self.current != OUTSIDE and given.get("name"):
            self.forms[self.current].names.add(str(given["name"]))
        self.out.append(self.start(tag, attrs))

    handle_startendtag = handle_starttag

    def start(self, tag: str, attrs: Attributes) -> str:
        """Return what stands for a tag."""
        return self.get_starttag_text() or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.current = OUTSIDE
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")


class _Writer(_Reader):
    """Copies a page with answers in the controls of one of its forms."""

    def __init__(self, answers: Mapping[str, Sequence[str]], form: int) -> None:
        super().__init__()
        self.answers, self.form = answers, form
        self.used: dict[str, int] = {}
        self.select = ""
        self.in_area = False

    def start(self, tag: str, attrs: Attributes) -> str:
        raw = super().start(tag, attrs)
        if self.current != self.form:
            return raw
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select in self.answers:
            return _tag(tag, attrs, "selected", given.get("value") in self.answers[self.select])
        elif tag == "textarea" and name in self.answers:
            self.in_area = True
            return f"{raw}\n{escape(self._next(name))}"
        elif tag == "input":
            return self._input(raw, attrs, name, (given.get("type") or "text").lower())
        return raw

    def _input(self, raw: str, attrs: Attributes, name: str, kind: str) -> str:
        if kind in UNTOUCHED or not name:
            return raw
        if kind in ("checkbox", "radio"):
            if kind == "radio" and name not in self.answers:
                return raw
            return _tag("input", attrs, "checked", (dict(attrs).get("value") or "on") in self.answers.get(name, ()))
        if name not in self.answers:
            return raw
        return _tag("input", [one for one in attrs if one[0] != "value"], "value", self._next(name))

    def _next(self, name: str) -> str:
        """Return the next answer of a name that several controls bear."""
        place = self.used[name] = self.used.get(name, -1) + 1
        answers = self.answers[name]
        return answers[place] if place < len(answers) else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        if tag == "textarea":
            self.in_area = False
        super().handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if not self.in_area:
            super().handle_data(data)


def _tag(tag: str, attrs: Attributes, name: str, value: bool | str) -> str:
    """Return a tag with one attribute set anew: a text, there without a value, or away."""
    kept = [one for one in attrs if one[0] != name]
    if value is not False:
        kept.append((name, None if value is True else value))
    words = [each if given is None else f'{each}="{escape(given)}"' for each, given in kept]
    return f"<{' '.join([tag, *words])}>"


def refill(html: str, answers: Mapping[str, Sequence[str]], *, sent_to: str, page: str) -> str:
    """Return the page with the answers in the form that is sent to `sent_to` (an empty action: `page` itself).

    Of several such forms the one with most of the answers' names is meant; a page without one stays as it is. A part of
    a page, without any form, is filled in as a whole.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    fitting = [
        (len(found.names & answers.keys()), -number)
        for number, found in enumerate(reader.forms)
        if (found.action or page).partition("?")[0] == sent_to
    ]
    if reader.forms and not fitting:
        return html
    writer = _Writer(answers, -max(fitting)[1] if fitting else OUTSIDE)
    writer.feed(html)
    writer.close()
    return "".join(writer.out)
