"""Numbers that people read aloud: patients, cases, authorizations, confirmations, forms; and the NPI and NCPDP id.

Each kind has its own prefix letter. The alphabet leaves out look-alikes, and a check character tells a slip of the
finger from an unknown number. Randomness is an argument: who issues a number draws it, nothing here does.
"""

import re
from enum import StrEnum

ALPHABET = "23456789ABCDEFGHJKMNPQRTVWXYZ"
BODY_LENGTH = 13
NUMBER_SPACE = len(ALPHABET) ** BODY_LENGTH
"""How many bodies there are (more than 2 to the 63rd); draw a value below this one."""

_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
_BASE = len(ALPHABET)  # a prime, so that weights 1 to 14 catch every single slip and every swap
_CHECK_WEIGHT = BODY_LENGTH + 1
_CHECK_INVERSE = pow(_CHECK_WEIGHT, -1, _BASE)
_LENGTH = 1 + BODY_LENGTH + 1
_LONGEST_READ = 80
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212.\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_NPI_PREFIX_SUM = 24  # what the digits 80840, which stand before every NPI, add to the Luhn sum


class Kind(StrEnum):
    """What a number stands for; the value is its prefix."""

    PATIENT = "P"
    CASE = "K"
    AUTHORIZATION = "A"
    CONFIRMATION = "C"
    FORM = "F"

    @property
    def label(self) -> str:
        """The kind of number in plain words, with its article."""
        return _LABELS[self]


_LABELS = {
    Kind.PATIENT: "a patient number",
    Kind.CASE: "a case number",
    Kind.AUTHORIZATION: "an authorization number",
    Kind.CONFIRMATION: "a confirmation number",
    Kind.FORM: "a form number",
}

_KIND_OFFSETS = {Kind.PATIENT: 1, Kind.CASE: 2, Kind.AUTHORIZATION: 3, Kind.CONFIRMATION: 4, Kind.FORM: 5}


class NumberError(ValueError):
    """A text that is not a number of the kind wanted; the message is a plain sentence for who typed it.

    `slip` is True when a character is mistyped, swapped, missing or too many, so that looking the number up is idle.
    """

    def __init__(self, sentence: str, *, slip: bool) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.slip = slip


def format_number(kind: Kind, value: int) -> str:
    """The number of a kind for a random value: "A-XXXX-XXXX-XXXX-XX".

    Raises ValueError for a value outside 0 to NUMBER_SPACE - 1.
    """
    if not 0 <= value < NUMBER_SPACE:
        raise ValueError("The value of a number lies between 0 and NUMBER_SPACE - 1.")
    letters = []
    for _ in range(BODY_LENGTH):
        value, digit = divmod(value, _BASE)
        letters.append(ALPHABET[digit])
    body = "".join(reversed(letters))
    return _grouped(kind, body + _check_character(kind, body))


def parse_number(kind: Kind, text: str) -> str:
    """The canonical form of a number as somebody typed it: lower case, spaces and dashes are tolerated.

    Raises NumberError when it can not be a number of that kind: another kind, a slip, a wrong length, nothing at all.
    """
    compact = _SEPARATORS.sub("", text[: _LONGEST_READ + 1]).upper()
    if not compact:
        raise NumberError(f"Enter {kind.label}; it begins with {kind.value}.", slip=False)
    if len(compact) != _LENGTH:
        raise NumberError(
            f"{_capital(kind.label)} has {_LENGTH} letters and digits and begins with {kind.value}. "
            "A character is missing or too many; check it against the document.",
            slip=True,
        )
    prefix, rest = compact[0], compact[1:]
    if prefix != kind.value:
        raise _other_prefix(kind, prefix, rest)
    if not _check_fits(kind, rest):
        raise NumberError(
            "A character is mistyped, or two are swapped; check the number against the document.", slip=True
        )
    return _grouped(kind, rest)


def _other_prefix(kind: Kind, prefix: str, rest: str) -> NumberError:
    if prefix in _LABELS and _check_fits(Kind(prefix), rest):
        return NumberError(
            f"This is {Kind(prefix).label}; {kind.label} is wanted here, which begins with {kind.value}.", slip=False
        )
    return NumberError(f"{_capital(kind.label)} begins with {kind.value}; check it against the document.", slip=True)


def _check_character(kind: Kind, body: str) -> str:
    total = _KIND_OFFSETS[kind] + sum(weight * _VALUES[letter] for weight, letter in enumerate(body, start=1))
    return ALPHABET[-total * _CHECK_INVERSE % _BASE]


def _check_fits(kind: Kind, rest: str) -> bool:
    return all(letter in _VALUES for letter in rest) and rest[-1] == _check_character(kind, rest[:-1])


def _grouped(kind: Kind, rest: str) -> str:
    return "-".join([kind.value, *(rest[start : start + 4] for start in range(0, len(rest), 4))])


def _capital(label: str) -> str:
    return label[0].upper() + label[1:]


def npi_is_valid(text: str) -> bool:
    """Whether a text is a National Provider Identifier: ten digits, the last of which is the Luhn check digit."""
    if len(text) != 10 or not (text.isascii() and text.isdigit()):
        return False
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in text[-2::-2])
    plain = sum(int(digit) for digit in text[-1::-2])
    return (_NPI_PREFIX_SUM + doubled + plain) % 10 == 0


def ncpdp_id_is_valid(text: str) -> bool:
    """Whether a text has the form of an NCPDP pharmacy id: seven digits."""
    return len(text) == 7 and text.isascii() and text.isdigit()
