"""What pages show of the agreement form that fits, and of forms that were signed; no markup, no clock.

A signed form is held against every copy that the record keeps of what it says.
"""

from dataclasses import dataclass
from datetime import date, datetime

from patients.actions import PatientEnrollment, answers_on_record, definition_of, enrollment_problems
from patients.models import Agreement, Enrollment, Patient, PatientSurvey, Transfer
from patients.queries import identity_key
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import CannotBasis, MenstrualCycles, RiskCategory, Sex, explain_category
from rems_portal.rules.enrollment import PatientFacts, coming_of_age_warning
from rems_portal.rules.forms import Answer, FormDefinition, Signer, fingerprint
from rems_portal.rules.forms.surveys import PATIENT_SURVEY
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.rules.programs import ProgramVersion
from rems_portal.signatures.copies import Copies, account_of, held_against, signed_by
from rems_portal.signatures.models import SignedForm
from rems_portal.signatures.presenters import ShownForm, shown_form

DECIDING = frozenset({"birth_date", "can_get_pregnant", "cannot_basis"})
TRANSFER = Agreement.Purpose.TRANSFER
NAMES = ("given_name", "family_name")
ON_RECORD = (*NAMES, "birth_date", "sex", "can_get_pregnant", "menstrual_cycles", "cannot_basis")
DIED = "died"


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


def shown_agreement(agreement: Agreement) -> ShownForm | None:
    """Return an agreement as it was signed, held against its columns and, while it is in force, against the record.

    None for one from before electronic signatures.
    """
    form = agreement.form
    if form is None:
        return None
    shown = shown_form(form, kept=_kept_answers(agreement))
    shown = held_against(shown, _of_agreement(agreement, shown))
    if agreement.purpose != TRANSFER:
        return shown
    transfer = getattr(agreement, "transfer", None)
    return held_against(shown, _of_transfer(transfer, shown) if transfer else {"transfer": (None, form.number)})


def shown_transfer(transfer: Transfer) -> ShownForm | None:
    """Return the form of a transfer as it was signed, held against what the transfer itself says too."""
    agreement = transfer.agreement
    shown = shown_agreement(agreement)
    return held_against(shown, _of_transfer(transfer, shown)) if shown else None


def _kept_answers(agreement: Agreement) -> dict[str, Answer]:
    """The answers that the record keeps too, by item; none for a form that is not in force (any more).

    Of a course that is over the name is left out: a later form of the same person may spell it another way.
    """
    if not _in_force(agreement):
        return {}
    kept = dict.fromkeys(ON_RECORD) | answers_on_record(agreement.enrollment)
    over = agreement.enrollment.status not in (EnrollmentStatus.PENDING, EnrollmentStatus.ENROLLED)
    return {code: answer for code, answer in kept.items() if not (over and code in NAMES)}


def _in_force(agreement: Agreement) -> bool:
    return agreement.in_force_from is not None and agreement.superseded_at is None


def _of_agreement(agreement: Agreement, shown: ShownForm) -> Copies:
    """The columns that repeat a form's code and signatures; the patient's side once all have signed."""
    enrollment, form, given = agreement.enrollment, shown.form, signed_by(shown)
    done = form.completed_at
    prescriber, guardian = given.get(Signer.PRESCRIBER), given.get(Signer.GUARDIAN) if done else None
    side = guardian or (given.get(Signer.PATIENT) if done else None)
    copies: dict[str, tuple[object, object]] = {
        "category": (f"agreement_{agreement.category}", form.code),
        "patient": (_key_on_record(enrollment.patient), _key_signed(form)),
        "prescriber_signed_name": (agreement.prescriber_signed_name, prescriber.printed_name if prescriber else ""),
        "prescriber_signed_at": (agreement.prescriber_signed_at, prescriber.signed_at if prescriber else None),
        "patient_signed_name": (agreement.patient_signed_name, side.printed_name if side else ""),
        "patient_signed_at": (agreement.patient_signed_at, done),
        "guardian_name": (agreement.guardian_name, guardian.printed_name if guardian else ""),
        "guardian_relation": (agreement.guardian_relation, guardian.relation if guardian else ""),
        "in_force_from": (agreement.in_force_from, done if agreement.purpose == TRANSFER else form.entered_at),
    }
    if agreement.purpose != TRANSFER:
        copies["about"] = (f"patient {enrollment.patient.number}", form.about)
    if agreement.purpose == Agreement.Purpose.ENROLL:
        copies["enrolled_at"] = (enrollment.enrolled_at, done or form.entered_at)
    if _in_force(agreement):
        account = enrollment.prescriber.user_id
        copies["prescriber"] = (account, account_of(shown, Signer.PRESCRIBER, account))
        copies["program"] = (enrollment.program, form.program)
    return copies


