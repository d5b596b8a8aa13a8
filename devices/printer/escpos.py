"""ESC/POS ticket printer: a page is a raster, and nothing counts as printed without an answer.

Silence is "offline", never "plenty of paper". Only the printer's own answer that it worked through the page makes the
page certain.
"""

from __future__ import annotations

import secrets
import time

from devices.printer import commands
from devices.printer.answers import CUTTER, Answers, status_of, status_of_asb, words
from devices.printer.page_printer import PagePrinter
from devices.printer.transport import Link, TalksOnAndOn, deadline, left_s
from kiosk.domain.errors import PrinterFault, PrintUncertain
from kiosk.ports import Bitmap, PrinterStatus

POLL_S = 1.0  # while it prints, ask so often whether it stopped
RECOVER_EVERY_S = 30.0  # at most so often a jammed cutter is tried while nobody prints


class EscPosPrinter(PagePrinter):
    """A cutter that jammed is set going again when what jammed it is gone."""

    _recovered_at = -RECOVER_EVERY_S

    def _looked(self, link: Link) -> PrinterStatus:
        due = time.monotonic() - self._recovered_at >= RECOVER_EVERY_S
        return self._before_a_page(link) if due else self._status(link)

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

    def _before_a_page(self, link: Link) -> PrinterStatus:
        """A cutter stays stopped after a jam until it is told to go on."""
        status = self._status(link)
        if status.error != CUTTER or "DLE ENQ" in self._model.lacks:
            return status
        self._recovered_at = time.monotonic()
        link.send(commands.RECOVER)
        return self._status(link)

    def _send(self, link: Link, page: Bitmap) -> None:
        watched = self._asks and "GS a" not in self._model.lacks
        try:
            if watched:
                link.send(commands.TELL_CHANGES)
            for part in commands.page(page, self._model):
                link.send(part)
            if not self._asks:
                return
            stopped = self._await_processed(link, self._timeout_s + self._model.printing_s(page))
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
        return self._seen(status_of(*found))
