"""Which of the six categories fits, on the 18th birthday too."""

from datetime import date

import pytest

from rems_portal.rules import categories
from rems_portal.rules.categories import CannotBasis, RiskCategory, RuleGroup, Sex
from rems_portal.rules.enrollment import agreement_problem, coming_of_age_on, coming_of_age_warning
from rems_portal.rules.facts import AgreementFacts
from tests.unit.rules.builders import PROGRAM, instant, patient

pytestmark = pytest.mark.rems("PR-08", "PF-05", "PN-04", "PC-03", "PM-03")

ADULT, CHILD = date(1980, 1, 1), date(2015, 1, 1)
TODAY = date(2026, 6, 15)


def fits(birth_date=ADULT, sex=Sex.FEMALE, can=True, basis=None, on=TODAY):
    return categories.category_that_fits(
        birth_date=birth_date, sex=sex, can_get_pregnant=can, cannot_basis=basis, on=on, program=PROGRAM
    )


@pytest.mark.parametrize(
    ("birth_date", "can", "basis", "category"),
    [
        (ADULT, True, None, RiskCategory.AF_CAN),
        (CHILD, True, None, RiskCategory.FC_CAN),
        (ADULT, False, CannotBasis.MENOPAUSE_24_MONTHS, RiskCategory.AF_CANNOT),
        (ADULT, False, CannotBasis.HYSTERECTOMY, RiskCategory.AF_CANNOT),
        (ADULT, False, CannotBasis.BILATERAL_OOPHORECTOMY, RiskCategory.AF_CANNOT),
        (CHILD, False, CannotBasis.MENSES_NOT_BEGUN, RiskCategory.FC_CANNOT),
        (CHILD, False, CannotBasis.HYSTERECTOMY, RiskCategory.FC_CANNOT),
        (CHILD, False, CannotBasis.BILATERAL_OOPHORECTOMY, RiskCategory.FC_CANNOT),
        pytest.param(ADULT, False, None, RiskCategory.AF_CAN, id="adult without a basis counts as one who can"),
        pytest.param(CHILD, False, None, RiskCategory.FC_CAN, id="child without a basis counts as one who can"),
        pytest.param(ADULT, False, CannotBasis.MENSES_NOT_BEGUN, RiskCategory.AF_CAN, id="a child's basis, adult"),
        pytest.param(CHILD, False, CannotBasis.MENOPAUSE_24_MONTHS, RiskCategory.FC_CAN, id="an adult's basis, child"),
        pytest.param(ADULT, True, CannotBasis.HYSTERECTOMY, RiskCategory.AF_CAN, id="recorded as one who can"),
        pytest.param(ADULT, None, CannotBasis.HYSTERECTOMY, RiskCategory.AF_CAN, id="nothing recorded"),
    ],
)
def test_category_of_a_female_follows_age_and_basis(birth_date, can, basis, category):
    assert fits(birth_date, can=can, basis=basis) == category


@pytest.mark.parametrize("can", [None, True, False])
def test_category_of_a_male_follows_age_alone(can):
    assert fits(ADULT, Sex.MALE, can) == RiskCategory.AM
    assert fits(CHILD, Sex.MALE, can) == RiskCategory.MC


@pytest.mark.parametrize(
    ("birth_date", "adult_on"),
    [
        pytest.param(date(2008, 6, 15), date(2026, 6, 15), id="an ordinary birthday"),
        pytest.param(date(2008, 2, 29), date(2026, 3, 1), id="born on 29 February: 1 March"),
        pytest.param(date(2008, 2, 28), date(2026, 2, 28), id="born on 28 February"),
        pytest.param(date(2010, 3, 1), date(2028, 3, 1), id="born on 1 March, of age in a leap year"),
        pytest.param(date(2008, 12, 31), date(2026, 12, 31), id="born on the last day of the year"),
    ],
)
def test_adult_from_the_18th_birthday_on(birth_date, adult_on):
    assert categories.adult_on(birth_date) == adult_on
    assert not categories.is_adult(birth_date, date.fromordinal(adult_on.toordinal() - 1))
    assert categories.is_adult(birth_date, adult_on)


@pytest.mark.parametrize(
    ("category", "group"),
    [
        (RiskCategory.AF_CAN, RuleGroup.FCGP),
        (RiskCategory.FC_CAN, RuleGroup.FCGP),
        (RiskCategory.AF_CANNOT, RuleGroup.AFN),
        (RiskCategory.FC_CANNOT, RuleGroup.FCN),
        (RiskCategory.AM, RuleGroup.MALE),
        (RiskCategory.MC, RuleGroup.MALE),
    ],
)
def test_group_of_each_category(category, group):
    assert categories.group_of(category) == group


