"""ESC/POS as bytes: a page, status requests, and what the answers mean.

Source: Epson's ESC/POS command reference (ESC @, GS v 0, ESC d, GS V, DLE EOT, DLE DC4, GS r, GS ( H).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kiosk.ports import Bitmap, PrinterStatus

BAND_ROWS = 128  # dots of height sent in one command; cheap printers have small buffers
FEED_LINES = 5  # from the print head to past the cutter

INITIALISE = b"\x1b@"
PAPER_SENSOR = b"\x1dr\x01"  # GS r 1: answered in turn, after everything before it was processed
CLEAR_BUFFERS = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4 8: forget what is not on paper yet
# Printers look for real-time commands (DLE EOT, DLE ENQ, DLE DC4) in everything they receive, pictures included.
_REAL_TIME = re.compile(rb"\x10(?=[\x04\x05\x14])")


def page(bitmap: Bitmap) -> Iterator[bytes]:
    """The page in bands, then feed and cut."""
    stride = bitmap.width // 8
    yield INITIALISE
    for top in range(0, bitmap.height, BAND_ROWS):
        rows = min(BAND_ROWS, bitmap.height - top)
        head = b"\x1dv0\x00" + stride.to_bytes(2, "little") + rows.to_bytes(2, "little")
        yield head + harmless(bitmap.rows[top * stride : (top + rows) * stride])
    yield b"\x1bd" + bytes([FEED_LINES]) + b"\x1dVB\x00"


def harmless(dots: bytes) -> bytes:
    """Dots that no printer takes for a command: a lone dot gets a neighbour (0.1 mm) where it would read as DLE."""
    return _REAL_TIME.sub(b"\x18", dots)


def status_request(n: int) -> bytes:
    """DLE EOT n: 1 printer, 2 why off-line, 3 error, 4 paper; answered at once."""
    return bytes((0x10, 0x04, n))


def process_id_request(process_id: bytes) -> bytes:
    """GS ( H function 48: the id (4 bytes, 0x20-0x7E) comes back after everything before it was processed."""
    return b"\x1d(H\x06\x00\x30\x30" + process_id


def is_status(byte: int) -> bool:
    """Has the fixed bits of an answer to DLE EOT."""
    return byte & 0x93 == 0x12


def is_paper_sensor(byte: int) -> bool:
    """Has the fixed bits of an answer to GS r 1."""
    return byte & 0x90 == 0x00


def status_of(printer: int, offline: int, error: int, paper: int) -> PrinterStatus:
    """The four answers to DLE EOT 1, 2, 3, 4 as one."""
    fault = ""
    if error & 0x08:
        fault = "the cutter is jammed"
    elif error & 0x60:
        fault = "a fault of the print head or its power"
    elif offline & 0x40:
        fault = "a fault"
    paper_out = bool(paper & 0x60 or offline & 0x20)
    cover_open = bool(offline & 0x04)
    # The offline bit is also set by an open cover or missing paper; alone it means somebody switched it off-line.
    online = not printer & 0x08 or paper_out or cover_open or bool(fault)
    return PrinterStatus(online, paper_out, bool(paper & 0x0C), cover_open, fault)


def words(status: PrinterStatus) -> str:
    """What is wrong, for staff."""
    found = []
    if status.paper_out:
        found.append("no paper")
    if status.cover_open:
        found.append("the cover is open")
    if status.error:
        found.append(status.error)
    return ", ".join(found) or ("ready" if status.online else "offline")
