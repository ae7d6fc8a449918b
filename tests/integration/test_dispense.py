"""The checklist and the dispense: what is recorded, what is a deviation, what is refused (domain.md section 8)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

import tests.factories as make
from authorizations.actions.confirm import cancel_confirmation
from authorizations.actions.dispense import DispenseRecord, complete_checklist, record_dispense
from authorizations.actions.safety import report_pregnancy
from authorizations.models import Checklist, ComplianceCase, Confirmation, Dispense
from patients.models import SafetyCase
from rems_portal.errors import ActRefused
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.categories import RuleGroup
from rems_portal.rules.dispensing import checklist_items
from rems_portal.rules.vocabulary import RiskCategory

pytestmark = pytest.mark.django_db

SHIPPED, PICKED_UP = Dispense.How.SHIPPED, Dispense.How.PICKED_UP


def held_for(category: RiskCategory = RiskCategory.AM, **changes: Any) -> Confirmation:
    return make.confirmation(make.authorization(make.enrollment(category)), **changes)


def somebody(held: Confirmation) -> Any:
    return make.actor(held.pharmacy.staff.first().user)


def tick(held: Confirmation, items: Any, **changes: Any) -> Checklist:
    arguments = {
        "by": somebody(held),
        "at": make.NOW,
        "pharmacy": held.pharmacy,
        "number": held.number,
        "items": frozenset(items),
        "program": make.PROGRAM,
    }
    return complete_checklist(**arguments | changes)


def record(held: Confirmation, *, at: datetime = make.NOW, **what: Any) -> Dispense:
    fields = {"how": PICKED_UP, "done_at": at} | what
    return record_dispense(
        by=somebody(held),
        at=at,
        pharmacy=held.pharmacy,
        number=held.number,
        record=DispenseRecord(**fields),
        program=make.PROGRAM,
    )


def report(held: Confirmation, at: datetime) -> None:
    report_pregnancy(
        by=somebody(held), at=at, enrollment=held.enrollment, kind=SafetyCase.Kind.PREGNANCY, role="pharmacy"
    )


# ---- the checklist ----


@pytest.mark.rems("PH-03", "PH-04", "PH-05", "PH-06", "PH-10")
@pytest.mark.parametrize("category", make.CATEGORIES)
def test_checklist_of_each_group_needs_every_item(category: RiskCategory) -> None:
    held = held_for(category)
    wanted = [item.code for item in checklist_items(RuleGroup(held.rule_group), make.PROGRAM)]
    for left_out in wanted:
        with pytest.raises(ActRefused) as refused:
            tick(held, set(wanted) - {left_out})
        assert [finding.rule for finding in refused.value.findings] == ["DISP-01"]
    done = tick(held, wanted)
    assert (done.items, done.rule_group, done.program_version) == (
        sorted(wanted),
        held.rule_group,
        make.PROGRAM.version,
    )


def test_checklist_done_twice_is_the_first_one() -> None:
    held = held_for()
    first = make.checklist(held)
    assert tick(held, [], at=make.NOW + make.hours(1)) == first


def test_checklist_of_a_void_or_cancelled_confirmation_is_refused() -> None:
    void = held_for(RiskCategory.AF_CAN)
    report(void, make.NOW)
    with pytest.raises(ActRefused, match="is void"):
        make.checklist(void)
    cancelled = held_for()
    cancel_confirmation(
        by=somebody(cancelled), at=make.NOW, pharmacy=cancelled.pharmacy, number=cancelled.number, reason="Mistake"
    )
    with pytest.raises(ActRefused, match="is cancelled"):
        make.checklist(cancelled)


def test_checklist_of_another_pharmacy_is_not_there() -> None:
    held, other = held_for(), make.pharmacy()
    with pytest.raises(Confirmation.DoesNotExist):
        tick(held, [], pharmacy=other, by=make.actor(other.staff.first().user))
    with pytest.raises(PermissionDenied):
        tick(held, [], by=make.actor(make.pharmacist(held.pharmacy, trained=False)))


# ---- the record ----


@pytest.mark.rems("PH-09", "PH-19")
@pytest.mark.parametrize("category", make.CATEGORIES)
def test_dispense_is_recorded_and_uses_up_both_numbers(category: RiskCategory) -> None:
    held = held_for(category)
    gone = make.dispense(held)
    held.refresh_from_db()
    assert (held.status, held.authorization.status, held.superseded) == ("dispensed", "dispensed", False)
    assert (gone.in_time, gone.days_supply, gone.how) == (True, 28, "picked_up")
    assert gone.supply_ends_on == gone.dispensed_on + timedelta(days=28)
    assert gone.checklist.confirmation == held
    assert not ComplianceCase.objects.exists()


def test_dispense_recorded_twice_is_the_first_one() -> None:
    held = held_for()
    first = make.dispense(held)
    assert record(held, at=make.NOW + make.hours(2), how=SHIPPED) == first
    assert Dispense.objects.count() == 1


@pytest.mark.rems("PH-12")
def test_dispense_day_is_the_programs_day() -> None:
    late_evening = datetime.fromisoformat("2026-06-15T23:30:00-10:00")  # Honolulu; in New York it is the 16th
    at = late_evening.astimezone(make.NOW.tzinfo)
    shop = make.pharmacy(time_zone="Pacific/Honolulu")
    one = make.enrollment(RiskCategory.AM)
    held = make.confirmation(make.authorization(one, at=at), pharmacy=shop, at=at)
    assert str(make.dispense(held, at=at).dispensed_on) == "2026-06-16"


@pytest.mark.rems("PH-15", "PH-16")
@pytest.mark.parametrize(
    ("category", "how", "hours_later", "in_time"),
    [
        (RiskCategory.AM, SHIPPED, 24, True),
        (RiskCategory.AM, SHIPPED, 24.01, False),
        (RiskCategory.AM, PICKED_UP, 24, True),
        (RiskCategory.AM, PICKED_UP, 24.01, False),
        # NOW is 11:00 AM in New York: the day lasts 13 hours more
        (RiskCategory.AF_CAN, SHIPPED, 12.99, True),
        (RiskCategory.AF_CAN, SHIPPED, 13, False),
        (RiskCategory.AF_CAN, PICKED_UP, 24, True),
        (RiskCategory.AF_CAN, PICKED_UP, 24.01, False),
    ],
)
def test_dispense_after_the_deadline_is_a_deviation(
    category: RiskCategory, how: Dispense.How, hours_later: float, in_time: bool
) -> None:
    held = held_for(category)
    make.checklist(held)
    gone = record(held, at=make.NOW + make.hours(hours_later), how=how)
    assert gone.in_time == in_time
    cases = ComplianceCase.objects.filter(confirmation=held)
    assert [case.kind for case in cases] == ([] if in_time else ["late_dispense"])
    held.refresh_from_db()
    assert held.status == "dispensed"


@pytest.mark.rems("PH-15")
def test_dispense_done_in_time_and_recorded_late_is_fine() -> None:
    held = held_for()
    make.checklist(held)
    gone = record(held, at=make.NOW + make.days(40), done_at=make.NOW + make.hours(23))
    held.refresh_from_db()
    assert gone.in_time and held.status == "dispensed" and held.authorization.status == "dispensed"


def test_part_of_the_supply_may_be_dispensed() -> None:
    held = held_for()
    make.checklist(held)
    gone = record(held, days_supply=14)
    assert (gone.days_supply, gone.supply_ends_on) == (14, gone.dispensed_on + timedelta(days=14))


@pytest.mark.rems("PH-11")
@pytest.mark.parametrize(
    ("what", "rules"),
    [
        ({"done_at": make.NOW + make.hours(1)}, ["DISP-02"]),
        ({"done_at": make.NOW - make.hours(1)}, ["DISP-02"]),
        ({"days_supply": 29}, ["DISP-03"]),
        ({"days_supply": 0}, ["DISP-03"]),
        ({"days_supply": 29, "done_at": make.NOW - make.hours(1)}, ["DISP-02", "DISP-03"]),
    ],
)
def test_dispense_that_cannot_be_is_refused_with_all_that_is_wrong(what: dict[str, Any], rules: list[str]) -> None:
    held = held_for()
    make.checklist(held)
    with pytest.raises(ActRefused) as refused:
        record(held, **what)
    assert [finding.rule for finding in refused.value.findings] == rules
    assert not Dispense.objects.exists()


@pytest.mark.rems("PH-03", "PH-10")
def test_dispense_without_the_checklist_is_refused() -> None:
    held = held_for()
    with pytest.raises(ActRefused, match="checklist"):
        record(held)


@pytest.mark.rems("PH-08")
def test_dispense_of_another_strength_is_refused() -> None:
    held = held_for()
    make.checklist(held)
    with pytest.raises(ActRefused, match="strength"):
        record(held, product=make.product(strength_mg="25"))
    right = make.product(strength_mg="10")
    assert record(held, product=right, lot="A1").product == right


def cancelled_after_checklist() -> Confirmation:
    held = held_for()
    make.checklist(held)
    then = make.NOW + make.hours(1)
    cancel_confirmation(by=somebody(held), at=then, pharmacy=held.pharmacy, number=held.number, reason="Wrong patient")
    held.refresh_from_db()
    return held


def test_dispense_on_a_cancelled_confirmation_is_refused() -> None:
    with pytest.raises(ActRefused, match="was cancelled"):
        record(cancelled_after_checklist(), at=make.NOW + make.hours(3), done_at=make.NOW + make.hours(2))


@pytest.mark.rems("PH-12", "PH-19")
def test_product_that_left_before_the_cancelling_is_recorded_with_a_case_and_uses_the_authorization_up() -> None:
    held = cancelled_after_checklist()
    elsewhere = make.confirmation(held.authorization, pharmacy=make.pharmacy(), at=make.NOW + make.hours(2))
    manager = make.case_manager()
    record(held, at=make.NOW + make.hours(3), done_at=make.NOW + make.hours(0.5))
    held.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (held.status, held.authorization.status, elsewhere.status) == ("dispensed", "dispensed", "void")
    assert [case.kind for case in held.compliance_cases.all()] == ["void_dispense"]
    assert OutboxMessage.objects.filter(kind="compliance_case", user=manager).count() == 1


def test_dispense_by_another_pharmacy_or_somebody_untrained() -> None:
    held, other = held_for(), make.pharmacy()
    make.checklist(held)
    what = {"at": make.NOW, "number": held.number, "program": make.PROGRAM}
    done = DispenseRecord(how=SHIPPED, done_at=make.NOW)
    with pytest.raises(Confirmation.DoesNotExist):
        record_dispense(by=make.actor(other.staff.first().user), pharmacy=other, record=done, **what)
    with pytest.raises(PermissionDenied):
        untrained = make.pharmacist(held.pharmacy, trained=False)
        record_dispense(by=make.actor(untrained), pharmacy=held.pharmacy, record=done, **what)


# ---- product that left although its number was no longer good ----


@pytest.mark.rems("PH-17", "PH-19")
def test_product_that_left_before_the_void_is_recorded_with_a_case() -> None:
    held = held_for(RiskCategory.AF_CAN)
    make.checklist(held)
    report(held, make.NOW + make.hours(2))
    gone = record(held, at=make.NOW + make.hours(3), done_at=make.NOW + make.hours(1))
    held.refresh_from_db()
    assert (gone.in_time, held.status, held.authorization.status) == (True, "dispensed", "dispensed")
    assert [case.kind for case in held.compliance_cases.all()] == ["void_dispense"]


@pytest.mark.rems("PH-17")
@pytest.mark.parametrize("hours_later", [2, 2.5])
def test_product_that_left_after_the_void_is_refused(hours_later: float) -> None:
    held = held_for(RiskCategory.AF_CAN)
    make.checklist(held)
    report(held, make.NOW + make.hours(2))
    with pytest.raises(ActRefused, match="was voided"):
        record(held, at=make.NOW + make.hours(3), done_at=make.NOW + make.hours(hours_later))


@pytest.mark.rems("PH-12")
def test_dispense_recorded_late_stops_the_confirmation_given_meanwhile() -> None:
    first = held_for()
    make.checklist(first)
    elsewhere = make.pharmacy()
    second = make.confirmation(first.authorization, pharmacy=elsewhere, at=make.NOW + make.hours(25))
    gone = record(first, at=make.NOW + make.hours(26), done_at=make.NOW + make.hours(1))
    first.refresh_from_db()
    second.refresh_from_db()
    assert gone.in_time and not first.superseded
    assert (first.status, second.status, first.authorization.status) == ("dispensed", "void", "dispensed")
    told = OutboxMessage.objects.filter(kind="confirmation_void")
    assert [message.user for message in told] == [elsewhere.staff.get().user]


@pytest.mark.rems("PH-19")
def test_two_dispenses_from_one_authorization_are_both_kept_and_one_opens_a_case() -> None:
    first = held_for()
    make.checklist(first)
    second = make.confirmation(first.authorization, at=make.NOW + make.hours(25))
    make.dispense(second, at=make.NOW + make.hours(26))
    record(first, at=make.NOW + make.hours(27), done_at=make.NOW + make.hours(1))
    first.refresh_from_db()
    assert (first.status, first.superseded) == ("dispensed", True)
    assert [case.kind for case in first.compliance_cases.all()] == ["void_dispense"]
    assert Dispense.objects.count() == 2


@pytest.mark.rems("PH-12", "PG-01")
def test_late_record_voids_an_authorization_issued_meanwhile_on_the_same_test() -> None:
    first = held_for()
    make.checklist(first)
    later = make.NOW + make.hours(25)
    renewed = make.authorization(first.enrollment, at=later, replace_live_authorization=True)
    open_one = make.confirmation(renewed, at=later)
    record(first, at=make.NOW + make.hours(26), done_at=make.NOW + make.hours(1))
    first.refresh_from_db()
    renewed.refresh_from_db()
    open_one.refresh_from_db()
    assert (first.status, first.authorization.status) == ("dispensed", "dispensed")
    assert (renewed.status, open_one.status) == ("void", "void")


@pytest.mark.rems("PH-19")
def test_what_was_recorded_names_who_did_it() -> None:
    held = held_for()
    gone = make.dispense(held)
    by = somebody(held)
    for kept in (gone, gone.checklist):
        assert kept.history.get().actor_name == by.name
    assert held.history.latest().actor_name == by.name
    assert gone.recorded_by_name == gone.checklist.completed_by_name == by.name
