"""Pharmacies for program staff: who they are, their certification with its four buttons, staff and quiz attempts."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.safestring import SafeString

from pharmacies import actions
from pharmacies.forms import NcpdpField
from pharmacies.models import HandOver, Pharmacy, PharmacyCertification, PharmacyStaff, QuizAttempt
from pharmacies.presenters import shown_certification
from prescribers.forms import NpiField
from rems_portal.accounts.permissions import can_administer
from rems_portal.admin.acts import ActForm, Asked, Button
from rems_portal.admin.certifications import ShortReasonForm, certification_buttons
from rems_portal.admin.display import as_list
from rems_portal.admin.inlines import RecordInline
from rems_portal.admin.records import RecordAdmin
from rems_portal.materials.display import readings_in_words
from rems_portal.signatures.copies import in_words


class RepresentativeForm(ActForm):
    """Who represents the pharmacy from now on, and why."""

    email = forms.EmailField(label="E-mail address of the new representative's account")
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        max_length=100,
        help_text="At most 100 characters. It stays in the history of who works there.",
    )


def _hand_over(asked: Asked) -> None:
    actions.hand_over_pharmacy(
        by=asked.by,
        at=asked.at,
        user=asked.user,
        pharmacy=asked.record,
        email=asked.answers["email"],
        reason=asked.reason,
    )


HAND_OVER = Button(
    name="representative",
    label="Name another representative",
    explains="They are asked to read, pass the quiz and sign the site's form. Until then the representative there is "
    "now stays, and the certification stays as it is. Where nothing is signed yet, it takes effect at once.",
    may=can_administer,
    offered=lambda pharmacy: True,
    run=_hand_over,
    done="The new representative is asked; where nothing was signed yet, they represent the pharmacy now.",
    form=RepresentativeForm,
)


def _withdraw_hand_over(asked: Asked) -> None:
    actions.withdraw_hand_over(by=asked.by, at=asked.at, user=asked.user, handing=asked.record, reason=asked.reason)


WITHDRAW_HAND_OVER = Button(
    name="withdraw",
    label="Take this hand-over back",
    explains="The pharmacy keeps its authorized representative. Both are told.",
    may=can_administer,
    offered=lambda handing: handing.done_at is None and handing.withdrawn_at is None,
    run=_withdraw_hand_over,
    done="The hand-over is taken back.",
    form=ShortReasonForm,
)


class NumbersForm(ActForm):
    """The numbers that identify the pharmacy, and why they are corrected."""

    npi = NpiField(label="NPI", max_length=60, missing="Type the pharmacy’s NPI: 10 digits.")
    ncpdp_id = NcpdpField(label="NCPDP id", max_length=60, missing="Type the NCPDP id: 7 digits.")
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        max_length=100,
        help_text="At most 100 characters. It stays in the pharmacy's history.",
    )

    def __init__(self, data: Any = None, *, record: Any = None) -> None:
        super().__init__(data, record=record)
        for name in ("npi", "ncpdp_id"):
            self.fields[name].initial = getattr(record, name)


def _correct_numbers(asked: Asked) -> None:
    actions.correct_pharmacy_numbers(by=asked.by, at=asked.at, user=asked.user, pharmacy=asked.record, **asked.answers)


CORRECT_NUMBERS = Button(
    name="numbers",
    label="Correct the NPI or NCPDP id",
    explains="The signed form stays as it was signed. Certificates made from now on bear the corrected numbers.",
    may=can_administer,
    offered=lambda pharmacy: True,
    run=_correct_numbers,
    done="The pharmacy's numbers are corrected.",
    form=NumbersForm,
)


class CertificationInline(RecordInline):
    """A pharmacy's part in each program."""

    model = PharmacyCertification
    fields = ("program", "status", "certified_at")
    classes = ()


class StaffInline(RecordInline):
    """Who works there."""

    model = PharmacyStaff
    fields = ("user", "is_representative", "trained_at", "trained_version", "starts_on", "ends_on")
    classes = ()


class QuizInline(RecordInline):
    """Every try at the quiz."""

    model = QuizAttempt
    fields = ("opened_at", "taken_at", "person", "program_version", "correct", "questions", "passed")
    classes = ()


