"""What a prescriber types to be certified and to name delegates. Decides nothing: the acts and the rules do."""

from django import forms
from django.core.exceptions import ValidationError

from prescribers.actions import PrescriberIdentity
from rems_portal.rules.numbers import npi_is_valid
from rems_portal.typed import LineField, NameField, TypedForm

NPI_DIGITS = 10
PHONE_MARKS = frozenset("+-().,/# x")


class NpiField(LineField):
    """A National Provider Identifier, however it was grouped. Out: its ten digits."""

    def to_python(self, value: object) -> str:
        return "".join(char for char in super().to_python(value) if char not in " -.")

    def validate(self, value: str) -> None:
        super().validate(value)
        if not (value.isascii() and value.isdigit()):
            raise ValidationError("An NPI has digits only. Type its 10 digits.", code="digits")
        if len(value) != NPI_DIGITS:
            raise ValidationError(f"An NPI has 10 digits; this one has {len(value)}. Check it.", code="length")
        if not npi_is_valid(value):
            sentence = "A digit of this NPI is mistyped: the last digit doesn’t fit the others. Check it."
            raise ValidationError(sentence, code="check_digit")


class PhoneField(LineField):
    """A telephone number in any common writing. Out: as typed, tidied."""

    def validate(self, value: str) -> None:
        super().validate(value)
        digits = sum(char.isascii() and char.isdigit() for char in value)
        others = {char.lower() for char in value if not (char.isascii() and char.isdigit())}
        if digits < NPI_DIGITS or not others <= PHONE_MARKS | frozenset("ext"):
            sentence = "A telephone number needs its area code and digits only, for example 617-555-0100."
            raise ValidationError(sentence, code="phone")


class IdentityForm(TypedForm):
    """Who the prescriber is (PR-02)."""

    npi = NpiField(label="NPI", max_length=60, missing="Type your NPI: 10 digits.")
    full_name = NameField(label="Full name", max_length=150, missing="Type your full name.")
    credentials = LineField(label="Credentials", max_length=40, required=False)
    practice_name = LineField(label="Practice or hospital", max_length=150, missing="Type the name of your practice.")
    phone = PhoneField(label="Office telephone", max_length=30, missing="Type your office’s telephone number.")

    def identity(self) -> PrescriberIdentity:
        """Return what a valid form says."""
        return PrescriberIdentity(**self.cleaned_data)


class SignatureForm(TypedForm):
    """The signature under the Prescriber Enrollment Form (PR-02)."""

    signed_name = NameField(label="Type your full name to sign", max_length=150, missing="Type your full name to sign.")


class DelegateForm(TypedForm):
    """The address of the office staff account that becomes a delegate."""

    email = forms.EmailField(
        label="Their e-mail address",
        error_messages={
            "required": "Type the e-mail address of the person’s account.",
            "invalid": "Type a whole e-mail address, for example name@practice.org.",
        },
    )
