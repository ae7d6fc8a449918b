"""Bridges rows to the frozen facts of the rules. The only place where authorizing and confirming read records.

Each function reads what is there at that moment: callers that decide hold the enrollment's lock.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from authorizations.models import LIVE_AUTHORIZATION, Authorization, Confirmation, Dispense
from patients.models import Enrollment, PatientSurvey, PregnancyTest, SafetyCase
from pharmacies.models import Pharmacy, PharmacyCertification
from prescribers.models import PrescriberCertification
from rems_portal.rules.categories import CannotBasis, MenstrualCycles, RiskCategory, Sex
from rems_portal.rules.dispensing import IssuedAuthorizationFacts
from rems_portal.rules.enrollment import AgreementFacts, DispenseFacts, PatientFacts
from rems_portal.rules.lifecycles import (
    AuthorizationStatus,
    CaseStatus,
    CertificationStatus,
    ConfirmationStatus,
    EnrollmentStatus,
)
from rems_portal.rules.pregnancy_testing import PregnancyTestFacts
from rems_portal.rules.surveys import SurveyFacts


def patient_facts(enrollment: Enrollment) -> PatientFacts:
    """Return all that the rules ask about a patient, for an authorization or for the patient's page.

    Numbers whose time is over must have been settled before (`actions.upkeep.settle`).
    """
    agreement = enrollment.agreements.filter(superseded_at__isnull=True).first()
    dispenses = [row for row in dispenses_of_patient(enrollment)]
    state = Enrollment.objects.annotate(**_standing_flags(OuterRef("pk"))).get(pk=enrollment.pk)
    return replace(
        _identity_facts(enrollment),
        enrolled=state.status == EnrollmentStatus.ENROLLED,
        agreement=AgreementFacts(RiskCategory(agreement.category), agreement.complete) if agreement else None,
        pregnancy_hold=state.on_hold,
        open_discordance=state.discordant,
        live_authorization=state.has_live_authorization,
        open_confirmation=state.has_open_confirmation,
        dispenses=tuple(facts for own, facts in dispenses if own),
        earlier_course_dispenses=tuple(facts for own, facts in dispenses if not own),
        pregnancy_tests=tuple(test_facts(enrollment)),
        surveys=tuple(
            SurveyFacts(completed_at=completed_at)
            for completed_at in PatientSurvey.objects.filter(enrollment=enrollment).values_list("completed_at", flat=True)
        ),
    )


def _identity_facts(enrollment: Enrollment) -> PatientFacts:
    patient = enrollment.patient
    return PatientFacts(
        birth_date=patient.birth_date,
        sex=Sex(patient.sex),
        can_get_pregnant=enrollment.can_get_pregnant,
        cannot_basis=CannotBasis(enrollment.cannot_basis) if enrollment.cannot_basis else None,
        menstrual_cycles=MenstrualCycles(enrollment.menstrual_cycles or MenstrualCycles.REGULAR),
        enrolled=enrollment.status == EnrollmentStatus.ENROLLED,
        enrolled_with_this_prescriber=True,
        agreement=None,
        pregnancy_hold=False,
        open_discordance=False,
        live_authorization=False,
        open_confirmation=False,
        dispenses=(),
        pregnancy_tests=(),
        surveys=(),
    )


def _standing_flags(enrollment: Any) -> dict[str, Exists]:
    """Return the yes/no questions about an enrollment's open business, as one query's annotations."""
    cases = SafetyCase.objects.filter(enrollment=enrollment, status=CaseStatus.OPEN)
    return {
        "on_hold": Exists(cases.filter(holds=True)),
        "discordant": Exists(cases.filter(kind=SafetyCase.Kind.DISCORDANCE)),
        "has_live_authorization": Exists(
            Authorization.objects.filter(enrollment=enrollment, status__in=LIVE_AUTHORIZATION)
        ),
        "has_open_confirmation": Exists(
            Confirmation.objects.filter(enrollment=enrollment, status=ConfirmationStatus.OPEN)
        ),
    }


def dispenses_of_patient(enrollment: Enrollment) -> list[tuple[bool, DispenseFacts]]:
    """Return every dispense to this patient in the program at any pharmacy, with whether it is of this course."""
    rows = Dispense.objects.filter(
        enrollment__patient_id=enrollment.patient_id, enrollment__program=enrollment.program
    ).values_list("enrollment_id", "dispensed_on", "days_supply", "confirmation__authorization__issued_at")
    return [
        (enrollment_id == enrollment.pk, DispenseFacts(dispensed_on, days_supply, authorized_at))
        for enrollment_id, dispensed_on, days_supply, authorized_at in rows
    ]


def test_facts(enrollment: Enrollment) -> list[PregnancyTestFacts]:
    """Return the patient's pregnancy tests in this course, each with whether it backed a dispensed authorization."""
    dispensed = Authorization.objects.filter(backing_test=OuterRef("pk"), status=AuthorizationStatus.DISPENSED)
    rows = (
        PregnancyTest.objects.filter(enrollment=enrollment)
        .annotate(backed=Exists(dispensed))
        .values_list("pk", "collected_at", "result", "sensitivity_miu_ml", "cleared_at", "backed")
    )
    return [
        PregnancyTestFacts(
            collected_at=collected_at,
            result=result,
            sensitivity_miu_ml=sensitivity,
            cleared=cleared_at is not None,
            backed_dispensed_authorization=backed,
            ref=str(pk),
        )
        for pk, collected_at, result, sensitivity, cleared_at, backed in rows
    ]


