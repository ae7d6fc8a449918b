"""Whose signature a form waits for, in plain words. Pure: no queries, no markup."""

from collections.abc import Sequence
from dataclasses import dataclass

from authorizations.queries.signing import Unsigned
from patients.models import Agreement
from rems_portal.clockwork import instant_in_words
from rems_portal.rules.categories import RiskCategory
from rems_portal.rules.forms import Signer

WHOSE = {
    Signer.PATIENT: "the patient’s",
    Signer.GUARDIAN: "the parent’s or guardian’s",
    Signer.CHILD: "the child’s",
}
PURPOSES = {
    Agreement.Purpose.ENROLL: "Enrollment",
    Agreement.Purpose.CHANGE: "Change of risk category",
    Agreement.Purpose.TRANSFER: "Transfer to you",
}


def signers_in_words(signers: Sequence[Signer]) -> str:
    """Return whose signatures are meant: "the parent’s or guardian’s and the child’s"."""
    return " and ".join(WHOSE[signer] for signer in signers)


def waiting_sentence(unsigned: Unsigned) -> str:
    """Return whose signature a form waits for, and until when its link is good."""
    if not unsigned.signers:
        return "The form was changed after it was signed, and nobody can sign it any more. A new one is needed."
    many = "s" if len(unsigned.signers) > 1 else ""
    waits = f"The form waits for {signers_in_words(unsigned.signers)} signature{many}."
    if unsigned.link is None:
        return f"{waits} No link works now: hand the form over."
    return f"{waits} The link is good until {instant_in_words(unsigned.link.expires_at)}."


@dataclass(frozen=True, slots=True)
class FormRow:
    """One agreement form of a patient as the page lists it."""

    agreement: Agreement
    category: RiskCategory
    why: str
    state: str


def form_rows(agreements: Sequence[Agreement]) -> list[FormRow]:
    """Return the agreement forms with what each was for and how it stands."""
    return [
        FormRow(one, RiskCategory(one.category), PURPOSES[Agreement.Purpose(one.purpose)], _state(one))
        for one in agreements
    ]


def _state(agreement: Agreement) -> str:
    if agreement.superseded_at:
        return "Replaced" if agreement.complete else "Never signed by everybody"
    if agreement.waiting:
        return "Waits for signatures"
    return "In force" if agreement.in_force_from else "Waits"
