"""Reads for a prescriber's office: the patients of the prescribers whom an account is, or works for as a delegate.

Everything here is scoped to the viewer. What is live or open is asked as of an instant, so that a number whose time is
over counts as over also before the regular job has settled it. Nothing is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Case, DateField, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least

from authorizations.facts import facts_of_patients
from authorizations.models import LIVE_AUTHORIZATION, Authorization, Confirmation, Decision, Dispense
from authorizations.queries.signing import Unsigned, unsigned_of
from patients.models import Enrollment, PregnancyTest, SafetyCase
from prescribers.models import PrescriberCertification
from prescribers.permissions import prescribers_served_by, scope
from rems_portal.program import program_at
from rems_portal.rules.calendars import program_day
from rems_portal.rules.certification import oldest_certification
from rems_portal.rules.facts import PatientFacts
from rems_portal.rules.lifecycles import CaseStatus, CertificationStatus, ConfirmationStatus, EnrollmentStatus
from rems_portal.rules.programs import ProgramVersion
from rems_portal.rules.vocabulary import Party

if TYPE_CHECKING:
    from rems_portal.accounts.models import User

FAR_AWAY = date(9999, 12, 31)
OPEN = (EnrollmentStatus.PENDING, EnrollmentStatus.ENROLLED)
URGENCY = ("held", "due", "enrolled_at", "pk")


def enrollments_of(user: "User", *, program: ProgramVersion, at: datetime) -> QuerySet[Enrollment]:
    """Return the latest enrollment of each patient of the prescribers this account serves at `at`.

    One that runs comes before one that waits for signatures, an ended one before one that was withdrawn.
    """
    rows: Any = scope(Enrollment.objects.filter(program=program.program), user, program_day(at))
    latest = rows.filter(patient=OuterRef("patient")).latest_first()
    newest: QuerySet[Enrollment] = rows.filter(pk=Subquery(latest.values("pk")[:1]))
    return newest.select_related("patient", "prescriber__user")


def courses_of(enrollment: Enrollment, user: "User", *, at: datetime) -> QuerySet[Enrollment]:
    """Return this course and the patient's other courses with the prescribers this account serves at `at`."""
    rows = Enrollment.objects.filter(patient=enrollment.patient_id, program=enrollment.program)
    return scope(rows, user, program_day(at))


def worklist(user: "User", *, words: str, program: ProgramVersion, at: datetime) -> QuerySet[Enrollment]:
    """Return patients enrolled or waiting for signatures, the most urgent first; with `words`, those who match.

    A search also finds patients whose latest course with these prescribers is over or was withdrawn, after the others.
    Urgent: on hold; then by the earliest of the next test, the next survey, the end of a live authorization, the end of
    the supply; a patient who waits for the first prescription counts as due today.
    """
    rows: Any = scope(Enrollment.objects.filter(program=program.program), user, program_day(at))
    if words:
        latest = rows.filter(patient=OuterRef("patient")).latest_first()
        rows = rows.filter(Q(status__in=OPEN) | Q(pk=Subquery(latest.values("pk")[:1])))
        rows = rows.alias(over=Case(When(status__in=OPEN, then=Value(0)), default=Value(1)))
    else:
        rows = rows.open()
    for word in words.split():
        rows = rows.filter(_matches(word))
    ordered = _by_urgency(rows, program_day(at))
    if words:
        ordered = ordered.order_by("over", *URGENCY)
    found: QuerySet[Enrollment] = ordered.select_related("patient", "prescriber")
    return found


def _matches(word: str) -> Q:
    """Where a word is part of the name or the number; either apostrophe stands for both."""
    found = Q(patient__number__icontains=word)
    for spelling in {word.replace("’", "'"), word.replace("'", "’")}:
        found |= Q(patient__family_name__icontains=spelling) | Q(patient__given_name__icontains=spelling)
    return found


def _by_urgency(rows: Any, today: date) -> Any:
    holds = SafetyCase.objects.filter(enrollment=OuterRef("pk"), status=CaseStatus.OPEN, holds=True)
    live = Authorization.objects.filter(
        enrollment=OuterRef("pk"), status__in=LIVE_AUTHORIZATION, valid_through__gte=today
    )
    supply = Dispense.objects.filter(enrollment=OuterRef("pk")).order_by("-supply_ends_on")
    numbers_or_supply = Coalesce(
        Subquery(live.values("valid_through")[:1]),
        Subquery(supply.values("supply_ends_on")[:1]),
        Value(today),
        output_field=DateField(),
    )
    return rows.annotate(
        held=Case(When(Exists(holds), then=Value(0)), default=Value(1)),
        due=Least(_or_far_away("next_test_due"), _or_far_away("next_survey_due"), numbers_or_supply),
    ).order_by(*URGENCY)


def _or_far_away(column: str) -> Coalesce:
    return Coalesce(column, Value(FAR_AWAY), output_field=DateField())


