"""Example bodies for the OpenAPI document. The people and numbers in them are invented; the numbers lead nowhere."""

from typing import Any

from rems_portal.interop.serializers.fields import EXAMPLES
from rems_portal.rules.numbers import Kind

Body = dict[str, Any]

AUTHORIZATION_ASK: Body = {
    "patient_number": EXAMPLES[Kind.PATIENT],
    "days_supply": 28,
    "quantity": 21,
    "strength_mg": 10,
    "days_of_therapy": 21,
    "attested": ["patient_survey", "barrier_contraception", "emergency_contraception"],
}
AUTHORIZATION: Body = {
    "outcome": "granted",
    "program_version": "2026-04-27",
    "authorization_number": EXAMPLES[Kind.AUTHORIZATION],
    "risk_category": "AM",
    "valid_through": "2026-07-15",
}
CONFIRMATION_ASK: Body = {
    "authorization_number": EXAMPLES[Kind.AUTHORIZATION],
    "risk_category": "AM",
    "birth_date": "1961-04-09",
    "days_supply": 28,
    "strength_mg": 10,
}
CONFIRMATION: Body = {
    "outcome": "granted",
    "program_version": "2026-04-27",
    "confirmation_number": EXAMPLES[Kind.CONFIRMATION],
    "authorization_number": EXAMPLES[Kind.AUTHORIZATION],
    "status": "open",
    "obtained_at": "2026-06-15T15:00:00Z",
    "ship_by": "2026-06-16T15:00:00Z",
    "pick_up_by": "2026-06-16T15:00:00Z",
    "days_supply": 28,
    "checklist": [{"code": "no_sharing", "sentence": "Never sharing the medicine with anyone."}],
    "intact": True,
}
CHECKLIST_ASK: Body = {"items": ["benefits_risks", "no_sharing", "whole_capsules", "dose", "materials", "compliance"]}
STATE: Body = {"confirmation_number": EXAMPLES[Kind.CONFIRMATION], "status": "open"}
DISPENSE_ASK: Body = {"how": "picked_up", "done_at": "2026-06-15T13:40:00-04:00", "lot": "L2041A"}
DISPENSE: Body = {
    "confirmation_number": EXAMPLES[Kind.CONFIRMATION],
    "how": "picked_up",
    "done_at": "2026-06-15T17:40:00Z",
    "days_supply": 28,
    "in_time": True,
}
CANCEL_ASK: Body = {"reason": "The patient moved to another pharmacy."}
TEST_ASK: Body = {
    "collected_at": "2026-06-15T08:30:00-04:00",
    "reported_at": "2026-06-15T10:05:00-04:00",
    "method": "serum",
    "sensitivity_miu_ml": 25,
    "result": "negative",
    "laboratory": "Maple Street Laboratory",
}
TEST: Body = {"collected_at": "2026-06-15T12:30:00Z", "result": "negative", "on_hold": False}
STATUS: Body = {
    "patient_number": EXAMPLES[Kind.PATIENT],
    "enrolled": True,
    "enrollment_status": "enrolled",
    "risk_category": "AM",
    "intact": True,
    "at": "2026-06-15T15:00:00Z",
    "program_version": "2026-04-27",
    "ready": True,
    "findings": [],
    "next_test_due": None,
    "next_survey_due": "2026-07-10",
    "live_authorization": None,
    "statements_to_attest": [
        {"code": "barrier_contraception", "sentence": "I counseled the patient about barrier contraception."}
    ],
}
FORM: Body = {
    "code": "checklist_MALE",
    "title": "Education and Counseling Checklist: Males",
    "program": "lenalidomide",
    "version": "2026-04-27",
    "language": "en",
    "notice": "Demonstration text in our own words. It is not the FDA-approved form.",
    "fingerprint": "2f7a4c0e" * 8,
    "sections": [
        {
            "code": "counseling",
            "title": "Gone through with the patient or guardian",
            "intro": "",
            "items": [
                {
                    "code": "no_sharing",
                    "text": "Never sharing the medicine with anyone.",
                    "kind": "tick",
                    "help": "",
                    "choices": [],
                    "when": [],
                    "required": True,
                    "obligations": ["PH-03", "PH-10", "PM-04", "PM-07"],
                    "least": None,
                    "most": None,
                    "longest": 200,
                }
            ],
        }
    ],
    "signatures": [],
}
FORMS: Body = {"program_version": "2026-04-27", "forms": [FORM]}
