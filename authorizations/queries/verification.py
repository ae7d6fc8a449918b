"""Reads for anybody who holds a document of the program: is there such a form, and is who it certifies certified now?

Of patients nothing is ever read here: a form about one only exists, or doesn't.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet

from pharmacies.facts import is_certified as pharmacy_is_certified
from pharmacies.models import Pharmacy, PharmacyCertification
from prescribers.facts import is_certified as prescriber_is_certified
from prescribers.models import Prescriber, PrescriberCertification
from rems_portal.program import program_at
from rems_portal.signatures.models import SignedForm

Party = TypeVar("Party", Prescriber, Pharmacy)


@dataclass(frozen=True, slots=True)
class Holder:
    """A prescriber or pharmacy named on an enrollment form, and how it stands at the instant of the look.

    `certification` is the one that rests on the form; None where it rests on a newer form.
    """

    name: str
    identifier: tuple[str, str]
    certified: bool
    certification: PrescriberCertification | PharmacyCertification | None


# What the presenters of whole records read of a form, by the record that keeps it.
_RECORDS = (
    "agreement__enrollment__patient",
    "agreement__enrollment__prescriber",
    "agreement__transfer__to_prescriber",
    "ended_enrollment__patient",
    "ended_enrollment__prescriber",
    "patient_survey__enrollment__patient",
    "checklist__confirmation__enrollment__patient",
    "decision__enrollment__patient",
    "decision__prescriber",
    "decision__authorization__enrollment__patient",
    "decision__authorization__enrollment__prescriber",
    "prescriber_certification__prescriber",
    "pharmacy_certification__pharmacy",
)


def forms_with_records() -> QuerySet[SignedForm]:
    """Return all forms with their signatures and with the records that repeat what they say; two queries a batch."""
    return SignedForm.objects.select_related(*_RECORDS).prefetch_related("signatures")


def form_numbered(number: str) -> SignedForm | None:
    """Return the form of a number in its canonical spelling, with its signatures."""
    return SignedForm.objects.filter(number=number).prefetch_related("signatures").first()


def holder_of(form: SignedForm, at: datetime) -> Holder | None:
    """Return whom an enrollment form certifies, as of `at` (UTC); None for every other form."""
    kind = form.about.partition(" ")[0]
    program = program_at(at)
    certifies = form.program == program.program and form.code == f"{kind}_enrollment"
    if certifies and kind == "prescriber" and (who := _signatory(Prescriber, PrescriberCertification, form)):
        own = who.certifications.filter(form=form).first()
        return Holder(str(who), ("NPI", who.npi), prescriber_is_certified(who, program, at), own)
    if certifies and kind == "pharmacy" and (where := _signatory(Pharmacy, PharmacyCertification, form)):
        its = where.certifications.filter(form=form).first()
        return Holder(where.name, ("NPI", where.npi), pharmacy_is_certified(where, program, at), its)
    return None


def _signatory(party: type[Party], certification: type[Model], form: SignedForm) -> Party | None:
    """Return who signed an enrollment form, also one renewed since, and whatever NPI they had then."""
    rested = certification.history.filter(form=form.pk).values("id")  # type: ignore[attr-defined]
    found: Party | None = party._default_manager.filter(certifications__in=rested).first()
    return found
