"""What the pages of a prescriber's office share: who looks, which patient is meant, where to go to mend a finding."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from authorizations.queries.offices import enrollments_of
from patients.models import Enrollment
from prescribers.models import Prescriber
from rems_portal.accounts.models import User
from rems_portal.program import program_at
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.rules.programs import ProgramVersion
from rems_portal.web import user_of, visible_or_404

OFFICE = frozenset({User.Role.PRESCRIBER, User.Role.DELEGATE})


@dataclass(frozen=True, slots=True)
class Office:
    """Who of a prescriber's office looks, at which instant (UTC), under which program version."""

    user: User
    at: datetime
    program: ProgramVersion

    def signs_for(self, prescriber: Prescriber) -> bool:
        """Is this the prescriber in person?"""
        return prescriber.user_id == self.user.pk


def office_of(request: HttpRequest) -> Office:
    """Return who looks. Raises PermissionDenied for everybody but prescribers and their office staff."""
    user = user_of(request)
    if user.role not in OFFICE:
        raise PermissionDenied("This page is for prescribers and their office staff.")
    at = timezone.now()
    return Office(user, at, program_at(at))


def patient_or_404(request: HttpRequest, office: Office, number: str) -> Enrollment:
    """Return the latest course of a patient of this office, and write the look down. Raises Http404 for others."""
    rows = enrollments_of(office.user, program=office.program, at=office.at)
    return visible_or_404(
        request,
        rows,
        at=office.at,
        kind="patient",
        on_behalf_of=lambda course: course.prescriber,
        patient__number=number,
    )


def mending_links(enrollment: Enrollment, office: Office, *, unsigned: bool) -> dict[str, tuple[str, str]]:
    """Return, for each rule that this office can do something about, the words and the address of the page for it.

    `unsigned`: a form of this course waits for the patient's side.
    """
    number = enrollment.patient.number
    pending = enrollment.status == EnrollmentStatus.PENDING
    hand_over = ("Hand over the form", address("authorizations:hand-over-form", number))
    links = {
        "AUTH-02": hand_over if pending else ("Enroll the patient", address("patients:enroll")),
        "AUTH-05": ("Record a test", address("authorizations:record-test", number)),
        "AUTH-06": ("Hand over the survey link", address("authorizations:hand-over-survey", number)),
    }
    if office.signs_for(enrollment.prescriber):
        links["AUTH-03"] = ("Sign the form that fits", address("authorizations:change-category", number))
        links["AUTH-01"] = ("Go to your certification", address("prescribers:certify"))
    if unsigned:
        links["AUTH-03"] = hand_over
    return {rule: link for rule, link in links.items() if link[1]}


def address(page: str, *arguments: str) -> str:
    """Return the address of a page, "" when this portal has none of that name."""
    try:
        return reverse(page, args=arguments)
    except NoReverseMatch:
        return ""
