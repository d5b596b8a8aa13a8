"""What comes back from an ESC/POS printer, told apart by the fixed bits of each kind of answer, and what it means.

Source: Epson's ESC/POS command reference (DLE EOT, GS a, GS r, GS ( H: "differentiation of status data").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from devices.printer.transport import UNASKED_MAX, Link, deadline, left_s
from kiosk.ports import PrinterStatus

_XON, _XOFF = 0x11, 0x13
_BLOCKS = (0x37, 0x5F)  # begin answers that end with NUL: process id, texts of GS I
_BLOCK_MAX = 80


@dataclass(frozen=True)
class Answer:
    """`status`: a byte for DLE EOT. `asb`: four bytes nobody asked for. `sensor`: a byte for GS r. `block`: others."""

    kind: Literal["status", "asb", "sensor", "block"]
    data: bytes


class Answers:
    """Reads a link's answers one by one."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._begun = bytearray()

    def next(self, wait_s: float | None = None) -> Answer:
        """TimeoutError when none came in time, OSError for what no printer says."""
        until = None if wait_s is None else deadline(wait_s)
        while True:
            byte = self._link.byte(None if until is None else left_s(until))
            if not self._begun and byte in (_XON, _XOFF):
                continue
            self._begun.append(byte)
            if (kind := self._kind()) is not None:
                data, self._begun = bytes(self._begun), bytearray()
                return Answer(kind, data)

    def more(self, kind: str) -> bool:
        """Has another answer of this kind come, that was not asked for?"""
        try:
            return any(self.next(0.001).kind == kind for _ in range(UNASKED_MAX))
        except TimeoutError:
            return False

    def _kind(self) -> Literal["status", "asb", "sensor", "block"] | None:
        """The kind of the answer that has just become whole; None = there is more to come."""
        first, last, count = self._begun[0], self._begun[-1], len(self._begun)
        if first in _BLOCKS:
            if last and count >= _BLOCK_MAX:
                self._begun.clear()
                raise OSError("an answer without an end; is this a ticket printer?")
            return None if last else "block"
        if first & 0x93 == 0x10:
            return "asb" if count == 4 else None
        if first & 0x93 == 0x12:
            return "status"
        if first & 0x90 == 0x00:
            return "sensor"
        self._begun.clear()
        raise OSError(f"{first:#04x} is not a status; is this a ticket printer?")


def status_of(printer: int, offline: int, error: int, paper: int) -> PrinterStatus:
    """The four answers to DLE EOT 1, 2, 3, 4 as one."""
    fault = _fault(cutter=error & 0x08, head=error & 0x60, other=offline & 0x40)
    return _status(printer & 0x08, paper & 0x60 or offline & 0x20, paper & 0x0C, offline & 0x04, fault)


def status_of_asb(data: bytes) -> PrinterStatus:
    """Four bytes of automatic status back."""
    fault = _fault(cutter=data[1] & 0x08, head=data[1] & 0x60, other=0)
    return _status(data[0] & 0x08, data[2] & 0x0C, data[2] & 0x03, data[0] & 0x20, fault)


def _fault(*, cutter: int, head: int, other: int) -> str:
    if cutter:
        return CUTTER
    if head:
        return "a fault of the print head or its power"
    return "a fault" if other else ""


CUTTER = "the cutter is jammed"


def _status(offline: int, paper_out: int, paper_low: int, cover: int, fault: str) -> PrinterStatus:
    # The offline bit is also set by an open cover or missing paper; alone it means somebody switched it off-line.
    online = not offline or bool(paper_out or cover or fault)
    return PrinterStatus(online, bool(paper_out), bool(paper_low), bool(cover), fault)


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