@dataclass(frozen=True, slots=True)
class Prescription:
    """An authorization as a pharmacy meets it: the row, and what stands now around it."""

    authorization: Authorization
    prescriber_certified: bool
    pharmacy_certified: bool
    patient: PatientFacts
    overdue: bool

    @property
    def issued(self) -> IssuedAuthorizationFacts:
        """Return the authorization as the rules see it."""
        return IssuedAuthorizationFacts(
            category=RiskCategory(self.authorization.category),
            status=AuthorizationStatus(self.authorization.status),
            valid_through=self.authorization.valid_through,
            days_supply=self.authorization.days_supply,
            strength_mg=self.authorization.strength_mg,
        )


def prescription(number: str, *, pharmacy: Pharmacy, program: str, at: datetime) -> Prescription:
    """Read one authorization for a confirmation, in few queries. Raises Authorization.DoesNotExist.

    Of the dispenses only the one whose supply ends last is read (CONF-09 asks for no other); of the tests only those
    that are positive and not cleared (CONF-05); surveys and the agreement are no part of a confirmation.
    """
    open_confirmation = Confirmation.objects.filter(enrollment=OuterRef("enrollment"), status=ConfirmationStatus.OPEN)
    row: Any = (
        Authorization.objects.select_related("enrollment__patient")
        .annotate(
            **_standing_flags(OuterRef("enrollment")),
            has_overdue_confirmation=Exists(open_confirmation.filter(lapses_at__lt=at)),
            prescriber_certified=Exists(_certified(PrescriberCertification, program, prescriber=OuterRef("prescriber"))),
            pharmacy_certified=Exists(_certified(PharmacyCertification, program, pharmacy=pharmacy)),
        )
        .get(number=number)
    )
    return Prescription(
        authorization=row,
        prescriber_certified=row.prescriber_certified,
        pharmacy_certified=row.pharmacy_certified,
        patient=_patient_at_the_counter(row),
        overdue=row.has_overdue_confirmation,
    )


def _certified(model: Any, program: str, **whose: Any) -> Any:
    return model.objects.filter(program=program, status=CertificationStatus.CERTIFIED, **whose)


def _patient_at_the_counter(row: Any) -> PatientFacts:
    enrollment = row.enrollment
    latest_supply = (
        Dispense.objects.filter(enrollment__patient_id=enrollment.patient_id, enrollment__program=enrollment.program)
        .order_by("-supply_ends_on")
        .values_list("dispensed_on", "days_supply", "confirmation__authorization__issued_at")[:1]
    )
    return replace(
        _identity_facts(enrollment),
        pregnancy_hold=row.on_hold,
        open_discordance=row.discordant,
        open_confirmation=row.has_open_confirmation,
        dispenses=tuple(DispenseFacts(*values) for values in latest_supply),
        pregnancy_tests=_uncleared_positives(enrollment),
    )


def _uncleared_positives(enrollment: Enrollment) -> tuple[PregnancyTestFacts, ...]:
    if enrollment.patient.sex == Sex.MALE:
        return ()
    rows = PregnancyTest.objects.filter(
        Q(enrollment=enrollment), result=PregnancyTest.Result.POSITIVE, cleared_at__isnull=True
    ).values_list("pk", "collected_at", "sensitivity_miu_ml")
    return tuple(
        PregnancyTestFacts(
            collected_at=collected_at,
            result=PregnancyTest.Result.POSITIVE,
            sensitivity_miu_ml=sensitivity,
            cleared=False,
            backed_dispensed_authorization=False,
            ref=str(pk),
        )
        for pk, collected_at, sensitivity in rows
    )
