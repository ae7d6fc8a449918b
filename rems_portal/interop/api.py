"""The hot path over REST: each view loads, calls the one business act that the pages call too, and answers.

A refusal is 422 with the findings; an unknown number and a wrong birth date are the same 404; malformed input is 400
naming the field; a reused idempotency key with another request is 409.
"""

from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from authorizations.actions.authorize import (
    PrescriberSurvey,
    authorize_prescription,
    missing_for_next_authorization,
)
from authorizations.actions.confirm import ConfirmationRequest, cancel_confirmation, confirm_dispense
from authorizations.actions.dispense import DispenseRecord, complete_checklist, record_dispense
from authorizations.actions.safety import TestResult, record_pregnancy_test
from authorizations.facts import patient_facts
from authorizations.models import LIVE_AUTHORIZATION, Authorization, Confirmation, Dispense, Product
from patients.models import Enrollment, PregnancyTest, SafetyCase
from rems_portal.audit.access import record_denied_look, record_look
from rems_portal.audit.actors import Actor
from rems_portal.errors import NotFound
from rems_portal.interop import answers
from rems_portal.interop import serializers as shapes
from rems_portal.interop.authentication import Caller, IsPharmacy, IsPrescriber, TokenAuthentication
from rems_portal.interop.models import ApiToken
from rems_portal.program import program_at
from rems_portal.rules.authorization import PrescriptionFacts
from rems_portal.rules.calendars import program_day
from rems_portal.rules.enrollment import category_of
from rems_portal.rules.lifecycles import CaseStatus, EnrollmentStatus
from rems_portal.rules.numbers import Kind, NumberError, parse_number
from rems_portal.rules.vocabulary import RiskCategory

KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key with the same request gets the same answer, never a second number.",
)
LONGEST_KEY = 64


