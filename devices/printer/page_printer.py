"""What drivers that print a page in one go share: a connection for each page, and what a fault before the page means.

Before the first byte of a page a fault is certain (PrinterFault: nothing is on paper); after it what went wrong is
uncertain. A printer that can never answer is asked nothing, and its pages carry the proof "sent", which is none.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from dataclasses import replace

from devices.printer.answers import words
from devices.printer.models import PrinterModel
from devices.printer.transport import Connect, Link
from kiosk.domain.errors import PrinterFault
from kiosk.ports import Bitmap, PrinterStatus


class PagePrinter(ABC):
    """A connection for each page, because many printers serve one client at a time, and lines come and go."""

    def __init__(self, connect: Connect, name: str, model: PrinterModel, timeout_s: float = 5.0) -> None:
        """`name`: its address, for messages."""
        self._connect, self._name, self._model, self._timeout_s = connect, name, model, timeout_s
        self._asks = model.proof != "none"
        self._lock = threading.Lock()

    def status(self) -> PrinterStatus:
        """Ask now; never raises."""
        with self._lock:
            try:
                with self._connect() as link:
                    return self._looked(link) if self._asks else PrinterStatus(online=True, told=False)
            except OSError as error:
                return PrinterStatus(online=False, error=f"it does not answer: {error}")

    def print(self, page: Bitmap) -> str:
        """Print and cut one page; returns what proves it, by the model, or "sent" (nothing)."""
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

    def close(self) -> None:  # noqa: B027  a choice, not a gap
        """Nothing is kept open between pages."""

    def _check_ready(self, link: Link) -> None:
        try:
            status = self._before_a_page(link)
        except OSError as error:
            raise PrinterFault(f"the printer at {self._name} does not answer: {error}") from None
        if not status.ready:
            raise PrinterFault(f"the printer is not ready: {words(status)}")

    def _seen(self, status: PrinterStatus) -> PrinterStatus:
        """A printer without the sensor for paper that ends soon may set the bit for ever."""
        return status if self._model.near_end else replace(status, paper_low=False)

    # the protocol, of a subclass; OSError for every fault of the link

    @abstractmethod
    def _looked(self, link: Link) -> PrinterStatus:
        """How it is, while nobody prints."""

    @abstractmethod
    def _before_a_page(self, link: Link) -> PrinterStatus:
        """How it is, once what an earlier page left behind is out of the way."""

    @abstractmethod
    def _send(self, link: Link, page: Bitmap) -> None:
        """From the first byte of the page on, everything that goes wrong is uncertain (PrintUncertain)."""
