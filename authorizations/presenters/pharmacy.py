"""A confirmation as the pharmacy sees it: deadlines on its own clock, the state, the next step. Nothing about health.

Pure: takes records and an instant, gives plain values. It must not query the database, decide or read the clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from authorizations.models import Checklist, Confirmation, Dispense
from rems_portal.clockwork import instant_in_words
from rems_portal.rules.lifecycles import ConfirmationStatus
from rems_portal.rules.programs import ChecklistItem
from rems_portal.rules.vocabulary import RiskCategory, RuleGroup
from rems_portal.templatetags.ui import deadline

LAST_MINUTE = timedelta(minutes=1)
STATUS_WORDS = {
    ConfirmationStatus.OPEN: ("Confirmed: you may dispense", "success"),
    ConfirmationStatus.DISPENSED: ("Dispensed", "success"),
    ConfirmationStatus.CANCELLED: ("Cancelled: do not dispense on it", "neutral"),
    ConfirmationStatus.LAPSED: ("Lapsed: its deadline has passed", "warning"),
    ConfirmationStatus.VOID: ("Stop: do not dispense", "danger"),
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when something must happen: the words, and the last good minute (UTC)."""

    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What the pharmacy does next: the words and the page."""

    label: str
    page: str


@dataclass(frozen=True, slots=True)
class Held:
    """A confirmation at an instant (UTC)."""

    confirmation: Confirmation
    at: datetime

    @property
    def status(self) -> ConfirmationStatus:
        """The status as of the instant: an open one past its deadline has lapsed, whether settled yet or not."""
        status = ConfirmationStatus(self.confirmation.status)
        if status is ConfirmationStatus.OPEN and self.confirmation.lapses_at < self.at:
            return ConfirmationStatus.LAPSED
        return status

    @property
    def is_open(self) -> bool:
        """May product still leave under it?"""
        return self.status is ConfirmationStatus.OPEN

    @property
    def is_void(self) -> bool:
        """Must nothing leave under it any more?"""
        return self.status is ConfirmationStatus.VOID

    @property
    def status_words(self) -> str:
        """What the number is good for now."""
        return STATUS_WORDS[self.status][0]

    @property
    def tone(self) -> str:
        """The tone of the status."""
        return STATUS_WORDS[self.status][1]

    @property
    def group(self) -> RuleGroup:
        """The rule group whose checklist and deadlines apply."""
        return RuleGroup(self.confirmation.rule_group)

    @property
    def zone(self) -> str:
        """The pharmacy's time zone."""
        return self.confirmation.pharmacy.time_zone

    @property
    def same_day(self) -> bool:
        """Must it be shipped the day the number was obtained (PH-16)?"""
        return self.confirmation.rule_group == RuleGroup.FCGP

    @property
    def deadlines(self) -> list[Deadline]:
        """The deadlines, the first to act on first. Midnight is no longer good: the minute before it is shown."""
        held = self.confirmation
        if not self.same_day:
            return [Deadline("Ship or hand over by", held.pick_up_by)]
        return [
            Deadline("Ship by", held.ship_by - LAST_MINUTE),
            Deadline("Or hand over by", held.pick_up_by),
        ]

    @property
    def first_deadline(self) -> Deadline:
        """The deadline to show largest: shipping while it can still be met, else handing over."""
        shipping, *handing_over = self.deadlines
        if not handing_over or shipping.at >= self.at:
            return shipping
        return Deadline("Hand over by", handing_over[0].at)

    @property
    def checklist(self) -> Checklist | None:
        """The completed checklist, if there is one."""
        return getattr(self.confirmation, "checklist", None)

    @property
    def dispense(self) -> Dispense | None:
        """What was recorded as dispensed, if anything was."""
        return getattr(self.confirmation, "dispense", None)

    @property
    def may_be_recorded(self) -> bool:
        """May product that left (in time, or before the number was ended) still be recorded?"""
        if self.status in (ConfirmationStatus.VOID, ConfirmationStatus.CANCELLED):
            return self.checklist is not None and self.dispense is None
        return self.status in (ConfirmationStatus.OPEN, ConfirmationStatus.LAPSED)

    @property
    def next_step(self) -> Step | None:
        """What the pharmacy does next; None when nothing is left to do."""
        if not self.may_be_recorded:
            return None
        page = "authorizations:dispense"
        if not self.is_open:
            return Step("It left: record it", page)
        return Step("Record the dispense" if self.checklist else "Go through the checklist and dispense", page)

    @property
    def category(self) -> RiskCategory:
        """The risk category on the prescription."""
        return RiskCategory(self.confirmation.authorization.category)

    @property
    def strength(self) -> str:
        """The strength with its unit."""
        return f"{self.confirmation.strength_mg.normalize():f} mg"

    @property
    def supply(self) -> str:
        """The confirmed supply in words."""
        days = self.confirmation.days_supply
        return f"{days} day{'' if days == 1 else 's'}"

    @property
    def obtained(self) -> str:
        """When the number was obtained, on the pharmacy's clock (PH-09)."""
        return instant_in_words(self.confirmation.obtained_at, self.zone)

    @property
    def patient_number(self) -> str:
        """The patient's number; the pharmacy is shown no more about the patient."""
        return self.confirmation.enrollment.patient.number

    @property
    def facts(self) -> list[tuple[str, str | SafeString]]:
        """What stands beside the number, large: the other deadlines while it is open, and what belongs on record."""
        others = [one for one in self.deadlines if one.at > self.first_deadline.at] if self.is_open else []
        return [
            *((one.label, self._deadline_words(one)) for one in others),
            ("Date obtained", self.obtained),
            ("Days’ supply and strength", f"{self.supply}, {self.strength}"),
            ("Authorization number", self.confirmation.authorization.number),
            ("Patient number", self.patient_number),
        ]

    def _deadline_words(self, one: Deadline) -> SafeString:
        return render_to_string(
            "components/deadline.html",
            deadline({"now": self.at}, one.at, zone=self.zone),  # type: ignore[arg-type]
        )


def last_written(held: Held) -> datetime:
    """When the record of a confirmation was last added to (UTC): obtained, its checklist, ended, or dispensed."""
    one, checklist, dispense = held.confirmation, held.checklist, held.dispense
    written = [one.obtained_at, one.ended_at, checklist and checklist.completed_at, dispense and dispense.recorded_at]
    return max(instant for instant in written if instant)


def held_all(confirmations: Iterable[Confirmation], at: datetime) -> list[Held]:
    """Return confirmations as they stand at an instant."""
    return [Held(one, at) for one in confirmations]


def dispense_rows(dispense: Dispense) -> list[tuple[str, str]]:
    """Return what was recorded as dispensed, as label and words on the pharmacy's clock."""
    zone = dispense.confirmation.pharmacy.time_zone
    product = dispense.product
    return [
        (dispense.get_how_display(), instant_in_words(dispense.done_at, zone)),
        ("Days’ supply", str(dispense.days_supply)),
        ("Product", f"{product.name}, {product.labeler}, NDC {product.ndc}" if product else "Not in the catalogue"),
        ("Lot", dispense.lot or "Not given"),
        ("Recorded", f"{instant_in_words(dispense.recorded_at, zone)}, {dispense.recorded_by_name}"),
        ("In time", "Yes" if dispense.in_time else "No: recorded as a deviation"),
    ]


def covered_sentences(checklist: Checklist, items: Iterable[ChecklistItem]) -> list[str]:
    """Return what was covered with the patient, in the words of the program version."""
    done = set(checklist.items)
    return [item.sentence for item in items if item.code in done]
