"""The eleven rules of an authorization, each a statement that should be true, and their ordered registry.

A rule answers None when its statement holds, else what is wrong. No rule looks at the outcome of another.
"""

from rems_portal.rules.authorization.facts import AuthorizationCase
from rems_portal.rules.calendars import day_in_words, instant_in_words, program_day
from rems_portal.rules.enrollment import agreement_problem, uncleared_positive_test
from rems_portal.rules.findings import Problem, Rule
from rems_portal.rules.pregnancy_testing import BackingEvidence, first_test_window, later_test_window
from rems_portal.rules.surveys import survey_is_current, survey_wanted
from rems_portal.rules.vocabulary import Party


def prescriber_is_certified(case: AuthorizationCase) -> Problem | None:
    """AUTH-01."""
    if case.facts.prescriber_certified:
        return None
    return Problem(
        "The prescriber is not certified in the program now. Complete or renew the certification, or call the "
        "program if it was suspended.",
        Party.PRESCRIBER,
    )


def patient_is_enrolled_with_this_prescriber(case: AuthorizationCase) -> Problem | None:
    """AUTH-02."""
    patient = case.facts.patient
    if not patient.enrolled:
        return Problem(
            "The patient is not enrolled in the program now. Enroll the patient with the agreement form for: "
            f"{case.category.label}.",
            Party.PRESCRIBER,
        )
    if not patient.enrolled_with_this_prescriber:
        return Problem(
            "The patient is not enrolled with this prescriber. Enroll the patient yourself before you prescribe.",
            Party.PRESCRIBER,
        )
    return None


def agreement_form_fits_and_is_signed(case: AuthorizationCase) -> Problem | None:
    """AUTH-03."""
    patient = case.facts.patient
    sentence = agreement_problem(patient.agreement, case.category, patient.birth_date)
    return Problem(sentence, Party.PRESCRIBER) if sentence else None


def no_pregnancy_is_known_or_suspected(case: AuthorizationCase) -> Problem | None:
    """AUTH-04."""
    patient = case.facts.patient
    test = uncleared_positive_test(patient)
    if test is not None:
        return Problem(
            f"The pregnancy test collected on {day_in_words(program_day(test.collected_at))} is positive and has not "
            "been cleared. The patient must not take the medicine; program staff will be in touch.",
            Party.PROGRAM,
        )
    if patient.pregnancy_hold:
        return Problem(
            "Treatment is on hold because a pregnancy is reported or suspected, or the patient’s reproductive status "
            "has changed. Only program staff can lift the hold; call the program.",
            Party.PROGRAM,
        )
    return None


def pregnancy_tests_are_on_file(case: AuthorizationCase) -> Problem | None:
    """AUTH-05."""
    evidence = case.evidence
    if evidence is None:
        return None
    missing = _missing_first_tests(case, evidence) if case.first else _missing_later_test(case, evidence)
    if evidence.against is not None:
        missing.append(
            f"The test collected on {day_in_words(program_day(evidence.against.collected_at))} is "
            f"{evidence.against.result}; a later negative test is needed."
        )
    return Problem(" ".join(missing), Party.PRESCRIBER) if missing else None


def _missing_first_tests(case: AuthorizationCase, evidence: BackingEvidence) -> list[str]:
    missing = []
    program = case.program
    if evidence.early is None:
        opens, closes = first_test_window(case.day, program)
        missing.append(
            f"A negative pregnancy test collected from {day_in_words(opens)} through {day_in_words(closes)} "
            f"({program.first_test_latest_days} to {program.first_test_earliest_days} days before) is missing."
        )
    if evidence.backing is None:
        missing.append(
            f"A negative pregnancy test collected within the {program.second_test_within_hours} hours before "
            f"{instant_in_words(case.facts.at)} is missing."
        )
    return missing


def _missing_later_test(case: AuthorizationCase, evidence: BackingEvidence) -> list[str]:
    if evidence.backing is not None:
        return []
    opens, closes = later_test_window(case.day, case.program)
    return [
        f"A negative pregnancy test collected from {day_in_words(opens)} through {day_in_words(closes)}, and not yet "
        "used for an earlier dispense, is missing. Record one."
    ]


def patient_survey_is_current(case: AuthorizationCase) -> Problem | None:
    """AUTH-06."""
    facts = case.facts
    if survey_is_current(facts.patient, case.group, facts.at, case.program):
        return None
    wanted = survey_wanted(facts.patient, case.group, facts.at, case.program)
    return Problem(f"A patient survey {wanted} is missing. Give the patient the link to the survey.", Party.PATIENT)


def counseling_is_attested(case: AuthorizationCase) -> Problem | None:
    """AUTH-07."""
    return _missing_attestations(case, "AUTH-07", "This counseling is not attested yet:")


def four_weeks_of_contraception_are_attested(case: AuthorizationCase) -> Problem | None:
    """AUTH-08."""
    return _missing_attestations(case, "AUTH-08", "Before the first prescription this must be attested:")


