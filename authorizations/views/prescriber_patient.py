"""The office's page about one patient: where treatment stands, what is missing, the drawn course, the records."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from authorizations.presenters.course import course_timeline
from authorizations.presenters.ending import after_care
from authorizations.presenters.history import history_of_courses
from authorizations.presenters.patients import authorization_rows, recorded_tests, summary_rows, survey_rows
from authorizations.presenters.signing import form_rows
from authorizations.presenters.standing import Standing, State, standing_of
from authorizations.queries.history import PastOfCourses, past_of
from authorizations.queries.offices import Business, business_of, courses_of
from authorizations.queries.records import CourseRecord, course_record
from authorizations.views.prescriber import Office, address, mending_links, office_of, patient_or_404
from patients.models import Enrollment
from patients.presenters import shown_agreement
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.rules.vocabulary import RuleGroup
from rems_portal.signatures.presenters import ShownForm


def patient_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show one patient of this office. Another prescriber's number is not found, and that is written down."""
    office = office_of(request)
    enrollment = patient_or_404(request, office, number)
    business = business_of([enrollment], at=office.at)[enrollment.pk]
    standing = standing_of(business, at=office.at, program=office.program)
    past = past_of(courses_of(enrollment, office.user, at=office.at))
    record = course_record(enrollment, past.agreements)
    context = {
        "enrollment": enrollment,
        "patient": enrollment.patient,
        "standing": standing,
        "business": business,
        "signs": office.signs_for(enrollment.prescriber),
        "links": mending_links(enrollment, office, unsigned=business.unsigned is not None),
        "crumbs": [{"label": "My patients", "url": address("authorizations:worklist")}, {"label": number}],
        "report_url": address("authorizations:report-pregnancy", number) or address("authorizations:report-pregnancy"),
        **_shown(enrollment, record, past, standing, office, business),
        **_possible(standing, business),
    }
    return render(request, "authorizations/prescriber/patient.html", context)


def _shown(
    enrollment: Enrollment,
    record: CourseRecord,
    past: PastOfCourses,
    standing: Standing,
    office: Office,
    business: Business,
) -> dict[str, Any]:
    return {
        "summary": summary_rows(enrollment, record, standing, at=office.at, program=office.program),
        "timeline": course_timeline(record, business, standing, at=office.at, program=office.program),
        "tests": recorded_tests(record.tests, office.program),
        "surveys": survey_rows(record.surveys),
        "authorizations": authorization_rows(record, office.at),
        "dispensed": record.dispensed,
        "refusals": record.refusals,
        "agreement": record.agreement,
        "shown": _agreement_shown(enrollment, record),
        "forms": form_rows(record.agreements),
        "events": history_of_courses(past),
        "care": after_care(enrollment, at=office.at, program=office.program),
        "held": business.facts.pregnancy_hold,
    }


def _agreement_shown(enrollment: Enrollment, record: CourseRecord) -> ShownForm | None:
    """Return the form in force with its signatures, held against what the record says now."""
    if record.agreement is None:
        return None
    record.agreement.enrollment = enrollment
    return shown_agreement(record.agreement)


def _possible(standing: Standing, business: Business) -> dict[str, bool]:
    """Which acts make sense now; the acts themselves refuse what can't be."""
    enrolled = business.status is EnrollmentStatus.ENROLLED
    return {
        "may_test": enrolled and standing.group is RuleGroup.FCGP,
        "may_invite": enrolled,
        "may_ask": enrolled,
        "pending": business.status is EnrollmentStatus.PENDING,
        "may_correct": enrolled or business.status is EnrollmentStatus.PENDING,
        "waits": standing.state in (State.CONFIRMED, State.AUTHORIZED, State.SUPPLIED),
        "stopped": not enrolled or standing.state in (State.HOLD, State.REVIEW),
    }
