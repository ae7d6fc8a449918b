"""The ten rules of a confirmation, each a statement that should be true, and their ordered registry.

A rule answers None when its statement holds, else what is wrong. No rule looks at the outcome of another, and no
sentence tells the pharmacy a patient's or a prescriber's private answers.
"""

from rems_portal.rules.calendars import day_in_words, days_after
from rems_portal.rules.dispensing.facts import ConfirmationCase
from rems_portal.rules.enrollment import supply_ends_on, uncleared_positive_test
from rems_portal.rules.findings import Problem, Rule
from rems_portal.rules.lifecycles import AuthorizationStatus
from rems_portal.rules.vocabulary import Party

_UNKNOWN = "There is no authorization to compare with. Check the number and the date of birth on the prescription."


def pharmacy_is_certified(case: ConfirmationCase) -> Problem | None:
    """CONF-01."""
    if case.facts.pharmacy.certified:
        return None
    return Problem(
        "The pharmacy is not certified in the program now. Complete or renew the certification, or call the "
        "program if it was suspended.",
        Party.PHARMACY,
    )


def authorization_belongs_to_the_patient(case: ConfirmationCase) -> Problem | None:
    """CONF-02."""
    request = case.facts.request
    if request.number_known and request.birth_date_matches and case.facts.authorization is not None:
        return None
    return Problem(
        "No authorization was found for this number and date of birth. Check both on the prescription; "
        "if they are right, call the prescriber.",
        Party.PHARMACY,
    )


def authorization_is_live(case: ConfirmationCase) -> Problem | None:
    """CONF-03."""
    authorization = case.facts.authorization
    if authorization is None:
        return Problem(_UNKNOWN, Party.PHARMACY)
    if authorization.status == AuthorizationStatus.ACTIVE and case.day <= authorization.valid_through:
        return None
    new_one = "The prescriber must obtain a new authorization."
    if authorization.status == AuthorizationStatus.CONFIRMED:
        return Problem(
            "This authorization already has a confirmation number. Use that one, or have it cancelled first.",
            Party.PHARMACY,
        )
    if authorization.status == AuthorizationStatus.DISPENSED:
        return Problem(f"This authorization has already been used for a dispense. {new_one}", Party.PRESCRIBER)
    if authorization.status == AuthorizationStatus.VOID:
        return Problem(f"This authorization is void. {new_one}", Party.PRESCRIBER)
    return Problem(
        f"This authorization expired; it was good through {day_in_words(authorization.valid_through)}. {new_one}",
        Party.PRESCRIBER,
    )


def prescriber_is_certified(case: ConfirmationCase) -> Problem | None:
    """CONF-04."""
    if case.facts.prescriber_certified:
        return None
    if case.facts.patient is None:
        return Problem(_UNKNOWN, Party.PHARMACY)
    return Problem(
        "The prescriber is not certified in the program now. Do not dispense; call the prescriber or the program.",
        Party.PRESCRIBER,
    )


def patient_is_enrolled_and_not_on_hold(case: ConfirmationCase) -> Problem | None:
    """CONF-05."""
    patient = case.facts.patient
    if patient is None:
        return Problem(_UNKNOWN, Party.PHARMACY)
    if patient.pregnancy_hold or uncleared_positive_test(patient) is not None:
        return Problem("The patient’s treatment is on hold. Do not dispense; call the program.", Party.PROGRAM)
    if not patient.enrolled:
        return Problem(
            "The patient is not enrolled in the program now. Do not dispense; call the prescriber.", Party.PRESCRIBER
        )
    return None


def risk_category_is_right(case: ConfirmationCase) -> Problem | None:
    """CONF-06."""
    authorization, written = case.facts.authorization, case.facts.request.category_on_prescription
    if authorization is None:
        return Problem(_UNKNOWN, Party.PHARMACY)
    if written != authorization.category:
        return Problem(
            f"The risk category on the prescription ({written.label}) is not the one that was authorized. "
            "Check it; if it reads so, call the prescriber.",
            Party.PHARMACY,
        )
    if written != case.category:
        return Problem(
            f"The risk category {written.label} no longer fits the patient. Do not dispense; the prescriber must sign "
            "the agreement form that fits and obtain a new authorization.",
            Party.PRESCRIBER,
        )
    return None