def _missing_attestations(case: AuthorizationCase, rule: str, opening: str) -> Problem | None:
    missing = [
        attestation
        for attestation in case.program.attestations
        if attestation.code not in case.facts.attested
        and attestation.rule == rule
        and case.group in attestation.groups
        and attestation.moment.covers(case.first)
    ]
    if not missing:
        return None
    obligations = dict.fromkeys(obligation for one in missing for obligation in one.obligations(case.first))
    sentences = " ".join(f"“{attestation.sentence}”" for attestation in missing)
    return Problem(f"{opening} {sentences}", Party.PRESCRIBER, tuple(obligations))


def supply_product_and_strength_are_allowed(case: AuthorizationCase) -> Problem | None:
    """AUTH-09."""
    prescription, program = case.facts.prescription, case.program
    wrong = []
    if not program.min_days_supply <= prescription.days_supply <= program.max_days_supply:
        wrong.append(
            f"A prescription is for {program.min_days_supply} to {program.max_days_supply} days, "
            f"not {prescription.days_supply}."
        )
    if prescription.strength_mg not in program.strengths_mg:
        known = ", ".join(format(strength, "f") for strength in program.strengths_mg)
        wrong.append(f"{prescription.strength_mg:.9g} mg is not a strength of this medicine; there are: {known} mg.")
    if prescription.quantity <= 0:
        wrong.append("The quantity must be more than 0.")
    return Problem(" ".join(wrong), Party.PRESCRIBER) if wrong else None


def prescription_has_no_refills_and_is_not_by_telephone(case: AuthorizationCase) -> Problem | None:
    """AUTH-10."""
    prescription = case.facts.prescription
    wrong = []
    if prescription.refills != 0:
        wrong.append("Refills are not allowed: prescribe without, and ask for a new authorization each time.")
    if prescription.by_telephone:
        wrong.append("Telephone prescriptions are not allowed: write the prescription or send it electronically.")
    return Problem(" ".join(wrong), Party.PRESCRIBER) if wrong else None


def no_other_authorization_and_no_discordance(case: AuthorizationCase) -> Problem | None:
    """AUTH-11."""
    patient = case.facts.patient
    live = patient.live_authorization and not case.facts.replace_live_authorization
    wrong = []
    if live:
        wrong.append("The patient already has a live authorization. Use it, or ask for a replacement, which voids it.")
    if patient.open_discordance:
        wrong.append("Something in the record does not agree and program staff are looking into it. Call the program.")
    if not wrong:
        return None
    return Problem(" ".join(wrong), Party.PROGRAM if patient.open_discordance else Party.PRESCRIBER)


_ENROLLMENT = ("PR-08", "PF-05", "PN-04", "PC-03", "PM-03")
_SURVEY = ("PF-06", "PF-14", "PN-03", "PN-08", "PC-04", "PC-10", "PM-09")
_COUNSELING = (
    *("PR-05", "PR-06", "PR-07", "PR-15", "PR-16", "PR-17"),
    *("PF-03", "PF-04", "PF-10", "PN-01", "PN-02", "PN-07"),
    *("PC-01", "PC-02", "PC-07", "PM-01", "PM-02", "PM-06"),
)

AUTHORIZATION_RULES: tuple[Rule[AuthorizationCase], ...] = (
    Rule("AUTH-01", "The prescriber is certified now.", ("PR-01", "PR-02", "PR-03"), prescriber_is_certified),
    Rule(
        "AUTH-02",
        "The patient is enrolled now, and with this prescriber.",
        _ENROLLMENT,
        patient_is_enrolled_with_this_prescriber,
    ),
    Rule(
        "AUTH-03",
        "The agreement form on file is the one that fits the patient today, and everybody has signed it.",
        _ENROLLMENT,
        agreement_form_fits_and_is_signed,
    ),
    Rule(
        "AUTH-04",
        "No pregnancy is reported, suspected or shown by a test, unless program staff have cleared it.",
        ("PG-01", "PR-09", "PR-18", "PR-21", "PF-17", "PC-12"),
        no_pregnancy_is_known_or_suspected,
    ),
    Rule(
        "AUTH-05",
        "The pregnancy tests that this prescription needs are on file.",
        ("PG-01", "PR-04", "PR-09", "PR-18", "PF-02", "PF-11"),
        pregnancy_tests_are_on_file,
    ),
    Rule("AUTH-06", "The patient survey is current.", _SURVEY, patient_survey_is_current),
    Rule("AUTH-07", "The counseling for this prescription is attested.", _COUNSELING, counseling_is_attested),
    Rule(
        "AUTH-08",
        "Contraception for 4 weeks before the first prescription is attested, where it applies.",
        ("PF-01",),
        four_weeks_of_contraception_are_attested,
    ),
    Rule(
        "AUTH-09",
        "The supply is within the limit, and product, strength and quantity are right.",
        ("PR-10", "PR-19"),
        supply_product_and_strength_are_allowed,
    ),
    Rule(
        "AUTH-10",
        "The prescription has no refills and is written or electronic.",
        ("PR-11", "PR-20"),
        prescription_has_no_refills_and_is_not_by_telephone,
    ),
    Rule(
        "AUTH-11",
        "The patient has no other live authorization, and nothing in the record waits to be resolved.",
        ("PR-09", "PR-18"),
        no_other_authorization_and_no_discordance,
    ),
)
