"""The patient's part in the program: the form that fits, the holds that stop treatment, and coming of age.

Works on `PatientFacts`; changes nothing and never looks at which form is on file to find out which one fits.
"""

from datetime import date, datetime

from rems_portal.rules.calendars import day_in_words, days_after, program_day
from rems_portal.rules.categories import adult_on, category_that_fits, is_adult
from rems_portal.rules.facts import AgreementFacts, DispenseFacts, PatientFacts, PregnancyTestFacts, SurveyFacts
from rems_portal.rules.programs.definition import ProgramVersion
from rems_portal.rules.vocabulary import RiskCategory, TestResult

__all__ = [
    "AgreementFacts",
    "DispenseFacts",
    "PatientFacts",
    "PregnancyTestFacts",
    "SurveyFacts",
    "agreement_problem",
    "category_of",
    "child_assents",
    "coming_of_age_on",
    "coming_of_age_warning",
    "supply_ends_on",
    "uncleared_positive_test",
]


def category_of(patient: PatientFacts, on: date, program: ProgramVersion) -> RiskCategory:
    """The risk category that fits the patient on a program day, whatever form is on file (PR-08)."""
    return category_that_fits(
        birth_date=patient.birth_date,
        sex=patient.sex,
        can_get_pregnant=patient.can_get_pregnant,
        cannot_basis=patient.cannot_basis,
        on=on,
        program=program,
    )


def agreement_problem(agreement: AgreementFacts | None, fits: RiskCategory, birth_date: date) -> str | None:
    """What is wrong with the agreement form on file, as a sentence, or None when it fits and is signed (PR-08)."""
    if agreement is None:
        return f"No agreement form is on file. Fill in and sign the form for: {fits.label}."
    if not agreement.intact:
        return (
            "The agreement form on file no longer matches its signatures. Have a new one signed, for: "
            f"{fits.label}, and tell the program."
        )
    if agreement.category != fits:
        came_of_age = ""
        if agreement.category.is_child and not fits.is_child:
            came_of_age = f"The patient came of age on {day_in_words(adult_on(birth_date))}. "
        return (
            f"{came_of_age}The agreement form on file is for: {agreement.category.label}; "
            f"the form that fits today is for: {fits.label}. Fill in and sign that form."
        )
    if not agreement.complete:
        return f"The agreement form on file ({fits.label}) is not signed by everybody. Collect the missing signatures."
    return None


def uncleared_positive_test(patient: PatientFacts) -> PregnancyTestFacts | None:
    """The latest positive pregnancy test that program staff have not cleared, or None.

    One dated in the future counts too: what speaks against treatment is never left out of account.
    """
    positive = [test for test in patient.pregnancy_tests if test.result == TestResult.POSITIVE and not test.cleared]
    return max(positive, key=lambda test: test.collected_at, default=None)


def coming_of_age_on(patient: PatientFacts, at: datetime) -> date | None:
    """The day from which the child's form no longer fits; None when the patient is an adult at that instant (UTC)."""
    return None if is_adult(patient.birth_date, program_day(at)) else adult_on(patient.birth_date)


def coming_of_age_warning(patient: PatientFacts, at: datetime, program: ProgramVersion) -> str | None:
    """A sentence for the prescriber when a child will come of age within the program's days of warning, else None."""
    day = coming_of_age_on(patient, at)
    if day is None or program_day(at) < days_after(day, -program.coming_of_age_warning_days):
        return None
    return (
        f"The patient comes of age on {day_in_words(day)}. From that day on the child’s form no longer fits: "
        "sign the adult’s agreement form before the next authorization."
    )


def supply_ends_on(patient: PatientFacts) -> date | None:
    """The day the supply already dispensed runs out, over all dispenses at all pharmacies, or None without any."""
    return max(
        (
            days_after(dispense.dispensed_on, dispense.days_supply)
            for dispense in (*patient.dispenses, *patient.earlier_course_dispenses)
        ),
        default=None,
    )


def child_assents(birth_date: date, on: date, program: ProgramVersion) -> bool:
    """Whether a child is old enough on a program day to sign the agreement form beside the guardian."""
    years = program.assent_from_age_years
    return (on.year - birth_date.year) - ((on.month, on.day) < (birth_date.month, birth_date.day)) >= years
