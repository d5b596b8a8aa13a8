"""ESC/POS ticket printer: a page is a raster, and nothing counts as printed without an answer.

Silence is "offline", never "plenty of paper". Before the first byte of a page a fault is certain (PrinterFault: nothing
is on paper); after it only the printer's own answer that it worked through the page makes the page certain. A printer
that can never answer is asked nothing, and its pages carry the proof "sent", which is none.
"""

from __future__ import annotations

import secrets
import threading
import time

from devices.printer import commands
from devices.printer.answers import CUTTER, Answers, status_of, status_of_asb, words
from devices.printer.models import PrinterModel
from devices.printer.transport import Connect, Link, TalksOnAndOn, deadline, left_s
from kiosk.domain.errors import PrinterFault, PrintUncertain
from kiosk.ports import Bitmap, PrinterStatus

POLL_S = 1.0  # while it prints, ask so often whether it stopped
RECOVER_EVERY_S = 30.0  # at most so often a jammed cutter is tried while nobody prints
_MM_AN_INCH = 25.4


class EscPosPrinter:
    """A connection for each page, because many printers serve one client at a time, and lines come and go."""

    def __init__(self, connect: Connect, name: str, model: PrinterModel, timeout_s: float = 5.0) -> None:
        """`name`: its address, for messages."""
        self._connect, self._name, self._model, self._timeout_s = connect, name, model, timeout_s
        self._asks = model.proof != "none"
        self._lock = threading.Lock()
        self._recovered_at = -RECOVER_EVERY_S

    def status(self) -> PrinterStatus:
        """Ask now; never raises. A cutter that jammed is set going again when what jammed it is gone."""
        with self._lock:
            try:
                with self._connect() as link:
                    if not self._asks:
                        return PrinterStatus(online=True, told=False)
                    due = time.monotonic() - self._recovered_at >= RECOVER_EVERY_S
                    return self._recovered(link, self._status(link)) if due else self._status(link)
            except OSError as error:
                return PrinterStatus(online=False, error=f"it does not answer: {error}")

    def print(self, page: Bitmap) -> str:
        """Print and cut one page; returns what proves it: "process_id", "status", "realtime", or "sent" (nothing)."""
        with self._lock:
            try:
                link = self._connect()
            except OSError as error:
                raise PrinterFault(
                    f"the printer at {self._name} cannot be reached ({error}); check its power, its cable and "
                    "[printer] address"
                ) from None
            with link:
                if self._asks:
                    self._check_ready(link)
                self._send(link, page)
        return self._model.proof if self._asks else "sent"

    def open_drawer(self, pin: int = 0) -> None:
        """A pulse to the cash drawer at the printer's socket; PrinterFault when it cannot have come. Whether the
        drawer moved is not known: few drawers tell."""
        with self._lock:
            try:
                with self._connect() as link:
                    link.send(commands.drawer_pulse(pin))
                    if self._asks:
                        self._status(link)  # it has worked through what came before
            except OSError as error:
                raise PrinterFault(
                    f"the drawer was not opened: the printer at {self._name} does not answer ({error}); use its key"
                ) from None

    def close(self) -> None:
        """Nothing is kept open between pages."""

    def _check_ready(self, link: Link) -> None:
        try:
            status = self._recovered(link, self._status(link))
        except OSError as error:
            raise PrinterFault(f"the printer at {self._name} does not answer: {error}") from None
        if not status.ready:
            raise PrinterFault(f"the printer is not ready: {words(status)}")

    def _recovered(self, link: Link, status: PrinterStatus) -> PrinterStatus:
        """A cutter stays stopped after a jam until it is told to go on."""
        if status.error != CUTTER or "DLE ENQ" in self._model.lacks:
            return status
        self._recovered_at = time.monotonic()
        link.send(commands.RECOVER)
        return self._status(link)

    def _send(self, link: Link, page: Bitmap) -> None:
        """From the first byte of the page on, everything that goes wrong is uncertain."""
        watched = self._asks and "GS a" not in self._model.lacks
        try:
            if watched:
                link.send(commands.TELL_CHANGES)
            for part in commands.page(page, self._model):
                link.send(part)
            if not self._asks:
                return
            stopped = self._await_processed(link, self._timeout_s + self._printing_s(page))
            if watched and stopped is None:
                link.send(commands.TELL_NOTHING)
            status = self._status(link) if stopped is None or stopped.ready else stopped
        except OSError as error:
            self._abandon(link)
            raise PrintUncertain(f"the printer stopped answering in the middle of a page: {error}") from None
        if stopped is not None or not status.ready:
            self._abandon(link)
            why = "it was off-line for a moment" if status.ready else words(status)
            raise PrintUncertain(f"the printer stopped in the middle of a page: {why}")

    def _printing_s(self, page: Bitmap) -> float:
        return page.height / (self._model.speed_mm_s * self._model.dpi / _MM_AN_INCH)

    def _await_processed(self, link: Link, wait_s: float) -> PrinterStatus | None:
        """Wait for the answer that comes after the page; the status, when the printer says that it has stopped."""
        proof, until, answers = self._model.proof, deadline(wait_s), Answers(link)
        if proof == "realtime":
            return None
        process_id = bytes(0x21 + secrets.randbelow(0x5E) for _ in range(4))
        link.send(commands.process_id_request(process_id) if proof == "process_id" else commands.PAPER_SENSOR)
        while True:
            try:
                answer = answers.next(min(POLL_S, left_s(until)))
            except TimeoutError:
                left_s(until)
                if "DLE EOT" not in self._model.lacks:
                    link.send(commands.status_request(1))
                continue
            if answer.kind == "asb" and not (status := status_of_asb(answer.data)).ready:
                return status
            if answer.kind == "status" and answer.data[0] & 0x08:
                return self._status(link)
            if answer.kind == "block":
                if proof != "process_id" or answer.data != commands.process_id_answer(process_id):
                    raise OSError("the answer is not for this page")
                return None
            if answer.kind == "sensor" and proof == "status":
                return None

    def _abandon(self, link: Link) -> None:
        """What is not on paper yet must not come out later, when somebody puts paper in; best effort."""
        if "DLE DC4" in self._model.lacks:
            return
        try:
            link.send(commands.CLEAR_BUFFERS)
        except OSError:
            return

    def _status(self, link: Link) -> PrinterStatus:
        """Four questions, four answers, all in time."""
        link.forget()
        answers, found = Answers(link), []
        for n in (1, 2, 3, 4):
            link.send(commands.status_request(n))
            until = deadline(self._timeout_s)
            while (answer := answers.next(left_s(until))).kind == "asb":
                continue
            if answer.kind != "status":
                raise OSError(f"{answer.data.hex()} is no answer to DLE EOT; is this a ticket printer?")
            found.append(answer.data[0])
        if answers.more("status"):  # then none of them was for us
            raise TalksOnAndOn
        status = status_of(*found)
        return status if self._model.near_end else without_near_end(status)


def without_near_end(status: PrinterStatus) -> PrinterStatus:
    """A printer without the sensor may set the bit for ever."""
    return PrinterStatus(status.online, status.paper_out, False, status.cover_open, status.error)
