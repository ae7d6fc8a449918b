"""The Lenalidomide REMS: its register of modifications and the parameters of the version in force.

Values only, each with its source; "policy" marks a choice of this portal where the REMS is silent. The texts of forms
and surveys are in `lenalidomide_texts`.
"""

from datetime import date
from decimal import Decimal

from rems_portal.rules.programs.definition import Material, Modification, Program, ProgramVersion
from rems_portal.rules.programs.lenalidomide_forms.agreements import AGREEMENTS
from rems_portal.rules.programs.lenalidomide_forms.agreements_es import AGREEMENTS_ES
from rems_portal.rules.programs.lenalidomide_forms.discontinuation import DISCONTINUATION
from rems_portal.rules.programs.lenalidomide_forms.pharmacy_enrollment import PHARMACY_ENROLLMENT
from rems_portal.rules.programs.lenalidomide_forms.prescriber_enrollment import PRESCRIBER_ENROLLMENT
from rems_portal.rules.programs.lenalidomide_quiz import QUIZ
from rems_portal.rules.programs.lenalidomide_texts import ATTESTATIONS, CHECKLIST, PHARMACY_PROCESSES, SURVEY_QUESTIONS
from rems_portal.rules.vocabulary import CannotBasis, Party, RuleGroup

_SUMMARY = "FDA summary of the Lenalidomide REMS, as modified on 2026-04-27"
_LABEL = "Prescribing Information of the brand product"
_GUIDES = "the program’s Pharmacy Guide (12/2022), second-hand"

MODIFICATIONS = (
    Modification("2021-05-21", date(2021, 5, 21), "Approved as a single shared system."),
    Modification(
        "2021-08-05",
        date(2021, 8, 5),
        "The prescriber survey asks for the days of therapy; a check box for materials; the mobile app goes unnamed.",
    ),
    Modification("2023-03-24", date(2023, 3, 24), "Administrative changes."),
    Modification(
        "2026-04-27",
        date(2026, 4, 27),
        "The Emergency Contraception Brochure is withdrawn, its content moves into the Prescriber and Patient Guide; "
        "audit requirements are clarified; aligned with the thalidomide and pomalidomide programs.",
    ),
)

_APPROVED, _CURRENT = MODIFICATIONS[0], MODIFICATIONS[-1]
_SURGICAL = {CannotBasis.HYSTERECTOMY, CannotBasis.BILATERAL_OOPHORECTOMY}


_ALIGNED = "Aligned with the thalidomide and pomalidomide programs."
_BROCHURE_IN = "Now says what the Emergency Contraception Brochure said, which is withdrawn."


def _required(code: str, title: str, audience: Party, changes: str = _ALIGNED) -> Material:
    source = f"{_SUMMARY}; version label: the modification’s date; that its audience must read it: policy"
    return Material(
        code,
        title,
        audience,
        _CURRENT.version,
        _CURRENT.approved_on,
        None,
        source,
        required_for_certification=True,
        must_be_read=True,
        changes=changes,
    )


MATERIALS = (
    _required("prescribing_information", "Prescribing Information", Party.PRESCRIBER),
    _required("welcome_letter", "Welcome Letter", Party.PRESCRIBER),
    _required("prescriber_guide", "Prescriber Guide", Party.PRESCRIBER, _BROCHURE_IN),
    _required("education_prescribing_safety_kit", "Education and Prescribing Safety Kit", Party.PRESCRIBER),
    _required("pharmacy_guide", "Pharmacy Guide", Party.PHARMACY, "Audit requirements are clarified."),
    _required("pharmacy_training", "Pharmacy Training", Party.PHARMACY),
    Material(
        "patient_guide",
        "Patient Guide",
        Party.PATIENT,
        _CURRENT.version,
        _CURRENT.approved_on,
        None,
        f"{_SUMMARY}; version label: the modification’s date; the Spanish text: policy",
        changes=_BROCHURE_IN,
        languages=("en", "es"),
    ),
    Material(
        "emergency_contraception_brochure",
        "Emergency Contraception Brochure",
        Party.PATIENT,
        _APPROVED.version,
        _APPROVED.approved_on,
        _CURRENT.approved_on,
        f"{_SUMMARY}: withdrawn by it",
    ),
)

