"""Reads a page the way a person or a screen reader does: its words, each in the language that the markup says."""

from html.parser import HTMLParser

SILENT = {"script", "style", "svg"}
EMPTY = {"meta", "link", "input", "br", "img", "hr"}
SPOKEN = ("aria-label", "title", "alt", "placeholder")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.words: list[tuple[str, str]] = []

    @property
    def language(self) -> str:
        return self.open[-1][1] if self.open else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        language = said.get("lang") or self.language
        self.words += [(language, str(said[name])) for name in SPOKEN if said.get(name)]
        if tag not in EMPTY:
            self.open.append((tag, language))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag("br", attrs)  # closed at once, as the shapes of a picture are

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(tag in SILENT for tag, _language in self.open):
            self.words.append((self.language, " ".join(data.split())))


def said_in(language: str, page: str) -> list[str]:
    """Return what a page says in a language: text and the labels that are read aloud, in order."""
    reader = _Reader()
    reader.feed(page)
    return [words for spoken, words in reader.words if spoken == language]
