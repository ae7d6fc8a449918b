"""What the Lenalidomide REMS has people attest, go through and answer, in our own words.

Demonstration wording written from the obligations; it is not the FDA-approved text. Data only: which statement is asked
for when is said beside it, what a missing one means is the rules' business.
"""

from rems_portal.rules.programs.definition import (
    EVERY_GROUP,
    Attestation,
    ChecklistItem,
    Moment,
    PharmacyProcess,
    SurveyAlarm,
    SurveyQuestion,
)
from rems_portal.rules.vocabulary import RuleGroup

_FCGP = frozenset({RuleGroup.FCGP})
_FCN = frozenset({RuleGroup.FCN})
_MALE = frozenset({RuleGroup.MALE})
_CANNOT = frozenset({RuleGroup.AFN, RuleGroup.FCN})
_FEMALE = _FCGP | _CANNOT

ATTESTATIONS = (
    Attestation(
        "benefits_risks",
        "AUTH-07",
        "I counseled the patient on the benefits and risks of the medicine, the boxed warning included.",
        EVERY_GROUP,
        Moment.FIRST,
        ("PR-05", "PF-03", "PN-01", "PC-01", "PM-01"),
    ),
    Attestation(
        "materials_given",
        "AUTH-07",
        "I gave the patient a copy of the Patient Guide and of the signed agreement form.",
        EVERY_GROUP,
        Moment.FIRST,
        ("PR-05", "PF-04", "PN-02", "PC-02", "PM-02"),
    ),
    Attestation(
        "patient_survey",
        "AUTH-07",
        "I told the patient why the patient survey has to be completed, and when.",
        EVERY_GROUP,
        Moment.EVERY,
        ("PR-05", "PR-15", "PF-03", "PN-01", "PC-01", "PM-01"),
        ("PR-15", "PF-10", "PN-07", "PC-07", "PM-06"),
    ),
    Attestation(
        "contraception",
        "AUTH-07",
        "I counseled the patient on the contraception she needs, with the Patient Guide.",
        _FCGP,
        Moment.EVERY,
        ("PR-06", "PR-16", "PF-03"),
        ("PR-16", "PF-10"),
    ),
    Attestation(
        "emergency_contraception",
        "AUTH-07",
        "I counseled the patient on emergency contraception, with the Patient Guide.",
        _FCGP | _MALE,
        Moment.EVERY,
        ("PR-06", "PR-16", "PR-07", "PR-17", "PF-03", "PM-01"),
        ("PR-16", "PR-17", "PF-10", "PM-06"),
    ),
    Attestation(
        "barrier_contraception",
        "AUTH-07",
        "I counseled the patient on barrier contraception, also after a vasectomy, with the Patient Guide.",
        _MALE,
        Moment.EVERY,
        ("PR-07", "PR-17", "PM-01"),
        ("PR-17", "PM-06"),
    ),
    Attestation(
        "four_weeks_contraception",
        "AUTH-08",
        "The patient has used contraception, or has been continuously abstinent, for at least 4 weeks.",
        _FCGP,
        Moment.FIRST,
        ("PF-01",),
    ),
)

_GENERAL = ("PH-03", "PH-10", "PF-07", "PF-12", "PN-05", "PN-06", "PC-05", "PC-08", "PM-04", "PM-07")
_HER_SAFE_USE = ("PH-04", "PF-08", "PF-13")
_HIS_SAFE_USE = ("PH-06", "PM-05", "PM-08")

CHECKLIST = (
    ChecklistItem("benefits_risks", "The benefits and the serious risks of the medicine.", EVERY_GROUP, _GENERAL),
    ChecklistItem("no_sharing", "Never sharing the medicine with anyone.", EVERY_GROUP, _GENERAL),
    ChecklistItem(
        "no_blood_donation",
        "Donating no blood during treatment, during interruptions and for 4 weeks afterwards.",
        EVERY_GROUP,
        _GENERAL,
    ),
    ChecklistItem("whole_capsules", "Not breaking, chewing or opening capsules.", EVERY_GROUP, _GENERAL),
    ChecklistItem("dose", "The dose and how to take it.", EVERY_GROUP, _GENERAL),
    ChecklistItem("materials", "Reading the materials that come with the medicine.", EVERY_GROUP, _GENERAL),
    ChecklistItem("compliance", "Keeping to the program’s requirements at every step.", EVERY_GROUP, _GENERAL),
    ChecklistItem("embryo_fetal_toxicity", "The harm the medicine can do to an unborn baby.", _FCGP, _HER_SAFE_USE),
    ChecklistItem(
        "her_contraception",
        "Two methods of contraception, or continuous abstinence, from 4 weeks before until 4 weeks after treatment.",
        _FCGP,
        _HER_SAFE_USE,
    ),
    ChecklistItem("pregnancy_tests", "The pregnancy tests and when they are due.", _FCGP, _HER_SAFE_USE),
    ChecklistItem(
        "not_to_take",
        "Not taking the medicine when pregnant, breastfeeding or without contraception.",
        _FCGP,
        _HER_SAFE_USE,
    ),
    ChecklistItem(
        "stop_and_tell",
        "Stopping at once and telling the prescriber when pregnant, or when a pregnancy is suspected for any reason.",
        _FCGP,
        _HER_SAFE_USE,
    ),
    ChecklistItem(
        "menses_begins",
        "Telling the prescriber when menses begins.",
        _FCN,
        ("PH-05", "PC-06", "PC-09"),
    ),
    ChecklistItem(
        "embryo_fetal_toxicity_partner",
        "The harm the medicine can do to an unborn baby when a female partner is or becomes pregnant.",
        _MALE,
        _HIS_SAFE_USE,
    ),
    ChecklistItem(
        "barrier_contraception",
        "A condom with any female who is pregnant or can get pregnant, also after a vasectomy, until 4 weeks after "
        "treatment.",
        _MALE,
        _HIS_SAFE_USE,
    ),
    ChecklistItem(
        "no_sperm_donation",
        "Donating no sperm during treatment, during interruptions and for 4 weeks afterwards.",
        _MALE,
        _HIS_SAFE_USE,
    ),
)

