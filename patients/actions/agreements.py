"""An agreement form as it is written and signed by the prescriber, and what the patient's side still has to sign.

The patient's own signing is `authorizations.actions.patient_signature`: what it leads to may void numbers.
"""

from datetime import datetime

from patients.actions.answers import PatientEnrollment, answers_of, category_of
from patients.actions.links import close_links
from patients.models import Agreement, Enrollment, PreparedEnrollment
from rems_portal.audit.actors import Actor
from rems_portal.rules.calendars import program_day
from rems_portal.rules.categories import RiskCategory, adult_on
from rems_portal.rules.enrollment import child_assents
from rems_portal.rules.forms import Answer, FormDefinition, SignatureLine, Signer
from rems_portal.rules.programs import ProgramVersion, form_named
from rems_portal.signatures.actions import Signing, sign, write_form
from rems_portal.signatures.queries import missing_lines


def definition_of(category: RiskCategory, program: ProgramVersion, language: str = "en") -> FormDefinition:
    """Return the agreement form of a category, in English where the version has no other."""
    code = f"agreement_{category.value}"
    try:
        return form_named(program, code, language)
    except LookupError:
        return form_named(program, code)


def lines_of(
    definition: FormDefinition, form: PatientEnrollment, at: datetime, program: ProgramVersion
) -> tuple[SignatureLine, ...]:
    """Return the lines that must be signed for this patient: a child below the age of assent does not sign."""
    assents = child_assents(form.birth_date, program_day(at), program)
    return tuple(line for line in definition.signatures if line.signer is not Signer.CHILD or assents)


def write_agreement(
    enrollment: Enrollment,
    form: PatientEnrollment,
    *,
    by: Actor,
    at: datetime,
    program: ProgramVersion,
    signing: Signing,
    purpose: Agreement.Purpose,
    about: str = "",
    prepared: PreparedEnrollment | None = None,
) -> Agreement:
    """Write the agreement form that fits, signed by the prescriber; the patient's side is still missing.

    In force at once, but for a transfer, which waits. `about`: kind and number that the form says it is about, when the
    patient's number is not for the prescriber to know yet. `prepared`: what somebody filled in for the prescriber, if
    anybody did. The caller is an act that found the form complete.
    """
    category = category_of(form, at=at, program=program)
    definition = definition_of(category, program, form.language)
    answers = answers_of(form) | ({} if about else _name_on_record(enrollment))
    about = about or f"patient {enrollment.patient.number}"
    entered_by = prepared.prepared_by_name if prepared else ""
    lines = lines_of(definition, form, at, program)
    signed = write_form(definition, answers, by=by, at=at, about=about, signers=lines, entered_by=entered_by)
    sign(signed, signing, signer=Signer.PRESCRIBER)
    agreement: Agreement = Agreement.objects.create(
        enrollment=enrollment,
        purpose=purpose,
        category=category,
        program_version=program.version,
        form=signed,
        prescriber_signed_name=signing.printed_name,
        prescriber_signed_at=at,
        in_force_from=None if purpose == Agreement.Purpose.TRANSFER else at,
        # An enrollment keeps the key of its form itself.
        submission_key=None if purpose == Agreement.Purpose.ENROLL else form.submission_key,
    )
    if agreement.in_force_from:
        watch_coming_of_age(agreement)
    return agreement


def _name_on_record(enrollment: Enrollment) -> dict[str, Answer]:
    """Return the name as the record spells it: one person is one record, however somebody types the name now."""
    patient = enrollment.patient
    given = {"given_name": patient.given_name} if patient.given_name else {}
    return {"family_name": patient.family_name, **given}


def set_aside(agreement: Agreement, at: datetime) -> None:
    """Put a form aside at `at`: another takes its place, or nobody signs it any more. Links to it stop working.

    Inside an act that holds the enrollment's lock. What was signed stays.
    """
    agreement.superseded_at = at
    agreement.save(update_fields=["superseded_at"])
    close_links(agreement.invitations, at)


def watch_coming_of_age(agreement: Agreement) -> None:
    """Keep the day from which a child's form no longer fits, for the announcement 30 days ahead."""
    enrollment = agreement.enrollment
    child = RiskCategory(agreement.category).is_child
    enrollment.comes_of_age_on = adult_on(enrollment.patient.birth_date) if child else None
    Enrollment.objects.filter(pk=enrollment.pk).update(comes_of_age_on=enrollment.comes_of_age_on)


def waiting_signers(agreement: Agreement) -> tuple[Signer, ...]:
    """Return who of the patient's side has not signed yet, in the order in which they sign.

    Nobody for a form that was changed so that it can't be read any more: it can't be signed either.
    """
    if agreement.form is None or not agreement.waiting:
        return ()
    try:
        return tuple(line.signer for line in missing_lines(agreement.form))
    except ValueError:
        return ()
