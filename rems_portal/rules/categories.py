"""Which of the six risk categories fits a patient, and why.

The category that fits is always worked out from the facts of the day; the form on file is never taken for it.
"""

from datetime import date

from rems_portal.rules.calendars import day_in_words
from rems_portal.rules.programs.definition import ProgramVersion
from rems_portal.rules.vocabulary import RULE_GROUPS, CannotBasis, MenstrualCycles, RiskCategory, RuleGroup, Sex

__all__ = [
    "ADULT_AGE_YEARS",
    "CannotBasis",
    "MenstrualCycles",
    "RiskCategory",
    "RuleGroup",
    "Sex",
    "adult_on",
    "category_that_fits",
    "explain_category",
    "group_of",
    "is_adult",
]

ADULT_AGE_YEARS = 18


def group_of(category: RiskCategory) -> RuleGroup:
    """The rule group that a category belongs to."""
    return RULE_GROUPS[category]


def adult_on(birth_date: date) -> date:
    """The 18th birthday; for a birthday on 29 February, 1 March of a common year."""
    try:
        return birth_date.replace(year=birth_date.year + ADULT_AGE_YEARS)
    except ValueError:
        return date(birth_date.year + ADULT_AGE_YEARS, 3, 1)


def is_adult(birth_date: date, on: date) -> bool:
    """Whether the 18th birthday has been reached on a program day."""
    return on >= adult_on(birth_date)


def category_that_fits(
    *,
    birth_date: date,
    sex: Sex,
    can_get_pregnant: bool | None,
    cannot_basis: CannotBasis | None,
    on: date,
    program: ProgramVersion,
) -> RiskCategory:
    """The one of six categories that fits on a program day (PR-08).

    A female "can not" only when that is recorded together with a basis that fits her age; otherwise she counts as one
    who can.
    """
    adult = is_adult(birth_date, on)
    if sex == Sex.MALE:
        return RiskCategory.AM if adult else RiskCategory.MC
    bases = program.adult_cannot_bases if adult else program.child_cannot_bases
    if can_get_pregnant is False and cannot_basis in bases:
        return RiskCategory.AF_CANNOT if adult else RiskCategory.FC_CANNOT
    return RiskCategory.AF_CAN if adult else RiskCategory.FC_CAN


def explain_category(
    *,
    birth_date: date,
    sex: Sex,
    can_get_pregnant: bool | None,
    cannot_basis: CannotBasis | None,
    on: date,
    program: ProgramVersion,
) -> tuple[RiskCategory, tuple[str, ...]]:
    """The category that fits on a program day, and the plain reasons for it, in the order they were weighed."""
    category = category_that_fits(
        birth_date=birth_date,
        sex=sex,
        can_get_pregnant=can_get_pregnant,
        cannot_basis=cannot_basis,
        on=on,
        program=program,
    )
    reasons = [_age_reason(birth_date, on)]
    if sex == Sex.MALE:
        reasons.append("The patient is male.")
    else:
        reasons.append("The patient is female.")
        reasons.append(_reproductive_reason(category, can_get_pregnant, cannot_basis, is_adult(birth_date, on)))
    return category, tuple(reasons)


def _age_reason(birth_date: date, on: date) -> str:
    birthday = day_in_words(adult_on(birth_date))
    if is_adult(birth_date, on):
        return f"The patient is an adult: the 18th birthday was on {birthday}."
    return f"The patient is a child until the 18th birthday on {birthday}."


def _reproductive_reason(
    category: RiskCategory, can_get_pregnant: bool | None, basis: CannotBasis | None, adult: bool
) -> str:
    if category in (RiskCategory.AF_CANNOT, RiskCategory.FC_CANNOT):
        return f"She can not get pregnant: {_label(basis)}."
    if can_get_pregnant is not False:
        return "She can get pregnant."
    if basis is None:
        return "No reason is recorded why she can not get pregnant, so she counts as one who can."
    who = "an adult" if adult else "a child"
    return f"“{_label(basis).capitalize()}” is not an accepted reason for {who}, so she counts as one who can."


def _label(basis: CannotBasis | None) -> str:
    return basis.label if basis else "no reason recorded"
