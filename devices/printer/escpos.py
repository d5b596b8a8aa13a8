"""ESC/POS ticket printer over TCP: a page is a raster, and nothing counts as printed without an answer.

Silence is "offline", never "plenty of paper". Before the first byte of a page a fault is certain (PrinterFault: nothing
is on paper); after it only the printer's own answer that it worked through the page makes the page certain.
"""

from __future__ import annotations

import secrets
import threading
from typing import Literal

from devices.printer import commands
from devices.printer.transport import Link, deadline, left_s
from kiosk.domain.errors import PrinterFault, PrintUncertain
from kiosk.ports import Bitmap, PrinterStatus

Proof = Literal["status", "process_id", "realtime"]
DOTS_PER_S = 400  # a slow printer: 50 mm/s
POLL_S = 1.0  # while it prints, ask so often whether it stopped


class EscPosPrinter:
    """A printer behind HOST:PORT; a connection for each page, because many printers serve one client at a time.

    proof: how the printer shows that it worked through a page. "status" (GS r, nearly all printers), "process_id"
    (GS ( H, names the page; Epson-class printers), "realtime" (only DLE EOT: it has the page and no trouble; for
    printers that know neither).
    """

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
                return PrinterStatus(online=False, error=f"it does not answer: {error}")

    def print(self, page: Bitmap) -> str:
        """Print and cut one page; returns "process_id" or "status"."""
        with self._lock:
            try:
                link = self._connect()
            except OSError as error:
                raise PrinterFault(
                    f"the printer at {self._name} cannot be reached ({error}); check its power, its cable and "
                    "[printer] address"
                ) from None
            with link:
                self._check_ready(link)
                self._send(link, page)
        return "process_id" if self._proof == "process_id" else "status"

    def close(self) -> None:
        """Nothing is kept open between pages."""

    @property
    def _name(self) -> str:
        return f"{self._address[0]}:{self._address[1]}"

    def _connect(self) -> Link:
        return Link(*self._address, self._timeout_s)

    def _check_ready(self, link: Link) -> None:
        try:
            status = _status(link)
        except OSError as error:
            raise PrinterFault(f"the printer at {self._name} does not answer: {error}") from None
        if not status.ready:
            raise PrinterFault(f"the printer is not ready: {commands.words(status)}")

    def _send(self, link: Link, page: Bitmap) -> None:
        """From the first byte of the page on, everything that goes wrong is uncertain."""
        try:
            for part in commands.page(page):
                link.send(part)
            processed = self._proof == "realtime" or self._await_processed(
                link, self._timeout_s + page.height / DOTS_PER_S
            )
            status = _status(link)
        except OSError as error:
            self._abandon(link)
            raise PrintUncertain(f"the printer stopped answering in the middle of a page: {error}") from None
        if not processed or not status.ready:
            self._abandon(link)
            why = "it was off-line for a moment" if status.ready else commands.words(status)
            raise PrintUncertain(f"the printer stopped in the middle of a page: {why}")

    def _await_processed(self, link: Link, wait_s: float) -> bool:
        """Wait for the answer that comes after the page; False when the printer says that it has stopped."""
        process_id = bytes(0x21 + secrets.randbelow(0x5E) for _ in range(4))
        expected = b"\x37\x22" + process_id + b"\x00"
        link.forget()
        link.send(commands.process_id_request(process_id) if self._proof == "process_id" else commands.PAPER_SENSOR)
        until, block = deadline(wait_s), bytearray()
        while True:
            try:
                byte = link.byte(min(POLL_S, left_s(until)))
            except TimeoutError:
                left_s(until)
                link.send(commands.status_request(1))
                continue
            if block or byte == expected[0]:
                block.append(byte)
                if len(block) == len(expected):
                    if block != expected or self._proof != "process_id":
                        raise OSError("the answer is not for this page")
                    return True
            elif commands.is_status(byte):
                if byte & 0x08:
                    return False
            elif self._proof == "status" and commands.is_paper_sensor(byte):
                return True

    def _abandon(self, link: Link) -> None:
        """What is not on paper yet must not come out later, when somebody puts paper in; best effort."""
        try:
            link.send(commands.CLEAR_BUFFERS)
        except OSError:
            return


def _status(link: Link) -> PrinterStatus:
    link.forget()
    answers = []
    for n in (1, 2, 3, 4):
        link.send(commands.status_request(n))
        byte = link.byte()
        if not commands.is_status(byte):
            raise OSError(f"{byte:#04x} is not a status; is this a ticket printer?")
        answers.append(byte)
    return commands.status_of(*answers)
