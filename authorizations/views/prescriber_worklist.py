"""The worklist of a prescriber's office: for each patient whose move it is, what is due and until when."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from authorizations.presenters.standing import Standing, State, standing_of
from authorizations.queries.after_care import after_care_of
from authorizations.queries.offices import business_of, serves_somebody, worklist
from authorizations.queries.transfers import pending_transfers_of
from authorizations.views.prescriber import Office, address, office_of
from patients.models import Enrollment
from patients.queries import prepared_for
from prescribers.facts import is_certified
from prescribers.permissions import prescriber_of
from rems_portal.accounts.models import User
from rems_portal.audit.access import record_look
from rems_portal.rules.calendars import program_day
from rems_portal.rules.vocabulary import Party
from rems_portal.web import actor_of

PATIENTS_A_PAGE = 25
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One patient on the worklist."""

    enrollment: Enrollment
    standing: Standing
    for_another: bool
    has_link: bool = False

    @property
    def viewer(self) -> str:
        """The party whose move reads "your move": a delegate does all of the office's work but asking."""
        return "" if self.for_another and self.standing.state is State.READY else Party.PRESCRIBER.value


def worklist_page(request: HttpRequest) -> HttpResponse:
    """Show the office's patients, the most urgent first.

    The search is sent by POST and changes nothing: a name must not end up in an address, a history or a log.
    """
    office = office_of(request)
    words = " ".join(request.POST.get("words", "")[:LONGEST_SEARCH].replace("\x00", "").split())
    rows = worklist(office.user, words=words, program=office.program, at=office.at)
    record_look(by=actor_of(request), at=office.at, record="patients of the office")
    page = Paginator(rows, PATIENTS_A_PAGE).get_page(None if words else request.GET.get("page"))
    context = {
        "page": page,
        "lines": _lines(page, office),
        "words": words,
        "is_prescriber": office.user.role == User.Role.PRESCRIBER,
        "enroll_url": address("patients:enroll"),
        "prepared": prepared_for(office.user, program_day(office.at)).count(),
        "certify_url": address("prescribers:certify"),
        "transfers": pending_transfers_of(office.user, at=office.at),
        "after_treatment": after_care_of(office.user, program=office.program, at=office.at),
        **_beginnings(office),
    }
    return render(request, "authorizations/prescriber/worklist.html", context)


def _lines(page: "Page[Enrollment]", office: Office) -> list[Line]:
    enrollments = list(page.object_list)
    business = business_of(enrollments, at=office.at)
    return [
        Line(
            enrollment=one,
            standing=standing_of(business[one.pk], at=office.at, program=office.program),
            for_another=one.prescriber.user_id != office.user.pk,
            has_link=(unsigned := business[one.pk].unsigned) is not None and unsigned.link is not None,
        )
        for one in enrollments
    ]


def _beginnings(office: Office) -> dict[str, bool]:
    """What may have to come before the first patient: certification, or being named as a delegate."""
    if office.user.role == User.Role.DELEGATE:
        return {"certified": True, "serves": serves_somebody(office.user, office.at)}
    prescriber = prescriber_of(office.user)
    return {"certified": prescriber is not None and is_certified(prescriber, office.program, office.at), "serves": True}
