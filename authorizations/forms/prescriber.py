"""What a prescriber's office types: a pregnancy test, the prescriber survey. Checks what was typed, decides nothing.

What the program may refuse (a supply of 29 days, a prescription by telephone, counseling not attested) passes here and
is decided by the rules, so that the answer is stored and lists everything at once.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from authorizations.actions.authorize import FORM_CHANGED, PrescriberSurvey
from authorizations.actions.safety import TestResult
from authorizations.models import Authorization
from patients.models import PregnancyTest
from rems_portal.clockwork import instant_in_words
from rems_portal.fields import MomentField
from rems_portal.rules.authorization import PrescriptionFacts
from rems_portal.rules.forms import FormDefinition, fingerprint
from rems_portal.rules.forms.surveys import LARGEST_QUANTITY, LONGEST_THERAPY_DAYS, TELEPHONE, statement_codes
from rems_portal.typed import LineField, SubmissionKeyField, TypedForm

USUAL_SENSITIVITY = 25
LARGEST_NUMBER = 1_000_000_000


def whole_number(label: str, example: int, **kwargs: Any) -> forms.IntegerField:
    """Return a field for a whole number whose every refusal says what to type instead."""
    sentence = f"{label}: type a whole number, for example {example}."
    messages = {"required": sentence, "invalid": sentence}
    field = forms.IntegerField(label=label, error_messages=messages, widget=forms.TextInput, **kwargs)
    field.widget.attrs["inputmode"] = "numeric"
    return field


class PregnancyTestForm(TypedForm):
    """One pregnancy test, as the laboratory's report says it. Times are on the program's clock."""

    submission_key = SubmissionKeyField()
    collected_at = MomentField(label="Collected", help_text="When the blood or urine was taken, in New York time.")
    reported_at = MomentField(
        label="Result known", required=False, help_text="Leave this empty if the result was read at once."
    )
    method = forms.ChoiceField(label="Method", choices=PregnancyTest.Method.choices, widget=forms.RadioSelect)
    result = forms.ChoiceField(label="Result", choices=PregnancyTest.Result.choices, widget=forms.RadioSelect)
    sensitivity = whole_number("Sensitivity", USUAL_SENSITIVITY, initial=USUAL_SENSITIVITY)
    laboratory = LineField(
        label="Laboratory or place",
        max_length=150,
        missing="Type the laboratory’s name, or where the test was done.",
        help_text="The laboratory’s name, or “our office”.",
    )

    def __init__(
        self, data: QueryDict | None = None, *, at: datetime, on_file: Iterable[PregnancyTest], **kwargs: Any
    ) -> None:
        """Take the instant (UTC) against which the future is told, and the tests that are on file already."""
        super().__init__(data, **kwargs)
        self.at = at
        self.on_file = tuple(on_file)

    def clean_collected_at(self) -> datetime:
        """Refuse a moment that has not come yet."""
        return self._past("collected_at", "The test can’t have been collected in the future. Correct date and time.")

    def clean_reported_at(self) -> datetime | None:
        """Refuse a moment that has not come yet."""
        if self.cleaned_data.get("reported_at") is None:
            return None
        return self._past("reported_at", "The result can’t be known in the future. Correct date and time.")

    def _past(self, name: str, sentence: str) -> datetime:
        moment: datetime = self.cleaned_data[name]
        if moment > self.at:
            raise ValidationError(sentence, code="future")
        return moment

    def clean_sensitivity(self) -> int:
        """Refuse what is no test's sensitivity."""
        number: int = self.cleaned_data["sensitivity"]
        if not 1 <= number <= 1000:
            sentence = "Sensitivity is a number from 1 to 1000, printed on the test’s package; it is often 25."
            raise ValidationError(sentence, code="range")
        return number

    def clean(self) -> dict[str, Any]:
        """Refuse a result known before the test was collected, and a test that is on file already."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        collected, reported = found.get("collected_at"), found.get("reported_at")
        if collected and reported and reported < collected:
            self.add_error("reported_at", "The result was known before the test was collected. Correct one of the two.")
        same = [test for test in self.on_file if self._is_same(test, found)]
        if same:
            entered = f"{instant_in_words(same[0].entered_at)} by {same[0].entered_by_name}"
            sentence = (
                f"This test is on file already; it was recorded on {entered}. For another test, correct the time."
            )
            self.add_error("collected_at", sentence)
        return found

    def _is_same(self, test: PregnancyTest, found: dict[str, Any]) -> bool:
        if found.get("submission_key") and test.submission_key == found["submission_key"]:
            return False  # this very form, sent twice: the act answers with the test there is
        typed = (found.get("collected_at"), found.get("method"), found.get("result"))
        return typed == (test.collected_at, test.method, test.result)

    def test_result(self) -> TestResult:
        """Return what a valid form says."""
        found = self.cleaned_data
        return TestResult(
            collected_at=found["collected_at"],
            reported_at=found["reported_at"] or found["collected_at"],
            method=PregnancyTest.Method(found["method"]),
            sensitivity_miu_ml=found["sensitivity"],
            result=PregnancyTest.Result(found["result"]),
            laboratory=found["laboratory"],
            submission_key=found["submission_key"],
        )


class StatementsField(forms.MultipleChoiceField):
    """Statements to tick, each of which the program wants; what a missing one means is the rules' to say."""

    def validate(self, value: list[str]) -> None:
        """Refuse only statements that were not offered."""
        for code in value:
            if not self.valid_value(code):
                raise ValidationError("Tick the statements that are offered here.", code="invalid_choice")


