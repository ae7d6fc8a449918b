"""A second, invented product, to show that a product is data: every number differs from the real program's."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from rems_portal.rules.categories import CannotBasis, RuleGroup
from rems_portal.rules.programs import Attestation, ChecklistItem, Modification, Moment, Program, Renewal
from rems_portal.rules.vocabulary import Party
from tests.unit.rules.builders import PROGRAM

EVERYBODY = frozenset(RuleGroup)

TOY_VERSION = replace(
    PROGRAM,
    program="toyvastatin",
    program_name="Toyvastatin REMS",
    version="2025-02-03",
    in_force=date(2025, 2, 3),
    strengths_mg=(Decimal("0.1"),),
    min_days_supply=2,
    max_days_supply=10,
    max_days_on_hand=3,
    dispense_within_hours=6,
    max_test_sensitivity_miu_ml=20,
    first_test_earliest_days=5,
    first_test_latest_days=3,
    second_test_within_hours=12,
    later_test_within_days=2,
    weekly_tests_for_days=6,
    weekly_test_interval_days=2,
    regular_test_interval_days=20,
    irregular_test_interval_days=10,
    survey_max_age_days=4,
    survey_before_first=frozenset({RuleGroup.MALE}),
    survey_every_months={RuleGroup.FCN: 2},
    valid_days_after_test=1,
    valid_days_after_issue=2,
    adult_cannot_bases=frozenset({CannotBasis.HYSTERECTOMY}),
    child_cannot_bases=frozenset({CannotBasis.BILATERAL_OOPHORECTOMY}),
    coming_of_age_warning_days=5,
    assent_from_age_years=7,
    quiz_questions_asked=1,
    quiz_pass_percent=50,
    recertification={Party.PRESCRIBER: Renewal("2025-02-03", date(2025, 3, 1))},
    staff_retraining=Renewal("2025-02-03", date(2025, 3, 2)),
    materials=(),
    attestations=(Attestation("toy_talk", "AUTH-07", "We talked.", EVERYBODY, Moment.LATER, ("PR-05",), ("PR-15",)),),
    checklist=(ChecklistItem("toy_item", "Play safely.", EVERYBODY, ("PH-03",)),),
    survey_questions=(),
    pharmacy_processes=(),
    quiz=PROGRAM.quiz[:2],
)

TOY_PROGRAM = Program(
    "toyvastatin",
    "Toyvastatin REMS",
    (Modification("2025-02-03", date(2025, 2, 3), "Invented."),),
    (TOY_VERSION,),
)