def _of_transfer(transfer: Transfer, shown: ShownForm) -> Copies:
    """What the record of a transfer repeats of its form: who asked, when, of whom, and when it was done."""
    form, account = shown.form, transfer.to_prescriber.user_id
    return {
        "about": (f"prescriber {transfer.to_prescriber.npi}", form.about),
        "new prescriber": (account, account_of(shown, Signer.PRESCRIBER, account)),
        "enrollment": (transfer.enrollment_id, transfer.agreement.enrollment_id),
        "asked_at": (transfer.asked_at, form.entered_at),
        "done_at": (transfer.done_at, form.completed_at),
    }


def _key_on_record(patient: Patient) -> str:
    """What tells the person from all others by what the record says now; a name may be spelled in other letters."""
    return identity_key(
        given_name=patient.given_name, family_name=patient.family_name, birth_date=patient.birth_date, sex=patient.sex
    )


def _key_signed(form: SignedForm) -> str:
    """The same by what the form says; "" for a form that can't be read any more."""
    try:
        said = form.answers
        return identity_key(
            given_name=str(said.get("given_name") or ""),
            family_name=str(said.get("family_name") or ""),
            birth_date=date.fromisoformat(str(said.get("birth_date"))),
            sex=str(said.get("sex")),
        )
    except ValueError:
        return ""


def shown_ending(enrollment: Enrollment) -> ShownForm | None:
    """Return the discontinuation form as it was signed, held against what the course's record says of its end.

    None for a course that runs, or that program staff ended.
    """
    form = enrollment.ending_form
    if form is None:
        return None
    account = enrollment.prescriber.user_id
    died, reason = _said_of_the_end(form)
    shown = shown_form(form)
    return held_against(
        shown,
        {
            "about": (f"patient {enrollment.patient.number}", form.about),
            "program": (enrollment.program, form.program),
            "prescriber": (account, account_of(shown, Signer.PRESCRIBER, account)),
            "ended_at": (enrollment.ended_at, form.entered_at),
            "ended_by_name": (enrollment.ended_by_name, form.entered_by_name),
            "ended_reason": (enrollment.ended_reason, reason),
            "after_care": (enrollment.after_care_until is None, died),
        },
    )


def _said_of_the_end(form: SignedForm) -> tuple[bool, str]:
    """Whether the form says that the patient died, and its reason in words; "" for one that can't be read any more."""
    try:
        lines = {line.code: line for part in form.read.parts for line in part.lines}
        own_words = lines["reason_words"].answer if "reason_words" in lines else None
        return lines["reason"].answer == DIED, str(own_words or lines["reason"].words)
    except (KeyError, ValueError):
        return False, ""


def shown_patient_survey(survey: PatientSurvey) -> ShownForm | None:
    """Return a patient survey as it was signed, held against its copy; None for one from before signatures."""
    form = survey.form
    if form is None:
        return None
    try:
        asked = list(form.answers)
    except ValueError:
        asked = []
    shown = shown_form(form, kept=dict.fromkeys(asked) | survey.answers)
    return held_against(
        shown,
        {
            "about": (f"patient {survey.enrollment.patient.number}", form.about),
            "rule_group": (f"{PATIENT_SURVEY}_{survey.rule_group}", form.code),
            "program_version": (survey.program_version, form.version),
            "completed_at": (survey.completed_at, form.entered_at),
            "completed_by": ([survey.completed_by], list(signed_by(shown))),
        },
    )