SOURCES = {
    "strengths_mg": _LABEL,
    "min_days_supply": "policy: a prescription for less than a day is none",
    "max_days_supply": f"{_SUMMARY}: PR-10, PR-19, PH-11",
    "max_days_on_hand": f"{_SUMMARY}: PH-12",
    "dispense_within_hours": f"{_SUMMARY}: PH-15, PH-16",
    "max_test_sensitivity_miu_ml": f"{_LABEL}: a sensitivity of at least 50 mIU/mL; policy: enforced on every test",
    "first_test_earliest_days": f"{_SUMMARY}: PR-04",
    "first_test_latest_days": f"{_SUMMARY}: PR-04",
    "second_test_within_hours": f"{_SUMMARY}: PR-04",
    "later_test_within_days": "policy: the days for which a test keeps an authorization good",
    "weekly_tests_for_days": f"{_SUMMARY}: PR-12",
    "weekly_test_interval_days": f"{_SUMMARY}: PR-12",
    "regular_test_interval_days": f"{_SUMMARY}: PR-14",
    "irregular_test_interval_days": f"{_SUMMARY}: PR-13",
    "survey_max_age_days": "policy",
    "survey_before_first": f"{_SUMMARY}: PF-06, PN-03, PC-04; none is listed for males (PM-03)",
    "survey_every_months": f"{_SUMMARY}: PN-08",
    "valid_days_after_test": _GUIDES,
    "valid_days_after_issue": f"{_GUIDES}; policy",
    "adult_cannot_bases": f"{_LABEL}; bilateral oophorectomy: policy",
    "child_cannot_bases": f"{_SUMMARY}: PC-12; the two surgical bases: policy",
    "coming_of_age_warning_days": "policy",
    "assent_from_age_years": "policy: the age from which the child signs beside the guardian",
    "after_treatment_days": f"{_SUMMARY}: PF-15, PF-16, PN-09, PC-11, PM-10, PM-11",
    "lapse_after_months": "policy: off",
    "quiz_questions_asked": "policy: how many questions of the bank are drawn for each attempt",
    "quiz_pass_percent": "policy",
    "recertification": f"policy: none demanded; {_SUMMARY} names none",
    "staff_retraining": f"policy: none demanded; {_SUMMARY} names none",
}

VERSION_2026_04_27 = ProgramVersion(
    program="lenalidomide",
    program_name="Lenalidomide REMS",
    version=_CURRENT.version,
    in_force=_CURRENT.approved_on,
    strengths_mg=tuple(Decimal(strength) for strength in ("2.5", "5", "10", "15", "20", "25")),
    min_days_supply=1,
    max_days_supply=28,
    max_days_on_hand=7,
    dispense_within_hours=24,
    max_test_sensitivity_miu_ml=50,
    first_test_earliest_days=14,
    first_test_latest_days=10,
    second_test_within_hours=24,
    later_test_within_days=7,
    weekly_tests_for_days=28,
    weekly_test_interval_days=7,
    regular_test_interval_days=28,
    irregular_test_interval_days=14,
    survey_max_age_days=30,
    survey_before_first=frozenset({RuleGroup.FCGP, RuleGroup.AFN, RuleGroup.FCN}),
    survey_every_months={RuleGroup.AFN: 6},
    valid_days_after_test=7,
    valid_days_after_issue=30,
    adult_cannot_bases=frozenset({CannotBasis.MENOPAUSE_24_MONTHS} | _SURGICAL),
    child_cannot_bases=frozenset({CannotBasis.MENSES_NOT_BEGUN} | _SURGICAL),
    coming_of_age_warning_days=30,
    assent_from_age_years=12,
    after_treatment_days=28,
    lapse_after_months=None,
    quiz_questions_asked=10,
    quiz_pass_percent=80,
    recertification={},
    staff_retraining=None,
    sources=SOURCES,
    materials=MATERIALS,
    attestations=ATTESTATIONS,
    checklist=CHECKLIST,
    survey_questions=SURVEY_QUESTIONS,
    pharmacy_processes=PHARMACY_PROCESSES,
    quiz=QUIZ,
    forms=(*AGREEMENTS, *AGREEMENTS_ES, PRESCRIBER_ENROLLMENT, PHARMACY_ENROLLMENT, DISCONTINUATION),
)

LENALIDOMIDE = Program("lenalidomide", "Lenalidomide REMS", MODIFICATIONS, (VERSION_2026_04_27,))
