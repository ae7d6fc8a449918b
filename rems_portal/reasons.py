"""The reason that somebody gives for ending something: short, and kept in the record. Raises, never writes."""

from collections.abc import Callable

from rems_portal.errors import ActRefused

LONGEST_REASON = 200


def require_reason(reason: str, refuse: Callable[[str], ActRefused], *, longest: int = LONGEST_REASON) -> str:
    """Return a reason without the space around it; raise what `refuse` makes of a sentence when it is none, or long."""
    words = reason.strip()
    if not 0 < len(words) <= longest:
        raise refuse(f"Give the reason, in at most {longest} characters: it stays in the record.")
    return words