_SURVEY_FIRST_LATER = ("PF-06", "PF-14", "PN-03", "PN-08", "PC-04", "PC-10", "PM-09")

SURVEY_QUESTIONS = (
    SurveyQuestion(
        "counseled",
        "Has your doctor or nurse talked with you about the benefits and the risks of this medicine?",
        EVERY_GROUP,
        _SURVEY_FIRST_LATER,
        alarming=False,
        translations={"es": "¿Su médico o su enfermera le habló de los beneficios y los riesgos de esta medicina?"},
    ),
    SurveyQuestion(
        "knows_birth_defects",
        "Do you know that this medicine can cause severe birth defects or the death of an unborn baby?",
        EVERY_GROUP,
        _SURVEY_FIRST_LATER,
        alarming=False,
        translations={
            "es": "¿Sabe que esta medicina puede causar defectos graves de nacimiento o la muerte de un bebé "
            "que no ha nacido?",
        },
    ),
    SurveyQuestion(
        "will_not_share",
        "Will you keep this medicine to yourself and out of the reach of children?",
        EVERY_GROUP,
        (*_SURVEY_FIRST_LATER, "PF-19", "PN-11", "PC-14", "PM-14"),
        alarming=False,
        translations={"es": "¿Va a tomar esta medicina solo usted y la va a guardar lejos de los niños?"},
    ),
    SurveyQuestion(
        "will_not_donate_blood",
        "Do you agree not to donate blood during treatment and for 4 weeks after it?",
        EVERY_GROUP,
        (*_SURVEY_FIRST_LATER, "PF-15", "PN-09", "PC-11", "PM-11"),
        alarming=False,
        translations={"es": "¿Acepta no donar sangre durante el tratamiento ni en las 4 semanas después?"},
    ),
    SurveyQuestion(
        "may_be_pregnant",
        "Are you pregnant, or do you think that you may be?",
        _FEMALE,
        (*_SURVEY_FIRST_LATER, "PF-17"),
        alarming=True,
        alarm=SurveyAlarm.PREGNANCY_SUSPECTED,
        translations={"es": "¿Está embarazada o cree que puede estarlo?"},
    ),
    SurveyQuestion(
        "uses_contraception",
        "Do you use two methods of contraception at the same time, or are you continuously abstinent?",
        _FCGP,
        (*_SURVEY_FIRST_LATER, "PF-01", "PF-16"),
        alarming=False,
        translations={
            "es": "¿Usa dos métodos para no quedar embarazada al mismo tiempo, o no tiene relaciones sexuales nunca?",
        },
    ),
    SurveyQuestion(
        "menses",
        "Have you had a menstrual period since you signed the agreement form?",
        frozenset({RuleGroup.AFN}),
        _SURVEY_FIRST_LATER,
        alarming=True,
        translations={"es": "¿Ha tenido la regla desde que firmó el acuerdo?"},
    ),
    SurveyQuestion(
        "menses_begun",
        "Have your menstrual periods begun?",
        _FCN,
        (*_SURVEY_FIRST_LATER, "PC-12"),
        alarming=True,
        alarm=SurveyAlarm.MENSES_BEGUN,
        translations={"es": "¿Ya le vino la regla por primera vez?"},
    ),
    SurveyQuestion(
        "uses_condom",
        "Do you use a condom at every contact with a female who can get pregnant, or are you continuously abstinent?",
        _MALE,
        (*_SURVEY_FIRST_LATER, "PM-10", "PM-12"),
        alarming=False,
        translations={
            "es": "¿Usa condón cada vez que tiene sexo con una mujer que puede quedar embarazada, o no tiene "
            "relaciones sexuales nunca?",
        },
    ),
    SurveyQuestion(
        "will_not_donate_sperm",
        "Do you agree not to donate sperm during treatment and for 4 weeks after it?",
        _MALE,
        (*_SURVEY_FIRST_LATER, "PM-11"),
        alarming=False,
        translations={"es": "¿Acepta no donar semen durante el tratamiento ni en las 4 semanas después?"},
    ),
)

PHARMACY_PROCESSES = (
    PharmacyProcess(
        "seven_days_or_less",
        "Before each dispense we verify that 7 days or less remain on the patient’s existing prescription.",
    ),
    PharmacyProcess("at_most_28_days", "We dispense no more than a 28 days’ supply."),
    PharmacyProcess(
        "number_and_category",
        "We verify that the authorization number and the risk category are on the prescription.",
    ),
)
