"""Facts written down as the JSON request that asks the same question again.

What is stored beside a decision is such a request, so that an old decision can be replayed by `questions` or by
`manage.py decide`. Writes only what the rules looked at; reading is the business of `questions`.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from rems_portal.rules.authorization import AuthorizationFacts
from rems_portal.rules.dispensing import ConfirmationFacts, IssuedAuthorizationFacts
from rems_portal.rules.facts import AgreementFacts, DispenseFacts, PatientFacts, PregnancyTestFacts

Request = dict[str, Any]


def authorization_request(facts: AuthorizationFacts) -> Request:
    """The facts of an authorization as a JSON-ready request; instants as ISO 8601 in UTC."""
    prescription = facts.prescription
    return {
        "ask": "authorization",
        "at": facts.at.isoformat(),
        "prescriber": {"certified": facts.prescriber_certified},
        "patient": patient_fields(facts.patient),
        "prescription": {
            "days_supply": prescription.days_supply,
            "quantity": prescription.quantity,
            "strength_mg": _number(prescription.strength_mg),
            "refills": prescription.refills,
            "by_telephone": prescription.by_telephone,
        },
        "attested": sorted(facts.attested),
        "replace_live_authorization": facts.replace_live_authorization,
    }


def confirmation_request(facts: ConfirmationFacts) -> Request:
    """The facts of a confirmation as a JSON-ready request; instants as ISO 8601 in UTC."""
    request = facts.request
    return {
        "ask": "confirmation",
        "at": facts.at.isoformat(),
        "pharmacy": {"certified": facts.pharmacy.certified, "time_zone": facts.pharmacy.time_zone},
        "prescriber": {"certified": facts.prescriber_certified},
        "patient": patient_fields(facts.patient) if facts.patient else None,
        "authorization": _issued(facts.authorization) if facts.authorization else None,
        "request": {
            "number_known": request.number_known,
            "birth_date_matches": request.birth_date_matches,
            "category_on_prescription": str(request.category_on_prescription),
            "days_supply": request.days_supply,
            "strength_mg": _number(request.strength_mg),
            "refill": request.refill,
            "by_telephone": request.by_telephone,
        },
    }


def patient_fields(patient: PatientFacts) -> Request:
    """The facts of a patient as the `patient` of a request."""
    agreement = patient.agreement
    return {
        "birth_date": patient.birth_date.isoformat(),
        "sex": str(patient.sex),
        "can_get_pregnant": patient.can_get_pregnant,
        "cannot_basis": str(patient.cannot_basis) if patient.cannot_basis else None,
        "menstrual_cycles": str(patient.menstrual_cycles),
        "enrolled": patient.enrolled,
        "enrolled_with_this_prescriber": patient.enrolled_with_this_prescriber,
        "agreement": _agreement(agreement) if agreement else None,
        "pregnancy_hold": patient.pregnancy_hold,
        "open_discordance": patient.open_discordance,
        "live_authorization": patient.live_authorization,
        "open_confirmation": patient.open_confirmation,
        "dispenses": _dispenses(patient.dispenses),
        "earlier_course_dispenses": _dispenses(patient.earlier_course_dispenses),
        "pregnancy_tests": [_pregnancy_test(test) for test in patient.pregnancy_tests],
        "surveys": [{"completed_at": survey.completed_at.isoformat()} for survey in patient.surveys],
    }


def _agreement(agreement: AgreementFacts) -> Request:
    return {"category": str(agreement.category), "complete": agreement.complete, "intact": agreement.intact}


def _dispenses(dispenses: Iterable[DispenseFacts]) -> list[Request]:
    return [
        {
            "dispensed_on": dispense.dispensed_on.isoformat(),
            "days_supply": dispense.days_supply,
            "authorized_at": dispense.authorized_at.isoformat(),
        }
        for dispense in dispenses
    ]


def _pregnancy_test(test: PregnancyTestFacts) -> Request:
    return {
        "collected_at": test.collected_at.isoformat(),
        "result": str(test.result),
        "sensitivity_miu_ml": test.sensitivity_miu_ml,
        "cleared": test.cleared,
        "backed_dispensed_authorization": test.backed_dispensed_authorization,
    }


def _issued(authorization: IssuedAuthorizationFacts) -> Request:
    return {
        "category": str(authorization.category),
        "status": str(authorization.status),
        "valid_through": authorization.valid_through.isoformat(),
        "days_supply": authorization.days_supply,
        "strength_mg": _number(authorization.strength_mg),
    }


def _number(exact: Decimal) -> int | float:
    return int(exact) if exact == exact.to_integral_value() else float(exact)
