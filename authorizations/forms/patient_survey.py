"""The forms behind a patient's links: the birth date, who is answering, one answer at a time, who signs for a child."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from authorizations.queries.patient_survey import NO, YES
from patients.models import PatientSurvey
from rems_portal.fields import DayBoxes, DayField
from rems_portal.typed import NameField, TypedForm

Words = Mapping[str, str]
RELATIONS = {"Parent": "relation_parent", "Legal guardian": "relation_legal_guardian"}
LONGEST_NAME = 150
SHORT = "short"
NAME_SENTENCES = {
    "required": "your_name_missing",
    "letters": "your_name_letters",
    "max_length": "your_name_long",
    "invisible": "your_name_unseen",
}


class TranslatedDayBoxes(DayBoxes):
    """The boxes of a day with labels in another language."""

    def __init__(self, words: Words) -> None:
        self.boxes = tuple((key, words[key], attributes) for key, _label, attributes in DayBoxes.boxes)
        super().__init__()


class TranslatedDayField(DayField):
    """A day typed in another language; whatever can't be read gets one sentence that says how to type it."""

    def __init__(self, words: Words, **kwargs: Any) -> None:
        self.sentence = words["birth_date_unreadable"]
        super().__init__(widget=TranslatedDayBoxes(words), **kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        try:
            return super().to_python(value)
        except ValidationError as error:
            raise ValidationError(self.sentence, code=error.code) from None


class BirthDateForm(forms.Form):
    """The patient's birth date, which shows that the link is in the right hands."""

    def __init__(self, *args: Any, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        told: dict[str, Any] = {
            "label": words["birth_date"],
            "help_text": words["birth_date_help"],
            "error_messages": {"required": words["birth_date_missing"]},
        }
        english = words["language"] == "en"
        self.fields["birth_date"] = DayField(**told) if english else TranslatedDayField(words, **told)

    def refuse(self) -> None:
        """Say that the birth date does not go with the link, without saying whose link it is."""
        self.add_error("birth_date", self.words["birth_date_wrong"])


class StartForm(BirthDateForm):
    """Who is answering, and the birth date."""

    who = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, words=words, **kwargs)
        who: Any = self.fields["who"]
        who.label = words["who"]
        who.choices = [(one.value, words[f"who_{one.value}"]) for one in PatientSurvey.CompletedBy]
        who.error_messages |= {"required": words["who_missing"], "invalid_choice": words["who_missing"]}


class AnswerForm(forms.Form):
    """The answer to one question. The question's code comes along, so that an answer never goes to another one."""

    question = forms.CharField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=[(YES, "Yes"), (NO, "No")])

    def __init__(self, *args: Any, codes: Iterable[str], words: Words, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes, self.words = frozenset(codes), words
        self.fields["answer"].error_messages |= dict.fromkeys(("required", "invalid_choice"), words["answer_missing"])
        self.fields["question"].error_messages["required"] = words["answer_this"]

    def clean_question(self) -> str:
        """Refuse a question that is not among those that fit."""
        code: str = self.cleaned_data["question"]
        if code not in self.codes:
            raise forms.ValidationError(self.words["answer_this"])
        return code


class SignersNameField(NameField):
    """The printed name of somebody who signs without an account; what is wrong is told in the page's language."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(label=words["your_name"], max_length=LONGEST_NAME, missing=words["your_name_missing"])

    def validate(self, value: str) -> None:
        try:
            super().validate(value)
        except ValidationError as error:
            raise ValidationError(self.words[NAME_SENTENCES[error.code or ""]], code=error.code) from None


class GuardianForm(TypedForm):
    """Who signs for the patient: name and relation. They begin as the agreement form names them.

    First and family name are asked for. Some people have one name only, and some scripts write a name without a space:
    they say so with a second tick, which is shown only then. Nobody signs with a slip of one letter unasked.
    """

    def __init__(self, *args: Any, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        missing = {"required": words["relation_missing"], "invalid_choice": words["relation_missing"]}
        self.fields["name"] = SignersNameField(words)
        self.fields["whole_name"] = forms.BooleanField(label=words["whole_name"], required=False)
        self.fields["relation"] = forms.ChoiceField(
            label=words["relation"],
            choices=[(value, words[name]) for value, name in RELATIONS.items()],
            widget=forms.RadioSelect,
            error_messages=missing,
        )

    def clean(self) -> dict[str, Any]:
        """Ask once more about a name that is not first and family name."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("name") and not said.get("whole_name") and not is_first_and_family_name(said["name"]):
            self.add_error("name", ValidationError(self.words["your_name_short"], code=SHORT))
        return said

    @property
    def asks_whole_name(self) -> bool:
        """Whether the tick is shown: it was asked for now, or given already."""
        return self.is_bound and (self.has_error("name", SHORT) or bool(self["whole_name"].value()))


def is_first_and_family_name(name: str) -> bool:
    """Tell whether a name has two words or more with letters, one of them with two letters: "J. Smith", not "A B"."""
    lengths = [sum(char.isalpha() for char in word) for word in name.split()]
    return sum(length > 0 for length in lengths) > 1 and max(lengths) > 1