class _ApiView(APIView):
    authentication_classes = (TokenAuthentication,)

    @property
    def actor(self) -> Actor:
        """Return who is written on the records."""
        return cast(Caller, self.request.user).actor

    @property
    def token(self) -> ApiToken:
        """Return the token of this call."""
        return cast(ApiToken, self.request.auth)

    def read(self, shape: type[Serializer[Any]]) -> dict[str, Any]:
        """Return the checked body. Raises ValidationError naming the field."""
        serializer = shape(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return cast(dict[str, Any], serializer.validated_data)

    def idempotency_key(self) -> str | None:
        """Return the request's key. Raises ValidationError when it is too long to keep."""
        key = self.request.headers.get("Idempotency-Key")
        if key is not None and not 1 <= len(key) <= LONGEST_KEY:
            raise ValidationError({"Idempotency-Key": [f"Give 1 to {LONGEST_KEY} characters."]})
        return key


class _PharmacyView(_ApiView):
    permission_classes = (IsPharmacy,)

    def number(self, text: str) -> str:
        """Return a confirmation number in its canonical form. Raises NotFound for one that can't be."""
        try:
            return parse_number(Kind.CONFIRMATION, text)
        except NumberError:
            raise NotFound from None


class _PrescriberView(_ApiView):
    permission_classes = (IsPrescriber,)

    def enrollment(self, text: str, at: Any) -> Enrollment:
        """Return the prescriber's own patient and write the look down. Raises NotFound, which is written down too."""
        rows = Enrollment.objects.filter(prescriber_id=self.token.prescriber_id).select_related("patient", "prescriber")
        try:
            number = parse_number(Kind.PATIENT, text)
        except NumberError:
            raise NotFound from None
        found: Enrollment | None = rows.filter(patient__number=number).order_by("-enrolled_at").first()
        if found is None:
            record_denied_look(by=self.actor, at=at, record=f"patient {number}")
            raise NotFound
        record_look(by=self.actor, at=at, record=f"patient {number}")
        return found


class AuthorizationList(_PrescriberView):
    """Ask for an authorization."""

    @extend_schema(
        operation_id="authorize",
        request=shapes.AuthorizationAsk,
        parameters=[KEY],
        responses={201: shapes.AuthorizationAnswer, 422: shapes.RefusalAnswer},
    )
    def post(self, request: Request) -> Response:
        """Ask for an authorization number by completing the prescriber survey (PR-09, PR-18)."""
        at = timezone.now()
        asked = self.read(shapes.AuthorizationAsk)
        program = program_at(at)
        known = {attestation.code for attestation in program.attestations}
        if not set(asked["attested"]) <= known:
            raise ValidationError({"attested": [f"Known statements are: {', '.join(sorted(known))}."]})
        enrollment = self.enrollment(asked["patient_number"], at)
        decision = authorize_prescription(
            by=self.actor,
            at=at,
            prescriber=enrollment.prescriber,
            enrollment=enrollment,
            survey=PrescriberSurvey(
                prescription=PrescriptionFacts(
                    days_supply=asked["days_supply"],
                    quantity=asked["quantity"],
                    strength_mg=asked["strength_mg"],
                    refills=asked["refills"],
                    by_telephone=asked["by_telephone"],
                ),
                days_of_therapy=asked["days_of_therapy"],
                transmission=Authorization.Transmission(asked["transmission"]),
                attested=frozenset(asked["attested"]),
                replace_live_authorization=asked["replace_live_authorization"],
            ),
            program=program,
            idempotency_key=self.idempotency_key(),
        )
        return answers.authorization_granted(decision) if decision.granted else answers.refusal(decision)


class ConfirmationList(_PharmacyView):
    """Ask for a confirmation."""

    @extend_schema(
        operation_id="confirm",
        request=shapes.ConfirmationAsk,
        parameters=[KEY],
        responses={201: shapes.ConfirmationAnswer, 422: shapes.RefusalAnswer},
    )
    def post(self, request: Request) -> Response:
        """Ask for a confirmation number for one prescription (PH-08)."""
        at = timezone.now()
        asked = self.read(shapes.ConfirmationAsk)
        program = program_at(at)
        decision = confirm_dispense(
            by=self.actor,
            at=at,
            pharmacy=self.token.pharmacy,
            request=ConfirmationRequest(
                authorization_number=asked["authorization_number"],
                category=RiskCategory(asked["risk_category"]),
                birth_date=asked["birth_date"],
                days_supply=asked["days_supply"],
                strength_mg=asked["strength_mg"],
                refill=asked["refill"],
                by_telephone=asked["by_telephone"],
            ),
            program=program,
            idempotency_key=self.idempotency_key(),
        )
        if decision.granted:
            body = answers.confirmation_body(decision.confirmation, decision.program_version, program)
            return Response(body, status=status.HTTP_201_CREATED)
        if decision.enrollment_id is None:
            raise NotFound
        return answers.refusal(decision)


class ConfirmationDetail(_PharmacyView):
    """Read one confirmation of this pharmacy."""

    @extend_schema(operation_id="read_confirmation", responses=shapes.ConfirmationAnswer)
    def get(self, request: Request, number: str) -> Response:
        """Return the confirmation's state, deadlines and checklist."""
        at = timezone.now()
        canonical = self.number(number)
        found = Confirmation.objects.select_related("decision").filter(
            number=canonical, pharmacy_id=self.token.pharmacy_id
        )
        confirmation = found.first()
        record = f"confirmation {canonical}"
        if confirmation is None:
            record_denied_look(by=self.actor, at=at, record=record)
            raise NotFound
        record_look(by=self.actor, at=at, record=record)
        version = confirmation.decision.program_version
        return Response(answers.confirmation_body(confirmation, version, program_at(at)))


class ConfirmationChecklist(_PharmacyView):
    """Complete the Checklist."""

    @extend_schema(operation_id="complete_checklist", request=shapes.ChecklistAsk, responses=shapes.StateAnswer)
    def post(self, request: Request, number: str) -> Response:
        """Record that every item of the Checklist was covered with the patient (PH-03 to PH-06, PH-10)."""
        at = timezone.now()
        asked = self.read(shapes.ChecklistAsk)
        checklist = complete_checklist(
            by=self.actor,
            at=at,
            pharmacy=self.token.pharmacy,
            number=self.number(number),
            items=frozenset(asked["items"]),
            program=program_at(at),
        )
        confirmation = checklist.confirmation
        return Response({"confirmation_number": confirmation.number, "status": confirmation.status})


class ConfirmationDispense(_PharmacyView):
    """Record a dispense."""

    @extend_schema(
        operation_id="record_dispense", request=shapes.DispenseAsk, responses={201: shapes.DispenseAnswer}
    )
    def post(self, request: Request, number: str) -> Response:
        """Record that the product was shipped or picked up (PH-09, PH-19)."""
        at = timezone.now()
        asked = self.read(shapes.DispenseAsk)
        dispense = record_dispense(
            by=self.actor,
            at=at,
            pharmacy=self.token.pharmacy,
            number=self.number(number),
            record=DispenseRecord(
                how=Dispense.How(asked["how"]),
                done_at=asked["done_at"],
                product=_product(asked.get("ndc")),
                lot=asked["lot"],
            ),
            program=program_at(at),
        )
        return Response(answers.dispense_body(dispense), status=status.HTTP_201_CREATED)


def _product(ndc: str | None) -> Product | None:
    if ndc is None:
        return None
    product = Product.objects.filter(ndc=ndc, is_active=True).first()
    if product is None:
        raise ValidationError({"ndc": ["This NDC is not in the product catalogue."]})
    return product


class ConfirmationCancel(_PharmacyView):
    """Cancel a confirmation."""

    @extend_schema(operation_id="cancel_confirmation", request=shapes.CancelAsk, responses=shapes.StateAnswer)
    def post(self, request: Request, number: str) -> Response:
        """Give an open confirmation back, with a reason."""
        asked = self.read(shapes.CancelAsk)
        confirmation = cancel_confirmation(
            by=self.actor,
            at=timezone.now(),
            pharmacy=self.token.pharmacy,
            number=self.number(number),
            reason=asked["reason"],
        )
        return Response({"confirmation_number": confirmation.number, "status": confirmation.status})


class PregnancyTestList(_PrescriberView):
    """Submit a pregnancy test."""

    @extend_schema(operation_id="submit_test", request=shapes.TestAsk, responses={201: shapes.TestAnswer})
    def post(self, request: Request, number: str) -> Response:
        """Record a pregnancy test; a positive one puts the patient on hold at once (PR-04, PR-14, PR-21)."""
        at = timezone.now()
        asked = self.read(shapes.TestAsk)
        test = record_pregnancy_test(
            by=self.actor,
            at=at,
            enrollment=self.enrollment(number, at),
            test=TestResult(
                collected_at=asked["collected_at"],
                reported_at=asked["reported_at"],
                method=PregnancyTest.Method(asked["method"]),
                sensitivity_miu_ml=asked["sensitivity_miu_ml"],
                result=PregnancyTest.Result(asked["result"]),
                laboratory=asked["laboratory"],
            ),
            program=program_at(at),
        )
        holds = SafetyCase.objects.filter(enrollment=test.enrollment, status=CaseStatus.OPEN, holds=True)
        body = {"collected_at": test.collected_at, "result": test.result, "on_hold": holds.exists()}
        return Response(body, status=status.HTTP_201_CREATED)


class PatientStatus(_PrescriberView):
    """Read a patient's status."""

    @extend_schema(operation_id="read_patient_status", responses=shapes.StatusAnswer)
    def get(self, request: Request, number: str) -> Response:
        """Return what is missing for the next authorization, whose move it is, and what is due when."""
        at = timezone.now()
        enrollment = self.enrollment(number, at)
        program = program_at(at)
        decision = missing_for_next_authorization(enrollment, at=at, program=program)
        live = enrollment.authorizations.filter(status__in=LIVE_AUTHORIZATION, valid_through__gte=program_day(at))
        return Response(
            {
                "patient_number": enrollment.patient.number,
                "enrolled": enrollment.status == EnrollmentStatus.ENROLLED,
                "risk_category": category_of(patient_facts(enrollment), program_day(at), program),
                "at": at,
                "program_version": decision.program_version,
                "ready": decision.granted,
                "findings": [finding.as_dict() for finding in decision.findings],
                "next_test_due": enrollment.next_test_due,
                "next_survey_due": enrollment.next_survey_due,
                "live_authorization_valid_through": live.values_list("valid_through", flat=True).first(),
            }
        )
