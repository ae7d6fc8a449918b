"""What the representative of a chain does: begin many sites at once, and hand a site to another representative.

Reading and quiz are the person's and count for every site; each site is still certified by a signed form of its own.
"""

from collections.abc import Mapping
from datetime import datetime

from pharmacies.actions.certify import PharmacyIdentity, refusal, start_certification
from pharmacies.actions.training import training_of
from pharmacies.models import Pharmacy, PharmacyCertification, PharmacyStaff
from pharmacies.permissions import require_representative
from rems_portal.accounts.models import User
from rems_portal.accounts.permissions import can_administer
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.audit.history import write_history
from rems_portal.errors import ActRefused
from rems_portal.notifications.actions import tell
from rems_portal.rules.calendars import program_day
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.programs import ProgramVersion

LONGEST_REASON = 100
NO_SUCH_ACCOUNT = (
    "There is no pharmacy account with this address. The new representative needs an account of their own first."
)


@act
def add_sites(
    *, by: Actor, at: datetime, user: User, sites: Mapping[int, PharmacyIdentity], program: ProgramVersion
) -> list[PharmacyCertification]:
    """Begin the certification of many sites, all or none; `user` represents each of them (PH-01).

    `sites`: by the number of the line that each was typed on. Sent twice gives what there is. Raises as
    `start_certification`, and for two lines with one number; each sentence names its line.
    """
    wrong = _said_twice(sites)
    if wrong:
        raise ActRefused(wrong)
    begun = []
    for line, identity in sites.items():
        try:
            begun.append(start_certification(by=by, at=at, user=user, identity=identity, program=program))
        except ActRefused as refused:
            wrong += [_on_line(line, identity, finding) for finding in refused.findings]
    if wrong:
        raise ActRefused(wrong)
    return begun


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
) -> PharmacyStaff:
    """Make the pharmacy account of this address the authorized representative; the one before ends today.

    The certification stays as it is (policy); whoever renews it reads and is examined in person. `stays`: the one
    before goes on working there as staff. Handed over twice is once. Raises PermissionDenied unless `by` represents the
    pharmacy or administers the program, ActRefused without a reason or when nobody has an account under the address.
    """
    if not can_administer(user):
        require_representative(by, pharmacy, at)
    locked = Pharmacy.objects.select_for_update(of=("self",), no_key=True).get(pk=pharmacy.pk)
    why = reason.strip()
    if not 0 < len(why) <= LONGEST_REASON:
        sentence = f"Give the reason, in at most {LONGEST_REASON} characters: it stays in the record."
        raise refusal("STAFF", "PH-01", sentence)
    account = User.objects.filter(email=email.strip().lower(), role=User.Role.PHARMACIST, is_active=True).first()
    if account is None:
        raise refusal("STAFF", "PH-01", NO_SUCH_ACCOUNT)
    open_rows = locked.staff.select_for_update(of=("self",), no_key=True).filter(ends_on__isnull=True)
    there: PharmacyStaff | None = open_rows.filter(user=account, is_representative=True).first()
    if there is not None:
        return there
    before = list(open_rows.filter(is_representative=True).select_related("user"))
    brings = {row.user_id: training_of(row.user_id, at) for row in before} | {account.pk: training_of(account.pk, at)}
    for row in open_rows.filter(user_id__in=brings):
        _end(row, at, why)
    for row in before if stays else ():
        locked.staff.create(user=row.user, starts_on=program_day(at), **brings[row.user_id])
    _tell_both(locked, [*(row.user for row in before), account], at)
    new: PharmacyStaff = locked.staff.create(
        user=account, is_representative=True, starts_on=program_day(at), **brings[account.pk]
    )
    return new


def _end(row: PharmacyStaff, at: datetime, why: str) -> None:
    row.ends_on = program_day(at)
    PharmacyStaff.objects.filter(pk=row.pk).update(ends_on=row.ends_on)
    write_history(row, why=why)


def _tell_both(pharmacy: Pharmacy, users: list[User], at: datetime) -> None:
    tell(
        users=users,
        key=f"pharmacy-representative:{pharmacy.pk}:{at.isoformat()}",
        kind="certification",
        subject="A pharmacy has a new authorized representative",
        text="The authorized representative of a pharmacy you work with has changed. Sign in to see which.",
        at=at,
    )
