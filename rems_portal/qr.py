"""QR codes as one path of an SVG drawing: no picture file, nothing that the content security policy would stop.

The only module that imports the QR library.
"""

from dataclasses import dataclass

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET_ZONE = 4  # modules of white around the code, as the standard asks


@dataclass(frozen=True, slots=True)
class QrPath:
    """A code as a path: `size` is the width and height of its square, quiet zone included, one unit a module."""

    size: int
    path: str


def qr_path(text: str) -> QrPath:
    """Return the QR code of a text, with medium error correction (15 % of it may be unreadable)."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    strokes = [stroke for y, row in enumerate(rows) for stroke in _strokes(row, y)]
    return QrPath(len(rows), "".join(strokes))


def _strokes(row: list[bool], y: int) -> list[str]:
    """Return one rectangle for each run of dark modules of a row."""
    strokes, start = [], None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            strokes.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            start = None
    return strokes
