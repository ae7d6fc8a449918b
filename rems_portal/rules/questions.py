"""The rules, asked in plain JSON: an authorization, a confirmation, or the next pregnancy test.

What a request and an answer look like is described in docs/decide.md. This module reads requests into facts, calls the
very rules that pages and API call, and writes their decisions down; it decides nothing of its own.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from json import JSONDecoder
from typing import Any, NoReturn

from rems_portal.rules.authorization import AuthorizationFacts, PrescriptionFacts, decide_authorization
from rems_portal.rules.calendars import program_day, zone_named
from rems_portal.rules.dispensing import (
    ConfirmationFacts,
    ConfirmationRequestFacts,
    IssuedAuthorizationFacts,
    PharmacyFacts,
    decide_confirmation,
)
from rems_portal.rules.facts import AgreementFacts, DispenseFacts, PatientFacts, PregnancyTestFacts, SurveyFacts
from rems_portal.rules.findings import Decision
from rems_portal.rules.json_fields import (
    Fields,
    RequestError,
    day,
    flag,
    instant,
    many,
    number,
    one,
    optional_flag,
    optional_one,
    optional_word,
    required,
    whole,
    word,
    word_set,
)
from rems_portal.rules.lifecycles import AuthorizationStatus
from rems_portal.rules.pregnancy_testing import next_test_due
from rems_portal.rules.programs import Program, ProgramVersion, VersionError, version_in_force, version_named
from rems_portal.rules.vocabulary import CannotBasis, MenstrualCycles, RiskCategory, Sex, TestResult

Answer = dict[str, Any]

LONGEST_SUPPLY_DAYS = 100_000

_SEXES = {sex.value: sex for sex in Sex}
_BASES = {basis.value: basis for basis in CannotBasis}
_CYCLES = {cycles.value: cycles for cycles in MenstrualCycles}
_CATEGORIES = {category.value: category for category in RiskCategory}
_RESULTS = {result.value: result for result in TestResult}
_STATUSES = {status.value: status for status in AuthorizationStatus}


def answer_line(line: str | bytes, program: Program) -> Answer:
    """The answer to one line of JSON, under a program; an `error` answer when the line is no valid request."""
    try:
        request = _DECODER.decode(line if isinstance(line, str) else line.decode("utf-8"))
    except (ValueError, InvalidOperation, RecursionError):
        return _error_answer(RequestError("line", "Write one JSON object on the line, with plain finite numbers."))
    return answer(request, program)


def answer(request: object, program: Program) -> Answer:
    """The answer to one request, already read from JSON, under a program; never raises for a bad request."""
    if not isinstance(request, dict):
        return _error_answer(RequestError("line", "Write one JSON object on the line."))
    try:
        ask = word(request, "ask", _ASKS)
        at = instant(request, "at")
        return ask(request, at, _program_version(request, at, program))
    except RequestError as error:
        return _error_answer(error)


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no numbers.")


_DECODER = JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)


def _error_answer(error: RequestError) -> Answer:
    return {"error": {"field": error.field, "message": error.message}}


def _program_version(request: Fields, at: datetime, program: Program) -> ProgramVersion:
    name = request.get("program_version")
    try:
        if name is None:
            return version_in_force(program, program_day(at))
        return version_named(program, name)
    except VersionError as error:
        raise RequestError("at" if name is None else "program_version", str(error)) from None


# --- the three questions


def _authorization(request: Fields, at: datetime, version: ProgramVersion) -> Answer:
    decision = decide_authorization(read_authorization(request, at, version), version)
    result = _outcome(decision)
    if decision.category is not None and decision.valid_through is not None:
        result["category"] = decision.category.value
        result["valid_through"] = decision.valid_through.isoformat()
    return _explained(result, decision)


def _confirmation(request: Fields, at: datetime, version: ProgramVersion) -> Answer:
    decision = decide_confirmation(read_confirmation(request, at), version)
    result = _outcome(decision)
    if decision.ship_by is not None and decision.pick_up_by is not None:
        result["ship_by"] = decision.ship_by.isoformat()
        result["pick_up_by"] = decision.pick_up_by.isoformat()
    return _explained(result, decision)


def _next_test(request: Fields, at: datetime, version: ProgramVersion) -> Answer:
    due = next_test_due(_patient_at(request, at), at, version)
    return {"due": due.isoformat() if due else None, "program_version": version.version, "findings": []}


_ASKS: dict[str, Callable[[Fields, datetime, ProgramVersion], Answer]] = {
    "authorization": _authorization,
    "confirmation": _confirmation,
    "next-test": _next_test,
}


def _outcome(decision: Decision) -> Answer:
    return {"outcome": decision.outcome, "failed": list(decision.failed)}


def _explained(result: Answer, decision: Decision) -> Answer:
    result["program_version"] = decision.program_version
    result["findings"] = [finding.as_dict() for finding in decision.findings]
    return result


# --- from JSON to facts


def read_authorization(request: Fields, at: datetime, version: ProgramVersion) -> AuthorizationFacts:
    """The facts of a request for an authorization at an instant (UTC). Raises RequestError."""
    return AuthorizationFacts(
        at=at,
        prescriber_certified=one(request, "prescriber", _certified),
        patient=_patient_at(request, at),
        prescription=one(request, "prescription", _prescription),
        attested=word_set(request, "attested", _attestation_codes(version)),
        replace_live_authorization=flag(request, "replace_live_authorization"),
    )


def read_confirmation(request: Fields, at: datetime) -> ConfirmationFacts:
    """The facts of a request for a confirmation at an instant (UTC). Raises RequestError."""
    return ConfirmationFacts(
        at=at,
        pharmacy=one(request, "pharmacy", _pharmacy),
        prescriber_certified=one(request, "prescriber", _certified),
        patient=_patient_if_known(request, at),
        authorization=optional_one(request, "authorization", _issued_authorization),
        request=one(request, "request", _confirmation_request),
    )


@lru_cache(maxsize=64)
def _attestation_codes(version: ProgramVersion) -> frozenset[str]:
    return frozenset(attestation.code for attestation in version.attestations)


def _certified(source: Fields) -> bool:
    return flag(source, "certified")


def _patient_at(request: Fields, at: datetime) -> PatientFacts:
    patient = one(request, "patient", _patient)
    if patient.birth_date > program_day(at):
        raise RequestError("patient.birth_date", "The birth date lies after the instant asked about.")
    return patient


def _patient_if_known(request: Fields, at: datetime) -> PatientFacts | None:
    """The patient; null only together with the authorization, as for a number that leads to nobody."""
    if required(request, "authorization") is None and required(request, "patient") is None:
        return None
    return _patient_at(request, at)


def _patient(source: Fields) -> PatientFacts:
    sex = word(source, "sex", _SEXES)
    patient = PatientFacts(
        birth_date=day(source, "birth_date"),
        sex=sex,
        can_get_pregnant=_can_get_pregnant(source, sex),
        cannot_basis=optional_word(source, "cannot_basis", _BASES),
        menstrual_cycles=word(source, "menstrual_cycles", _CYCLES),
        enrolled=flag(source, "enrolled"),
        enrolled_with_this_prescriber=flag(source, "enrolled_with_this_prescriber"),
        agreement=optional_one(source, "agreement", _agreement),
        pregnancy_hold=flag(source, "pregnancy_hold"),
        open_discordance=flag(source, "open_discordance"),
        live_authorization=flag(source, "live_authorization"),
        open_confirmation=flag(source, "open_confirmation"),
        dispenses=many(source, "dispenses", _dispense),
        pregnancy_tests=many(source, "pregnancy_tests", _pregnancy_test),
        surveys=many(source, "surveys", _survey),
        earlier_course_dispenses=many(source, "earlier_course_dispenses", _dispense)
        if "earlier_course_dispenses" in source
        else (),
    )
    if sex == Sex.MALE and patient.pregnancy_tests:
        raise RequestError("pregnancy_tests", "A male has no pregnancy tests; check the patient.")
    return patient


def _can_get_pregnant(source: Fields, sex: Sex) -> bool | None:
    answer = optional_flag(source, "can_get_pregnant")
    if sex == Sex.MALE and answer is not None:
        raise RequestError("can_get_pregnant", "Write null for a male.")
    if sex == Sex.FEMALE and answer is None:
        raise RequestError("can_get_pregnant", "Write true or false for a female.")
    return answer


def _agreement(source: Fields) -> AgreementFacts:
    intact = flag(source, "intact") if "intact" in source else True
    return AgreementFacts(word(source, "category", _CATEGORIES), flag(source, "complete"), intact)


def _dispense(source: Fields) -> DispenseFacts:
    return DispenseFacts(
        day(source, "dispensed_on"),
        whole(source, "days_supply", lowest=0, highest=LONGEST_SUPPLY_DAYS),
        instant(source, "authorized_at"),
    )


def _pregnancy_test(source: Fields) -> PregnancyTestFacts:
    return PregnancyTestFacts(
        instant(source, "collected_at"),
        word(source, "result", _RESULTS),
        whole(source, "sensitivity_miu_ml", lowest=0),
        flag(source, "cleared"),
        flag(source, "backed_dispensed_authorization"),
    )


def _survey(source: Fields) -> SurveyFacts:
    return SurveyFacts(instant(source, "completed_at"))


def _prescription(source: Fields) -> PrescriptionFacts:
    return PrescriptionFacts(
        whole(source, "days_supply"),
        whole(source, "quantity"),
        number(source, "strength_mg"),
        whole(source, "refills"),
        flag(source, "by_telephone"),
    )


def _pharmacy(source: Fields) -> PharmacyFacts:
    certified = flag(source, "certified")
    name = required(source, "time_zone")
    try:
        zone_named(name)
    except (ValueError, TypeError):
        raise RequestError("time_zone", "Write the IANA name of a time zone, such as America/Chicago.") from None
    return PharmacyFacts(certified, name)


def _issued_authorization(source: Fields) -> IssuedAuthorizationFacts:
    return IssuedAuthorizationFacts(
        word(source, "category", _CATEGORIES),
        word(source, "status", _STATUSES),
        day(source, "valid_through"),
        whole(source, "days_supply"),
        number(source, "strength_mg"),
    )


def _confirmation_request(source: Fields) -> ConfirmationRequestFacts:
    return ConfirmationRequestFacts(
        flag(source, "number_known"),
        flag(source, "birth_date_matches"),
        word(source, "category_on_prescription", _CATEGORIES),
        whole(source, "days_supply"),
        number(source, "strength_mg"),
        flag(source, "refill"),
        flag(source, "by_telephone"),
    )
