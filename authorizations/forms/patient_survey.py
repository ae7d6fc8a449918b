"""The forms of the patient survey: who is answering, and one answer at a time."""

from collections.abc import Sequence
from typing import Any

from django import forms

from authorizations.queries.patient_survey import NO, YES
from patients.models import PatientSurvey
from rems_portal.fields import DayField
from rems_portal.rules.programs import SurveyQuestion

WHO = [
    (PatientSurvey.CompletedBy.PATIENT.value, "I am the patient"),
    (PatientSurvey.CompletedBy.GUARDIAN.value, "I am the patient’s parent or guardian"),
]
WRONG_BIRTH_DATE = (
    "This link does not go with that birth date. Check the date and try again. "
    "After a few wrong dates the link closes and you need a new one."
)


class StartForm(forms.Form):
    """Who is answering, and the birth date that shows the link is in the right hands."""

    who = forms.ChoiceField(
        label="Who is answering?",
        choices=WHO,
        widget=forms.RadioSelect,
    )
    birth_date = DayField(
        label="The patient’s birth date",
        help_text="This shows us that the link is in the right hands. For example: 11 3 1962.",
        error_messages={"required": "Enter the patient’s birth date."},
    )

    def refuse_birth_date(self) -> None:
        """Say that the birth date does not go with the link, without saying whose link it is."""
        self.add_error("birth_date", WRONG_BIRTH_DATE)


class AnswerForm(forms.Form):
    """The answer to one question. The question's code comes along, so that an answer never goes to another one."""

    question = forms.CharField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        choices=[(YES, "Yes"), (NO, "No")], error_messages={"required": "Press Yes or No to answer."}
    )

    def __init__(self, *args: Any, questions: Sequence[SurveyQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = {question.code for question in questions}

    def clean_question(self) -> str:
        """Refuse a question that is not among those that fit."""
        code: str = self.cleaned_data["question"]
        if code not in self.codes:
            raise forms.ValidationError("The questions have changed. Please answer this one.")
        return code
