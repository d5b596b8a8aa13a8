"""Bytes to and from a printer over TCP, every step with a time limit."""

from __future__ import annotations

import socket
import time
from types import TracebackType


class Link:
    """One connection. All methods raise OSError (TimeoutError is one) when the printer does not keep up."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        try:
            self._socket = socket.create_connection((host, port), timeout=timeout_s)
        except UnicodeError:  # an empty or too long part between dots
            raise OSError(f"{host!r} cannot be the name of a device") from None
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._kept = bytearray()

    def __enter__(self) -> Link:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        """All of it, or an error: a printer that stops taking data is not waited for without end."""
        self._socket.settimeout(self._timeout_s)
        self._socket.sendall(data)

    def byte(self, wait_s: float | None = None) -> int:
        """The next byte of an answer; TimeoutError when there is none in time."""
        if not self._kept:
            self._socket.settimeout(self._timeout_s if wait_s is None else max(wait_s, 0.001))
            self._kept += self._socket.recv(256)
            if not self._kept:
                raise ConnectionError("the printer hung up")
        return self._kept.pop(0)

    def forget(self) -> None:
        """Drop answers nobody asked for that are already here."""
        self._kept.clear()
        self._socket.settimeout(0.0)
        try:
            while self._socket.recv(256):
                pass
        except BlockingIOError:
            return
        raise ConnectionError("the printer hung up")


def deadline(wait_s: float) -> float:
    """Monotonic time from which on waiting is over."""
    return time.monotonic() + wait_s


def left_s(until: float) -> float:
    """Seconds to a deadline; TimeoutError when it is past."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return left
