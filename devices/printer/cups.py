"""A printer behind a CUPS queue: pages go to it as they are (raw), and what the queue says is all that is known.

"spooler" as a proof is less than a printer's own word: the queue has handed every byte on, and the printer did not
refuse them. Paper that was out, or a jam, is known only when the queue's backend tells it.
"""

from __future__ import annotations

import threading

from devices.printer import commands, ipp
from devices.printer.answers import words
from devices.printer.models import PrinterModel
from devices.printer.transport import deadline, left_s
from devices.printer.zpl import label
from kiosk.domain.errors import PrinterFault, PrintUncertain
from kiosk.ports import Bitmap, PrinterStatus

POLL_S = 0.2
RAW = "application/vnd.cups-raw"
_PRINTER = ("printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "printer-state-message")
_JOB = ("job-state", "time-at-processing", "job-printer-state-message")
_IDLE, _BUSY, _STOPPED = 3, 4, 5
_PAPER_OUT, _PAPER_LOW = ("media-empty", "media-needed"), ("media-low",)
_COVER = ("cover-open", "door-open", "interlock-open")
_OFFLINE = ("offline", "paused", "shutdown", "timed-out", "moving-to-paused")
_FAULTS = (
    "media-jam",
    "cups-missing-filter",
    "fuser-over-temp",
    "marker-supply-empty",
    "other-error",
    "output-area-full",
)


class CupsPrinter:
    """One page, one job; a job that is not done in time is cancelled."""

    def __init__(self, host: str, port: int, queue: str, model: PrinterModel, timeout_s: float = 5.0) -> None:
        self._queue = ipp.Queue(host, port, queue, timeout_s)
        self._name, self._model, self._timeout_s = f"{queue} at {host}:{port}", model, timeout_s
        self._lock = threading.Lock()
        self._pause = threading.Event()  # nobody sets it

    def status(self) -> PrinterStatus:
        """What the queue says; never raises."""
        with self._lock:
            return self._status()

    def print(self, page: Bitmap) -> str:
        """Print one page; returns "spooler"."""
        with self._lock:
            if not (status := self._status()).ready:
                raise PrinterFault(f"the queue {self._name} is not ready: {words(status)}")
            data = b"".join(commands.page(page, self._model))
            if self._model.protocol == "zpl":
                data = label(page, self._model)
            self._await_done(self._submit(data), page)
        return "spooler"

    def close(self) -> None:
        """Nothing is kept open between pages."""

    def _status(self) -> PrinterStatus:
        try:
            reply = self._queue.ask(ipp.GET_PRINTER, _PRINTER)
        except OSError as error:
            return PrinterStatus(online=False, error=f"it does not answer: {error}")
        if reply.status >= 0x100:
            return PrinterStatus(online=False, error=f"there is no such queue (IPP status {reply.status:#06x})")
        return status_of(reply)

    def _submit(self, data: bytes) -> int:
        """The job's number. A server that died in between may have the job: that is uncertain."""
        try:
            reply = self._queue.ask(ipp.PRINT_JOB, title="ticket", format_=RAW, document=data)
        except ConnectionRefusedError as error:
            raise PrinterFault(f"the queue {self._name} cannot be reached: {error}") from None
        except OSError as error:
            raise PrintUncertain(f"the queue {self._name} stopped answering: {error}") from None
        job = reply.one("job-id")
        if reply.status >= 0x100 or not isinstance(job, int):
            raise PrinterFault(f"the queue {self._name} refuses the page (IPP status {reply.status:#06x})")
        return job

    def _await_done(self, job: int, page: Bitmap) -> None:
        until = deadline(self._timeout_s + self._model.printing_s(page))
        try:
            while True:
                reply = self._queue.ask(ipp.GET_JOB, _JOB, job=job)
                state = reply.one("job-state")
                if state == ipp.COMPLETED:
                    return
                if state in (ipp.CANCELED, ipp.ABORTED):
                    raise PrintUncertain(f"the queue {self._name} gave the page up: {_reason(reply)}")
                self._pause.wait(min(POLL_S, left_s(until)))
        except TimeoutError:
            self._give_up(job)
        except OSError as error:
            raise PrintUncertain(f"the queue {self._name} stopped answering: {error}") from None

    def _give_up(self, job: int) -> None:
        """Cancel; nothing is on paper for sure only when the queue had not yet begun with it."""
        why = words(self._status())
        try:
            self._queue.ask(ipp.CANCEL_JOB, job=job)
            reply = self._queue.ask(ipp.GET_JOB, _JOB, job=job)
        except OSError as error:
            raise PrintUncertain(f"the queue {self._name} stopped answering: {error}") from None
        if reply.one("job-state") == ipp.CANCELED and reply.one("time-at-processing") is None:
            raise PrinterFault(f"the queue {self._name} did not begin with the page in time: {why}")
        raise PrintUncertain(f"the queue {self._name} was not done in time: {why}, {_reason(reply)}")


def status_of(reply: ipp.Reply) -> PrinterStatus:
    """What the attributes of a queue mean; without reasons nothing is told of the paper."""
    reasons = {_bare(each) for each in reply.values.get("printer-state-reasons", []) if isinstance(each, str)}
    message = str(reply.one("printer-state-message") or "")
    fault = next((each for each in _FAULTS if each in reasons), "")
    stopped = reply.one("printer-state") == _STOPPED or not reply.one("printer-is-accepting-jobs")
    online = not stopped and not reasons & set(_OFFLINE)
    return PrinterStatus(
        online=online,
        paper_out=bool(reasons & set(_PAPER_OUT)),
        paper_low=bool(reasons & set(_PAPER_LOW)),
        cover_open=bool(reasons & set(_COVER)),
        error=fault or ("" if online else message or "the queue is stopped"),
        told=bool(reasons - {"none"}),
    )


def _bare(reason: str) -> str:
    for end in ("-error", "-warning", "-report"):
        reason = reason.removesuffix(end)
    return reason if reason != "other" else "other-error"


def _reason(reply: ipp.Reply) -> str:
    return str(reply.one("job-printer-state-message") or "no reason is given")
