"""Courses of treatment and transfers for program staff: what happened, and ending or taking one back, with a reason."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from authorizations.actions.discontinue import LONGEST_REASON, discontinue_by_program
from authorizations.actions.oversight import withdraw_transfer_by_program
from authorizations.presenters.history import history_of_courses
from authorizations.queries.history import past_of
from patients.admin import EnrollmentAdmin, TransferAdmin
from patients.models import Enrollment, Transfer
from rems_portal.accounts.permissions import can_manage_cases
from rems_portal.admin.acts import Asked, Button, ReasonForm
from rems_portal.clockwork import instant_in_words
from rems_portal.program import program_at
from rems_portal.rules.lifecycles import EnrollmentStatus


class RecordReasonForm(ReasonForm):
    """A reason that is kept on the record itself."""

    def __init__(self, data: Any = None, *, record: Any = None) -> None:
        super().__init__(data, record=record)
        self.fields["reason"].max_length = LONGEST_REASON  # type: ignore[attr-defined]
        self.fields["reason"].help_text = f"At most {LONGEST_REASON} characters. It stays on the record."


class EndTreatmentForm(RecordReasonForm):
    """Why the treatment ends, and whether reminders follow."""

    died = forms.BooleanField(required=False, label="The patient died: no reminders go out")


def _end_treatment(asked: Asked) -> object:
    return discontinue_by_program(
        by=asked.by,
        at=asked.at,
        user=asked.user,
        enrollment=asked.record,
        reason=asked.reason,
        program=program_at(asked.at),
        after_care=not asked.answers["died"],
    )


@admin.register(Enrollment)
class CourseAdmin(EnrollmentAdmin):
    """Courses of treatment, with all that happened to the patient in this and other courses."""

    readonly_fields = ("what_happened",)
    buttons = (
        Button(
            name="end-treatment",
            label="End this treatment",
            explains="Numbers that are live become void at once, and pharmacies that hold one are told. Forms and "
            "transfers that wait for a signature end. The prescriber’s office is told. For 4 weeks the patient and the "
            "office are reminded every week. A restart is a new enrollment.",
            may=can_manage_cases,
            offered=lambda one: one.status == EnrollmentStatus.ENROLLED,
            run=_end_treatment,
            done="The treatment has ended.",
            form=EndTreatmentForm,
            dangerous=True,
        ),
    )

    @admin.display(description="what happened, in all courses")
    def what_happened(self, enrollment: Enrollment) -> SafeString:
        """Return everything that happened to the patient in the program, the latest first."""
        courses = Enrollment.objects.filter(patient=enrollment.patient_id, program=enrollment.program)
        events = history_of_courses(past_of(courses.select_related("patient"), asked_transfers=True))
        rows = (
            (instant_in_words(event.at), event.what, f" {event.why}." if event.why else "", event.who)
            for event in events
        )
        return format_html("<ol>{}</ol>", format_html_join("", "<li>{}: <strong>{}</strong>.{} {}</li>", rows))


def _withdraw_transfer(asked: Asked) -> object:
    return withdraw_transfer_by_program(
        by=asked.by, at=asked.at, user=asked.user, transfer=asked.record, reason=asked.reason
    )


@admin.register(Transfer)
class TransferOversightAdmin(TransferAdmin):
    """Transfers, with taking back one that waits."""

    buttons = (
        Button(
            name="withdraw",
            label="Take this transfer back",
            explains="The form can’t be signed any more and its links stop working. The office that asked is told that "
            "it will not take place. The patient stays with the prescriber there is.",
            may=can_manage_cases,
            offered=lambda transfer: transfer.pending,
            run=_withdraw_transfer,
            done="The transfer is taken back.",
            form=RecordReasonForm,
            dangerous=True,
        ),
    )
