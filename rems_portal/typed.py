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

# What is typed beyond this in one box is an accident, such as a pasted file: it is refused with a sentence that says
# so, and only so much of it is shown again.
LONGEST_SHOWN_AGAIN = 10_000
TOO_LONG = "{} is longer than {:,} characters, and only its beginning is shown here. Shorten it."
# Zero-width space, direction marks, embeddings and isolates, word joiner, byte order mark: nobody sees or means them.
_UNSEEN = re.compile("[\u200b\u200e\u200f\u061c\u202a-\u202c\u2060\u2066-\u2069\ufeff]")
_OVERRIDES = ("\u202d", "\u202e")
INVISIBLE = "{} contains invisible characters that change how it is read. Type it by hand instead of pasting it."


class TypedForm(forms.Form):
    """A form that survives any length of input, and never takes less than what was typed: too much is refused.

    `longest`: how many characters of one answer are read and shown again; no field may allow more.
    """

    longest = LONGEST_SHOWN_AGAIN

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        self.cut: frozenset[str] = frozenset()
        if data is not None:
            self.cut = frozenset(
                name for name, answers in data.lists() if any(len(answer) > self.longest for answer in answers)
            )
            data = shortened(data, self.cut, self.longest)
        super().__init__(data, **kwargs)

    def _clean_fields(self) -> None:
        """Read the fields, and refuse each whose answer was cut unless it was refused already."""
        super()._clean_fields()  # type: ignore[misc]
        boxes = {self.add_prefix(name): name for name in self.fields}
        for sent in self.cut:
            name = boxes.get(sent) or boxes.get(sent.rpartition("_")[0])  # the boxes of a day are named after its field
            if name and name not in self.errors:
                thing = str(self.fields[name].label or "This").rstrip("?:. ")
                self.add_error(name, ValidationError(TOO_LONG.format(thing, self.longest), code="max_length"))


def shortened(data: QueryDict, names: frozenset[str], longest: int) -> QueryDict:
    """Return the same answers, those of these names cut to a length that no honest one exceeds."""
    if not names:
        return data
    cut = data.copy()
    for name in names:
        cut.setlist(name, [answer[:longest] for answer in data.getlist(name)])
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
