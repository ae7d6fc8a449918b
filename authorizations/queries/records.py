"""Reads the records of one patient's course for the office's patient page. The enrollment is in scope already."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch

from authorizations.models import Authorization, Confirmation, Decision
from patients.models import Agreement, Enrollment, PatientSurvey, PregnancyTest
from rems_portal.rules.lifecycles import ConfirmationStatus

LATEST_REFUSALS = 10


@dataclass(frozen=True, slots=True)
class CourseRecord:
    """What is on file for one course of treatment, each kind with the latest first.

    `agreement`: the form in force. `agreements`: the patient's forms with this prescriber, of earlier courses too.
    """

    agreement: Agreement | None
    agreements: tuple[Agreement, ...]
    tests: tuple[PregnancyTest, ...]
    surveys: tuple[PatientSurvey, ...]
    authorizations: tuple[Authorization, ...]
    refusals: tuple[Decision, ...]

    @property
    def confirmations(self) -> tuple[Confirmation, ...]:
        """Every confirmation of the course; those that were dispensed carry their dispense."""
        return tuple(one for number in self.authorizations for one in number.confirmations.all())

    @property
    def dispensed(self) -> tuple[Confirmation, ...]:
        """The confirmations under which product left a pharmacy, the latest dispense first."""
        done = [one for one in self.confirmations if one.status == ConfirmationStatus.DISPENSED]
        return tuple(sorted(done, key=lambda one: one.dispense.done_at, reverse=True))


def course_record(enrollment: Enrollment, signed: Iterable[Agreement]) -> CourseRecord:
    """Read the records of one course, in a fixed number of queries.

    `signed`: the patient's agreements that are or were in force, as `queries.history` reads them for the same page.
    """
    confirmations = Confirmation.objects.select_related("pharmacy", "dispense__product")
    authorizations = enrollment.authorizations.prefetch_related(
        Prefetch("confirmations", confirmations.order_by("-obtained_at")), "decision__form__signatures"
    ).select_related("decision__form")
    own = [one for one in signed if one.enrollment.prescriber_id == enrollment.prescriber_id]
    current = (one for one in own if one.enrollment_id == enrollment.pk and one.superseded_at is None)
    refusals = enrollment.decisions.filter(ask=Decision.Ask.AUTHORIZATION, outcome=Decision.Outcome.REFUSED)
    return CourseRecord(
        agreement=next(current, None),
        agreements=tuple(sorted(own, key=lambda one: one.pk, reverse=True)),
        tests=tuple(enrollment.pregnancy_tests.order_by("-collected_at", "-pk")),
        surveys=tuple(
            enrollment.surveys.select_related("form").prefetch_related("form__signatures").order_by("-completed_at")
        ),
        authorizations=tuple(authorizations.order_by("-issued_at")),
        refusals=tuple(refusals.order_by("-at")[:LATEST_REFUSALS]),
    )


def agreements_of(enrollment: Enrollment) -> list[Agreement]:
    """Return the agreement forms of the patient with this prescriber, the latest first, those of earlier courses too.

    A transfer that nobody has signed yet is another office's business.
    """
    courses = Enrollment.objects.filter(patient=enrollment.patient_id, prescriber=enrollment.prescriber_id)
    rows = Agreement.objects.filter(enrollment__in=courses).exclude(
        purpose=Agreement.Purpose.TRANSFER, in_force_from__isnull=True
    )
    return list(rows.select_related("form").order_by("-prescriber_signed_at", "-pk"))
