"""A course of treatment ends: by the prescriber, who signs the discontinuation form, or by program staff (domain.md 9).

What is live becomes void, what waits for a signature ends, and the weeks of care after treatment begin. A restart is a
new enrollment.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from authorizations.actions.transfer import end_pending_transfers
from authorizations.actions.upkeep import settle, tell_office, tell_pharmacies, void_live_numbers
from authorizations.queries.safety import rule_group_at
from patients.actions import close_links, set_aside
from patients.models import Enrollment
from prescribers.models import Prescriber
from prescribers.permissions import require_signatory
from rems_portal.accounts.models import User
from rems_portal.accounts.permissions import require_case_manager
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act, move
from rems_portal.errors import ActRefused
from rems_portal.rules.calendars import days_after, program_day
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.forms import Answer, FormDefinition, Signer, fingerprint
from rems_portal.rules.lifecycles import ENROLLMENT_MOVES, EnrollmentStatus
from rems_portal.rules.programs import ProgramVersion, form_named
from rems_portal.signatures.actions import Signing, sign, write_form
from rems_portal.signatures.models import SignedForm
from rems_portal.signatures.proof import require_own_signature

CODE = "discontinuation"
WHY = "Treatment ended"
LONGEST_REASON = 200
DIED = "died"
NOT_NOW = (
    "The patient is not in treatment now, so there is nothing to end. Open the patient’s page to see how it stands."
)


@act
def discontinue_treatment(
    *,
    by: Actor,
    at: datetime,
    prescriber: Prescriber,
    enrollment: Enrollment,
    answers: Mapping[str, Answer],
    program: ProgramVersion,
    signing: Signing,
    form_seen: str | None = None,
) -> Enrollment:
    """Sign the discontinuation form and end the course of treatment at once (domain.md section 9).

    `answers`: by item of the form, without `group`, which is the record's. Every live number is void; the office and
    the pharmacies that hold one are told; forms that wait for a signature and transfers end; care after treatment lasts
    `after_treatment_days`, unless the patient died. The same answers sent twice end it once. Raises PermissionDenied
    unless `by` is the patient's prescriber and `signing` the prescriber's own, Enrollment.DoesNotExist for another
    prescriber's patient, ActRefused when the patient is not in treatment, the form is not complete, or it changed since
    it was shown (`form_seen`).
    """
    require_signatory(by, prescriber)
    require_own_signature(signing, prescriber.user_id)
    locked = Enrollment.objects.locked().select_related("patient", "prescriber__user", "ending_form")
    current: Enrollment = locked.get(pk=enrollment.pk, prescriber=prescriber)
    definition = form_named(program, CODE)
    said = {"group": rule_group_at(current, at, program).value, **_given(answers)}
    if _ended_so_before(current, said):
        return current
    _require_in_treatment(current)
    _require_possible(current, definition, said, at, form_seen)
    form = write_form(definition, said, by=by, at=at, about=f"patient {current.patient.number}")
    sign(form, signing, signer=Signer.PRESCRIBER)
    reason = str(said.get("reason_words") or definition.item("reason").words(said["reason"]))
    after_care = None if said["reason"] == DIED else _after_care(at, program)
    _end(current, by=by, at=at, reason=reason, form=form, after_care_until=after_care)
    return current


@act
def discontinue_by_program(
    *,
    by: Actor,
    at: datetime,
    user: User,
    enrollment: Enrollment,
    reason: str,
    program: ProgramVersion,
    after_care: bool = True,
) -> Enrollment:
    """End a course of treatment as program staff, with a reason; it does what the prescriber's form does.

    Without `after_care` (the patient died) no reminders follow.
    Raises PermissionDenied for anybody else, ActRefused without a reason and when the patient is not in treatment.
    """
    require_case_manager(user)
    locked = Enrollment.objects.locked().select_related("patient", "prescriber__user")
    current: Enrollment = locked.get(pk=enrollment.pk)
    words = reason.strip()
    if not 0 < len(words) <= LONGEST_REASON:
        raise _refused(f"Give the reason, in at most {LONGEST_REASON} characters: it stays in the record.")
    _require_in_treatment(current)
    until = _after_care(at, program) if after_care else None
    _end(current, by=by, at=at, reason=words, form=None, after_care_until=until)
    return current


def _given(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    return {code: answer for code, answer in answers.items() if answer not in (None, "", False) and code != "group"}


def _ended_so_before(enrollment: Enrollment, said: Mapping[str, Answer]) -> bool:
    form = enrollment.ending_form
    return form is not None and _given(form.answers) == _given(said)


def _require_in_treatment(enrollment: Enrollment) -> None:
    if enrollment.status != EnrollmentStatus.ENROLLED:
        raise _refused(NOT_NOW)


def _require_possible(
    enrollment: Enrollment,
    definition: FormDefinition,
    said: Mapping[str, Answer],
    at: datetime,
    form_seen: str | None,
) -> None:
    if form_seen not in (None, fingerprint(definition)):
        raise _refused("The form changed since you opened it. Read it again below, then sign.")
    last = said.get("last_capsule")
    if not isinstance(last, str):
        return
    try:
        day = date.fromisoformat(last)
    except ValueError:
        return  # said by the check of the form itself
    if not enrollment.patient.birth_date <= day <= program_day(at):
        raise _refused("The day of the last capsule can’t be in the future or before birth. Correct it.")


def _refused(sentence: str) -> ActRefused:
    return ActRefused([Finding("DISCONTINUE", (), sentence, Party.PRESCRIBER)])


def _after_care(at: datetime, program: ProgramVersion) -> date:
    return days_after(program_day(at), program.after_treatment_days)


def _end(
    enrollment: Enrollment,
    *,
    by: Actor,
    at: datetime,
    reason: str,
    form: SignedForm | None,
    after_care_until: date | None,
) -> None:
    settle(enrollment, at)
    voided = void_live_numbers(enrollment, at=at, why=WHY)
    for agreement in enrollment.agreements.current().filter(patient_signed_at__isnull=True):
        set_aside(agreement, at)
    transfers = enrollment.transfers.pending().select_related("to_prescriber__user", "agreement__form")
    end_pending_transfers(transfers, by_name=by.name, reason=WHY, at=at)
    for links in _open_links(enrollment):
        close_links(links, at)
    move(
        enrollment,
        ENROLLMENT_MOVES,
        EnrollmentStatus.DISCONTINUED,
        why=reason,
        ended_at=at,
        ended_by_name=by.name,
        ended_reason=reason,
        ending_form=form,
        after_care_until=after_care_until,
        next_test_due=None,
        next_survey_due=None,
        comes_of_age_on=None,
    )
    key = f"ended:{enrollment.pk}"
    tell_office(
        enrollment.prescriber,
        key=f"{key}:office",
        kind="treatment_ended",
        subject="One of your records was closed",
        text=f"Record {enrollment.patient.number} was closed. Numbers issued for it are void: don’t use them. Its page "
        "shows what is to be done in the next weeks.",
        at=at,
    )
    tell_pharmacies(voided, key=f"{key}:pharmacy", at=at)


def _open_links(enrollment: Enrollment) -> Iterable[object]:
    return (enrollment.signing_invitations, enrollment.survey_invitations)
