"""The shapes of the API's requests and answers. They check form and name the field that is wrong; they decide nothing."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from authorizations.models import Authorization, Dispense
from patients.models import PregnancyTest
from rems_portal.rules.numbers import Kind, NumberError, parse_number
from rems_portal.rules.vocabulary import RiskCategory

SUPPLY_LIMITS = {"min_value": -(2**31), "max_value": 2**31 - 1}


class NumberField(serializers.CharField):
    """A number people read aloud; a mistyped one is told from an unknown one by its check character."""

    def __init__(self, kind: Kind, **options: Any):
        self.kind = kind
        super().__init__(max_length=60, **options)

    def to_internal_value(self, data: Any) -> str:
        """Return the canonical form. Raises ValidationError with a sentence for a slip of the finger."""
        try:
            return parse_number(self.kind, super().to_internal_value(data))
        except NumberError as error:
            raise serializers.ValidationError(error.sentence) from None


class StrictBooleanField(serializers.BooleanField):
    """true or false; not "yes", not 1."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the boolean. Raises ValidationError for anything else."""
        if data is True or data is False:
            return bool(data)
        raise serializers.ValidationError("Give true or false.")


class SupplyField(serializers.IntegerField):
    """A whole number; whether it is a good one is for the rules to say."""

    def __init__(self, **options: Any):
        super().__init__(**{**SUPPLY_LIMITS, **options})

    def to_internal_value(self, data: Any) -> int:
        """Return the number. Raises ValidationError for booleans and letters."""
        if isinstance(data, bool):
            raise serializers.ValidationError("Give a whole number.")
        return int(super().to_internal_value(data))


class InstantField(serializers.DateTimeField):
    """An instant: ISO 8601 with its offset, so that nobody has to guess the zone."""

    def to_internal_value(self, value: Any) -> datetime:
        """Return the instant in UTC. Raises ValidationError without an offset or for an impossible date."""
        try:
            instant = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            raise serializers.ValidationError("Give date, time and offset, such as 2026-11-20T16:52:00-05:00.")
        try:
            return instant.astimezone(UTC)
        except OverflowError:
            raise serializers.ValidationError("This date lies outside the calendar.") from None


class AuthorizationAsk(serializers.Serializer[Any]):
    """Ask for an authorization: the prescription and what was counseled."""

    patient_number = NumberField(Kind.PATIENT)
    days_supply = SupplyField()
    quantity = SupplyField()
    strength_mg = serializers.DecimalField(max_digits=5, decimal_places=2)
    refills = SupplyField(default=0)
    by_telephone = StrictBooleanField(default=False)
    transmission = serializers.ChoiceField(
        Authorization.Transmission.choices, default=Authorization.Transmission.ELECTRONIC
    )
    days_of_therapy = serializers.IntegerField(min_value=1, max_value=366)
    attested = serializers.ListField(child=serializers.CharField(max_length=40), max_length=20)
    replace_live_authorization = StrictBooleanField(default=False)


class ConfirmationAsk(serializers.Serializer[Any]):
    """Ask for a confirmation: what stands on the prescription, and what is to be dispensed."""

    authorization_number = NumberField(Kind.AUTHORIZATION)
    risk_category = serializers.ChoiceField([(category.value, category.label) for category in RiskCategory])
    birth_date = serializers.DateField()
    days_supply = SupplyField()
    strength_mg = serializers.DecimalField(max_digits=5, decimal_places=2)
    refill = StrictBooleanField(default=False)
    by_telephone = StrictBooleanField(default=False)


class ChecklistAsk(serializers.Serializer[Any]):
    """The items of the Education and Counseling Checklist that were covered with the patient."""

    items = serializers.ListField(child=serializers.CharField(max_length=60), max_length=60)


class DispenseAsk(serializers.Serializer[Any]):
    """What left the pharmacy, how and when."""

    how = serializers.ChoiceField(Dispense.How.choices)
    done_at = InstantField()
    ndc = serializers.CharField(max_length=14, required=False)
    lot = serializers.CharField(max_length=40, default="", allow_blank=True)


class CancelAsk(serializers.Serializer[Any]):
    """Why the confirmation is given back."""

    reason = serializers.CharField(max_length=250)


class TestAsk(serializers.Serializer[Any]):
    """A pregnancy test as the laboratory reports it."""

    collected_at = InstantField()
    reported_at = InstantField()
    method = serializers.ChoiceField(PregnancyTest.Method.choices)
    sensitivity_miu_ml = serializers.IntegerField(min_value=1, max_value=1000)
    result = serializers.ChoiceField(PregnancyTest.Result.choices)
    laboratory = serializers.CharField(max_length=150)


class FindingAnswer(serializers.Serializer[Any]):
    """One thing that is missing: the rule, its obligations, a sentence, whose move it is."""

    rule = serializers.CharField()
    obligations = serializers.ListField(child=serializers.CharField())
    sentence = serializers.CharField()
    move = serializers.CharField()


class RefusalAnswer(serializers.Serializer[Any]):
    """Why not: everything that is missing."""

    outcome = serializers.CharField()
    failed = serializers.ListField(child=serializers.CharField())
    program_version = serializers.CharField()
    findings = FindingAnswer(many=True)


class AuthorizationAnswer(serializers.Serializer[Any]):
    """A granted authorization: both numbers belong on the prescription (PR-09)."""

    outcome = serializers.CharField()
    program_version = serializers.CharField()
    authorization_number = serializers.CharField()
    risk_category = serializers.CharField()
    valid_through = serializers.DateField()


class ConfirmationAnswer(serializers.Serializer[Any]):
    """A granted confirmation with its deadlines in UTC."""

    outcome = serializers.CharField()
    program_version = serializers.CharField()
    confirmation_number = serializers.CharField()
    obtained_at = serializers.DateTimeField()
    ship_by = serializers.DateTimeField()
    pick_up_by = serializers.DateTimeField()
    status = serializers.CharField()
    checklist = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))


class DispenseAnswer(serializers.Serializer[Any]):
    """A recorded dispense."""

    confirmation_number = serializers.CharField()
    how = serializers.CharField()
    done_at = serializers.DateTimeField()
    days_supply = serializers.IntegerField()
    in_time = serializers.BooleanField()


class StateAnswer(serializers.Serializer[Any]):
    """A confirmation's state after an act."""

    confirmation_number = serializers.CharField()
    status = serializers.CharField()


class TestAnswer(serializers.Serializer[Any]):
    """A recorded test, and whether the patient is on hold now."""

    collected_at = serializers.DateTimeField()
    result = serializers.CharField()
    on_hold = serializers.BooleanField()


class StatusAnswer(serializers.Serializer[Any]):
    """What the rules would say now, and when the next things are due."""

    patient_number = serializers.CharField()
    enrolled = serializers.BooleanField()
    risk_category = serializers.CharField()
    at = serializers.DateTimeField()
    program_version = serializers.CharField()
    ready = serializers.BooleanField()
    findings = FindingAnswer(many=True)
    next_test_due = serializers.DateField(allow_null=True)
    next_survey_due = serializers.DateField(allow_null=True)
    live_authorization_valid_through = serializers.DateField(allow_null=True)
