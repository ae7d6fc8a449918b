"""QR codes as a path: the drawing is the very matrix of the code, within its quiet zone."""

import re

import qrcode

from rems_portal.qr import QUIET_ZONE, qr_path

STROKE = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


def test_path_draws_every_dark_module_and_no_other() -> None:
    text = "https://portal.example/s/abcdefghijklmnopqrstuvwxyz0123456789/"
    drawn = qr_path(text)
    assert STROKE.sub("", drawn.path) == ""
    dark = {(int(x) + step, int(y)) for x, y, width, _back in STROKE.findall(drawn.path) for step in range(int(width))}
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    assert drawn.size == len(rows)
    assert dark == {(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module}


def test_quiet_zone_is_left_white() -> None:
    drawn = qr_path("x")
    for x, y, width, back in STROKE.findall(drawn.path):
        assert width == back
        assert int(x) >= QUIET_ZONE
        assert QUIET_ZONE <= int(y) < drawn.size - QUIET_ZONE
        assert int(x) + int(width) <= drawn.size - QUIET_ZONE
