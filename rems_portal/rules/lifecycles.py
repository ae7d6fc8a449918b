"""Every status of the portal's records, and the moves between them, as tables.

A move that is not in the table is refused everywhere: actions, admin, API. The tables say what may follow what; who may
do it, and what else changes with it, is the actions' business.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

Status = TypeVar("Status", bound=StrEnum)


class CertificationStatus(StrEnum):
    """A prescriber's or a pharmacy's certification."""

    IN_PROGRESS = "in_progress"
    CERTIFIED = "certified"
    SUSPENDED = "suspended"
    DECERTIFIED = "decertified"


class EnrollmentStatus(StrEnum):
    """A patient's enrollment; a restart of treatment is a new enrollment.

    "pending": signed by the prescriber, waiting for the patient's side; "withdrawn": ended while it waited.
    """

    PENDING = "pending"
    ENROLLED = "enrolled"
    DISCONTINUED = "discontinued"
    WITHDRAWN = "withdrawn"


class AuthorizationStatus(StrEnum):
    """An authorization number; "confirmed" while a pharmacy holds an open confirmation for it."""

    ACTIVE = "active"
    CONFIRMED = "confirmed"
    DISPENSED = "dispensed"
    VOID = "void"
    EXPIRED = "expired"


class ConfirmationStatus(StrEnum):
    """A confirmation number; "open" while the product has neither been shipped nor picked up."""

    OPEN = "open"
    DISPENSED = "dispensed"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    VOID = "void"


class CaseStatus(StrEnum):
    """A safety or compliance case."""

    OPEN = "open"
    CLOSED = "closed"


# The first value of every table is where a record begins.
CERTIFICATION_MOVES: Mapping[CertificationStatus, frozenset[CertificationStatus]] = {
    CertificationStatus.IN_PROGRESS: frozenset({CertificationStatus.CERTIFIED}),
    CertificationStatus.CERTIFIED: frozenset({CertificationStatus.SUSPENDED, CertificationStatus.DECERTIFIED}),
    CertificationStatus.SUSPENDED: frozenset({CertificationStatus.CERTIFIED, CertificationStatus.DECERTIFIED}),
    CertificationStatus.DECERTIFIED: frozenset({CertificationStatus.IN_PROGRESS}),
}

ENROLLMENT_MOVES: Mapping[EnrollmentStatus, frozenset[EnrollmentStatus]] = {
    EnrollmentStatus.PENDING: frozenset({EnrollmentStatus.ENROLLED, EnrollmentStatus.WITHDRAWN}),
    EnrollmentStatus.ENROLLED: frozenset({EnrollmentStatus.DISCONTINUED}),
    EnrollmentStatus.DISCONTINUED: frozenset(),
    EnrollmentStatus.WITHDRAWN: frozenset(),
}

# To "dispensed" lead also moves from active, void and expired: a dispense that is recorded late, after its confirmation
# lapsed or was voided, still uses up the authorization it was made from.
AUTHORIZATION_MOVES: Mapping[AuthorizationStatus, frozenset[AuthorizationStatus]] = {
    AuthorizationStatus.ACTIVE: frozenset(
        {
            AuthorizationStatus.CONFIRMED,
            AuthorizationStatus.DISPENSED,
            AuthorizationStatus.VOID,
            AuthorizationStatus.EXPIRED,
        }
    ),
    AuthorizationStatus.CONFIRMED: frozenset(
        {
            AuthorizationStatus.ACTIVE,
            AuthorizationStatus.DISPENSED,
            AuthorizationStatus.VOID,
            AuthorizationStatus.EXPIRED,
        }
    ),
    AuthorizationStatus.DISPENSED: frozenset(),
    AuthorizationStatus.VOID: frozenset({AuthorizationStatus.DISPENSED}),
    AuthorizationStatus.EXPIRED: frozenset({AuthorizationStatus.DISPENSED}),
}

# void and cancelled -> dispensed are for product that had left the pharmacy before the confirmation was ended.
CONFIRMATION_MOVES: Mapping[ConfirmationStatus, frozenset[ConfirmationStatus]] = {
    ConfirmationStatus.OPEN: frozenset(
        {
            ConfirmationStatus.DISPENSED,
            ConfirmationStatus.CANCELLED,
            ConfirmationStatus.LAPSED,
            ConfirmationStatus.VOID,
        }
    ),
    ConfirmationStatus.DISPENSED: frozenset(),
    ConfirmationStatus.CANCELLED: frozenset({ConfirmationStatus.DISPENSED}),
    ConfirmationStatus.LAPSED: frozenset({ConfirmationStatus.DISPENSED}),
    ConfirmationStatus.VOID: frozenset({ConfirmationStatus.DISPENSED}),
}

CASE_MOVES: Mapping[CaseStatus, frozenset[CaseStatus]] = {
    CaseStatus.OPEN: frozenset({CaseStatus.CLOSED}),
    CaseStatus.CLOSED: frozenset({CaseStatus.OPEN}),
}

LIVE_AUTHORIZATION_STATUSES = frozenset({AuthorizationStatus.ACTIVE, AuthorizationStatus.CONFIRMED})


def may_move(table: Mapping[Status, frozenset[Status]], old: Status, new: Status) -> bool:
    """Whether a record may go from one status to another. Staying where it is, is not a move."""
    return new in table[old]


def moves_from(table: Mapping[Status, frozenset[Status]], old: Status) -> tuple[Status, ...]:
    """The statuses a record may go to, in the order in which the table lists statuses."""
    return tuple(status for status in table if status in table[old])


def diagram(table: Mapping[Status, frozenset[Status]]) -> str:
    """A table as the text of a Mermaid state diagram, for the documentation; ends with a line feed."""
    first = next(iter(table))
    lines = ["stateDiagram-v2", f"    [*] --> {first}"]
    for old in table:
        lines += [f"    {old} --> {new}" for new in moves_from(table, old)]
    lines += [f"    {status} --> [*]" for status in table if not table[status]]
    return "\n".join(lines) + "\n"
