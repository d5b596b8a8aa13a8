"""Looking at what was printed with readers that did not draw it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import cv2
import zxingcpp
from pyzbar import pyzbar

from devices.camera.decoders import QR
from kiosk.app.ways.way import lines_of
from kiosk.domain import ticket as tickets
from kiosk.domain.codes import human_code
from kiosk.domain.errors import KioskError


class PaperTrail:
    """The printer's pages: finds the new tickets among them and tells what their codes say."""

    def __init__(self, printed: Path, keep: Path, entries: list[dict[str, Any]]) -> None:
        self._printed = printed
        self._keep = keep
        self._entries = entries
        self.tickets: list[tuple[Path, str]] = []  # in order of printing, with the text of their codes

    def tickets_on_paper(self) -> int:
        """Whole pages with a ticket code, seen before or not."""
        return sum(1 for path in self._whole_pages() if read_paper(path) is not None)

    def collect(self, count: int) -> list[dict[str, Any]]:
        """The tickets printed since the last time; KioskError when there are not exactly so many."""
        known = {path for path, _ in self.tickets}
        found = []
        for path in self._whole_pages():
            code = None if path in known else read_paper(path)
            if code is not None:
                self.tickets.append((path, code))
                found.append(self._describe(path, code))
        if len(found) != count:
            raise KioskError(f"{count} new tickets should be on paper, {len(found)} can be read")
        return found

    def _whole_pages(self) -> list[Path]:
        lines = lines_of(self._printed / "printed.jsonl")
        return [self._printed / line["file"] for line in lines if line["complete"]]

    def _describe(self, path: Path, code: str) -> dict[str, Any]:
        """One printed ticket, from its own code."""
        self._keep.mkdir(exist_ok=True)
        shutil.copy(path, self._keep)
        ticket, _, _ = tickets.read(code)
        entry = {
            "code": human_code(ticket.ticket_id),
            "ticket_id": ticket.ticket_id,
            "journey": ticket.journey_id,
            "place": [ticket.coach, ticket.seat] if ticket.reserved else None,
            "price_minor": ticket.price_minor,
            "currency": ticket.currency,
            "picture": path.name,
            "marked_copy": is_marked(path),
        }
        self._entries.append(entry)
        return entry


def read_paper(path: Path) -> str | None:
    """The ticket code on a printed page, read by zxing and zbar; None when there is none, an error when they differ."""
    framed = cv2.copyMakeBorder(_grey(path), 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255)
    # squares only: among many lines of text a reader of stripes finds some
    by_zxing = {found.text for found in zxingcpp.read_barcodes(framed, formats=QR)}
    by_zbar = {found.data.decode() for found in pyzbar.decode(framed, symbols=[pyzbar.ZBarSymbol.QRCODE])}
    if by_zxing != by_zbar:
        raise KioskError(f"{path.name}: two readers disagree about what is printed")
    return next((text for text in by_zxing if text.startswith(tickets.PREFIX)), None)


def is_marked(path: Path) -> bool:
    """The black band of a copy, looked for on the paper itself."""
    band = _grey(path)[20:70, 30:-30]
    return bool((band < 128).mean() > 0.5)


def _grey(path: Path) -> Any:
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise KioskError(f"{path} is not a picture")
    return image
