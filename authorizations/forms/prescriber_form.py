"""What an office types on small pages about a patient: why a form is taken back, where mail goes."""

from django import forms

from patients.forms import LONGEST_EMAIL
from rems_portal.reasons import LONGEST_REASON
from rems_portal.typed import LineField, TypedForm


class WithdrawForm(TypedForm):
    """Why the form is withdrawn; it stays in the record."""

    reason = LineField(
        label="Why is the form withdrawn?",
        help_text="It stays in the record. For example: the birth date was wrong.",
        max_length=LONGEST_REASON,
        missing="Give the reason.",
    )


class PatientEmailForm(TypedForm):
    """Where mail to the patient goes; empty for nowhere."""

    email = forms.EmailField(
        label="E-mail address",
        required=False,
        max_length=LONGEST_EMAIL,
        help_text="For reminders and links. They hold no health information. Leave it empty to send none.",
        error_messages={
            "invalid": "Type a whole e-mail address, for example name@mail.com, or leave it empty.",
            "max_length": "The e-mail address is too long. Check it, or leave it empty.",
        },
    )
