"""ESC/POS as bytes: a page in the way its printer takes pictures, and questions to it.

Source: Epson's ESC/POS command reference (ESC @, GS v 0, GS 8 L, ESC *, ESC d, GS V, GS a, GS r, GS ( H, DLE EOT,
DLE ENQ, DLE DC4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from devices.printer.models import PrinterModel
from kiosk.ports import Bitmap

INITIALISE = b"\x1b@"
PAPER_SENSOR = b"\x1dr\x01"  # GS r 1: answered in turn, after everything before it was processed
CLEAR_BUFFERS = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4 8: forget what is not on paper yet
RECOVER = b"\x10\x05\x02"  # DLE ENQ 2: after a jam was cleared, forget what was begun and be ready again
TELL_CHANGES = b"\x1da\x0e"  # GS a: say by yourself when you stop, fail, or run out of paper
TELL_NOTHING = b"\x1da\x00"
_COLUMN_DOTS = 24
_PULSE = (50, 250)  # of 2 ms: on, and off before another one
# Printers look for real-time commands (DLE EOT, DLE ENQ, DLE DC4) in everything they receive, pictures included.
_REAL_TIME = re.compile(rb"\x10(?=[\x04\x05\x14])")


def drawer_pulse(pin: int) -> bytes:
    """ESC p: opens a cash drawer on pin 2 (0) or pin 5 (1) of the printer's socket."""
    return b"\x1bp" + bytes((pin, *_PULSE))


def page(bitmap: Bitmap, model: PrinterModel) -> Iterator[bytes]:
    """The page in bands, then feed and, where there is a cutter, cut."""
    yield INITIALISE
    if model.raster == "ESC *":
        yield from _columns(bitmap)
    else:
        band = _raster if model.raster == "GS v 0" else _graphics
        stride = bitmap.width // 8
        for top in range(0, bitmap.height, model.band_rows):
            rows = min(model.band_rows, bitmap.height - top)
            yield band(harmless(bitmap.rows[top * stride : (top + rows) * stride]), stride, rows)
    feed = b"\x1bd" + bytes([model.feed_lines]) if model.feed_lines else b""
    yield feed + (b"\x1dVB\x00" if model.cutter and "GS V" not in model.lacks else b"")


def _raster(dots: bytes, stride: int, rows: int) -> bytes:
    return b"\x1dv0\x00" + stride.to_bytes(2, "little") + rows.to_bytes(2, "little") + dots


def _graphics(dots: bytes, stride: int, rows: int) -> bytes:
    """GS 8 L: store a picture of one colour, then print what is stored."""
    head = b"0p0\x01\x011" + (stride * 8).to_bytes(2, "little") + rows.to_bytes(2, "little")
    return b"\x1d8L" + (len(head) + len(dots)).to_bytes(4, "little") + head + dots + b"\x1d(L\x02\x0002"


def _columns(bitmap: Bitmap) -> Iterator[bytes]:
    """ESC * 33: strips of 24 dots, column by column from the left, the highest dot first; lines 24 dots high."""
    dots = np.frombuffer(bitmap.rows, np.uint8).reshape(bitmap.height, bitmap.width // 8)
    head = b"\x1b*\x21" + bitmap.width.to_bytes(2, "little")
    yield b"\x1b3" + bytes([_COLUMN_DOTS])
    for top in range(0, bitmap.height, _COLUMN_DOTS):
        strip = np.zeros((_COLUMN_DOTS, bitmap.width), np.uint8)
        part = np.unpackbits(dots[top : top + _COLUMN_DOTS], axis=1)
        strip[: len(part)] = part
        yield head + harmless(np.packbits(strip.T, axis=1).tobytes()) + b"\n"
    yield b"\x1b2"


def harmless(dots: bytes) -> bytes:
    """Dots that no printer takes for a command: a lone dot gets a neighbour (0.1 mm) where it would read as DLE."""
    return _REAL_TIME.sub(b"\x18", dots)


def status_request(n: int) -> bytes:
    """DLE EOT n: 1 printer, 2 why off-line, 3 error, 4 paper; answered at once."""
    return bytes((0x10, 0x04, n))


def process_id_request(process_id: bytes) -> bytes:
    """GS ( H function 48: the id (4 bytes, 0x20-0x7E) comes back after everything before it was processed."""
    return b"\x1d(H\x06\x00\x30\x30" + process_id


def process_id_answer(process_id: bytes) -> bytes:
    return b"\x37\x22" + process_id + b"\x00"
