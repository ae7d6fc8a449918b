"""The reason for which the prescriber takes back a form that waits for the patient's side."""

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
