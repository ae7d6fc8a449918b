"""A prescription in words and boxes: what the survey's form begins with, and what goes on the sheet for the pharmacy.

Pure: records in, plain values out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authorizations.models import Authorization, Decision
from authorizations.presenters.patients import status_at
from authorizations.presenters.signed import shown_prescriber_survey
from rems_portal.clockwork import day_in_words, instant_in_words
from rems_portal.rules.calendars import day_in_words as birth_date_in_words
from rems_portal.rules.calendars import end_of_day
from rems_portal.rules.lifecycles import AuthorizationStatus
from rems_portal.rules.vocabulary import RiskCategory
from rems_portal.signatures.copies import is_intact

STATUS_WORDS = {
    AuthorizationStatus.ACTIVE: ("Authorized", "success"),
    AuthorizationStatus.CONFIRMED: ("A pharmacy has a confirmation number", "info"),
    AuthorizationStatus.DISPENSED: ("Dispensed: this number is used up", "neutral"),
    AuthorizationStatus.VOID: ("Void: no pharmacy can use this number", "danger"),
    AuthorizationStatus.EXPIRED: ("Expired: no pharmacy can use this number", "neutral"),
}


def usual_answers(last: Authorization | None) -> dict[str, Any]:
    """Return the prescription of the last authorization as the form's first answers; none without one."""
    if last is None:
        return {}
    return {
        "strength": f"{last.strength_mg.normalize():f}",
        "days_supply": last.days_supply,
        "quantity": last.quantity,
        "days_of_therapy": last.days_of_therapy,
        "transmission": last.transmission,
    }


def answers_of(decision: Decision) -> dict[str, Any]:
    """Return what was typed into the prescriber survey that a stored decision answered, so that nothing is lost."""
    facts = decision.facts
    prescription, survey = facts["prescription"], facts.get("survey", {})
    return {
        "strength": f"{prescription['strength_mg']:g}",
        "days_supply": prescription["days_supply"],
        "quantity": prescription["quantity"],
        "days_of_therapy": survey.get("days_of_therapy"),
        "transmission": survey.get("transmission") or "telephone",
        "attested": facts["attested"],
        "replace_live_authorization": facts["replace_live_authorization"],
    }


@dataclass(frozen=True, slots=True)
class IssuedNumber:
    """An authorization number as its page and its sheet show it, as of an instant."""

    authorization: Authorization
    status: AuthorizationStatus

    @property
    def category(self) -> RiskCategory:
        """The risk category that goes on the prescription beside the number (PR-09)."""
        return RiskCategory(self.authorization.category)

    @property
    def intact(self) -> bool:
        """Is the survey behind the number, with all its copies, still what was signed?"""
        return is_intact(shown_prescriber_survey(self.authorization.decision))

    @property
    def is_live(self) -> bool:
        """Can a pharmacy still use the number, or is one using it?"""
        return self.status in (AuthorizationStatus.ACTIVE, AuthorizationStatus.CONFIRMED)

    @property
    def last_minute(self) -> datetime:
        """The last minute (UTC) of the last good program day."""
        return end_of_day(self.authorization.valid_through) - timedelta(minutes=1)

    @property
    def status_words(self) -> str:
        """What the number is good for now."""
        return STATUS_WORDS[self.status][0]

    @property
    def tone(self) -> str:
        """The tone of the status."""
        return STATUS_WORDS[self.status][1]

    @property
    def ending(self) -> list[tuple[str, str]]:
        """When and why a number that is no longer live ended, as label and words."""
        one = self.authorization
        rows = [("Was good through", day_in_words(one.valid_through))]
        if one.ended_at:
            rows.append(("Ended", f"{instant_in_words(one.ended_at)}: {one.ended_reason}"))
        return rows

    @property
    def strength(self) -> str:
        """The strength with its unit."""
        return f"{self.authorization.strength_mg.normalize():f} mg"

    @property
    def prescription(self) -> list[tuple[str, str]]:
        """What was prescribed, as label and words."""
        one = self.authorization
        days = "day" if one.days_supply == 1 else "days"
        return [
            ("Medicine", f"{one.enrollment.program.capitalize()} capsules, {self.strength}"),
            ("Quantity", f"{one.quantity} {'capsule' if one.quantity == 1 else 'capsules'}"),
            ("Days’ supply", f"{one.days_supply} {days}"),
            ("Days of therapy", f"{one.days_of_therapy} of {one.days_supply}"),
            ("Refills", "None"),
        ]

    @property
    def for_the_pharmacy(self) -> list[tuple[str, str]]:
        """What a pharmacy is asked for when it obtains the confirmation number."""
        one = self.authorization
        return [
            ("Authorization number", one.number),
            ("Risk category", f"{self.category.label} ({self.category.value})"),
            ("Patient’s date of birth", birth_date_in_words(one.enrollment.patient.birth_date)),
            ("Days’ supply", str(one.days_supply)),
            ("Strength", self.strength),
        ]


def issued_number(authorization: Authorization, at: datetime) -> IssuedNumber:
    """Return an authorization as it stands at `at` (UTC)."""
    return IssuedNumber(authorization, status_at(authorization, at))
