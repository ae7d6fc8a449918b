"""Reads for the patient survey behind a link: the invitation, its questions, the answers given so far."""

from dataclasses import dataclass
from datetime import datetime

from authorizations.queries.safety import rule_group_at
from patients.actions import MAX_WRONG_BIRTH_DATES, hash_secret
from patients.models import PatientSurvey, SurveyInvitation
from rems_portal.rules.categories import RuleGroup
from rems_portal.rules.forms import FormDefinition, Item
from rems_portal.rules.forms.surveys import patient_survey_form
from rems_portal.rules.lifecycles import EnrollmentStatus
from rems_portal.rules.programs import ProgramVersion

YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """A survey that waits for answers: the questions that fit at this instant, and the answers kept so far."""

    invitation: SurveyInvitation
    group: RuleGroup
    form: FormDefinition

    @property
    def questions(self) -> tuple[Item, ...]:
        """Return the questions in their order."""
        return tuple(self.form.items())

    def answer_to(self, question: Item) -> bool | None:
        """Return the answer kept for a question, or None."""
        return {YES: True, NO: False}.get(self.invitation.draft.get(question.code, ""))

    @property
    def answers(self) -> dict[str, bool]:
        """Return the answers kept to the questions that fit; one to a question that no longer fits is left out."""
        kept = {question.code: self.answer_to(question) for question in self.questions}
        return {code: answer for code, answer in kept.items() if answer is not None}

    @property
    def first_unanswered(self) -> int | None:
        """Return the place of the first question without an answer, counted from 1; None when all are answered."""
        for place, question in enumerate(self.questions, start=1):
            if self.answer_to(question) is None:
                return place
        return None


def invitation_of(secret: str) -> SurveyInvitation | None:
    """Return the invitation a link's secret belongs to, in whatever state it is."""
    found: SurveyInvitation | None = (
        SurveyInvitation.objects.select_related("enrollment__patient", "enrollment__prescriber")
        .filter(token_hash=hash_secret(secret))
        .first()
    )
    return found


def is_open(invitation: SurveyInvitation, at: datetime) -> bool:
    """Tell whether the link still takes answers: not used, expired or guessed at, the patient still enrolled."""
    good = invitation.used_at is None and at < invitation.expires_at
    guessed = invitation.failed_birth_dates >= MAX_WRONG_BIRTH_DATES
    return good and not guessed and invitation.enrollment.status == EnrollmentStatus.ENROLLED


def open_survey(invitation: SurveyInvitation, at: datetime, program: ProgramVersion, language: str) -> OpenSurvey:
    """Return the survey with the questions of the group that fits the patient at `at`, in a language."""
    group = rule_group_at(invitation.enrollment, at, program)
    return OpenSurvey(invitation, group, patient_survey_form(group, program, language))


def guardian_on_record(invitation: SurveyInvitation) -> dict[str, str]:
    """Return name and relation of the guardian who signed the agreement form in force; empty when nobody did."""
    agreement = invitation.enrollment.agreements.filter(superseded_at__isnull=True).exclude(guardian_name="").first()
    return {"name": agreement.guardian_name, "relation": agreement.guardian_relation} if agreement else {}


def form_language(invitation: SurveyInvitation) -> str:
    """Return the language of the agreement form in force; empty when none is on file."""
    agreement = invitation.enrollment.agreements.filter(superseded_at__isnull=True).select_related("form").first()
    return agreement.form.language if agreement and agreement.form else ""


def sent_survey(invitation: SurveyInvitation) -> PatientSurvey | None:
    """Return the survey that was sent by this link, or None."""
    return PatientSurvey.objects.filter(invitation=invitation).first()
