"""A signing link goes out by e-mail. The message holds the link and no word about anybody's health (PR-08)."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from patients.actions import invite_to_sign
from patients.models import Agreement, SigningInvitation
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.notifications.actions import Message, hint_delivery, queue
from rems_portal.rules.calendars import PROGRAM_ZONE
from rems_portal.rules.findings import Finding, Party
from rems_portal.signatures.wording import instant_words

SUBJECTS = {"en": "A form waits for your signature", "es": "Un formulario espera su firma"}
TEXTS = {
    "en": "Your care team asks you to read and sign a form. It takes a few minutes.\n\n"
    "Open it here: {link}\n\n"
    "You will be asked for a date of birth. The link is good until {until}. It is for you alone: do not send it on.\n",
    "es": "Su equipo médico le pide que lea y firme un formulario. Tarda unos minutos.\n\n"
    "Ábralo aquí: {link}\n\n"
    "Se le pedirá una fecha de nacimiento. El enlace vale hasta: {until}. Es solo para usted: no lo reenvíe.\n",
}


def email_for(agreement: Agreement) -> str:
    """Return where a link to this form may go: for a transfer, only to the address given to the new prescriber."""
    if agreement.purpose == Agreement.Purpose.TRANSFER:
        return agreement.transfer.email
    return agreement.enrollment.patient.email


@act
def mail_signing_link(
    *, by: Actor, at: datetime, agreement: Agreement, address_of: Callable[[str], str]
) -> SigningInvitation:
    """Make a new link to a waiting form and queue it to the patient's e-mail address; older links stop.

    `address_of` gives a link's whole address for its secret. Raises ActRefused when the record has no e-mail address,
    and as `invite_to_sign`.
    """
    email = email_for(agreement)
    if not email:
        sentence = "The record has no e-mail address for the patient. Show the code, or sign on this device."
        raise ActRefused([Finding("SIGN", ("PR-08",), sentence, Party.PRESCRIBER)])
    link, secret = invite_to_sign(by=by, at=at, agreement=agreement)
    language = agreement.form.language if agreement.form and agreement.form.language in TEXTS else "en"
    until = instant_words(link.expires_at, PROGRAM_ZONE.key, language)
    message = Message(
        key=f"signing:{link.pk}",
        kind="signing_link",
        recipient=email,
        user=None,
        subject=SUBJECTS[language],
        text=TEXTS[language].format(link=address_of(secret), until=until),
        private=True,
    )
    queue([message], at=at)
    transaction.on_commit(hint_delivery, robust=True)
    return link
