"""The forms of a pregnancy report: which patient, and what is reported."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms

from rems_portal.fields import DayField
from rems_portal.rules.numbers import Kind, NumberError, parse_number


class SearchForm(forms.Form):
    """Looks for one of one's own patients. Sent by POST, so that no name stands in an address."""

    words = forms.CharField(
        label="Name or patient number",
        max_length=100,
        help_text="The beginning of a name is enough.",
        error_messages={"required": "Type the beginning of a name, or a patient number."},
    )


class IdentifyForm(forms.Form):
    """Names a patient by a number, for people who have no list of patients.

    `kinds`: the kinds of number that count. With `ask_birth_date` the patient's birth date may come along.
    """

    number = forms.CharField(
        label="Number", max_length=80, error_messages={"required": "Enter the number. It stands on the prescription."}
    )
    birth_date = DayField(
        label="The patient’s birth date",
        required=False,
        help_text="Needed only with the number of a prescription your pharmacy has not confirmed.",
    )

    def __init__(self, *args: Any, kinds: Sequence[Kind], ask_birth_date: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        named = [kind.label.split(" ", 1)[1] for kind in kinds]
        self.fields["number"].label = " or ".join(named).capitalize()
        self.fields["number"].help_text = f"It begins with {' or '.join(kind.value for kind in kinds)}."
        if not ask_birth_date:
            del self.fields["birth_date"]

    def clean_number(self) -> str:
        """Return the number as it is written; its first letter says of which kind it is."""
        typed: str = self.cleaned_data["number"]
        meant = [kind for kind in self.kinds if typed.upper().startswith(kind.value)] or [self.kinds[0]]
        try:
            return parse_number(meant[0], typed)
        except NumberError as error:
            raise forms.ValidationError(error.sentence) from error

    def refuse(self) -> None:
        """Say that there is no such patient for this person, whatever the reason is."""
        also = " or the birth date" if "birth_date" in self.fields else ""
        self.add_error("number", f"Not found. Check the number{also} and try again.")


class ReportForm(forms.Form):
    """What is reported. `choices`: (value, words) pairs that fit the patient and the person who reports.

    `words` (`wording_report.WORDS` of a language): what the patient's side reads, who came by a link.
    """

    what = forms.ChoiceField(label="What do you report?", widget=forms.RadioSelect)
    details = forms.CharField(
        label="Anything the program should know",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For example, since when, or a phone number. Only program staff read this.",
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(
        self, *args: Any, choices: Sequence[tuple[str, str]], words: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = choices  # type: ignore[attr-defined]
        if words:
            self._speak(words)

    def _speak(self, words: Mapping[str, str]) -> None:
        what, details, key = self.fields["what"], self.fields["details"], self.fields["submission_key"]
        what.label, details.label, details.help_text = words["what"], words["details"], words["details_help"]
        what.error_messages |= dict.fromkeys(("required", "invalid_choice"), words["what_missing"])
        details.error_messages |= {
            "max_length": words["details_long"],
            "null_characters_not_allowed": words["unreadable"],
        }
        key.error_messages |= dict.fromkeys(("required", "invalid"), words["unreadable"])

    def words_chosen(self) -> str:
        """Return the words of what was chosen."""
        words: str = dict(self.fields["what"].choices)[self.cleaned_data["what"]]  # type: ignore[attr-defined]
        return words
