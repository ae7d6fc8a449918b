"""What a password must be, by NIST SP 800-63B (revision 4, section 3.1.1.2): long, not on a list, and nothing else.

No kinds of characters are demanded, no change by the calendar, no hints. The validators are named in the settings.
"""

import re
import unicodedata
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

# The standard asks for 15 characters where a password is the only factor and 8 beside a second one. A password of ours
# stands alone for a moment, between an invitation and the second factor: 12 lies between, and is no burden to a phrase.
SHORTEST = 12
# The standard asks that at least 64 be accepted. The bound only keeps a megabyte from being hashed.
LONGEST = 256
OWN_LETTERS = 4
# Words that an attacker of this very portal tries first.
CONTEXT = ("lenalidomide", "revlimid", "thalidomide", "rems", "portal", "pharmacy", "prescriber", "pharmacist")


def normal_password(typed: str) -> str:
    """Return a password in the one form (NFKC) in which it is hashed, however a keyboard composed its characters."""
    return unicodedata.normalize("NFKC", typed)


class LengthValidator:
    """Neither shorter than `SHORTEST` nor longer than `LONGEST` characters; one code point counts as one."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError."""
        length = len(normal_password(password))
        if length < SHORTEST:
            sentence = f"Use at least {SHORTEST} characters; this has {length}. A few words in a row are a good start."
            raise ValidationError(sentence, code="password_too_short")
        if length > LONGEST:
            raise ValidationError(f"Use at most {LONGEST} characters.", code="password_too_long")

    def get_help_text(self) -> str:
        """Return what the form says."""
        return f"At least {SHORTEST} characters, of any kind, spaces too."


class ContextValidator:
    """Refuses what is little more than the program's, a product's or the account's own name."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError."""
        rest = normal_password(password).casefold()
        own = re.split(r"\W+", f"{_of(user, 'full_name')} {_of(user, 'email')}".casefold())
        words = {word for word in (*CONTEXT, settings.PROGRAM, *own) if len(word) > 2}
        for word in sorted(words, key=len, reverse=True):
            rest = rest.replace(word, "")
        changed = len(rest) < len(normal_password(password))
        if changed and len(set(re.sub(r"[\W\d_]", "", rest))) < OWN_LETTERS:
            sentence = "This is little more than names that anybody would try first. Add words of your own."
            raise ValidationError(sentence, code="password_from_context")

    def get_help_text(self) -> str:
        """Return what the form says."""
        return "Not the name of the program, of a product or your own."


def _of(user: Any, name: str) -> str:
    return str(getattr(user, name, "") or "")
