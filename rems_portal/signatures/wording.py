"""The words around a signed form in its own language: labels, signers, instants. No word of a form itself is here."""

from collections.abc import Mapping
from datetime import date, datetime

from rems_portal.rules.calendars import day_in_words, instant_in_words, zone_named
from rems_portal.rules.forms import Signer
from rems_portal.signatures.models import Method

ENGLISH: Mapping[str, str] = {
    "form": "Form",
    "version": "Version",
    "page": "Page",
    "of": "of",
    "about": "About",
    "status": "Status",
    "complete": "Complete since",
    "waiting": "Waiting for signatures",
    "entered_by": "Entered by",
    "entered": "Entered",
    "signatures": "Signatures",
    "not_signed": "not signed yet",
    "signed": "Signed",
    "by": "By",
    "signed_by": "by",
    "ticked": "Ticked",
    "not_ticked": "Not ticked",
    "broken": "Does not match its signature",
    "verify": "Check it at",
    "qr": "QR code",
    "patient": "Patient",
    "prescriber": "Prescriber",
    "pharmacy": "Pharmacy",
    "confirmation": "Confirmation",
    "authorization": "Authorization",
}
SPANISH: Mapping[str, str] = {
    "form": "Formulario",
    "version": "Versión",
    "page": "Página",
    "of": "de",
    "about": "Sobre",
    "status": "Estado",
    "complete": "Completo desde el",
    "waiting": "Faltan firmas",
    "entered_by": "Anotado por",
    "entered": "Anotado",
    "signatures": "Firmas",
    "not_signed": "todavía sin firmar",
    "signed": "Firmado",
    "by": "Con",
    "signed_by": "con",
    "ticked": "Marcado",
    "not_ticked": "Sin marcar",
    "broken": "No coincide con su firma",
    "verify": "Compruébelo en",
    "qr": "Código QR",
    "patient": "Paciente",
    "prescriber": "Médico",
    "pharmacy": "Farmacia",
    "confirmation": "Confirmación",
    "authorization": "Autorización",
}

_SIGNERS_ES = {
    Signer.PRESCRIBER: "Médico",
    Signer.PATIENT: "Paciente",
    Signer.GUARDIAN: "Padre, madre o tutor legal",
    Signer.CHILD: "Menor (asentimiento)",
    Signer.REPRESENTATIVE: "Representante autorizado",
    Signer.PHARMACIST: "Farmacéutico",
}
_METHODS_ES = {
    Method.PASSWORD: "contraseña, escrita para esta firma",
    Method.LINK: "enlace personal y fecha de nacimiento",
    Method.TOKEN: "clave de acceso del sistema de quien firma",
}
# The words in which a guardian's relation is stored, and who enters a patient's survey (authorizations.views).
_RELATIONS_ES = {"Parent": "Padre o madre", "Legal guardian": "Tutor o tutora legal"}
_ENTERED_ES = {"Patient": "Paciente", "Parent or guardian": "Padre, madre o tutor"}
_MONTHS_ES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip


def words_of(language: str) -> Mapping[str, str]:
    """The labels in a language; English for one that has none."""
    return SPANISH if language == "es" else ENGLISH


def signer_words(signer: Signer, language: str) -> str:
    """Who signs, in words."""
    return _SIGNERS_ES[signer] if language == "es" else signer.label


def method_words(method: Method, language: str) -> str:
    """How the signer was known, in words."""
    return _METHODS_ES[method] if language == "es" else str(method.label)


def relation_words(relation: str, language: str) -> str:
    """What a guardian is to the child, as it is stored in English, in words; one that nobody translated as it is."""
    return _RELATIONS_ES.get(relation, relation) if language == "es" else relation


def entered_by_words(name: str, language: str) -> str:
    """Who entered a form, as it is stored ("X for Dr. Y", "Patient"), in words."""
    if language != "es":
        return name
    return _ENTERED_ES.get(name) or name.replace(" for ", ", en nombre de ", 1)


def day_words(day: date, language: str) -> str:
    """A calendar day: "May 10, 2026", "10 de mayo de 2026"."""
    return f"{day.day} de {_MONTHS_ES[day.month - 1]} de {day.year}" if language == "es" else day_in_words(day)


def instant_words(instant: datetime, zone: str, language: str) -> str:
    """An aware instant in a zone (IANA name): "May 10, 2026, 3:04 PM EDT", "10 de mayo de 2026, 3:04 p. m. EDT"."""
    if language != "es":
        return instant_in_words(instant, zone_named(zone))
    local = instant.astimezone(zone_named(zone))
    half = "a. m." if local.hour < 12 else "p. m."
    time = f"{local.hour % 12 or 12}:{local.minute:02d} {half} {local.tzname()}".replace(" ", "\N{NO-BREAK SPACE}")
    return f"{day_words(local.date(), language)}, {time}"
