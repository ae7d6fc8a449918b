"""Asking for an authorization number."""

from typing import Any

from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.actions.authorize import PrescriberSurvey, authorize_prescription
from rems_portal.interop import answers, examples
from rems_portal.interop.api.base import PrescriberView
from rems_portal.interop.description import operation
from rems_portal.interop.serializers.asks import AuthorizationAsk
from rems_portal.interop.serializers.replies import AuthorizationReply
from rems_portal.program import program_at
from rems_portal.rules.authorization import PrescriptionFacts
from rems_portal.rules.programs import ProgramVersion
from rems_portal.signatures.actions import Signing
from rems_portal.signatures.models import Method


class AuthorizationList(PrescriberView):
    """Ask for an authorization."""

    @operation(
        "authorize",
        ask=AuthorizationAsk,
        asked=examples.AUTHORIZATION_ASK,
        reply=AuthorizationReply,
        replied=examples.AUTHORIZATION,
        success=201,
        key=True,
        extra=(409, 422),
    )
    def post(self, request: Request) -> Response:
        """Ask for an authorization number by completing the prescriber survey, signed with the token (PR-09, PR-18)."""
        at = timezone.now()
        program = program_at(at)
        key = self.idempotency_key()
        asked = self.read(AuthorizationAsk)
        survey = _survey(asked, program)
        enrollment = self.enrollment(asked["patient_number"], at, program)
        decision = authorize_prescription(
            by=self.actor,
            at=at,
            prescriber=self.prescriber,
            enrollment=enrollment,
            survey=survey,
            program=program,
            signing=Signing(printed_name=self.prescriber.full_name, method=Method.TOKEN, at=at),
            idempotency_key=key,
        )
        return answers.authorization_granted(decision) if decision.granted else answers.refusal(decision)


def _survey(asked: dict[str, Any], program: ProgramVersion) -> PrescriberSurvey:
    known = {attestation.code for attestation in program.attestations}
    if not known.issuperset(asked["attested"]):
        raise ValidationError({"attested": f"Give codes of known statements: {', '.join(sorted(known))}."})
    return PrescriberSurvey(
        prescription=PrescriptionFacts(
            days_supply=asked["days_supply"],
            quantity=asked["quantity"],
            strength_mg=asked["strength_mg"],
            refills=asked["refills"],
            by_telephone=asked["by_telephone"],
        ),
        days_of_therapy=asked["days_of_therapy"],
        transmission=asked["transmission"],
        attested=frozenset(asked["attested"]),
        replace_live_authorization=asked["replace_live_authorization"],
    )
