"""What is missing before a prescriber or a pharmacy is certified, and whether one signed earlier still counts.

Complete means certified at once; suspending and reinstating are acts of program staff and no rules of their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from rems_portal.rules.calendars import program_day, require_utc
from rems_portal.rules.findings import Check, Finding, Problem, Rule, evaluate
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.rules.programs import Material, ProgramVersion, Renewal, materials_on_offer
from rems_portal.rules.quiz import QuizAttemptFacts, quiz_is_passed
from rems_portal.rules.vocabulary import Party


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """A material that was reviewed: its code, the version that was read, and when (UTC)."""

    material: str
    version: str
    reviewed_at: datetime


@dataclass(frozen=True, slots=True)
class PrescriberCertificationFacts:
    """A prescriber's certification so far, at an instant (UTC)."""

    at: datetime
    reviews: tuple[ReviewFacts, ...]
    form_complete: bool
    form_signed: bool


@dataclass(frozen=True, slots=True)
class PharmacyCertificationFacts:
    """A pharmacy's certification so far, at an instant (UTC). `processes`: codes of the processes attested."""

    at: datetime
    reviews: tuple[ReviewFacts, ...]
    quiz_attempts: tuple[QuizAttemptFacts, ...]
    processes: frozenset[str]
    form_complete: bool
    form_signed: bool


@dataclass(frozen=True, slots=True)
class _PrescriberCase:
    facts: PrescriberCertificationFacts
    program: ProgramVersion


@dataclass(frozen=True, slots=True)
class _PharmacyCase:
    facts: PharmacyCertificationFacts
    program: ProgramVersion


def required_materials(audience: Party, at: datetime, program: ProgramVersion) -> tuple[Material, ...]:
    """The materials, at their current version, that a prescriber or a pharmacy must review at an instant (UTC)."""
    return tuple(
        material
        for material in materials_on_offer(program, program_day(at))
        if material.audience == audience and material.required_for_certification
    )


def materials_to_read(audience: Party, at: datetime, program: ProgramVersion) -> tuple[Material, ...]:
    """The materials whose version in force at an instant (UTC) asks everybody of this audience to read it (PG-03)."""
    offered = materials_on_offer(program, program_day(at))
    return tuple(material for material in offered if material.audience == audience and material.must_be_read)


def oldest_that_counts(renewal: Renewal | None, day: date) -> str:
    """The oldest version whose signature or reading counts on a program day; "" while every one does."""
    return renewal.oldest_version if renewal is not None and renewal.from_day <= day else ""


def oldest_certification(party: Party, day: date, program: ProgramVersion) -> str:
    """The oldest version under which a party's certification may be signed to count on a program day; "" for any."""
    return oldest_that_counts(program.recertification.get(party), day)


def oldest_training(day: date, program: ProgramVersion) -> str:
    """The oldest version of the Pharmacy Training whose reading lets staff confirm on a program day; "" for any."""
    return oldest_that_counts(program.staff_retraining, day)


def counts_as_certified(status: str, version: str, *, party: Party, day: date, program: ProgramVersion) -> bool:
    """Whether a certification signed under a version makes its holder certified on a program day.

    The one rule behind AUTH-01, CONF-01 and CONF-04 (PR-01, PR-02, PR-03, PH-01, PH-02).
    """
    return status == CertificationStatus.CERTIFIED and version >= oldest_certification(party, day, program)


def renewal_of(version: str, renewal: Renewal | None) -> Renewal | None:
    """What demands that something signed or read under a version is done again; None when nothing does."""
    return renewal if renewal is not None and version < renewal.oldest_version else None


def quiz_counts(attempts: Iterable[QuizAttemptFacts], program: ProgramVersion) -> bool:
    """Whether one of a person's attempts is passed, and of a version that counts towards a certification now."""
    renewal = program.recertification.get(Party.PHARMACY)
    return any(
        renewal_of(one.version, renewal) is None and quiz_is_passed(one.correct, one.total, program) for one in attempts
    )


def _review_problem(
    wanted: Iterable[Material], reviews: tuple[ReviewFacts, ...], at: datetime, move: Party
) -> Problem | None:
    reviewed = {(review.material, review.version) for review in reviews if review.reviewed_at <= at}
    missing = [material.title for material in wanted if (material.code, material.version) not in reviewed]
    if not missing:
        return None
    return Problem(f"Not reviewed yet in the current version: {', '.join(missing)}. Open and review each.", move)


def prescribing_information_is_reviewed(case: _PrescriberCase) -> Problem | None:
    """CERT-01."""
    wanted = [one for one in _prescriber_materials(case) if one.code == "prescribing_information"]
    return _review_problem(wanted, case.facts.reviews, case.facts.at, Party.PRESCRIBER)


