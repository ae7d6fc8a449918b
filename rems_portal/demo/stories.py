"""What the demo's patients live through, up to a state worth seeing on the day the demo is loaded.

A story is a function of the course and the clock. `treated` plays whole months; what stands out is played after it.
"""

from collections.abc import Callable

from authorizations.actions.safety import report_pregnancy
from authorizations.models import Dispense
from patients.models import PregnancyTest, SafetyCase
from rems_portal.demo.clock import Clock
from rems_portal.demo.course import HOUR, Course
from rems_portal.rules.categories import RuleGroup

Story = Callable[[Course, Clock], None]
INTERVAL = 27


def treated(course: Course, clock: Clock, *, months: int, last: int, lead: int = 16, one_survey: bool = False) -> None:
    """Enroll, `lead` days later begin monthly dispenses, the last one `last` days ago; all is done when it should be.

    `one_survey`: only the first, for patients who need one every six months.
    """
    months = clock.months(months, last, lead)
    first = last + INTERVAL * (months - 1)
    course.enroll(clock.ago(first + lead, 9))
    if course.group(clock.ago(first)) is RuleGroup.FCGP:
        course.test(clock.ago(first + 12, 9))
    for month in range(months):
        day = first - INTERVAL * month
        _weekly_tests(course, clock, first=first, until=day, began=day + INTERVAL if month else None)
        surveyed = not one_survey or month == 0
        _one_month(course, clock, day, is_first=month == 0, surveyed=surveyed)


def _weekly_tests(course: Course, clock: Clock, *, first: int, until: int, began: int | None) -> None:
    """Play the weekly tests of the first four weeks, up to the day of the next dispense."""
    if began != first or course.group(clock.ago(first)) is not RuleGroup.FCGP:
        return
    for day in (first - 7, first - 14, first - 21):
        if day > until:
            course.test(clock.ago(day, 9))


def _one_month(course: Course, clock: Clock, day: int, *, is_first: bool, surveyed: bool) -> None:
    """Play one authorization, confirmation and dispense, `day` days ago, with the test and survey it needs."""
    group = course.group(clock.ago(day))
    if group is RuleGroup.FCGP:
        course.test(clock.ago(day, 7, 30))
    if surveyed and (group is not RuleGroup.MALE or not is_first):
        course.survey(clock.ago(day, 10))
    authorization = course.authorized(clock.ago(day, 11))
    confirmation = course.confirmed(authorization, clock.ago(day, 14))
    shipped = group is not RuleGroup.FCGP
    how = Dispense.How.SHIPPED if shipped else Dispense.How.PICKED_UP
    course.dispense(confirmation, clock.ago(day, 16, 30), how)


# ---- females who can get pregnant ----


def ready_for_the_next(course: Course, clock: Clock) -> None:
    """Test and survey are there: the prescriber can ask for the next authorization."""
    treated(course, clock, months=5, last=24)
    course.test(clock.ago(1, 9))
    course.survey(clock.ago(1, 18))


def waits_for_second_test(course: Course, clock: Clock) -> None:
    """Enrolled, first test done: the second test and the survey are missing."""
    course.enroll(clock.ago(13, 9))
    course.test(clock.ago(12, 9))


def test_due_tomorrow(course: Course, clock: Clock) -> None:
    """In treatment for months; the four-weekly test is due tomorrow."""
    treated(course, clock, months=4, last=27)


def authorization_expires_tomorrow(course: Course, clock: Clock) -> None:
    """A live authorization, unused, with one day to go."""
    treated(course, clock, months=3, last=30)
    course.test(clock.ago(6, 8))
    course.survey(clock.ago(6, 10))
    course.authorized(clock.ago(5, 11))


def on_hold_after_positive_test(course: Course, clock: Clock) -> None:
    """A positive test yesterday: on hold, the live authorization void, a case open."""
    treated(course, clock, months=2, last=26)
    course.test(clock.ago(3, 8))
    course.survey(clock.ago(3, 9))
    course.authorized(clock.ago(3, 11))
    course.test(clock.ago(1, 9), PregnancyTest.Result.POSITIVE)


def weekly_test_late(course: Course, clock: Clock) -> None:
    """First month of treatment; the weekly test is two days late."""
    treated(course, clock, months=1, last=16)
    course.test(clock.ago(9, 9))


def open_confirmation_with_hours_left(course: Course, clock: Clock) -> None:
    """A confirmation of an hour ago waits to be picked up."""
    treated(course, clock, months=2, last=24)
    course.test(clock.now - 28 * HOUR)
    course.survey(clock.now - 26 * HOUR)
    course.confirmed(course.authorized(clock.now - 6 * HOUR), clock.now - HOUR)