class PrescriberSurveyForm(TypedForm):
    """The prescriber survey: the prescription, how it goes to the pharmacy, and what was counseled (PR-09, PR-18).

    Questions, help and statements are the form definition's.
    """

    submission_key = SubmissionKeyField()
    strength = forms.ChoiceField(widget=forms.RadioSelect)
    days_supply = whole_number("Days’ supply", 28)
    quantity = whole_number("Quantity", 21)
    days_of_therapy = whole_number("Days of therapy", 21)
    transmission = forms.ChoiceField(widget=forms.RadioSelect)
    attested = StatementsField(label="I attest that", widget=forms.CheckboxSelectMultiple)
    replace_live_authorization = forms.BooleanField(label="Void that number and replace it", required=False)

    def __init__(self, data: QueryDict | None = None, *, definition: FormDefinition, **kwargs: Any) -> None:
        """Take the form that fits this patient now."""
        usual = {"days_supply": 28, "transmission": Authorization.Transmission.ELECTRONIC}
        super().__init__(data, **kwargs | {"initial": usual | (kwargs.get("initial") or {})})
        self.definition = definition
        for name in ("strength", "days_supply", "quantity", "days_of_therapy", "transmission"):
            item = definition.item(name)
            field: Any = self.fields[name]
            field.label, field.help_text = item.text, item.help
            if item.choices:
                field.choices = [(choice.code, choice.text) for choice in item.choices]
        statements: Any = self.fields["attested"]
        statements.choices = [(code, definition.item(code).text) for code in statement_codes(definition)]

    @property
    def now_shown(self) -> str:
        """What tells the wording that this page shows from another one; the page carries it as `form_seen`."""
        return fingerprint(self.definition)

    def clean_days_supply(self) -> int:
        """Refuse a number so large that it is none; 0, 29 or -1 are for the rules to refuse."""
        return self._bounded("days_supply", -LARGEST_NUMBER, 1000, "Days’ supply: type a whole number from 1 to 28.")

    def clean_quantity(self) -> int:
        """Refuse more capsules than any prescription has."""
        sentence = f"Quantity: type the number of capsules, {LARGEST_QUANTITY} at most."
        return self._bounded("quantity", -LARGEST_NUMBER, LARGEST_QUANTITY, sentence)

    def clean_days_of_therapy(self) -> int:
        """Refuse days that can not be counted."""
        return self._bounded("days_of_therapy", 1, LONGEST_THERAPY_DAYS, "Days of therapy: type 1 or more.")

    def _bounded(self, name: str, least: int, most: int, sentence: str) -> int:
        number: int = self.cleaned_data[name]
        if not least <= number <= most:
            raise ValidationError(sentence, code="range")
        return number

    def clean(self) -> dict[str, Any]:
        """Refuse more days of therapy than the supply lasts, and answers to a form that changed since it was shown."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if self.data.get("form_seen") != self.now_shown:
            self.add_error(None, FORM_CHANGED)
        therapy, supply = found.get("days_of_therapy"), found.get("days_supply")
        if therapy and supply and supply > 0 and therapy > supply:
            self.add_error("days_of_therapy", f"The supply lasts {supply} days; therapy can’t be longer. Correct one.")
        return found

    def survey(self) -> PrescriberSurvey:
        """Return what a valid form says; there are never refills."""
        found = self.cleaned_data
        by_telephone = found["transmission"] == TELEPHONE
        return PrescriberSurvey(
            prescription=PrescriptionFacts(
                days_supply=found["days_supply"],
                quantity=found["quantity"],
                strength_mg=Decimal(found["strength"]),
                refills=0,
                by_telephone=by_telephone,
            ),
            days_of_therapy=found["days_of_therapy"],
            transmission=None if by_telephone else Authorization.Transmission(found["transmission"]),
            attested=frozenset(found["attested"]),
            replace_live_authorization=found.get("replace_live_authorization", False),
            form_seen=self.now_shown,
        )
