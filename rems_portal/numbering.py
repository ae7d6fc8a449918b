"""Draws the numbers people read aloud (domain.md section 11); their form and check character are in rules/numbers."""

import secrets

from rems_portal.rules.numbers import Kind, format_number

RANDOM_BITS = 62


def new_number(kind: Kind) -> str:
    """Return an unguessable number of this kind, in its canonical form.

    62 random bits: among 12 million numbers a repeat has a chance below 1 in 50,000. The unique constraint
    catches it, and `audit.acts.act` runs the act again.
    """
    return format_number(kind, secrets.randbits(RANDOM_BITS))
