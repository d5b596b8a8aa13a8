"""Label and ticket printers that speak ZPL II: a page is one graphic field, and ~HS says what became of it.

The printer reads what it gets in order, so an answer to ~HS behind a page means that it has the page whole; the page is
on paper when after that nothing waits in its buffer, nothing is left to print, and it is well (proof "host_status").
Source: Zebra, "ZPL II Programming Guide" (^XA, ^PW, ^LL, ^GFA, ^MM, ~HS, ~JA).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from devices.printer.answers import words
from devices.printer.models import PrinterModel
from devices.printer.page_printer import PagePrinter
from devices.printer.transport import Link, deadline, left_s
from kiosk.domain.errors import PrintUncertain
from kiosk.ports import Bitmap, PrinterStatus

HOST_STATUS = b"~HS"
CANCEL_ALL = b"~JA"
POLL_S = 0.1
_STX, _ETX = 0x02, 0x03
_LINE_MAX = 120


@dataclass(frozen=True)
class HostStatus:
    """What ~HS says. `waiting`: formats in the buffer, half ones too, and labels still to be printed."""

    status: PrinterStatus
    waiting: int


class ZplPrinter(PagePrinter):
    """A ticket or label printer that understands ZPL."""

    def _looked(self, link: Link) -> PrinterStatus:
        return self._ask(link).status

    def _before_a_page(self, link: Link) -> PrinterStatus:
        now = self._ask(link)
        if now.waiting:  # of a page that was given up: it must not come out now
            link.send(CANCEL_ALL)
            now = self._ask(link)
        return now.status

    def _send(self, link: Link, page: Bitmap) -> None:
        try:
            link.send(label(page, self._model))
            stopped = self._await_printed(link, page) if self._asks else None
        except OSError as error:
            self._abandon(link)
            raise PrintUncertain(f"the printer stopped answering in the middle of a page: {error}") from None
        if stopped is not None:
            self._abandon(link)
            raise PrintUncertain(f"the printer stopped in the middle of a page: {words(stopped)}")

    def _await_printed(self, link: Link, page: Bitmap) -> PrinterStatus | None:
        """Wait until nothing of it waits any more; the status, when the printer says that it has stopped."""
        until = deadline(self._timeout_s + self._model.printing_s(page))
        pause = threading.Event()  # nobody sets it: a wait that is not a sleep of the whole program
        while True:
            now = self._ask(link)
            if not now.status.ready:
                return now.status
            if not now.waiting:
                return None
            pause.wait(min(POLL_S, left_s(until)))

    def _abandon(self, link: Link) -> None:
        """What is not on paper yet must not come out later; best effort."""
        try:
            link.send(CANCEL_ALL)
        except OSError:
            return

    def _ask(self, link: Link) -> HostStatus:
        link.forget()
        link.send(HOST_STATUS)
        until = deadline(self._timeout_s)
        found = host_status_of([_line(link, until) for _ in range(3)])
        return HostStatus(self._seen(found.status), found.waiting)


def label(page: Bitmap, model: PrinterModel) -> bytes:
    """The page as one format: its width and length, cut or tear off, one copy, one picture."""
    mode = b"^MMC" if model.cutter else b"^MMT"
    head = f"^XA^PW{page.width}^LL{page.height + model.feed_lines * 30}^LH0,0^PQ1".encode() + mode
    size = len(page.rows)
    field = f"^FO0,0^GFA,{size},{size},{page.width // 8},".encode()
    return head + field + packed(page) + b"^FS^XZ\n"


def packed(page: Bitmap) -> bytes:
    """Rows in hexadecimal; "," = white to the end of the row, ":" = the row above once more."""
    stride, rows, above = page.width // 8, [], b""
    for top in range(0, len(page.rows), stride):
        row = page.rows[top : top + stride]
        if row == above:
            rows.append(b":")
            continue
        above = row
        dots = row.rstrip(b"\0")
        rows.append(dots.hex().upper().encode() + (b"," if len(dots) < stride else b""))
    return b"".join(rows)


def host_status_of(lines: list[bytes]) -> HostStatus:
    """The three lines of ~HS; OSError for anything else."""
    fields = [line.split(b",") for line in lines]
    if [len(each) for each in fields] != [12, 11, 2]:
        raise OSError(f"{b' '.join(lines)[:60]!r} is no host status; is this a ZPL printer?")
    try:
        one, two = [int(each) for each in fields[0]], [int(each) for each in fields[1]]
    except ValueError:
        raise OSError(f"{b' '.join(lines)[:60]!r} is no host status; is this a ZPL printer?") from None
    fault = ""
    if two[3] and two[4]:  # only a printer that prints through a ribbon misses one
        fault = "the ribbon is out"
    elif one[9]:
        fault = "its memory is damaged"
    elif one[10] or one[11]:
        fault = "the print head is too cold" if one[10] else "the print head is too hot"
    status = PrinterStatus(not one[2], paper_out=bool(one[1]), cover_open=bool(two[2]), error=fault)
    if one[2] and (status.paper_out or status.cover_open or fault):  # then it pauses by itself
        status = PrinterStatus(True, status.paper_out, False, status.cover_open, fault)
    return HostStatus(status, one[4] + one[7] + two[8])


def _line(link: Link, until: float) -> bytes:
    found = bytearray()
    while (byte := link.byte(left_s(until))) != _ETX:
        if byte == _STX:
            found.clear()
        elif byte not in (0x0D, 0x0A):
            found.append(byte)
        if len(found) > _LINE_MAX:
            raise OSError("an answer without an end; is this a ZPL printer?")
    return bytes(found)
