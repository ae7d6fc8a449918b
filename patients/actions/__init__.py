"""The acts on a patient's part in the program that void no numbers: preparing, enrolling, links, surveys' answers."""

from patients.actions.agreements import (
    definition_of,
    lines_of,
    set_aside,
    waiting_signers,
    watch_coming_of_age,
    write_agreement,
)
from patients.actions.answers import (
    FormProblem,
    PatientEnrollment,
    answers_of,
    answers_on_record,
    birth_date_problem,
    category_of,
    enrollment_problems,
    key_of,
    require_signable,
    says_the_same,
)
from patients.actions.contact import change_patient_email
from patients.actions.enrollment import (
    KnownElsewhere,
    begin_treatment,
    end_pending,
    enroll_patient,
    withdraw_enrollment,
)
from patients.actions.links import (
    INVITATION_GOOD_FOR,
    MAX_WRONG_BIRTH_DATES,
    check_birth_date,
    close_links,
    end_link,
    hash_secret,
    invite_to_sign,
    invite_to_survey,
    keep_survey_answers,
)
from patients.actions.prepared import discard_prepared, discard_prepared_enrollment, prepare_enrollment

__all__ = [
    "INVITATION_GOOD_FOR",
    "MAX_WRONG_BIRTH_DATES",
    "FormProblem",
    "KnownElsewhere",
    "PatientEnrollment",
    "answers_of",
    "answers_on_record",
    "begin_treatment",
    "birth_date_problem",
    "category_of",
    "change_patient_email",
    "check_birth_date",
    "close_links",
    "definition_of",
    "discard_prepared",
    "discard_prepared_enrollment",
    "end_link",
    "end_pending",
    "enroll_patient",
    "enrollment_problems",
    "hash_secret",
    "invite_to_sign",
    "invite_to_survey",
    "keep_survey_answers",
    "key_of",
    "lines_of",
    "prepare_enrollment",
    "require_signable",
    "says_the_same",
    "set_aside",
    "waiting_signers",
    "watch_coming_of_age",
    "withdraw_enrollment",
    "write_agreement",
]
