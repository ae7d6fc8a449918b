"""How the acts on prescribers say no, and how they take hold of a certification. Decides nothing."""

from prescribers.models import PrescriberCertification
from rems_portal.errors import ActRefused
from rems_portal.rules.findings import Finding, Party


def refusal(rule: str, obligation: str, sentence: str, move: Party = Party.PRESCRIBER) -> ActRefused:
    """Return a refusal with one finding."""
    return ActRefused([Finding(rule, (obligation,), sentence, move)])


def locked_certification(certification: PrescriberCertification) -> PrescriberCertification:
    """Return the certification's row, locked until the transaction ends."""
    rows = PrescriberCertification.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("prescriber__user").get(pk=certification.pk)
