"""The serial line to a cash device (path or HOST:PORT): every step has a time limit; reopened after a fault."""

from __future__ import annotations

import contextlib
import termios
import time

import serial  # type: ignore[import-untyped]

from kiosk.domain.errors import DeviceFault


class CashFault(DeviceFault):
    """A cash device is silent, gone, or answers nonsense. What the last command did is not known."""


class CashRefused(CashFault):
    """The device heard the command and did not do it."""


_GONE = (serial.SerialException, OSError, termios.error)  # the last is no OSError


class Line:
    """Bytes both ways. A fault closes the line; the next use opens it again (a cable may be plugged in anew)."""

    def __init__(self, address: str, baud: int, *, stop_bits: int = 1) -> None:
        self.address = address
        host, _, port = address.rpartition(":")
        self._url = f"socket://{address}" if host and port.isdecimal() and "/" not in address else address
        self._baud, self._stop_bits = baud, stop_bits
        self._port: serial.SerialBase | None = None
        self.opened = 0  # how often: who keeps a conversation must begin it anew after each

    def send(self, data: bytes) -> None:
        """Drop what nobody asked for, then send; CashFault when the line is gone."""
        port = self._open()
        try:
            port.reset_input_buffer()
            port.write(data)
        except _GONE as fault:
            raise self._lost(fault) from None

    def read(self, count: int, until: float) -> bytes:
        """Exactly `count` bytes by `until` (monotonic s); CashFault when they do not come."""
        port, data = self._open(), b""
        while len(data) < count:
            left = until - time.monotonic()
            if left <= 0:
                raise CashFault(f"the cash device at {self.address} does not answer")
            try:
                port.timeout = left
                data += port.read(count - len(data))
            except _GONE as fault:
                raise self._lost(fault) from None
        return data

    def drain(self, quiet_s: float) -> None:
        """Throw away what comes until nothing has come for a while; never raises."""
        try:
            while self._port is not None:
                self._port.timeout = quiet_s
                if not self._port.read(256):
                    return
        except _GONE:
            self.close()

    def close(self) -> None:
        """May be called twice."""
        port, self._port = self._port, None
        if port is not None:
            with contextlib.suppress(*_GONE):
                port.close()

    def _open(self) -> serial.SerialBase:
        if self._port is None:
            try:
                self._port = serial.serial_for_url(
                    self._url, baudrate=self._baud, stopbits=self._stop_bits, timeout=1.0, write_timeout=2.0
                )
            except (*_GONE, ValueError) as fault:
                raise CashFault(f"no cash device at {self.address}: {fault}") from None
            self.opened += 1
        return self._port

    def _lost(self, fault: Exception) -> CashFault:
        self.close()
        return CashFault(f"the cash device at {self.address} is gone: {fault}")
