"""ESC/POS ticket printer over TCP: a page is a raster, and nothing counts as printed without an answer.

Commands used (Epson ESC/POS reference): ESC @, GS v 0 (raster, in bands), ESC d, GS V 66 (cut), DLE EOT 1-4 (real-time
status), and GS ( H function 48 (process-id response) for printers that have it. Silence is "offline", never "fine".
"""

from __future__ import annotations

import secrets
import socket
import threading
from typing import Literal

from kiosk.domain.errors import PrinterFault, PrintUncertain
from kiosk.ports import Bitmap, PrinterStatus

BAND_ROWS = 128  # dots of height sent in one command; cheap printers have small buffers
FEED_LINES = 5  # from the print head to past the cutter
Proof = Literal["status", "process_id"]


class EscPosPrinter:
    """A printer behind HOST:PORT; a connection for each page, because many printers serve one client at a time."""

    def __init__(self, host: str, port: int, timeout_s: float = 5.0, proof: Proof = "status") -> None:
        self._address = (host, port)
        self._timeout_s = timeout_s
        self._proof = proof
        self._lock = threading.Lock()

    def status(self) -> PrinterStatus:
        """Ask now; never raises."""
        with self._lock:
            try:
                with self._connect() as link:
                    return _status(link)
            except OSError as error:
                return PrinterStatus(online=False, error=f"does not answer: {error}")

    def print(self, page: Bitmap) -> str:
        """Print and cut one page; the proof is what the configuration asks for."""
        with self._lock:
            try:
                link = self._connect()
            except OSError as error:
                raise PrinterFault(f"the printer at {self._name} cannot be reached: {error}") from None
            with link:
                self._check_ready(link)
                return self._send(link, page)

    def close(self) -> None:
        """Nothing is kept open between pages."""

    @property
    def _name(self) -> str:
        return f"{self._address[0]}:{self._address[1]}"

    def _connect(self) -> socket.socket:
        link = socket.create_connection(self._address, timeout=self._timeout_s)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return link

    def _check_ready(self, link: socket.socket) -> None:
        try:
            status = _status(link)
        except OSError as error:
            raise PrinterFault(f"the printer at {self._name} does not answer: {error}") from None
        if not status.ready:
            raise PrinterFault(f"the printer is not ready: {words(status)}")

    def _send(self, link: socket.socket, page: Bitmap) -> str:
        """From the first byte of the page on, everything that goes wrong is uncertain."""
        try:
            for part in _page(page):
                link.sendall(part)
            if self._proof == "process_id":
                self._await_process_id(link)
            status = _status(link)
        except OSError as error:
            raise PrintUncertain(f"the printer stopped answering in the middle of a page: {error}") from None
        if not status.ready:
            raise PrintUncertain(f"the printer stopped in the middle of a page: {words(status)}")
        return self._proof

    def _await_process_id(self, link: socket.socket) -> None:
        """GS ( H 48: answered only after all data before it was processed."""
        process_id = bytes(0x20 + secrets.randbelow(0x5E) for _ in range(4))
        link.sendall(b"\x1d(H\x06\x00\x30\x30" + process_id)
        answer = _read(link, 7)
        if answer != b"\x37\x22" + process_id + b"\x00":
            raise OSError("the answer is not for this page")


def words(status: PrinterStatus) -> str:
    """What is wrong, for staff."""
    found = [
        word
        for wrong, word in (
            (status.paper_out, "no paper"),
            (status.cover_open, "the cover is open"),
            (bool(status.error), status.error),
        )
        if wrong
    ]
    return ", ".join(found) or ("offline" if not status.online else "ready")


def _page(page: Bitmap) -> list[bytes]:
    stride = page.width // 8
    parts = [b"\x1b@"]
    for top in range(0, page.height, BAND_ROWS):
        rows = min(BAND_ROWS, page.height - top)
        head = b"\x1dv0\x00" + stride.to_bytes(2, "little") + rows.to_bytes(2, "little")
        parts.append(head + page.rows[top * stride : (top + rows) * stride])
    parts.append(b"\x1bd" + bytes([FEED_LINES]) + b"\x1dVB\x00")
    return parts


def _status(link: socket.socket) -> PrinterStatus:
    answers = []
    for n in (1, 2, 3, 4):
        link.sendall(bytes((0x10, 0x04, n)))
        byte = _read(link, 1)[0]
        if byte & 0x93 != 0x12:  # fixed bits of every real-time status byte
            raise OSError(f"{byte:#04x} is not a status byte")
        answers.append(byte)
    printer, offline, error, paper = answers
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


def _read(link: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = link.recv(count - len(data))
        if not more:
            raise OSError("the printer hung up")
        data += more
    return data
