"""What the API answers, for its description; `rems_portal.interop.answers` fills these shapes, tests compare them."""

from enum import StrEnum
from typing import Any

from rest_framework import serializers

from authorizations.models import Dispense
from patients.models import PregnancyTest
from rems_portal.interop.serializers.fields import one_of
from rems_portal.rules.lifecycles import AuthorizationStatus, ConfirmationStatus, EnrollmentStatus
from rems_portal.rules.vocabulary import Party, RiskCategory


class Code(StrEnum):
    """Why a request was not carried out, in one word for programs."""

    MALFORMED = "malformed"
    NOT_AUTHENTICATED = "not_authenticated"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    REFUSED = "refused"
    FAULT = "fault"


class Granted(StrEnum):
    """What a granted decision says of itself."""

    GRANTED = "granted"


CodeField = one_of(Code)
GrantedField = one_of(Granted)
PartyField = one_of(Party)
CategoryField = one_of(RiskCategory)
AuthorizationStatusField = one_of(AuthorizationStatus)
ConfirmationStatusField = one_of(ConfirmationStatus)
EnrollmentStatusField = one_of(EnrollmentStatus)
HowField = one_of(Dispense.How)
ResultField = one_of(PregnancyTest.Result)


class FindingReply(serializers.Serializer[Any]):
    """One thing that is missing: the rule, its obligations, a sentence, whose move it is."""

    rule = serializers.CharField()
    obligations = serializers.ListField(child=serializers.CharField())
    sentence = serializers.CharField()
    move = PartyField()


class FieldProblem(serializers.Serializer[Any]):
    """One field that can't be read, and what to write instead."""

    field = serializers.CharField(help_text="Its name; `body` for the whole, a header's or the address's part by name.")
    message = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """Every answer that is not a success has this shape, with all fields there."""

    code = CodeField()
    message = serializers.CharField(help_text="A sentence for people.")
    fields = serializers.ListField(child=FieldProblem(), help_text="Filled for 400.")  # type: ignore[assignment]
    failed = serializers.ListField(child=serializers.CharField(), help_text="For 422: ids of the rules that failed.")
    findings = serializers.ListField(child=FindingReply(), help_text="For 422: everything that is missing.")
    program_version = serializers.CharField(allow_null=True, help_text="For 422: under which version it was decided.")


class StatementReply(serializers.Serializer[Any]):
    """A statement with its code: a checklist item, or what a prescriber attests."""

    code = serializers.CharField()
    sentence = serializers.CharField()


class AuthorizationReply(serializers.Serializer[Any]):
    """A granted authorization: number and risk category both belong on the prescription (PR-09)."""

    outcome = GrantedField()
    program_version = serializers.CharField()
    authorization_number = serializers.CharField()
    risk_category = CategoryField()
    valid_through = serializers.DateField(help_text="The last good day, in the program's zone (America/New_York).")


class ConfirmationReply(serializers.Serializer[Any]):
    """A confirmation with its deadlines, and the checklist to go through before it is dispensed."""

    outcome = GrantedField()
    program_version = serializers.CharField()
    confirmation_number = serializers.CharField()
    authorization_number = serializers.CharField()
    status = ConfirmationStatusField()
    obtained_at = serializers.DateTimeField()
    ship_by = serializers.DateTimeField(help_text="Females who can get pregnant: the end of the pharmacy's own day.")
    pick_up_by = serializers.DateTimeField()
    days_supply = serializers.IntegerField()
    checklist = StatementReply(many=True)
    intact = serializers.BooleanField(
        help_text="false: the checklist is not what was completed any more. Don’t rely on it; call the program."
    )


class DispenseReply(serializers.Serializer[Any]):
    """A recorded dispense."""

    confirmation_number = serializers.CharField()
    how = HowField()
    done_at = serializers.DateTimeField()
    days_supply = serializers.IntegerField()
    in_time = serializers.BooleanField(help_text="false: recorded as a deviation; the program looks at it.")


class StateReply(serializers.Serializer[Any]):
    """A confirmation's state after an act."""

    confirmation_number = serializers.CharField()
    status = ConfirmationStatusField()


class TestReply(serializers.Serializer[Any]):
    """A recorded test, and whether the patient is on hold now."""

    __test__ = False

    collected_at = serializers.DateTimeField()
    result = ResultField()
    on_hold = serializers.BooleanField()


class LiveAuthorizationReply(serializers.Serializer[Any]):
    """The patient's authorization that is good now."""

    authorization_number = serializers.CharField()
    risk_category = CategoryField()
    status = AuthorizationStatusField()
    valid_through = serializers.DateField()
    intact = serializers.BooleanField(
        help_text="false: the survey behind it is not what was signed any more. Don’t rely on it; call the program."
    )


class StatusReply(serializers.Serializer[Any]):
    """What the rules would say of an authorization asked for now, and when the next things are due."""

    patient_number = serializers.CharField()
    enrolled = serializers.BooleanField()
    enrollment_status = EnrollmentStatusField(
        help_text="pending: signed by the prescriber, waits for the patient's side. withdrawn: taken back while it "
        "waited. discontinued: treatment has ended; a restart is a new enrollment."
    )
    risk_category = CategoryField(help_text="The one that fits today, whatever form is on file.")
    intact = serializers.BooleanField(
        help_text="false: the agreement form on file, or what the record repeats of it, is not what was signed any "
        "more. Don’t rely on it; call the program."
    )
    at = serializers.DateTimeField()
    program_version = serializers.CharField()
    ready = serializers.BooleanField(help_text="Nothing is missing but the prescription and its statements.")
    findings = FindingReply(many=True)
    next_test_due = serializers.DateField(allow_null=True)
    next_survey_due = serializers.DateField(allow_null=True)
    live_authorization = LiveAuthorizationReply(allow_null=True)
    statements_to_attest = StatementReply(many=True)
