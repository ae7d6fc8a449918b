"""What a business act raises when it can't be done.

A refusal that is a normal answer of the program (an authorization that is not granted) is a stored
`Decision`, never an exception. These are for acts that don't happen at all.
"""

from collections.abc import Iterable

from rems_portal.rules.findings import Finding


class ActRefused(Exception):
    """The act is not possible now; `findings` say why, in sentences for the person who tried."""

    def __init__(self, findings: Iterable[Finding]):
        self.findings = tuple(findings)
        super().__init__(" ".join(finding.sentence for finding in self.findings))


class NotFound(Exception):
    """Nothing there for this asker; says nothing about whether it exists for somebody else."""


class IdempotencyConflict(Exception):
    """The same idempotency key came with another request (HTTP 409)."""


class StaleRecord(Exception):
    """The record was changed by somebody else between reading and writing it."""