def program_materials_are_reviewed(case: _PrescriberCase) -> Problem | None:
    """CERT-02."""
    wanted = [one for one in _prescriber_materials(case) if one.code != "prescribing_information"]
    return _review_problem(wanted, case.facts.reviews, case.facts.at, Party.PRESCRIBER)


def _prescriber_materials(case: _PrescriberCase) -> tuple[Material, ...]:
    return required_materials(Party.PRESCRIBER, case.facts.at, case.program)


def prescriber_enrollment_form_is_signed(case: _PrescriberCase) -> Problem | None:
    """CERT-03."""
    return _form_problem(
        case.facts.form_complete, case.facts.form_signed, "Prescriber Enrollment Form", Party.PRESCRIBER
    )


def pharmacy_materials_are_reviewed(case: _PharmacyCase) -> Problem | None:
    """CERT-11."""
    wanted = required_materials(Party.PHARMACY, case.facts.at, case.program)
    return _review_problem(wanted, case.facts.reviews, case.facts.at, Party.PHARMACY)


def quiz_has_been_passed(case: _PharmacyCase) -> Problem | None:
    """CERT-12."""
    if quiz_counts(case.facts.quiz_attempts, case.program):
        return None
    return Problem(
        f"The Pharmacy Certification Quiz is not passed yet: {case.program.quiz_pass_percent} % of the answers must be "
        "right. It can be taken again at any time.",
        Party.PHARMACY,
    )


def processes_are_attested(case: _PharmacyCase) -> Problem | None:
    """CERT-13."""
    missing = [one.sentence for one in case.program.pharmacy_processes if one.code not in case.facts.processes]
    if not missing:
        return None
    return Problem("Not attested yet: " + " ".join(f"“{one}”" for one in missing), Party.PHARMACY)


def pharmacy_enrollment_form_is_signed(case: _PharmacyCase) -> Problem | None:
    """CERT-14."""
    return _form_problem(case.facts.form_complete, case.facts.form_signed, "Pharmacy Enrollment Form", Party.PHARMACY)


def _form_problem(complete: bool, signed: bool, form: str, move: Party) -> Problem | None:
    if not complete:
        return Problem(f"The {form} is not complete. Fill in what is missing.", move)
    if not signed:
        return Problem(f"The {form} is not signed. Sign it.", move)
    return None


PRESCRIBER_CERTIFICATION_RULES: tuple[Rule[_PrescriberCase], ...] = (
    Rule("CERT-01", "The Prescribing Information is reviewed.", ("PR-01",), prescribing_information_is_reviewed),
    Rule(
        "CERT-02",
        "The Welcome Letter, the Prescriber Guide and the Education and Prescribing Safety Kit are reviewed.",
        ("PR-03",),
        program_materials_are_reviewed,
    ),
    Rule(
        "CERT-03",
        "The Prescriber Enrollment Form is complete and signed.",
        ("PR-02",),
        prescriber_enrollment_form_is_signed,
    ),
)

PHARMACY_CERTIFICATION_RULES: tuple[Rule[_PharmacyCase], ...] = (
    Rule(
        "CERT-11",
        "The Pharmacy Guide and the Pharmacy Training are reviewed.",
        ("PH-01",),
        pharmacy_materials_are_reviewed,
    ),
    Rule("CERT-12", "The Pharmacy Certification Quiz is passed.", ("PH-01",), quiz_has_been_passed),
    Rule("CERT-13", "The required processes are in place.", ("PH-02",), processes_are_attested),
    Rule(
        "CERT-14",
        "The Pharmacy Enrollment Form is complete and signed.",
        ("PH-01", "PH-02"),
        pharmacy_enrollment_form_is_signed,
    ),
)


def check_prescriber_certification(facts: PrescriberCertificationFacts, program: ProgramVersion) -> tuple[Check, ...]:
    """Every check of a prescriber's certification at `facts.at` (UTC); all hold: certified (PR-01, PR-02, PR-03)."""
    require_utc(facts.at)
    return evaluate(PRESCRIBER_CERTIFICATION_RULES, _PrescriberCase(facts, program))


def check_pharmacy_certification(facts: PharmacyCertificationFacts, program: ProgramVersion) -> tuple[Check, ...]:
    """Every check of a pharmacy's certification at `facts.at` (UTC); all hold: certified (PH-01, PH-02)."""
    require_utc(facts.at)
    return evaluate(PHARMACY_CERTIFICATION_RULES, _PharmacyCase(facts, program))


def findings_of(checks: tuple[Check, ...]) -> tuple[Finding, ...]:
    """What is missing, in the order of the checks; none means certified."""
    return tuple(check.finding for check in checks if check.finding is not None)
