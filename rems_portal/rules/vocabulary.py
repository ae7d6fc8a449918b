"""The words the rules are spoken in: closed lists of values, nothing else.

Every other module of the rules may import this one; it imports none of them and must hold no behaviour
beyond the plain name of a value.
"""

from enum import StrEnum


class Sex(StrEnum):
    """Sex as recorded at enrollment."""

    FEMALE = "female"
    MALE = "male"


class RiskCategory(StrEnum):
    """The six risk categories, one for each Patient-Physician Agreement Form (PR-08)."""

    AF_CAN = "AF_CAN"
    FC_CAN = "FC_CAN"
    AF_CANNOT = "AF_CANNOT"
    FC_CANNOT = "FC_CANNOT"
    AM = "AM"
    MC = "MC"

    @property
    def label(self) -> str:
        """The category as it is printed on a form or a prescription."""
        return _CATEGORY_LABELS[self]

    @property
    def is_child(self) -> bool:
        """Whether the form of this category is for a patient under 18, signed by a guardian."""
        return self in _CHILD_CATEGORIES


_CATEGORY_LABELS = {
    RiskCategory.AF_CAN: "Adult Female Who Can Get Pregnant",
    RiskCategory.FC_CAN: "Female Child Who Can Get Pregnant",
    RiskCategory.AF_CANNOT: "Adult Female Who Can Not Get Pregnant",
    RiskCategory.FC_CANNOT: "Female Child Who Can Not Get Pregnant",
    RiskCategory.AM: "Adult Male",
    RiskCategory.MC: "Male Child",
}

_CHILD_CATEGORIES = frozenset({RiskCategory.FC_CAN, RiskCategory.FC_CANNOT, RiskCategory.MC})


class RuleGroup(StrEnum):
    """The four groups that share one set of rules."""

    FCGP = "FCGP"
    AFN = "AFN"
    FCN = "FCN"
    MALE = "MALE"

    @property
    def label(self) -> str:
        """The group in plain words."""
        return _GROUP_LABELS[self]


RULE_GROUPS = {
    RiskCategory.AF_CAN: RuleGroup.FCGP,
    RiskCategory.FC_CAN: RuleGroup.FCGP,
    RiskCategory.AF_CANNOT: RuleGroup.AFN,
    RiskCategory.FC_CANNOT: RuleGroup.FCN,
    RiskCategory.AM: RuleGroup.MALE,
    RiskCategory.MC: RuleGroup.MALE,
}

_GROUP_LABELS = {
    RuleGroup.FCGP: "Females who can get pregnant",
    RuleGroup.AFN: "Adult females who can not get pregnant",
    RuleGroup.FCN: "Female children who can not get pregnant",
    RuleGroup.MALE: "Males",
}


class CannotBasis(StrEnum):
    """Why a female patient can not get pregnant."""

    MENOPAUSE_24_MONTHS = "menopause_24_months"
    HYSTERECTOMY = "hysterectomy"
    BILATERAL_OOPHORECTOMY = "bilateral_oophorectomy"
    MENSES_NOT_BEGUN = "menses_not_begun"

    @property
    def label(self) -> str:
        """The basis in plain words."""
        return _BASIS_LABELS[self]


_BASIS_LABELS = {
    CannotBasis.MENOPAUSE_24_MONTHS: "natural menopause of at least 24 consecutive months",
    CannotBasis.HYSTERECTOMY: "hysterectomy",
    CannotBasis.BILATERAL_OOPHORECTOMY: "removal of both ovaries",
    CannotBasis.MENSES_NOT_BEGUN: "menses has not begun",
}


class MenstrualCycles(StrEnum):
    """Decides how often pregnancy tests are due after the first weeks (PR-13, PR-14)."""

    REGULAR = "regular"
    IRREGULAR = "irregular"


class TestResult(StrEnum):
    """The result of one pregnancy test."""

    __test__ = False  # not a test class, whatever pytest makes of its name

    NEGATIVE = "negative"
    POSITIVE = "positive"
    INDETERMINATE = "indeterminate"


class Party(StrEnum):
    """Whose move it is to put a finding right."""

    PRESCRIBER = "prescriber"
    PATIENT = "patient"
    PHARMACY = "pharmacy"
    PROGRAM = "program"

    @property
    def label(self) -> str:
        """The party as the subject of a sentence."""
        return _PARTY_LABELS[self]


_PARTY_LABELS = {
    Party.PRESCRIBER: "Prescriber",
    Party.PATIENT: "Patient or guardian",
    Party.PHARMACY: "Pharmacy",
    Party.PROGRAM: "Program staff",
}
