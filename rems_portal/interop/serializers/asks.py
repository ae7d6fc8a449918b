"""What the API is asked: the shape of each request's body. A field that is not listed here is refused by name."""

from typing import Any

from rest_framework import serializers

from authorizations.models import Authorization, Dispense
from patients.models import PregnancyTest
from rems_portal.interop.serializers.fields import (
    AuthorizationNumberField,
    DayField,
    FlagField,
    InstantField,
    PatientNumberField,
    StrengthField,
    TextField,
    WholeField,
    one_of,
)
from rems_portal.rules.vocabulary import RiskCategory

CategoryField = one_of(RiskCategory)
TransmissionField = one_of(Authorization.Transmission)
HowField = one_of(Dispense.How)
MethodField = one_of(PregnancyTest.Method)
ResultField = one_of(PregnancyTest.Result)


class AuthorizationAsk(serializers.Serializer[Any]):
    """The prescriber survey: the prescription, and what the prescriber attests to have counseled."""

    patient_number = PatientNumberField()
    days_supply = WholeField(help_text="1 to 28.")
    quantity = WholeField(help_text="Capsules.")
    strength_mg = StrengthField()
    refills = WholeField(default=0, help_text="Must be 0: no refills.")
    by_telephone = FlagField(default=False, help_text="Must be false: written or electronic prescriptions only.")
    transmission = TransmissionField(default=Authorization.Transmission.ELECTRONIC)
    days_of_therapy = WholeField(help_text="Days of therapy prescribed, 1 to 366.")
    attested = serializers.ListField(
        child=TextField(max_length=60),
        max_length=50,
        help_text="Codes of the statements attested; the patient's status lists those that are asked for.",
    )
    replace_live_authorization = FlagField(
        default=False, help_text="Void the patient's live authorization, and issue this one in its place."
    )


class ConfirmationAsk(serializers.Serializer[Any]):
    """What stands on the prescription, and what is to be dispensed."""

    authorization_number = AuthorizationNumberField()
    risk_category = CategoryField(help_text="As written on the prescription.")
    birth_date = DayField(help_text="Of the patient.")
    days_supply = WholeField(help_text="1 to 28, and no more than authorized.")
    strength_mg = StrengthField()
    refill = FlagField(default=False)
    by_telephone = FlagField(default=False)


class ChecklistAsk(serializers.Serializer[Any]):
    """The items of the Education and Counseling Checklist that were gone through with the patient."""

    items = serializers.ListField(
        child=TextField(max_length=60), max_length=100, help_text="Codes; the confirmation lists them with their text."
    )


class DispenseAsk(serializers.Serializer[Any]):
    """What left the pharmacy, how and when."""

    how = HowField()
    done_at = InstantField(help_text="When it was shipped or picked up.")
    days_supply = WholeField(required=False, help_text="If less than confirmed was dispensed.")
    ndc = TextField(max_length=14, required=False, help_text="As in the program's product catalogue.")
    lot = TextField(max_length=40, default="", allow_blank=True)


class CancelAsk(serializers.Serializer[Any]):
    """Why the confirmation is given back."""

    reason = TextField(max_length=250)


class TestAsk(serializers.Serializer[Any]):
    """A pregnancy test as the laboratory reports it."""

    __test__ = False

    collected_at = InstantField()
    reported_at = InstantField()
    method = MethodField()
    sensitivity_miu_ml = WholeField(help_text="1 to 1000, often 25; only tests of 50 or less count.")
    result = ResultField()
    laboratory = TextField(max_length=150)