@pytest.mark.parametrize(
    ("birth_date", "sex", "can", "basis", "reasons"),
    [
        (
            date(1980, 1, 1),
            Sex.FEMALE,
            False,
            CannotBasis.HYSTERECTOMY,
            (
                "The patient is an adult: the 18th birthday was on January 1, 1998.",
                "The patient is female.",
                "She can not get pregnant: hysterectomy.",
            ),
        ),
        (
            date(2015, 1, 1),
            Sex.FEMALE,
            True,
            None,
            (
                "The patient is a child until the 18th birthday on January 1, 2033.",
                "The patient is female.",
                "She can get pregnant.",
            ),
        ),
        (
            date(2015, 1, 1),
            Sex.FEMALE,
            False,
            CannotBasis.MENOPAUSE_24_MONTHS,
            (
                "The patient is a child until the 18th birthday on January 1, 2033.",
                "The patient is female.",
                "“Natural menopause of at least 24 consecutive months” is not an accepted reason for a child, "
                "so she counts as one who can.",
            ),
        ),
        (
            date(1980, 1, 1),
            Sex.FEMALE,
            False,
            CannotBasis.MENSES_NOT_BEGUN,
            (
                "The patient is an adult: the 18th birthday was on January 1, 1998.",
                "The patient is female.",
                "“Menses has not begun” is not an accepted reason for an adult, so she counts as one who can.",
            ),
        ),
        (
            date(1980, 1, 1),
            Sex.FEMALE,
            False,
            None,
            (
                "The patient is an adult: the 18th birthday was on January 1, 1998.",
                "The patient is female.",
                "No reason is recorded why she can not get pregnant, so she counts as one who can.",
            ),
        ),
        (
            date(1980, 1, 1),
            Sex.MALE,
            None,
            None,
            ("The patient is an adult: the 18th birthday was on January 1, 1998.", "The patient is male."),
        ),
    ],
)
def test_explain_category_gives_its_reasons_in_plain_words(birth_date, sex, can, basis, reasons):
    category, given = categories.explain_category(
        birth_date=birth_date, sex=sex, can_get_pregnant=can, cannot_basis=basis, on=TODAY, program=PROGRAM
    )
    assert category == fits(birth_date, sex, can, basis)
    assert given == reasons


@pytest.mark.parametrize(
    ("at", "warned"),
    [
        pytest.param("2026-05-15T23:59:59", False, id="31 days ahead"),
        pytest.param("2026-05-16T00:00:00", True, id="30 days ahead"),
        pytest.param("2026-06-14T23:59:59", True, id="the evening before"),
        pytest.param("2026-06-15T00:00:00", False, id="the 18th birthday: no longer a warning"),
    ],
)
def test_coming_of_age_is_announced_30_days_ahead(at, warned):
    child = patient(RiskCategory.MC, birth_date=date(2008, 6, 15))
    warning = coming_of_age_warning(child, instant(at), PROGRAM)
    assert (warning is not None) == warned
    assert not warned or "June 15, 2026" in warning


def test_coming_of_age_is_nothing_to_an_adult():
    assert coming_of_age_on(patient(RiskCategory.AM), instant("2026-06-15T12:00:00")) is None
    assert coming_of_age_on(patient(RiskCategory.MC), instant("2026-06-15T12:00:00")) == date(2032, 5, 5)


@pytest.mark.parametrize(
    ("agreement", "sentence"),
    [
        pytest.param(AgreementFacts(RiskCategory.AM, True), None, id="fits and signed"),
        pytest.param(None, "No agreement form is on file. Fill in and sign the form for: Adult Male.", id="none"),
        pytest.param(
            AgreementFacts(RiskCategory.AM, False),
            "The agreement form on file (Adult Male) is not signed by everybody. Collect the missing signatures.",
            id="not fully signed",
        ),
        pytest.param(
            AgreementFacts(RiskCategory.AM, True, intact=False),
            "The agreement form on file no longer matches its signatures. Have a new one signed, for: Adult Male, and "
            "tell the program.",
            id="changed after it was signed",
        ),
        pytest.param(
            AgreementFacts(RiskCategory.MC, True),
            "The patient came of age on March 1, 2026. The agreement form on file is for: Male Child; the form that "
            "fits today is for: Adult Male. Fill in and sign that form.",
            id="came of age",
        ),
        pytest.param(
            AgreementFacts(RiskCategory.AF_CAN, False),
            "The agreement form on file is for: Adult Female Who Can Get Pregnant; the form that fits today is for: "
            "Adult Male. Fill in and sign that form.",
            id="the wrong one",
        ),
    ],
)
def test_agreement_problem_says_what_to_sign(agreement, sentence):
    assert agreement_problem(agreement, RiskCategory.AM, date(2008, 2, 29)) == sentence


def test_every_word_has_a_label():
    for words in (RiskCategory, RuleGroup, CannotBasis):
        assert len({word.label for word in words}) == len(words)
