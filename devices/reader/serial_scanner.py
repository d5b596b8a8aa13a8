"""A scanner on a serial line (RS-232, or USB as a virtual port) that ends each scan with CR or LF."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import serial  # type: ignore[import-untyped]

from devices.reader.scans import Lines, frame_of
from kiosk.domain.errors import ReaderFault
from kiosk.ports import Frame

_LOOK_EVERY_S = 0.2  # how soon `close` is noticed


class SerialScanner:
    """`frames` raises ReaderFault when the line is gone; called again it opens the line again (replugged scanner)."""

    def __init__(self, device: str, baud: int = 9600) -> None:
        self._device, self._baud = device, baud
        self._closed = threading.Event()

    def frames(self) -> Iterator[Frame]:
        """Opens the line now: what was scanned before nobody waited for it is dropped."""
        if self._closed.is_set():
            return iter(())
        try:
            line = serial.Serial(self._device, self._baud, timeout=_LOOK_EVERY_S)
        except (serial.SerialException, OSError) as fault:
            raise ReaderFault(f"no scanner at {self._device}: {fault}") from None
        return self._scans(line)

    def _scans(self, line: serial.Serial) -> Iterator[Frame]:
        lines = Lines()
        with line:
            while not self._closed.is_set():
                try:
                    data = line.read(max(1, line.in_waiting))
                except (serial.SerialException, OSError) as fault:
                    raise ReaderFault(f"no scanner at {self._device}: {fault}") from None
                for text in lines.feed(data):
                    yield frame_of(text, "serial")

    def close(self) -> None:
        """From any thread: the iteration ends."""
        self._closed.set()