def just_enrolled(course: Course, clock: Clock) -> None:
    """Enrolled two days ago, nothing else yet."""
    course.enroll(clock.ago(2, 15))


def comes_of_age_soon(course: Course, clock: Clock) -> None:
    """A girl in treatment who will be 18 in three weeks."""
    treated(course, clock, months=3, last=20)


def form_waits_for_the_patient(course: Course, clock: Clock) -> None:
    """The prescriber signed yesterday; the patient has not signed yet."""
    course.send_to_sign(clock.ago(1, 14))


# ---- females who can not get pregnant ----


def needs_nothing(course: Course, clock: Clock) -> None:
    """The half-yearly survey is good: the next authorization can be asked for."""
    treated(course, clock, months=4, last=22)


def survey_late(course: Course, clock: Clock) -> None:
    """In treatment so long that the half-yearly survey has fallen due, and the supply has run out."""
    treated(course, clock, months=7, last=31, lead=1, one_survey=True)


def answers_contradict(course: Course, clock: Clock) -> None:
    """An answer in the survey contradicts the record: a case for program staff."""
    treated(course, clock, months=3, last=25)
    course.survey(clock.ago(1, 19), counseled=False)


def authorization_live(course: Course, clock: Clock) -> None:
    """A live authorization, on its way to the pharmacy."""
    treated(course, clock, months=2, last=26)
    course.survey(clock.ago(2, 9))
    course.authorized(clock.ago(1, 15))


def menses_began(course: Course, clock: Clock) -> None:
    """A girl whose menses began: on hold until the new form is signed."""
    treated(course, clock, months=2, last=18)
    report_pregnancy(
        by=course.office,
        at=clock.ago(1, 12),
        enrollment=course.enrollment,
        kind=SafetyCase.Kind.MENSES_BEGAN,
        role="prescriber",
        details="Told at the visit.",
    )


# ---- males ----


def patient_survey_missing(course: Course, clock: Clock) -> None:
    """Supply runs out in four days; the patient's survey is missing."""
    treated(course, clock, months=6, last=24)


def ready_for_the_first(course: Course, clock: Clock) -> None:
    """Enrolled yesterday; males need no survey before the first prescription."""
    course.enroll(clock.ago(1, 16))


def supply_has_run_out(course: Course, clock: Clock) -> None:
    """The supply ran out four days ago and nobody has moved."""
    treated(course, clock, months=4, last=32)


def all_is_well(course: Course, clock: Clock) -> None:
    """Dispensed two days ago; nothing is due for weeks."""
    treated(course, clock, months=5, last=2)


def partner_pregnant(course: Course, clock: Clock) -> None:
    """His partner's pregnancy is reported: a case is open, his treatment goes on."""
    treated(course, clock, months=3, last=15)
    report_pregnancy(
        by=course.office,
        at=clock.ago(2, 11),
        enrollment=course.enrollment,
        kind=SafetyCase.Kind.PARTNER_PREGNANCY,
        role="prescriber",
        details="Reported by the patient on the telephone.",
    )


def dispensed_late(course: Course, clock: Clock) -> None:
    """The last dispense left after its deadline: a compliance case is open."""
    treated(course, clock, months=2, last=33)
    course.survey(clock.ago(8, 9))
    confirmation = course.confirmed(course.authorized(clock.ago(8, 10)), clock.ago(8, 11))
    course.dispense(confirmation, clock.ago(7, 16), Dispense.How.SHIPPED)


def confirmation_lapsed(course: Course, clock: Clock) -> None:
    """A confirmation lapsed yesterday; its authorization is live again."""
    treated(course, clock, months=2, last=25)
    course.survey(clock.ago(4, 9))
    course.confirmed(course.authorized(clock.ago(4, 11)), clock.ago(3, 12))


def refused_twice(course: Course, clock: Clock) -> None:
    """One authorization was refused for missing counseling; one confirmation for too much supply left."""
    treated(course, clock, months=1, last=12)
    course.survey(clock.ago(3, 9))
    course.authorize(clock.ago(3, 10), attested=frozenset({"patient_survey"}))
    course.ask_confirmation(course.authorized(clock.ago(3, 11)), clock.ago(2, 13))


def treatment_has_ended(course: Course, clock: Clock) -> None:
    """Treatment ended nine days ago: the weeks of reminders run."""
    treated(course, clock, months=2, last=31)
    course.end(clock.ago(9, 11), "completed")