def prescription_is_neither_verbal_nor_a_refill(case: ConfirmationCase) -> Problem | None:
    """CONF-07."""
    request = case.facts.request
    wrong = []
    if request.by_telephone:
        wrong.append("A prescription taken by telephone can not be dispensed; ask for a written or electronic one.")
    if request.refill:
        wrong.append("Refills can not be dispensed; each dispense needs a new prescription and authorization.")
    return Problem(" ".join(wrong), Party.PRESCRIBER) if wrong else None


def supply_and_strength_are_as_authorized(case: ConfirmationCase) -> Problem | None:
    """CONF-08."""
    authorization, request, program = case.facts.authorization, case.facts.request, case.program
    if authorization is None:
        return Problem(_UNKNOWN, Party.PHARMACY)
    most = min(program.max_days_supply, authorization.days_supply)
    wrong = []
    if not program.min_days_supply <= request.days_supply <= most:
        too_few = request.days_supply < program.min_days_supply
        allowed = f"{program.min_days_supply} to {most} days" if too_few else f"{most} days at most"
        wrong.append(f"{request.days_supply} days’ supply can not be dispensed: {allowed} are allowed.")
    if request.strength_mg != authorization.strength_mg:
        wrong.append(
            f"The strength authorized is {authorization.strength_mg:.9g} mg, not {request.strength_mg:.9g} mg."
        )
    return Problem(" ".join(wrong), Party.PHARMACY) if wrong else None


def supply_on_hand_is_nearly_used_up(case: ConfirmationCase) -> Problem | None:
    """CONF-09."""
    patient = case.facts.patient
    if patient is None:
        return Problem(_UNKNOWN, Party.PHARMACY)
    ends = supply_ends_on(patient)
    if ends is None:
        return None
    most = case.program.max_days_on_hand
    left = (ends - case.day).days
    if left <= most:
        return None
    return Problem(
        f"The patient has {left} days of supply left, {most} at most are allowed. "
        f"Ask again on {day_in_words(days_after(ends, -most))} or later.",
        Party.PHARMACY,
    )


def no_other_confirmation_is_waiting(case: ConfirmationCase) -> Problem | None:
    """CONF-10."""
    patient = case.facts.patient
    if patient is None:
        return Problem(_UNKNOWN, Party.PHARMACY)
    if not patient.open_confirmation:
        return None
    return Problem(
        "Another confirmation for this patient waits to be dispensed. Dispense or cancel that one first.",
        Party.PHARMACY,
    )


CONFIRMATION_RULES: tuple[Rule[ConfirmationCase], ...] = (
    Rule("CONF-01", "The pharmacy is certified now.", ("PH-01", "PH-02"), pharmacy_is_certified),
    Rule(
        "CONF-02",
        "The authorization exists and belongs to this patient.",
        ("PH-07", "PH-08"),
        authorization_belongs_to_the_patient,
    ),
    Rule("CONF-03", "The authorization is live: not expired, not void, not used.", ("PH-08",), authorization_is_live),
    Rule("CONF-04", "The prescriber is certified now.", ("PH-08", "PR-01", "PR-02", "PR-03"), prescriber_is_certified),
    Rule(
        "CONF-05",
        "The patient is enrolled now and not on hold.",
        ("PG-01", "PH-08", "PH-17", "PR-21", "PF-17", "PC-12"),
        patient_is_enrolled_and_not_on_hold,
    ),
    Rule(
        "CONF-06",
        "The risk category on the prescription is the authorized one, and still fits the patient.",
        ("PH-07", "PR-09", "PR-18", "PC-12"),
        risk_category_is_right,
    ),
    Rule(
        "CONF-07",
        "The prescription was not taken by telephone and is no refill.",
        ("PH-13", "PH-14"),
        prescription_is_neither_verbal_nor_a_refill,
    ),
    Rule(
        "CONF-08",
        "Supply and strength are within what was authorized.",
        ("PH-11",),
        supply_and_strength_are_as_authorized,
    ),
    Rule(
        "CONF-09",
        "The supply left from earlier dispenses is nearly used up.",
        ("PH-12",),
        supply_on_hand_is_nearly_used_up,
    ),
    Rule("CONF-10", "No other confirmation waits to be dispensed.", ("PH-08",), no_other_confirmation_is_waiting),
)
