"""The links that patients and guardians are given: made, checked against the birth date, and kept up with answers."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from patients.models import Agreement, Enrollment, SigningInvitation, SurveyInvitation
from patients.models.links import PatientLink
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.rules.findings import Finding, Party
from rems_portal.signatures.queries import integrity_of

INVITATION_GOOD_FOR = timedelta(days=7)
MAX_WRONG_BIRTH_DATES = 5


@act
def invite_to_survey(*, by: Actor, at: datetime, enrollment: Enrollment) -> tuple[SurveyInvitation, str]:
    """Make an expiring link to the patient survey; return the invitation and the secret, which is not kept.

    Earlier links of this patient that were not used stop working: one good link at a time.
    """
    locked = Enrollment.objects.locked().get(pk=enrollment.pk)
    close_links(locked.survey_invitations, at)
    secret = secrets.token_urlsafe(32)
    invitation = SurveyInvitation.objects.create(
        enrollment=locked,
        token_hash=hash_secret(secret),
        invited_at=at,
        invited_by_name=by.name,
        expires_at=at + INVITATION_GOOD_FOR,
    )
    return invitation, secret


@act
def invite_to_sign(*, by: Actor, at: datetime, agreement: Agreement) -> tuple[SigningInvitation, str]:
    """Make an expiring link on which the patient's side signs; return it and its secret, which is not kept.

    Earlier links to this form that were not used stop working. Raises ActRefused when nothing waits for the patient's
    side, and for a form that is not what the prescriber signed.
    """
    enrollment = Enrollment.objects.locked().get(pk=agreement.enrollment_id)
    current = Agreement.objects.get(pk=agreement.pk)
    if not current.waiting or current.form is None:
        sentence = "This form doesn’t wait for a signature any more. Open the patient’s page to see how it stands."
        raise ActRefused([Finding("SIGN", ("PR-08",), sentence, Party.PRESCRIBER)])
    if not integrity_of(current.form).holds:
        sentence = "This form was changed after it was signed, so nobody can sign it any more. Make a new one."
        raise ActRefused([Finding("SIGN", ("PR-08",), sentence, Party.PRESCRIBER)])
    close_links(current.invitations, at)
    secret = secrets.token_urlsafe(32)
    invitation = SigningInvitation.objects.create(
        enrollment=enrollment,
        agreement=current,
        token_hash=hash_secret(secret),
        invited_at=at,
        invited_by_name=by.name,
        expires_at=at + INVITATION_GOOD_FOR,
    )
    return invitation, secret


def close_links(links: Any, at: datetime) -> None:
    """End the links of a patient that were not used and still work. Inside an act that holds the enrollment's lock."""
    for earlier in links.filter(used_at__isnull=True, expires_at__gt=at):
        end_link(earlier, at)


def end_link(link: PatientLink, at: datetime) -> None:
    """Let a link stop working at `at`."""
    link.expires_at = _end_of(link, at)
    link.save(update_fields=["expires_at"])


def _end_of(link: PatientLink, at: datetime) -> datetime:
    """Return `at`, or right after the invitation when both are one instant: a link expires after it begins."""
    return max(at, link.invited_at + timedelta(microseconds=1))


def hash_secret(secret: str) -> str:
    """Return the hash under which a link's secret is kept (256 random bits need no slow hash)."""
    return hashlib.sha256(secret.encode()).hexdigest()


@act
def keep_survey_answers(*, by: Actor, at: datetime, invitation: SurveyInvitation, draft: dict[str, str]) -> None:
    """Add to the answers given so far, so that nothing is lost when the phone is put away; two tabs don't fight.

    What arrives after the survey was sent is not kept.
    """
    current = SurveyInvitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if current.used_at is None:
        current.draft = {**current.draft, **draft}
        current.save(update_fields=["draft"])
        invitation.draft = current.draft


@act
def check_birth_date(*, by: Actor, at: datetime, invitation: PatientLink, birth_date: date) -> bool:
    """Tell whether a link is in the right hands; a wrong birth date is counted, and the fifth closes the link.

    Guesses sent at once queue up, so there are never more than five. False for a link that is closed already.
    """
    links: Any = type(invitation)._default_manager
    rows = links.select_related("enrollment__patient").select_for_update(of=("self",), no_key=True)
    current = rows.get(pk=invitation.pk)
    if current.expires_at <= at or current.failed_birth_dates >= MAX_WRONG_BIRTH_DATES:
        return False
    if current.enrollment.patient.birth_date == birth_date:
        return True
    current.failed_birth_dates += 1
    if current.failed_birth_dates >= MAX_WRONG_BIRTH_DATES:
        current.expires_at = _end_of(current, at)
    current.save(update_fields=["failed_birth_dates", "expires_at"])
    return False
