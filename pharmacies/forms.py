"""What pharmacy staff type to certify their pharmacy and to say who works there. The acts and the rules decide."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from pharmacies.actions import PharmacyIdentity
from pharmacies.facts import Signature
from pharmacies.models import Pharmacy
from prescribers.forms import NpiField, PhoneField
from rems_portal.rules.numbers import ncpdp_id_is_valid
from rems_portal.rules.programs import ProgramVersion
from rems_portal.typed import LineField, NameField, TypedForm

NCPDP_DIGITS = 7
# The zones of the United States and its territories, by the names that people there use.
ZONES = (
    ("America/New_York", "Eastern (New York, Atlanta, Miami)"),
    ("America/Indiana/Indianapolis", "Eastern, Indiana"),
    ("America/Detroit", "Eastern, Michigan"),
    ("America/Chicago", "Central (Chicago, Dallas, New Orleans)"),
    ("America/Denver", "Mountain (Denver, Salt Lake City)"),
    ("America/Boise", "Mountain, southern Idaho"),
    ("America/Phoenix", "Arizona, without daylight saving"),
    ("America/Los_Angeles", "Pacific (Los Angeles, Seattle)"),
    ("America/Anchorage", "Alaska"),
    ("America/Adak", "Aleutian Islands"),
    ("Pacific/Honolulu", "Hawaii"),
    ("America/Puerto_Rico", "Puerto Rico, U.S. Virgin Islands"),
    ("Pacific/Guam", "Guam, Northern Mariana Islands"),
    ("Pacific/Pago_Pago", "American Samoa"),
)


class NcpdpField(LineField):
    """An NCPDP pharmacy id, however it was grouped. Out: its seven digits."""

    def to_python(self, value: object) -> str:
        return "".join(char for char in super().to_python(value) if char not in " -.")

    def validate(self, value: str) -> None:
        super().validate(value)
        if not (value.isascii() and value.isdigit()):
            raise ValidationError("An NCPDP id has digits only. Type its 7 digits.", code="digits")
        if not ncpdp_id_is_valid(value):
            sentence = f"An NCPDP id has {NCPDP_DIGITS} digits; this one has {len(value)}. Check it."
            raise ValidationError(sentence, code="length")


class IdentityForm(TypedForm):
    """Who the pharmacy is and where (PH-01)."""

    name = LineField(label="Name of the pharmacy", max_length=150, missing="Type the pharmacy’s name.")
    npi = NpiField(label="NPI of the pharmacy", max_length=60, missing="Type the pharmacy’s NPI: 10 digits.")
    ncpdp_id = NcpdpField(label="NCPDP id", max_length=60, missing="Type the NCPDP id: 7 digits.")
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=[("", "Choose the time zone"), *ZONES],
        error_messages={"required": "Choose the time zone: shipping deadlines are counted in it."},
    )
    phone = PhoneField(label="Telephone", max_length=30, missing="Type the pharmacy’s telephone number.")
    address = LineField(label="Address", max_length=250, missing="Type street, city, state and ZIP code.")

    def __init__(self, data: QueryDict | None = None, *, shown: Pharmacy | None = None, **kwargs: Any) -> None:
        """Take the pharmacy that is corrected, if any; a zone of its own that is not in the list stays possible."""
        if shown is not None:
            kwargs.setdefault("initial", {name: getattr(shown, name) for name in type(self).base_fields})
        super().__init__(data, **kwargs)
        if shown is not None and shown.time_zone not in dict(ZONES):
            field = cast(forms.ChoiceField, self.fields["time_zone"])
            field.choices = [("", "Choose the time zone"), *ZONES, (shown.time_zone, shown.time_zone)]

    def identity(self) -> PharmacyIdentity:
        """Return what a valid form says."""
        return PharmacyIdentity(**self.cleaned_data)


class QuizForm(TypedForm):
    """The Certification Quiz of a program version: one choice for each question (PH-01)."""

    def __init__(self, data: QueryDict | None = None, *, program: ProgramVersion, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for place, question in enumerate(program.quiz, 1):
            self.fields[question.code] = forms.ChoiceField(
                label=f"{place}. {question.sentence}",
                choices=[(choice.code, choice.sentence) for choice in question.choices],
                widget=forms.RadioSelect,
                error_messages={"required": f"Answer question {place}.", "invalid_choice": f"Answer question {place}."},
            )


class SignatureForm(TypedForm):
    """The attested processes and the signature under the Pharmacy Enrollment Form (PH-02)."""

    processes = forms.MultipleChoiceField(
        label="We have processes for each of these", widget=forms.CheckboxSelectMultiple
    )
    signed_name = NameField(label="Type your full name to sign", max_length=150, missing="Type your full name to sign.")

    def __init__(self, data: QueryDict | None = None, *, program: ProgramVersion, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        needed = program.pharmacy_processes
        self.needed = len(needed)
        self.missing = f"All {len(needed)} processes are needed. Tick each one that your pharmacy has in place."
        field = cast(forms.MultipleChoiceField, self.fields["processes"])
        field.choices = [(process.code, process.sentence) for process in needed]
        field.error_messages["required"] = self.missing

    def clean_processes(self) -> list[str]:
        """Refuse a form that leaves a process out."""
        ticked: list[str] = self.cleaned_data["processes"]
        if len(set(ticked)) < self.needed:
            raise ValidationError(self.missing, code="missing")
        return ticked

    def signature(self) -> Signature:
        """Return what a valid form is signed with."""
        return Signature(name=self.cleaned_data["signed_name"], processes=frozenset(self.cleaned_data["processes"]))


class StaffForm(TypedForm):
    """The address of the account of somebody who works in the pharmacy."""

    email = forms.EmailField(
        label="Their e-mail address",
        error_messages={
            "required": "Type the e-mail address of the person’s account.",
            "invalid": "Type a whole e-mail address, for example name@pharmacy.org.",
        },
    )


class TrainingForm(TypedForm):
    """That the person who is signed in has reviewed the training."""

    reviewed = forms.BooleanField(
        label="I have reviewed the Pharmacy Training and will work by it",
        error_messages={"required": "Read the training to its end, then tick that you have reviewed it."},
    )
