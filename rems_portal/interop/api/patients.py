"""What a prescriber's system does about a patient: submit a pregnancy test, read where the patient stands."""

import uuid
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.actions.authorize import missing_for_next_authorization
from authorizations.actions.safety import TestResult, record_pregnancy_test
from authorizations.facts import patient_facts
from authorizations.models import LIVE_AUTHORIZATION
from patients.models import Enrollment, PregnancyTest, SafetyCase
from rems_portal.errors import IdempotencyConflict
from rems_portal.interop import answers, examples
from rems_portal.interop.api.base import PrescriberView
from rems_portal.interop.description import operation
from rems_portal.interop.serializers.asks import TestAsk
from rems_portal.interop.serializers.replies import StatusReply, TestReply
from rems_portal.program import program_at
from rems_portal.rules.authorization import required_attestations
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import group_of
from rems_portal.rules.enrollment import category_of
from rems_portal.rules.lifecycles import CaseStatus, EnrollmentStatus
from rems_portal.rules.numbers import Kind

TEST_KEYS = uuid.UUID("f0c5bd6b-6bd5-4c1a-9f6a-3d5f3c0a7a11")
USED = "This idempotency key was used for another request. Use a new key."


class PregnancyTestList(PrescriberView):
    """Submit a pregnancy test."""

    @operation(
        "submit_test",
        ask=TestAsk,
        asked=examples.TEST_ASK,
        reply=TestReply,
        replied=examples.TEST,
        success=201,
        number=Kind.PATIENT,
        key=True,
        extra=(409, 422),
    )
    def post(self, request: Request, number: str) -> Response:
        """Record a pregnancy test; a positive one puts the patient on hold at once (PR-04, PR-14, PR-21)."""
        at = timezone.now()
        program = program_at(at)
        canonical = self.number(Kind.PATIENT, number)
        key = self._submission_key()
        asked = self.read(TestAsk)
        enrollment = self.enrollment(canonical, at, program)
        _require_unused(key, enrollment, asked)
        result = TestResult(**asked, submission_key=key)
        try:
            test = record_pregnancy_test(by=self.actor, at=at, enrollment=enrollment, test=result, program=program)
        except IntegrityError:
            # The key was used at the same moment for another patient.
            _require_unused(key, enrollment, asked)
            raise
        _require_unused(key, enrollment, asked)
        holds = SafetyCase.objects.filter(enrollment=enrollment, status=CaseStatus.OPEN, holds=True)
        body = {"collected_at": test.collected_at, "result": test.result, "on_hold": holds.exists()}
        return Response(body, status=status.HTTP_201_CREATED)

    def _submission_key(self) -> uuid.UUID | None:
        """Return this prescriber's key as the record keeps it: another prescriber's same key is another one."""
        key = self.idempotency_key()
        return uuid.uuid5(TEST_KEYS, f"{self.prescriber.pk}:{key}") if key else None


def _require_unused(key: uuid.UUID | None, enrollment: Enrollment, asked: dict[str, Any]) -> None:
    """Raise IdempotencyConflict when another test was recorded under the key."""
    recorded = PregnancyTest.objects.filter(submission_key=key).first() if key else None
    if recorded is None:
        return
    same = all(getattr(recorded, name) == value for name, value in asked.items())
    if recorded.enrollment_id != enrollment.pk or not same:
        raise IdempotencyConflict(USED)


class PatientStatus(PrescriberView):
    """Read a patient's status."""

    @operation("read_patient_status", reply=StatusReply, replied=examples.STATUS, number=Kind.PATIENT)
    def get(self, request: Request, number: str) -> Response:
        """Return what is missing for the next authorization, whose move it is, and what is due when."""
        at = timezone.now()
        program, today = program_at(at), program_day(at)
        enrollment = self.enrollment(self.number(Kind.PATIENT, number), at, program)
        decision = missing_for_next_authorization(enrollment, at=at, program=program)
        facts = patient_facts(enrollment)
        category = category_of(facts, today, program)
        statements = required_attestations(group_of(category), not facts.dispenses, program)
        numbers = enrollment.authorizations.filter(status__in=LIVE_AUTHORIZATION, valid_through__gte=today)
        live = numbers.select_related("decision__form").prefetch_related("decision__form__signatures").first()
        return Response(
            {
                "patient_number": enrollment.patient.number,
                "enrolled": enrollment.status == EnrollmentStatus.ENROLLED,
                "enrollment_status": enrollment.status,
                "risk_category": category,
                "intact": answers.agreement_is_intact(enrollment),
                "at": at,
                "program_version": decision.program_version,
                "ready": decision.granted,
                "findings": [finding.as_dict() for finding in decision.findings],
                "next_test_due": enrollment.next_test_due,
                "next_survey_due": enrollment.next_survey_due,
                "live_authorization": answers.live_authorization_body(live),
                "statements_to_attest": [{"code": one.code, "sentence": one.sentence} for one in statements],
            }
        )
