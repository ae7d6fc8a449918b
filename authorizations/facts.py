"""Bridges rows to the frozen facts of the rules. The only place where authorizing and confirming read records.

Each function reads what is there at that moment: callers that decide hold the enrollment's lock.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import BigIntegerField, CharField, DateTimeField, Exists, OuterRef

from authorizations.models import LIVE_AUTHORIZATION, Authorization, Confirmation, Dispense
from patients.models import Agreement, Enrollment, PatientSurvey, PregnancyTest, SafetyCase
from patients.presenters import shown_agreement
from pharmacies.models import Pharmacy, PharmacyCertification
from prescribers.models import PrescriberCertification
from rems_portal.prepared import Prepared, Slot
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import CannotBasis, MenstrualCycles, RiskCategory, Sex
from rems_portal.rules.certification import oldest_certification
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
from rems_portal.rules.programs import ProgramVersion
from rems_portal.rules.surveys import SurveyFacts
from rems_portal.rules.vocabulary import Party, TestResult

Row = TypeVar("Row")
DISPENSE_COLUMNS = ("enrollment_id", "dispensed_on", "days_supply", "confirmation__authorization__issued_at")


def patient_facts(enrollment: Enrollment) -> PatientFacts:
    """Return all that the rules ask about a patient, for an authorization or for the patient's page.

    Numbers whose time is over must have been settled before (`actions.upkeep.settle`).
    """
    return facts_of_patients([enrollment])[enrollment.pk]


def facts_of_patients(enrollments: Sequence[Enrollment]) -> dict[int, PatientFacts]:
    """Return the facts of several patients by the enrollment's key, in as many queries as for one."""
    keys = [enrollment.pk for enrollment in enrollments]
    states = {row.pk: row for row in _with_standing(Enrollment.objects.filter(pk__in=keys))}
    agreements = {row.enrollment_id: row for row in _current_agreements(keys)}
    dispenses = _dispenses_by_patient(enrollments)
    tests = _by_enrollment(tests_of(keys))
    surveys = _by_enrollment(_surveys_of(keys))
    return {
        one.pk: replace(
            _identity_facts(one),
            enrolled=states[one.pk].status == EnrollmentStatus.ENROLLED,
            agreement=_agreement_facts(agreements.get(one.pk)),
            pregnancy_hold=states[one.pk].on_hold,
            open_discordance=states[one.pk].discordant,
            live_authorization=states[one.pk].has_live_authorization,
            open_confirmation=states[one.pk].has_open_confirmation,
            dispenses=tuple(facts for key, facts in dispenses[one.patient_id, one.program] if key == one.pk),
            earlier_course_dispenses=tuple(
                facts for key, facts in dispenses[one.patient_id, one.program] if key != one.pk
            ),
            pregnancy_tests=tuple(tests[one.pk]),
            surveys=tuple(surveys[one.pk]),
        )
        for one in enrollments
    }


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
    )


def _with_standing(enrollments: Any) -> Any:
    return enrollments.annotate(**_standing_flags(OuterRef("pk"), OuterRef("patient")))


def _standing_flags(enrollment: Any, patient: Any) -> dict[str, Exists]:
    """Return the yes/no questions about an enrollment's open business, as one query's annotations.

    A case left open in an earlier course holds the next one too.
    """
    cases = SafetyCase.objects.filter(enrollment__patient=patient, status=CaseStatus.OPEN)
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


def _current_agreements(keys: Sequence[int]) -> Any:
    """Return the forms in force with all that they are held against, so that each is read in no query of its own."""
    rows = Agreement.objects.current().filter(enrollment_id__in=keys)
    of_course = ("enrollment__patient", "enrollment__prescriber", "transfer__to_prescriber")
    return rows.select_related("form", *of_course).prefetch_related("form__signatures")


def _agreement_facts(agreement: Agreement | None) -> AgreementFacts | None:
    if agreement is None:
        return None
    shown = shown_agreement(agreement)
    return AgreementFacts(
        RiskCategory(agreement.category), agreement.complete, intact=shown is None or shown.integrity.holds
    )


def _dispenses_by_patient(enrollments: Sequence[Enrollment]) -> dict[tuple[int, str], list[tuple[int, DispenseFacts]]]:
    """Return every dispense at any pharmacy, by patient and program, each with the enrollment it belongs to."""
    rows = Dispense.objects.filter(enrollment__patient_id__in={one.patient_id for one in enrollments}).values_list(
        "enrollment__patient_id", "enrollment__program", *DISPENSE_COLUMNS
    )
    found: dict[tuple[int, str], list[tuple[int, DispenseFacts]]] = defaultdict(list)
    for patient_id, program, key, *values in rows:
        found[patient_id, program].append((key, DispenseFacts(*values)))
    return found


def tests_of(keys: Sequence[int]) -> Iterator[tuple[int, PregnancyTestFacts]]:
    """Yield the tests of enrollments, each with its enrollment's key and whether it backed what was dispensed."""
    dispensed = Authorization.objects.filter(backing_test=OuterRef("pk"), status=AuthorizationStatus.DISPENSED)
    rows = (
        PregnancyTest.objects.filter(enrollment_id__in=keys)
        .annotate(backed=Exists(dispensed))
        .values_list("enrollment_id", "pk", "collected_at", "result", "sensitivity_miu_ml", "cleared_at", "backed")
    )
    for key, pk, collected_at, result, sensitivity, cleared_at, backed in rows:
        yield (
            key,
            PregnancyTestFacts(
                collected_at=collected_at,
                result=TestResult(result),
                sensitivity_miu_ml=sensitivity,
                cleared=cleared_at is not None,
                backed_dispensed_authorization=backed,
                ref=str(pk),
            ),
        )


