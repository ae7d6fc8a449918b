"""What the enrollment page shows about the agreement form that fits; no markup, no clock, no queries."""

from dataclasses import dataclass
from datetime import datetime

from patients.actions import PatientEnrollment, enrollment_problems
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import CannotBasis, MenstrualCycles, RiskCategory, Sex, explain_category, group_of
from rems_portal.rules.enrollment import PatientFacts, coming_of_age_warning
from rems_portal.rules.programs import ProgramVersion

DECIDING = frozenset({"birth_date", "can_get_pregnant", "cannot_basis"})


@dataclass(frozen=True, slots=True)
class FittingForm:
    """The one of six agreement forms that fits, why, and where its text is."""

    category: RiskCategory
    reasons: tuple[str, ...]
    coming_of_age: str | None
    wording: tuple[str, str]

    @property
    def she_or_he(self) -> str:
        """Return how the form's text names the patient."""
        return "He" if self.category in (RiskCategory.AM, RiskCategory.MC) else "She"


def fitting_form(agreement: PatientEnrollment, *, at: datetime, program: ProgramVersion) -> FittingForm | None:
    """Return the form that fits what is said so far, on the program day of `at`; None while that is not decided."""
    if any(problem.field in DECIDING for problem in enrollment_problems(agreement, at=at, program=program)):
        return None
    category, reasons = explain_category(
        birth_date=agreement.birth_date,
        sex=agreement.sex,
        can_get_pregnant=agreement.can_get_pregnant,
        cannot_basis=CannotBasis(agreement.cannot_basis) if agreement.cannot_basis else None,
        on=program_day(at),
        program=program,
    )
    folder = f"patients/wording/{program.program}-{program.version}"
    wording = (f"{folder}/agreement_{group_of(category)}.html", "patients/wording/none.html")
    return FittingForm(category, reasons, _coming_of_age(agreement, at, program), wording)


def _coming_of_age(agreement: PatientEnrollment, at: datetime, program: ProgramVersion) -> str | None:
    facts = PatientFacts(
        birth_date=agreement.birth_date,
        sex=Sex(agreement.sex),
        can_get_pregnant=agreement.can_get_pregnant,
        cannot_basis=None,
        menstrual_cycles=MenstrualCycles.REGULAR,
        enrolled=False,
        enrolled_with_this_prescriber=False,
        agreement=None,
        pregnancy_hold=False,
        open_discordance=False,
        live_authorization=False,
        open_confirmation=False,
    )
    return coming_of_age_warning(facts, at, program)