@dataclass(frozen=True, slots=True)
class Business:
    """What is going on with one patient at an instant: the rules' facts, and the numbers and cases that are open.

    `unsigned`: the form of this course that waits for the patient's side.
    """

    facts: PatientFacts
    prescriber_certified: bool
    live: Authorization | None
    waiting: Confirmation | None
    cases: tuple[SafetyCase, ...]
    status: EnrollmentStatus = EnrollmentStatus.ENROLLED
    unsigned: Unsigned | None = None


def business_of(enrollments: Sequence[Enrollment], *, at: datetime) -> dict[int, Business]:
    """Return what is going on with these patients, by the enrollment's key, in as many queries as for one."""
    keys = [one.pk for one in enrollments]
    facts = facts_of_patients(enrollments)
    waiting = {row.enrollment_id: row for row in _open_confirmations(keys, at)}
    live = {row.enrollment_id: row for row in _live_authorizations(keys, at)}
    cases: dict[int, list[SafetyCase]] = {key: [] for key in keys}
    for case in SafetyCase.objects.filter(enrollment_id__in=keys, status=CaseStatus.OPEN).order_by("opened_at"):
        cases[case.enrollment_id].append(case)
    certified = _certified_prescribers(enrollments, at)
    unsigned = unsigned_of(enrollments, at)
    return {
        one.pk: Business(
            facts=facts[one.pk],
            prescriber_certified=(one.prescriber_id, one.program) in certified,
            live=live.get(one.pk),
            waiting=waiting.get(one.pk),
            cases=tuple(cases[one.pk]),
            status=EnrollmentStatus(one.status),
            unsigned=unsigned.get(one.pk),
        )
        for one in enrollments
    }


def _open_confirmations(keys: Sequence[int], at: datetime) -> QuerySet[Confirmation]:
    rows = Confirmation.objects.filter(enrollment_id__in=keys, status=ConfirmationStatus.OPEN, lapses_at__gte=at)
    return rows.select_related("pharmacy")


def _live_authorizations(keys: Sequence[int], at: datetime) -> QuerySet[Authorization]:
    held = Confirmation.objects.filter(authorization=OuterRef("pk"), status=ConfirmationStatus.OPEN, lapses_at__gte=at)
    return Authorization.objects.filter(
        Q(valid_through__gte=program_day(at)) | Exists(held),
        enrollment_id__in=keys,
        status__in=LIVE_AUTHORIZATION,
    )


def _certified_prescribers(enrollments: Sequence[Enrollment], at: datetime) -> set[tuple[int, str]]:
    rows = PrescriberCertification.objects.filter(
        prescriber_id__in={one.prescriber_id for one in enrollments},
        status=CertificationStatus.CERTIFIED,
        program_version__gte=oldest_certification(Party.PRESCRIBER, program_day(at), program_at(at)),
    )
    return set(rows.values_list("prescriber_id", "program"))


def decisions_of(user: "User", *, at: datetime) -> QuerySet[Decision]:
    """Return the decisions on authorizations that the prescribers this account serves asked for.

    Also those on patients they took over: what was missing then is part of the course.
    """
    on, asked = program_day(at), Decision.objects.filter(ask=Decision.Ask.AUTHORIZATION)
    rows = scope(asked, user, on) | scope(asked, user, on, through="enrollment__prescriber")
    decisions: QuerySet[Decision] = rows.select_related("enrollment__patient", "prescriber")
    return decisions


def authorizations_of(user: "User", *, at: datetime) -> QuerySet[Authorization]:
    """Return the authorizations of the prescribers this account serves, and those of patients they took over."""
    on = program_day(at)
    own = scope(Authorization.objects.all(), user, on)
    rows = own | scope(Authorization.objects.all(), user, on, through="enrollment__prescriber")
    found: QuerySet[Authorization] = rows.select_related(
        "enrollment__patient", "enrollment__prescriber", "prescriber", "decision"
    )
    return found


def tests_of_office(user: "User", *, at: datetime) -> QuerySet[PregnancyTest]:
    """Return the pregnancy tests of the patients of the prescribers this account serves."""
    rows = scope(PregnancyTest.objects.all(), user, program_day(at), through="enrollment__prescriber")
    found: QuerySet[PregnancyTest] = rows.select_related("enrollment__patient")
    return found


def serves_somebody(user: "User", at: datetime) -> bool:
    """Is this account a prescriber, or a delegate whose delegation is in force?"""
    return prescribers_served_by(user, program_day(at)).exists()


def ended_with(test: PregnancyTest) -> tuple[list[Authorization], list[Confirmation]]:
    """Return the numbers that were voided in the very act that recorded a test."""
    same = {"enrollment_id": test.enrollment_id, "status": "void", "ended_at": test.entered_at}
    confirmations = Confirmation.objects.filter(**same).select_related("pharmacy")
    return list(Authorization.objects.filter(**same)), list(confirmations)