@admin.register(Pharmacy)
class PharmacyAdmin(RecordAdmin):
    """Pharmacies by name, NPI or NCPDP id."""

    list_display = ("name", "npi", "ncpdp_id", "time_zone", "phone")
    list_filter = ("time_zone",)
    search_fields = ("npi__exact", "ncpdp_id__exact", "name__icontains")
    search_help_text = "NPI, NCPDP id or name"
    ordering = ("name",)
    readonly_fields = ("unchanged",)
    inlines = (CertificationInline, StaffInline)
    buttons = (HAND_OVER, CORRECT_NUMBERS)

    @admin.display(description="Still what was signed?")
    def unchanged(self, pharmacy: Pharmacy) -> str:
        """Say whether the enrollment forms are unchanged, and what the pharmacy was when they were signed."""
        return in_words(*map(shown_certification, pharmacy.certifications.order_by("pk")))


@admin.register(PharmacyCertification)
class PharmacyCertificationAdmin(RecordAdmin):
    """Certifications, with what program staff may do to them."""

    list_display = ("pharmacy", "npi", "program", "status", "certified_at")
    list_select_related = ("pharmacy",)
    list_filter = ("status", "program", "program_version")
    date_hierarchy = "certified_at"
    search_fields = ("pharmacy__npi__exact", "pharmacy__ncpdp_id__exact", "pharmacy__name__icontains")
    search_help_text = "NPI, NCPDP id or name"
    ordering = ("pharmacy__name",)
    inlines = (QuizInline,)
    readonly_fields = ("materials_read", "unchanged")
    buttons = certification_buttons(
        suspend=actions.suspend_pharmacy,
        reinstate=actions.reinstate_pharmacy,
        decertify=actions.decertify_pharmacy,
        reopen=actions.reopen_pharmacy_certification,
    )

    @admin.display(description="NPI")
    def npi(self, certification: PharmacyCertification) -> str:
        """Return the pharmacy's NPI."""
        return certification.pharmacy.npi

    @admin.display(description="Still what was signed?")
    def unchanged(self, certification: PharmacyCertification) -> str:
        """Say whether the enrollment form, its signature and the copies in the record are unchanged."""
        return in_words(shown_certification(certification))

    @admin.display(description="materials read")
    def materials_read(self, certification: PharmacyCertification) -> SafeString:
        """Return what the authorized representatives read, in which version and when."""
        work = certification.pharmacy.staff.filter(is_representative=True).select_related("user").order_by("starts_on")
        return readings_in_words([row.user for row in work], certification.program)


@admin.register(QuizAttempt)
class QuizAttemptAdmin(RecordAdmin):
    """Every try at the Certification Quiz, with the answers given."""

    list_display = ("person", "certification", "opened_at", "taken_at", "correct", "questions", "passed")
    list_select_related = ("certification__pharmacy", "person")
    list_filter = ("passed", "program_version")
    date_hierarchy = "opened_at"
    search_fields = ("certification__pharmacy__npi__exact", "certification__pharmacy__name__icontains")
    fields = (
        "person",
        "certification",
        "program",
        "program_version",
        "opened_at",
        "taken_at",
        "correct",
        "questions",
        "passed",
        "asked",
        "answers_given",
    )
    readonly_fields = ("asked", "answers_given")

    @admin.display(description="questions asked, in this order")
    def asked(self, attempt: Any) -> str:
        """Return the codes of the questions on the paper."""
        return ", ".join(one["question"] for one in attempt.paper)

    @admin.display(description="answers")
    def answers_given(self, attempt: Any) -> SafeString:
        """Return the answers as a list."""
        return as_list(attempt.answers)


@admin.register(PharmacyStaff)
class PharmacyStaffAdmin(RecordAdmin):
    """Who works where, since when, with which training record."""

    list_display = ("user", "pharmacy", "is_representative", "trained_at", "trained_version", "starts_on", "ends_on")
    list_select_related = ("user", "pharmacy")
    list_filter = ("is_representative",)
    date_hierarchy = "starts_on"
    search_fields = (
        "user__full_name__icontains",
        "user__email__iexact",
        "pharmacy__name__icontains",
        "pharmacy__npi__exact",
    )
    ordering = ("-starts_on",)


@admin.register(HandOver)
class HandOverAdmin(RecordAdmin):
    """Pharmacies that are handed over to another representative: asked for, done, taken back."""

    list_display = ("pharmacy", "to", "asked_at", "done_at", "withdrawn_at")
    list_select_related = ("pharmacy", "to")
    date_hierarchy = "asked_at"
    search_fields = ("pharmacy__npi__exact", "pharmacy__name__icontains", "to__email__iexact")
    ordering = ("-asked_at",)
    buttons = (WITHDRAW_HAND_OVER,)
