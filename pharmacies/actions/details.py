"""How who an enrolled pharmacy is changes after its form was signed: its details, and, by program staff, its numbers.

The Pharmacy Enrollment Form stays as it was signed (21 CFR 11.10(e)): what held then is read from the history.
"""

from dataclasses import asdict
from datetime import datetime

from pharmacies.actions.certify import PharmacyDetails, details_findings, number_findings, refusal, store_identity
from pharmacies.models import Pharmacy
from pharmacies.permissions import require_representative
from rems_portal.accounts.models import User
from rems_portal.accounts.permissions import require_administrator
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.rules.findings import Party

LONGEST_REASON = 100


@act
def change_pharmacy_details(*, by: Actor, at: datetime, pharmacy: Pharmacy, details: PharmacyDetails) -> Pharmacy:
    """Change what the pharmacy is called and where it is; the same again changes nothing (PH-01).

    A new time zone counts for confirmations obtained from now on: a deadline that was granted stays the instant it is.
    Raises PermissionDenied unless `by` is the authorized representative, ActRefused for what is missing or no zone.
    """
    require_representative(by, pharmacy, at)
    wrong = details_findings(details)
    if wrong:
        raise ActRefused(wrong)
    locked, wanted = _locked(pharmacy), asdict(details)
    if any(getattr(locked, name) != value for name, value in wanted.items()):
        store_identity(locked, wanted)
    return locked


@act
def correct_pharmacy_numbers(
    *, by: Actor, at: datetime, user: User, pharmacy: Pharmacy, npi: str, ncpdp_id: str, reason: str
) -> Pharmacy:
    """Correct the numbers that identify the pharmacy; the same again changes nothing (PH-01).

    An administrator's act, with a reason that stays in the history. Raises PermissionDenied, ActRefused without a
    reason, for a number that can't be right, and for one of another pharmacy.
    """
    require_administrator(user)
    why = reason.strip()
    if not 0 < len(why) <= LONGEST_REASON:
        sentence = f"Give the reason, in at most {LONGEST_REASON} characters: it stays in the record."
        raise refusal("CERT-14", "PH-01", sentence, Party.PROGRAM)
    wrong = number_findings(npi, ncpdp_id)
    if wrong:
        raise ActRefused(wrong)
    locked = _locked(pharmacy)
    if (locked.npi, locked.ncpdp_id) != (npi, ncpdp_id):
        store_identity(locked, {"npi": npi, "ncpdp_id": ncpdp_id}, why=why)
    return locked


def _locked(pharmacy: Pharmacy) -> Pharmacy:
    return Pharmacy.objects.select_for_update(of=("self",), no_key=True).get(pk=pharmacy.pk)
