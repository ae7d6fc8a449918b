"""Patients (who they are) and their part in a program: enrollment, agreement, tests, surveys, safety cases.

No verbs here: acts are in `patients.actions` and, where they void numbers, in `authorizations.actions`.
"""

from patients.models.agreements import Agreement, Transfer
from patients.models.cases import SafetyCase, SafetyReport
from patients.models.enrollment import Enrollment, Patient
from patients.models.links import SigningInvitation
from patients.models.prepared import PreparedEnrollment
from patients.models.surveys import PatientSurvey, SurveyInvitation
from patients.models.testing import PregnancyTest

__all__ = [
    "Agreement",
    "Enrollment",
    "Patient",
    "PatientSurvey",
    "PregnancyTest",
    "PreparedEnrollment",
    "SafetyCase",
    "SafetyReport",
    "SigningInvitation",
    "SurveyInvitation",
    "Transfer",
]
