"""Ways in which a confirmation is refused, each with the rules that then fail; for the act and for the pages."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import tests.factories as make
from authorizations.actions.safety import report_pregnancy
from authorizations.models import Authorization, Decision
from patients.models import SafetyCase
from pharmacies.actions import suspend_pharmacy
from prescribers.actions import suspend_prescriber
from rems_portal.audit.actors import Actor, Channel, acting_as
from rems_portal.numbering import new_number
from rems_portal.rules.numbers import Kind
from rems_portal.rules.vocabulary import RiskCategory

Asked = tuple[Decision, set[str]]
SYSTEM = Actor(name="Dispensing system", channel=Channel.API)
UNKNOWN_FAILS = {"CONF-02", "CONF-03", "CONF-04", "CONF-05", "CONF-06", "CONF-08", "CONF-09", "CONF-10"}


def male() -> Authorization:
    return make.authorization(make.enrollment(RiskCategory.AM))


def female() -> Authorization:
    return make.authorization(make.enrollment(RiskCategory.AF_CAN))


def uncertified_pharmacy() -> Asked:
    return make.ask_confirmation(male(), pharmacy=make.pharmacy(certified=False)), {"CONF-01"}


def suspended_pharmacy() -> Asked:
    shop, staff = make.pharmacy(), make.administrator()
    suspend_pharmacy(
        by=make.actor(staff), at=make.NOW, user=staff, certification=shop.certifications.get(), reason="Audit"
    )
    return make.ask_confirmation(male(), pharmacy=shop), {"CONF-01"}


def unknown_number() -> Asked:
    return make.ask_confirmation(male(), authorization_number=new_number(Kind.AUTHORIZATION)), UNKNOWN_FAILS


def wrong_birth_date() -> Asked:
    return make.ask_confirmation(male(), birth_date=date(1950, 1, 1)), UNKNOWN_FAILS


def expired() -> Asked:
    number = male()
    later = datetime.combine(number.valid_through + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
    return make.ask_confirmation(number, at=later + make.hours(12)), {"CONF-03"}


def already_confirmed() -> Asked:
    number = male()
    make.confirmation(number)
    return make.ask_confirmation(number), {"CONF-03", "CONF-10"}


def already_dispensed() -> Asked:
    number = male()
    make.dispense(make.confirmation(number))
    return make.ask_confirmation(number), {"CONF-03", "CONF-09"}


def replaced() -> Asked:
    number = male()
    assert make.ask_authorization(number.enrollment, replace_live_authorization=True).granted
    return make.ask_confirmation(number), {"CONF-03"}


def prescriber_suspended() -> Asked:
    number, staff = male(), make.administrator()
    certification = number.prescriber.certifications.get()
    suspend_prescriber(by=make.actor(staff), at=make.NOW, user=staff, certification=certification, reason="Audit")
    return make.ask_confirmation(number), {"CONF-04"}


def pregnancy_reported() -> Asked:
    number = female()
    report_pregnancy(
        by=make.actor(number.prescriber.user),
        at=make.NOW,
        enrollment=number.enrollment,
        kind=SafetyCase.Kind.PREGNANCY,
        role="prescriber",
    )
    return make.ask_confirmation(number), {"CONF-03", "CONF-05"}


def positive_test_on_file() -> Asked:
    """A positive test that reached the database without the act that holds: the rule looks for itself."""
    number = female()
    with acting_as(SYSTEM):
        test = number.backing_test
        test.pk, test.result, test.submission_key = None, "positive", None
        test.save()
    return make.ask_confirmation(number), {"CONF-05"}


def no_longer_enrolled() -> Asked:
    number = male()
    with acting_as(SYSTEM):
        number.enrollment.status, number.enrollment.ended_at = "discontinued", make.NOW
        number.enrollment.ended_by_name, number.enrollment.ended_reason = "Dr. Test", "Completed"
        number.enrollment.save()
    return make.ask_confirmation(number), {"CONF-05"}


def other_category_on_the_prescription() -> Asked:
    return make.ask_confirmation(male(), category=RiskCategory.MC), {"CONF-06"}


def came_of_age() -> Asked:
    birthday = date(2008, 6, 20)
    number = make.authorization(make.enrollment(RiskCategory.MC, birth_date=birthday))
    return make.ask_confirmation(number, at=make.NOW + make.days(5)), {"CONF-06"}


def refill() -> Asked:
    return make.ask_confirmation(male(), refill=True), {"CONF-07"}


def by_telephone() -> Asked:
    return make.ask_confirmation(male(), by_telephone=True), {"CONF-07"}


def supply_of(days_supply: int) -> Callable[[], Asked]:
    return lambda: (make.ask_confirmation(male(), days_supply=days_supply), {"CONF-08"})


def more_than_authorized() -> Asked:
    number = make.authorization(make.enrollment(RiskCategory.AM), days_supply=14)
    return make.ask_confirmation(number, days_supply=15), {"CONF-08"}


def other_strength() -> Asked:
    return make.ask_confirmation(male(), strength_mg=Decimal("2.5")), {"CONF-08"}


def eight_days_left() -> Asked:
    one = make.enrollment(RiskCategory.AM)
    make.treated(one)
    later = make.NOW + make.days(20)
    return make.ask_confirmation(make.authorization(one, at=later), at=later), {"CONF-09"}


REFUSALS = [
    uncertified_pharmacy,
    suspended_pharmacy,
    unknown_number,
    wrong_birth_date,
    expired,
    already_confirmed,
    already_dispensed,
    replaced,
    prescriber_suspended,
    pregnancy_reported,
    positive_test_on_file,
    no_longer_enrolled,
    other_category_on_the_prescription,
    came_of_age,
    refill,
    by_telephone,
    supply_of(29),
    supply_of(0),
    supply_of(-1),
    supply_of(10**9),
    more_than_authorized,
    other_strength,
    eight_days_left,
]
