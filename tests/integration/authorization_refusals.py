"""Ways in which an authorization is refused, each with the rules that then fail; used at the act and through the page.

A way makes a patient who has all that is needed but for one thing, and says how the survey differs from a complete one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import tests.factories as make
from authorizations.actions.safety import report_pregnancy
from patients.models import Enrollment, SafetyCase
from prescribers.actions import suspend_prescriber
from rems_portal.audit.actors import Actor, Channel, acting_as
from rems_portal.rules.vocabulary import RiskCategory
from tests.factories.authorizations import EVERYTHING

SYSTEM = Actor(name="Test", channel=Channel.COMMAND)
CAN, AFN, MAN = RiskCategory.AF_CAN, RiskCategory.AF_CANNOT, RiskCategory.AM


@dataclass(frozen=True, slots=True)
class Refusal:
    """A patient, what is wrong with the survey, and the rules that fail."""

    name: str
    patient: Callable[[], Enrollment]
    failed: frozenset[str]
    survey: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def ready(category: RiskCategory, **changes: Any) -> Callable[[], Enrollment]:
    return lambda: make.ready(make.enrollment(category, **changes))


def bare(category: RiskCategory) -> Callable[[], Enrollment]:
    return lambda: make.enrollment(category)


def of_a_suspended_prescriber() -> Enrollment:
    one, staff = ready(MAN)(), make.administrator()
    certification = one.prescriber.certifications.get()
    suspend_prescriber(by=make.actor(staff), at=make.NOW, user=staff, certification=certification, reason="Audit")
    return one


def discontinued() -> Enrollment:
    one = ready(MAN)()
    with acting_as(SYSTEM):
        one.status, one.ended_at = "discontinued", make.NOW - make.hours(1)
        one.ended_by_name, one.ended_reason = "Dr. Test", "Completed"
        one.save()
    return one


def unsigned_agreement() -> Enrollment:
    one = ready(MAN)()
    with acting_as(SYSTEM):
        agreement = one.agreements.get()
        agreement.patient_signed_at, agreement.patient_signed_name = None, ""
        agreement.save()
    return one


def reported_pregnant() -> Enrollment:
    one = ready(AFN)()
    report_pregnancy(
        by=make.actor(one.prescriber.user),
        at=make.NOW,
        enrollment=one,
        kind=SafetyCase.Kind.PREGNANCY,
        role="prescriber",
    )
    return one


def positive_test() -> Enrollment:
    one = ready(CAN)()
    make.pregnancy_test(one, collected_at=make.NOW - make.hours(1), result="positive")
    return one


def indeterminate_test() -> Enrollment:
    one = ready(CAN)()
    make.pregnancy_test(one, collected_at=make.NOW - make.hours(1), result="indeterminate")
    return one


def only_the_first_test() -> Enrollment:
    one = make.enrollment(CAN)
    make.pregnancy_test(one, collected_at=make.NOW - make.days(12))
    make.patient_survey(one)
    return one


def without_the_survey() -> Enrollment:
    one = make.enrollment(CAN)
    make.pregnancy_test(one, collected_at=make.NOW - make.days(12))
    make.pregnancy_test(one, collected_at=make.NOW - make.hours(2))
    return one


def answers_that_contradict() -> Enrollment:
    one = make.enrollment(MAN)
    make.patient_survey(one, uses_condom=False)
    return one


def with_a_live_number() -> Enrollment:
    one = make.enrollment(MAN)
    make.authorization(one)
    return one


def but(*missing: str) -> dict[str, Any]:
    return {"attested": EVERYTHING - frozenset(missing)}


def _refusal(name: str, patient: Callable[[], Enrollment], *failed: str, **survey: Any) -> Refusal:
    return Refusal(name, patient, frozenset(failed), survey)


EVERYTHING_WRONG = {"days_supply": 29, "by_telephone": True, "attested": frozenset[str]()}

REFUSALS = (
    _refusal("prescriber suspended", of_a_suspended_prescriber, "AUTH-01"),
    _refusal("patient discontinued", discontinued, "AUTH-02"),
    _refusal("came of age today", ready(RiskCategory.MC, birth_date=date(2008, 6, 15)), "AUTH-03"),
    _refusal("agreement not signed", unsigned_agreement, "AUTH-03"),
    _refusal("pregnancy reported", reported_pregnant, "AUTH-04"),
    _refusal("positive test", positive_test, "AUTH-04", "AUTH-05"),
    _refusal("indeterminate test", indeterminate_test, "AUTH-05"),
    _refusal("only one test", only_the_first_test, "AUTH-05"),
    _refusal("no survey", without_the_survey, "AUTH-06"),
    _refusal("no tests and no survey", bare(CAN), "AUTH-05", "AUTH-06"),
    _refusal("survey not explained", ready(MAN), "AUTH-07", **but("patient_survey")),
    _refusal("benefits not told", ready(AFN), "AUTH-07", **but("benefits_risks")),
    _refusal("materials not given", ready(RiskCategory.FC_CANNOT), "AUTH-07", **but("materials_given")),
    _refusal("contraception not told", ready(CAN), "AUTH-07", **but("contraception", "emergency_contraception")),
    _refusal("barrier not told", ready(RiskCategory.MC), "AUTH-07", **but("barrier_contraception")),
    _refusal("no 4 weeks of contraception", ready(CAN), "AUTH-08", **but("four_weeks_contraception")),
    _refusal("supply of 29", ready(MAN), "AUTH-09", days_supply=29),
    _refusal("supply of 0", ready(MAN), "AUTH-09", days_supply=0),
    _refusal("supply of -1", ready(MAN), "AUTH-09", days_supply=-1),
    _refusal("no quantity", ready(MAN), "AUTH-09", quantity=0),
    _refusal("by telephone", ready(MAN), "AUTH-10", by_telephone=True),
    _refusal("live number", with_a_live_number, "AUTH-11"),
    _refusal("discordance", answers_that_contradict, "AUTH-11"),
    _refusal(
        "everything at once",
        positive_test,
        *("AUTH-04", "AUTH-05", "AUTH-07", "AUTH-08", "AUTH-09", "AUTH-10"),
        **EVERYTHING_WRONG,
    ),
)
