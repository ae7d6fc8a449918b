"""What happened in a patient's courses, in plain words, the latest first. Pure: records in, entries out.

Why a hold was set, or what somebody reported, is never told here: cases are program staff's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from authorizations.queries.history import PastOfCourses
from patients.models import Agreement, Enrollment, Transfer
from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.signatures.models import Signature


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: what, why or what about, who, and when (UTC; shown with the zone)."""

    at: datetime
    what: str
    why: str = ""
    who: str = ""


FORM_WORDS = {
    Agreement.Purpose.ENROLL: "Agreement form",
    Agreement.Purpose.CHANGE: "Form for a change of risk category",
    Agreement.Purpose.TRANSFER: "Form for the transfer",
}


def history_of_courses(past: PastOfCourses) -> list[Event]:
    """Return everything that happened, the latest first; in one moment, what came last is first."""
    began = sorted(
        (one.enrolled_at for one in past.courses if one.status not in _NEVER_BEGAN),
    )
    events = [event for one in past.courses for event in _course(one, began)]
    events += [event for one in past.agreements for event in _agreement(one)]
    events += [event for one in past.transfers for event in _transfer(one)]
    events += [
        Event(
            one.ended_at, f"Authorization {one.number} became void", one.ended_reason, past.ended_by.get(one.number, "")
        )
        for one in past.authorizations
        if one.ended_at
    ]
    events += [
        Event(
            one.ended_at,
            f"Confirmation {one.number} at {one.pharmacy.name} became void",
            one.ended_reason,
            past.ended_by.get(one.number, ""),
        )
        for one in past.confirmations
        if one.ended_at
    ]
    return sorted(events, key=lambda event: event.at)[::-1]


_NEVER_BEGAN = (EnrollmentStatus.PENDING, EnrollmentStatus.WITHDRAWN)


def _course(one: Enrollment, began: list[datetime]) -> Iterator[Event]:
    if one.status not in _NEVER_BEGAN:
        again = began[0] < one.enrolled_at
        yield Event(one.enrolled_at, "Enrolled again: a new course" if again else "Enrolled")
    if one.ended_at and one.status == EnrollmentStatus.DISCONTINUED:
        yield Event(one.ended_at, "Treatment ended", one.ended_reason, one.ended_by_name)
    elif one.ended_at:
        yield Event(
            one.ended_at, "Enrollment withdrawn before everybody had signed", one.ended_reason, one.ended_by_name
        )


def _agreement(one: Agreement) -> Iterator[Event]:
    words, category = FORM_WORDS[Agreement.Purpose(one.purpose)], RiskCategory(one.category).label
    signatures = list(one.form.signatures.all()) if one.form else []
    if one.form is None:
        if one.prescriber_signed_at:
            yield Event(one.prescriber_signed_at, f"{words} signed on paper", category, one.prescriber_signed_name)
        return
    for signature in signatures:
        yield Event(signature.signed_at, f"{words} {one.form.number} signed", category, _signer(signature))


def _signer(signature: Signature) -> str:
    as_whom = signature.get_signer_display()
    if signature.relation:
        as_whom = f"{as_whom}, {signature.relation.lower()}"
    return f"{signature.printed_name} ({as_whom})"


def _transfer(one: Transfer) -> Iterator[Event]:
    form = one.agreement.form.number if one.agreement.form else ""
    if one.done_at:
        words = f"Moved from {one.from_prescriber.full_name} to {one.to_prescriber.full_name}"
        yield Event(one.done_at, words, f"Form {form}")
        return
    yield Event(one.asked_at, f"{one.to_prescriber.full_name} asked for a transfer", f"Form {form}")
    if one.withdrawn_at:
        yield Event(one.withdrawn_at, "Transfer withdrawn", one.withdrawn_reason, one.withdrawn_by_name)
