"""What pages show of the agreement form that fits, and of a signed survey; no markup, no clock."""

from dataclasses import dataclass, replace
from datetime import datetime

from patients.actions import PatientEnrollment, answers_on_record, definition_of, enrollment_problems
from patients.models import Agreement, PatientSurvey
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import CannotBasis, MenstrualCycles, RiskCategory, Sex, explain_category
from rems_portal.rules.enrollment import PatientFacts, coming_of_age_warning
from rems_portal.rules.forms import FormDefinition, Signer, fingerprint
from rems_portal.rules.programs import ProgramVersion
from rems_portal.signatures.presenters import ShownForm, shown_form
from rems_portal.signatures.queries import Integrity

DECIDING = frozenset({"birth_date", "can_get_pregnant", "cannot_basis"})


@dataclass(frozen=True, slots=True)
class FittingForm:
    """The one of six agreement forms that fits, why, and its text."""

    category: RiskCategory
    reasons: tuple[str, ...]
    coming_of_age: str | None
    definition: FormDefinition

    @property
    def fingerprint(self) -> str:
        """Return what tells this text from another: a form that changed meanwhile is not signed unread."""
        return fingerprint(self.definition)


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
    definition = definition_of(category, program, agreement.language)
    return FittingForm(category, reasons, _coming_of_age(agreement, at, program), definition)


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


def shown_patient_survey(survey: PatientSurvey) -> ShownForm | None:
    """Return a patient survey as it was signed, held against its copy; None for one from before signatures."""
    if survey.form is None:
        return None
    try:
        asked = list(survey.form.answers)
    except ValueError:
        asked = []
    return shown_form(survey.form, kept=dict.fromkeys(asked) | survey.answers)


def shown_agreement(agreement: Agreement) -> ShownForm | None:
    """Return an agreement as it was signed, held against its columns and, while it is in force, against the record.

    None for one from before electronic signatures.
    """
    if agreement.form is None:
        return None
    in_force = agreement.in_force_from is not None and agreement.superseded_at is None
    shown = shown_form(agreement.form, kept=answers_on_record(agreement.enrollment) if in_force else {})
    wrong = [name for name, signed in _signed_columns(shown).items() if getattr(agreement, name) != signed]
    if not wrong:
        return shown
    sentence = f"The agreement’s record says something else than its signatures: {', '.join(wrong)}."
    return replace(shown, integrity=Integrity((*shown.integrity.problems, sentence)))


def _signed_columns(shown: ShownForm) -> dict[str, str]:
    """What the columns that repeat a form's code and signatures must say; the patient's side once all have signed."""
    names = {one.signer: one.printed_name for one in shown.signatures}
    relations = {one.signer: one.relation for one in shown.signatures}
    done = shown.form.completed_at is not None
    guardian = names.get(Signer.GUARDIAN, "") if done else ""
    return {
        "category": shown.form.code.removeprefix("agreement_"),
        "prescriber_signed_name": names.get(Signer.PRESCRIBER, ""),
        "patient_signed_name": guardian or (names.get(Signer.PATIENT, "") if done else ""),
        "guardian_name": guardian,
        "guardian_relation": relations.get(Signer.GUARDIAN, "") if done else "",
    }
