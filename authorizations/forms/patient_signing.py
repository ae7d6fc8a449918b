"""The form that opens a signing link. Who signs for a child is asked by `patient_survey.GuardianForm`."""

from typing import Any

from django import forms

from authorizations.forms.patient_survey import TranslatedDayField, Words
from rems_portal.fields import DayField


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
