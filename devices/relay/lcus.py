"""USB relay boards that are a serial line: LCUS-1 to LCUS-8 and the many boards that speak as they do.

Four bytes a command at 9600 baud 8N1: A0, channel, 1 or 0, the sum of the three (vendor's sheet, LC Technology LCUS-1:
"A0 01 01 A2" on, "A0 01 00 A1" off). The sheet defines no answer and no contact: what is written is all that is known.
"""

from __future__ import annotations

import threading

import serial  # type: ignore[import-untyped]

from devices.relay.board import RelayFault

CHANNELS = 8


def command(channel: int, on: bool) -> bytes:
    """The bytes that switch a channel (1 to 8)."""
    if not 1 <= channel <= CHANNELS:
        raise ValueError(f"a board has channels 1 to {CHANNELS}, not {channel}")
    body = bytes((0xA0, channel, int(on)))
    return body + bytes((sum(body) & 0xFF,))


class LcusBoard:
    """A board on a serial line; opened by the first command and again after it was unplugged. Thread-safe."""

    def __init__(self, device: str, baud: int = 9600, timeout_s: float = 1.0) -> None:
        self._device, self._baud, self._timeout_s = device, baud, timeout_s
        self._lock = threading.Lock()
        self._line: serial.Serial | None = None

    def switch(self, channel: int, on: bool) -> None:
        data = command(channel, on)
        with self._lock:
            try:
                line = self._line or serial.Serial(
                    self._device, self._baud, timeout=self._timeout_s, write_timeout=self._timeout_s
                )
                self._line = line
                line.write(data)
                line.flush()
            except (serial.SerialException, OSError) as fault:
                self._hang_up()
                raise RelayFault(f"no relay board at {self._device}: {fault}") from None

    def contact(self) -> bool | None:
        return None

    def close(self) -> None:
        with self._lock:
            self._hang_up()

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            try:
                line.close()
            except (serial.SerialException, OSError):
                return  # it is gone already
