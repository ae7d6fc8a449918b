"""How long a certification has held and what was signed for it before, as its history tells.

A renewal puts a new form in the place of the one before. Must not write.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from rems_portal.signatures.models import SignedForm


@dataclass(frozen=True, slots=True)
class Past:
    """`since`: when it became certified without a break until now; `renewed_at`: when last signed anew since (UTC).

    `forms`: the signed forms before the one that counts now, the latest first.
    """

    since: datetime | None
    renewed_at: datetime | None
    forms: tuple[SignedForm, ...]

    def form_numbered(self, number: str) -> SignedForm | None:
        """Return the earlier form of this number, if there is one."""
        return next((form for form in self.forms if form.number == number), None)


def past_of(certification: Any) -> Past:
    """Return the past of a prescriber's or a pharmacy's certification, by its history; two queries.

    One that had to be begun again is certified since then: what was signed before is listed, and counts no longer.
    """
    rows = list(certification.history.order_by("-history_id").values_list("certified_at", "form_id"))
    now = certification.certified_at
    unbroken = [certified_at for certified_at, _ in takewhile(lambda row: row[0] is not None, rows)]
    since = min([*unbroken, now]) if now else None
    keys = {form_id for _, form_id in rows if form_id and form_id != certification.form_id}
    forms = SignedForm.objects.filter(pk__in=keys).order_by("-pk") if keys else ()
    return Past(since, now if now != since else None, tuple(forms))
