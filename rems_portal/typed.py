"""Form fields for what people type on one line: names, other words, the hidden key of a form that may be sent twice.

Markup and any script's letters are taken as they are (templates escape them). Invisible direction marks that come along
when text is copied are left out; characters that reverse the text around them, and control characters, are refused.
Nothing here reads the clock or the database.
"""

import re
import unicodedata
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

# What is typed beyond this in one box is an accident: it is refused for its length, and only so much is shown again.
LONGEST_SHOWN_AGAIN = 400
# Zero-width space, direction marks, embeddings and isolates, word joiner, byte order mark: nobody sees or means them.
_UNSEEN = re.compile("[\u200b\u200e\u200f\u061c\u202a-\u202c\u2060\u2066-\u2069\ufeff]")
_OVERRIDES = ("\u202d", "\u202e")
INVISIBLE = "{} contains invisible characters that change how it is read. Type it by hand instead of pasting it."


class TypedForm(forms.Form):
    """A form that survives any length of input: overlong answers are cut before they are read and shown again."""

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(shortened(data) if data is not None else None, **kwargs)


def shortened(data: QueryDict) -> QueryDict:
    """Return the same answers, each cut to a length that no honest one exceeds."""
    if all(len(answer) <= LONGEST_SHOWN_AGAIN for _name, answers in data.lists() for answer in answers):
        return data
    cut = data.copy()
    for name, answers in data.lists():
        cut.setlist(name, [answer[:LONGEST_SHOWN_AGAIN] for answer in answers])
    return cut


class LineField(forms.CharField):
    """One line of words. Out: normalized text without spaces around or doubled; empty when nothing was typed."""

    def __init__(self, *, max_length: int, missing: str = "", **kwargs: Any) -> None:
        super().__init__(max_length=None, **kwargs)
        self.longest = max_length
        self.missing = missing

    def thing(self) -> str:
        """Return the words that begin this field's messages: its label, without punctuation."""
        return str(self.label or "This").rstrip("?:. ")

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFC", str(value or ""))
        return " ".join(_UNSEEN.sub("", text).split())

    def validate(self, value: str) -> None:
        if self.required and not value:
            raise ValidationError(self.missing or f"{self.thing()} is missing. Type it.", code="required")
        if len(value) > self.longest:
            sentence = f"{self.thing()} is longer than {self.longest} characters. Shorten it."
            raise ValidationError(sentence, code="max_length")
        if any(char in _OVERRIDES or unicodedata.category(char) in ("Cc", "Cs") for char in value):
            raise ValidationError(INVISIBLE.format(self.thing()), code="invisible")

    def run_validators(self, value: str) -> None:
        """Do nothing: `validate` says all, in the portal's words."""


class NameField(LineField):
    """A person's name, of one word or many. Out: as `LineField`."""

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not any(char.isalpha() for char in value):
            raise ValidationError(f"{self.thing()} needs at least one letter.", code="letters")


class SubmissionKeyField(forms.CharField):
    """The hidden key that makes a form sent twice one act. Out: a UUID, or None for one that is missing or garbled."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> UUID | None:  # type: ignore[override]
        try:
            return UUID(str(value))
        except ValueError:
            return None

    def run_validators(self, value: Any) -> None:
        """Do nothing: any value makes a key or none."""
