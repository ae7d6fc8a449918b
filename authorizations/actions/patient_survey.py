"""A patient or guardian completes and signs the patient survey; answers that contradict the record open cases.

PF-06, PF-14, PN-03, PN-08, PC-04, PC-10, PM-09. Takes the enrollment's lock first, so that no confirmation in flight
can commit after a hold.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied

from authorizations.actions.cases import Report, open_case
from authorizations.actions.safety import lock_with_people
from authorizations.actions.upkeep import refresh_due_dates
from authorizations.queries.safety import rule_group_at
from patients.models import Enrollment, PatientSurvey, SafetyCase, SurveyInvitation
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.rules.categories import RuleGroup
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.forms import FormDefinition, Signer, fingerprint
from rems_portal.rules.forms.surveys import patient_survey_form
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.rules.programs import ProgramVersion, SurveyAlarm, SurveyQuestion
from rems_portal.rules.surveys import contradictions
from rems_portal.signatures.actions import Signing, sign, write_form
from rems_portal.signatures.models import Method, SignedForm

EXPIRED = {
    "en": "This link has expired. Ask your care team for a new one.",
    "es": "Este enlace ya venció. Pida uno nuevo a su equipo médico.",
}
CHANGED = {
    "en": "The questions have changed since you began. Please answer the new ones.",
    "es": "Las preguntas cambiaron desde que empezó. Conteste las nuevas, por favor.",
}
INCOMPLETE = {
    "en": "A question is not answered yet. Answer all questions, then send.",
    "es": "Falta contestar una pregunta. Conteste todas y luego envíe.",
}


@act
def complete_patient_survey(
    *,
    by: Actor,
    at: datetime,
    invitation: SurveyInvitation,
    answers: dict[str, bool],
    completed_by: PatientSurvey.CompletedBy,
    group: RuleGroup,
    program: ProgramVersion,
    signing: Signing,
    language: str = "en",
    form_seen: str | None = None,
) -> PatientSurvey:
    """Store a completed patient survey, signed by whoever answered; a link works once.

    `form_seen` is the fingerprint of the form as it was shown; None where no page showed one. Answers that contradict
    the record open a discordance; a suspected pregnancy or a child's first menses also holds. Raises PermissionDenied
    for a signature that is not the patient's or a named guardian's by the link; ActRefused for a link that has expired,
    a patient no longer enrolled, a missing answer, and when other questions fit by now (a child came of age while the
    survey lay open, the form changed).
    """
    locked = lock_with_people(invitation.enrollment)
    current = SurveyInvitation.objects.get(pk=invitation.pk)
    if current.used_at is not None:
        return PatientSurvey.objects.get(invitation=current)
    _require_own_signature(locked, completed_by, signing)
    if current.expires_at <= at or locked.status != EnrollmentStatus.ENROLLED:
        raise _refused(EXPIRED[language])
    form = patient_survey_form(group, program, language)
    if group is not rule_group_at(locked, at, program) or form_seen not in (None, fingerprint(form)):
        raise _refused(CHANGED[language])
    given = _all_answers(form, answers)
    survey = PatientSurvey.objects.create(
        enrollment=locked,
        invitation=current,
        rule_group=group,
        program_version=program.version,
        answers=given,
        form=_signed(form, given, locked, completed_by, by=by, at=at, signing=signing),
        completed_at=at,
        completed_by=completed_by,
        channel=by.channel,
    )
    _use_up(current, at)
    _act_on_contradictions(locked, contradictions(group, given, program), by=by, at=at)
    refresh_due_dates(locked, at=at, program=program)
    return survey


def _refused(sentence: str) -> ActRefused:
    return ActRefused([Finding("SURVEY", (), sentence, Party.PATIENT)])


def _require_own_signature(enrollment: Enrollment, completed_by: PatientSurvey.CompletedBy, signing: Signing) -> None:
    """Raise PermissionDenied unless the patient signs with the name on record, or a guardian says name and relation."""
    if completed_by == PatientSurvey.CompletedBy.PATIENT:
        named = signing.printed_name == enrollment.patient.full_name
    else:
        named = bool(signing.printed_name and signing.relation)
    if signing.method != Method.LINK or not named:
        raise PermissionDenied("The survey is signed by the patient or the guardian, through the link.")


def _all_answers(form: FormDefinition, answers: dict[str, bool]) -> dict[str, bool]:
    """Return the answers that the form asks for. Raises ActRefused when one is missing."""
    asked = [item.code for item in form.items()]
    if any(code not in answers for code in asked):
        raise _refused(INCOMPLETE[form.language])
    return {code: answers[code] for code in asked}


def _use_up(link: SurveyInvitation, at: datetime) -> None:
    """Let a link work no more; the answers kept on the way are in the survey by now."""
    link.used_at, link.draft = at, {}
    link.save(update_fields=["used_at", "draft"])


def _signed(
    form: FormDefinition,
    answers: dict[str, bool],
    enrollment: Enrollment,
    completed_by: PatientSurvey.CompletedBy,
    *,
    by: Actor,
    at: datetime,
    signing: Signing,
) -> SignedForm:
    signer = Signer(completed_by.value)
    lines = tuple(line for line in form.signatures if line.signer is signer)
    about = f"patient {enrollment.patient.number}"
    written = write_form(form, answers, by=by, at=at, about=about, signers=lines)
    sign(written, signing, signer=signer)
    return written


def _act_on_contradictions(enrollment: Enrollment, found: Iterable[SurveyQuestion], *, by: Actor, at: datetime) -> None:
    alarms = {question.alarm for question in found}
    report = Report(role="survey", details="An answer in the patient survey contradicts the record")
    if alarms:
        open_case(enrollment, SafetyCase.Kind.DISCORDANCE, report, by=by, at=at)
    if SurveyAlarm.PREGNANCY_SUSPECTED in alarms:
        open_case(enrollment, SafetyCase.Kind.PREGNANCY, report, by=by, at=at)
    if SurveyAlarm.MENSES_BEGUN in alarms:
        open_case(enrollment, SafetyCase.Kind.MENSES_BEGAN, report, by=by, at=at)