tests_of.__test__ = False  # type: ignore[attr-defined]


def _surveys_of(keys: Sequence[int]) -> Iterator[tuple[int, SurveyFacts]]:
    rows = PatientSurvey.objects.filter(enrollment_id__in=keys).values_list("enrollment_id", "completed_at")
    return ((key, SurveyFacts(completed_at)) for key, completed_at in rows)


def _by_enrollment(rows: Iterable[tuple[int, Row]]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for key, facts in rows:
        found[key].append(facts)
    return found


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
            strength_mg=Decimal(f"{self.authorization.strength_mg.normalize():f}"),  # 10, not 10.00: it is read aloud
        )


def prescription(number: str, *, pharmacy: Pharmacy, program: ProgramVersion, at: datetime) -> Prescription:
    """Read one authorization for a confirmation, in few queries. Raises Authorization.DoesNotExist.

    Of the dispenses only the one whose supply ends last is read (CONF-09 asks for no other); of the tests only those
    that are positive and not cleared (CONF-05); surveys and the agreement are no part of a confirmation.
    """
    day = program_day(at)
    row = AT_THE_COUNTER.first(
        number=number,
        pharmacy=pharmacy.pk,
        program=program.program,
        at=at,
        oldest_prescriber=oldest_certification(Party.PRESCRIBER, day, program),
        oldest_pharmacy=oldest_certification(Party.PHARMACY, day, program),
    )
    if row is None:
        raise Authorization.DoesNotExist
    return Prescription(
        authorization=row,
        prescriber_certified=row.prescriber_certified,
        pharmacy_certified=row.pharmacy_certified,
        patient=_patient_at_the_counter(row),
        overdue=row.has_overdue_confirmation,
    )


def _authorization_at_the_counter() -> Any:
    open_confirmation = Confirmation.objects.filter(enrollment=OuterRef("enrollment"), status=ConfirmationStatus.OPEN)
    return (
        Authorization.objects.select_related("enrollment__patient")
        .annotate(
            **_standing_flags(OuterRef("enrollment"), OuterRef("enrollment__patient")),
            has_overdue_confirmation=Exists(open_confirmation.filter(lapses_at__lt=Slot("at", DateTimeField()))),
            prescriber_certified=Exists(
                _certified(PrescriberCertification, "oldest_prescriber", prescriber=OuterRef("prescriber"))
            ),
            pharmacy_certified=Exists(
                _certified(PharmacyCertification, "oldest_pharmacy", pharmacy_id=Slot("pharmacy", BigIntegerField()))
            ),
        )
        .order_by()
        .filter(number=Slot("number", CharField()))
    )


def _latest_supply() -> Any:
    """Return the dispense whose supply ends last, from any course at any pharmacy, in a list of one or none."""
    return (
        Dispense.objects.filter(
            enrollment__patient_id=Slot("patient", BigIntegerField()), enrollment__program=Slot("program", CharField())
        )
        .order_by("-supply_ends_on")
        .values_list(*DISPENSE_COLUMNS)[:1]
    )


def _uncleared_positives() -> Any:
    return (
        PregnancyTest.objects.filter(
            enrollment_id=Slot("enrollment", BigIntegerField()),
            result=PregnancyTest.Result.POSITIVE,
            cleared_at__isnull=True,
        )
        .order_by()
        .values_list("pk", "collected_at", "sensitivity_miu_ml")
    )


AT_THE_COUNTER = Prepared(_authorization_at_the_counter)
LATEST_SUPPLY = Prepared(_latest_supply)
UNCLEARED_POSITIVES = Prepared(_uncleared_positives)


def _certified(model: Any, oldest: str, **whose: Any) -> Any:
    """Return who is certified, as `rules.certification.counts_as_certified` says; `oldest` names the version's slot."""
    program, version = Slot("program", CharField()), Slot(oldest, CharField())
    return model.objects.filter(
        program=program, status=CertificationStatus.CERTIFIED, program_version__gte=version, **whose
    )


def _patient_at_the_counter(row: Any) -> PatientFacts:
    enrollment = row.enrollment
    rows = LATEST_SUPPLY.all(patient=enrollment.patient_id, program=enrollment.program)
    latest_supply = [(key == enrollment.pk, DispenseFacts(*values)) for key, *values in rows]
    return replace(
        _identity_facts(enrollment),
        pregnancy_hold=row.on_hold,
        open_discordance=row.discordant,
        live_authorization=row.has_live_authorization,
        open_confirmation=row.has_open_confirmation,
        dispenses=tuple(facts for own, facts in latest_supply if own),
        earlier_course_dispenses=tuple(facts for own, facts in latest_supply if not own),
        pregnancy_tests=_positive_tests(enrollment),
    )


def _positive_tests(enrollment: Enrollment) -> tuple[PregnancyTestFacts, ...]:
    if enrollment.patient.sex == Sex.MALE:
        return ()
    return tuple(
        PregnancyTestFacts(
            collected_at=collected_at,
            result=TestResult.POSITIVE,
            sensitivity_miu_ml=sensitivity,
            cleared=False,
            backed_dispensed_authorization=False,
            ref=str(pk),
        )
        for pk, collected_at, sensitivity in UNCLEARED_POSITIVES.all(enrollment=enrollment.pk)
    )
