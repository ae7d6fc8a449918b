"""Forms prepared by office staff for a prescriber to read and sign: kept, changed, discarded. Nothing here enrolls."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied

from patients.models import PreparedEnrollment
from prescribers.models import Prescriber
from prescribers.permissions import may_prepare_for
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.notifications.actions import tell
from rems_portal.rules.calendars import program_day
from rems_portal.rules.findings import Finding, Party


@act
def prepare_enrollment(
    *,
    by: Actor,
    at: datetime,
    user: User,
    prescriber: Prescriber,
    answers: dict[str, Any],
    prepared: PreparedEnrollment | None = None,
) -> PreparedEnrollment:
    """Keep what an agreement form says so far, for the prescriber to read and sign; or change what was kept (PR-08).

    The prescriber is told by e-mail of the first of those that wait, unless it is the prescriber who prepares.
    Raises PermissionDenied unless `user` is the prescriber or a delegate now, ActRefused once it is signed or gone.
    """
    _require_office(user, prescriber, at)
    if prepared is None:
        kept: PreparedEnrollment = PreparedEnrollment.objects.create(
            prescriber=prescriber, answers=answers, prepared_at=at, prepared_by=user, prepared_by_name=by.name
        )
        _tell_of_the_first(kept)
        return kept
    waiting = _waiting(prepared, prescriber)
    waiting.answers, waiting.prepared_at, waiting.prepared_by, waiting.prepared_by_name = answers, at, user, by.name
    waiting.save()
    return waiting


def _tell_of_the_first(kept: PreparedEnrollment) -> None:
    """Tell the prescriber that forms wait; who was told and has not looked is not told again."""
    prescriber = kept.prescriber
    waiting = prescriber.prepared_enrollments.filter(enrollment__isnull=True, discarded_at__isnull=True)
    if kept.prepared_by_id == prescriber.user_id or waiting.exclude(pk=kept.pk).exists():
        return
    tell(
        users=[prescriber.user],
        key=f"prepared:{kept.pk}",
        kind="prepared_form",
        subject="A form waits for you to read and sign",
        text="Your office prepared a form. It waits for you to read and sign it. Open “My patients”, then the prepared "
        "forms. Nothing holds before you sign.",
        at=kept.prepared_at,
    )


@act
def discard_prepared_enrollment(
    *, by: Actor, at: datetime, user: User, prescriber: Prescriber, prepared: PreparedEnrollment
) -> PreparedEnrollment:
    """Put a prepared form away unsigned; its answers are forgotten. Raises as `prepare_enrollment`."""
    _require_office(user, prescriber, at)
    return discard_prepared(prepared, prescriber, at)


def discard_prepared(prepared: PreparedEnrollment, prescriber: Prescriber, at: datetime) -> PreparedEnrollment:
    """Put a prepared form away inside another act: its answers are forgotten, or are in a signed form by now."""
    waiting = _waiting(prepared, prescriber)
    waiting.answers, waiting.discarded_at = {}, at
    waiting.save()
    return waiting


def _require_office(user: User, prescriber: Prescriber, at: datetime) -> None:
    if not may_prepare_for(user, prescriber, program_day(at)):
        raise PermissionDenied("Only the prescriber’s office prepares forms for the prescriber.")


def _waiting(prepared: PreparedEnrollment, prescriber: Prescriber) -> PreparedEnrollment:
    found = PreparedEnrollment.objects.select_for_update(no_key=True).get(pk=prepared.pk, prescriber=prescriber)
    if found.enrollment_id or found.discarded_at:
        sentence = "This prepared form was signed or discarded meanwhile. Open the list of prepared forms."
        raise ActRefused([Finding("ENROLL", ("PR-08",), sentence, Party.PRESCRIBER)])
    return found
