"""What the representative of a chain does: begin many sites at once, and hand a site to another representative.

Reading and quiz are the person's and count for every site; each site is still certified by a signed form of its own.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from pharmacies.actions.certify import PharmacyIdentity, refusal, represented_under, start_certification
from pharmacies.actions.representatives import take_over, tell_of_hand_over
from pharmacies.models import HandOver, Pharmacy, PharmacyCertification
from pharmacies.permissions import require_representative
from pharmacies.queries import representatives
from rems_portal.accounts.models import Invitation, User
from rems_portal.accounts.permissions import can_administer
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.rules.calendars import program_day
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.lifecycles import CertificationStatus
from rems_portal.rules.programs import ProgramVersion

LONGEST_REASON = 100
ASKED = (
    "A pharmacy is being handed over to another authorized representative. It takes effect once that person has read "
    "the documents, passed the quiz and signed. Sign in to see which pharmacy."
)
TAKEN_BACK = "The hand-over of a pharmacy was taken back. Sign in to see which."
STILL_INVITED = (
    "The person with this address has not accepted the invitation to their account yet. Wait until they have, or name "
    "somebody else."
)
ON_YOUR_LIST = (
    "This NPI is on your list already, with other details. Change it on its own page, and leave the line out."
)
NO_SUCH_ACCOUNT = (
    "There is no pharmacy account with this address. The new representative needs an account of their own first."
)


@act
def add_sites(
    *, by: Actor, at: datetime, user: User, sites: Mapping[int, PharmacyIdentity], program: ProgramVersion
) -> list[PharmacyCertification]:
    """Begin the certification of many sites, all or none; `user` represents each of them (PH-01).

    `sites`: by the number of the line that each was typed on. Sent twice gives what there is. Raises as
    `start_certification`, for two lines with one number, and for a site of one's own that is on record with other
    details; each sentence names its line.
    """
    wrong = _said_twice(sites)
    if wrong:
        raise ActRefused(wrong)
    begun = []
    for line, identity in sites.items():
        try:
            _leave_as_it_is(user, identity, at)
            begun.append(start_certification(by=by, at=at, user=user, identity=identity, program=program))
        except ActRefused as refused:
            wrong += [_on_line(line, identity, finding) for finding in refused.findings]
    if wrong:
        raise ActRefused(wrong)
    return begun


def _leave_as_it_is(user: User, identity: PharmacyIdentity, at: datetime) -> None:
    known = represented_under(user, identity, at)
    if known and any(getattr(known, name) != value for name, value in asdict(identity).items()):
        raise refusal("CERT-14", "PH-01", ON_YOUR_LIST)


def _on_line(line: int, identity: PharmacyIdentity, finding: Finding) -> Finding:
    sentence = f"Line {line}, {identity.name}: {finding.sentence}"
    return Finding(finding.rule, finding.obligations, sentence, finding.move)


def _said_twice(sites: Mapping[int, PharmacyIdentity]) -> list[Finding]:
    """Return what says that lines share a number that only one pharmacy can have."""
    found = []
    for column, called in (("npi", "NPI"), ("ncpdp_id", "NCPDP id")):
        lines: dict[str, list[int]] = {}
        for line, identity in sites.items():
            lines.setdefault(getattr(identity, column), []).append(line)
        for number, on in lines.items():
            if len(on) > 1:
                places = f"{', '.join(map(str, on[:-1]))} and {on[-1]}"
                sentence = f"Lines {places} have the same {called}, {number}. Each site has its own: correct them."
                found.append(Finding("CERT-14", ("PH-01",), sentence, Party.PHARMACY))
    return found


@act
def hand_over_pharmacy(
    *, by: Actor, at: datetime, user: User, pharmacy: Pharmacy, email: str, reason: str, stays: bool = False
) -> HandOver:
    """Ask the pharmacy account of this address to become the authorized representative (PH-01).

    Where a form is signed, it waits for the new one's own signature under the site's form: until then the one before
    represents the pharmacy, and its certification stays as it is. Where nothing is signed yet, it is done at once.
    `stays`: the one before goes on working there as staff. Asked twice is once. Raises PermissionDenied unless `by`
    represents the pharmacy or administers the program, ActRefused without a reason, when nobody has an account under
    the address or represents the pharmacy already, while the account's invitation is open, and while a hand-over to
    somebody else waits.
    """
    if not can_administer(user):
        require_representative(by, pharmacy, at)
    locked = Pharmacy.objects.select_for_update(of=("self",), no_key=True).get(pk=pharmacy.pk)
    why = reason.strip()
    if not 0 < len(why) <= LONGEST_REASON:
        sentence = f"Give the reason, in at most {LONGEST_REASON} characters: it stays in the record."
        raise refusal("STAFF", "PH-01", sentence)
    account = _account_of(email)
    waiting: HandOver | None = locked.hand_overs.pending().select_related("to").first()
    if waiting is not None and waiting.to_id == account.pk:
        return waiting
    if waiting is not None:
        raise refusal("STAFF", "PH-01", f"A hand-over to {waiting.to} waits already. Take that one back first.")
    if locked.staff.filter(user=account, is_representative=True, ends_on__isnull=True).exists():
        raise refusal("STAFF", "PH-01", "This account represents the pharmacy already. Nothing was changed.")
    handing: HandOver = locked.hand_overs.create(
        to=account, reason=why, stays=stays, asked_at=at, asked_by_name=by.name
    )
    if locked.certifications.exclude(status=CertificationStatus.IN_PROGRESS).exists():
        _tell_both(handing, ASKED, "A pharmacy is to have a new authorized representative", at)
    else:
        take_over(handing, at)
    return handing


def _account_of(email: str) -> User:
    """Return the pharmacy account of this address, which its owner has opened."""
    account = User.objects.filter(email=email.strip().lower(), role=User.Role.PHARMACIST, is_active=True).first()
    if account is None:
        raise refusal("STAFF", "PH-01", NO_SUCH_ACCOUNT)
    if Invitation.objects.filter(account=account, accepted_at=None, withdrawn_at=None).exists():
        raise refusal("STAFF", "PH-01", STILL_INVITED)
    return account


@act
def withdraw_hand_over(*, by: Actor, at: datetime, user: User, handing: HandOver, reason: str = "") -> HandOver:
    """Take back a hand-over that waits: the pharmacy keeps its representative. A second time is the first.

    `reason`: stays in the history, where one is given. Raises PermissionDenied unless `by` represents the pharmacy, is
    the one to whom it is handed, or administers the program; ActRefused once it is done.
    """
    if not can_administer(user) and by.user_id != handing.to_id:
        require_representative(by, handing.pharmacy, at)
    rows = HandOver.objects.select_for_update(of=("self",), no_key=True).select_related("to")
    locked: HandOver = rows.get(pk=handing.pk)
    if locked.done_at is not None:
        raise refusal("STAFF", "PH-01", f"{locked.to} has signed and represents the pharmacy. Nothing was changed.")
    if locked.withdrawn_at is None:
        locked.withdrawn_at, locked.withdrawn_by_name = at, by.name
        locked._change_reason = reason.strip()[:LONGEST_REASON] or None  # type: ignore[attr-defined]
        locked.save(update_fields=["withdrawn_at", "withdrawn_by_name"])
        _tell_both(locked, TAKEN_BACK, "A pharmacy keeps its authorized representative", at)
    return locked


def _tell_both(handing: HandOver, text: str, subject: str, at: datetime) -> None:
    users = [*representatives(handing.pharmacy_id, program_day(at)), handing.to]
    tell_of_hand_over(handing, users, subject, text, at)
