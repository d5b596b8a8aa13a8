"""Bytes to and from a printer over TCP (port 9100 of network printers and print servers)."""

from __future__ import annotations

import socket

from devices.printer.transport import UNASKED_MAX, Closing, TalksOnAndOn


class TcpLink(Closing):
    """One connection."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        try:
            self._socket = socket.create_connection((host, port), timeout=timeout_s)
        except UnicodeError:  # an empty or too long part between dots
            raise OSError(f"{host!r} cannot be the name of a device") from None
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._kept = bytearray()

    def __enter__(self) -> TcpLink:
        return self

    def close(self) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.settimeout(self._timeout_s)
        self._socket.sendall(data)

    def byte(self, wait_s: float | None = None) -> int:
        if not self._kept:
            self._socket.settimeout(self._timeout_s if wait_s is None else max(wait_s, 0.001))
            self._kept += self._socket.recv(256)
            if not self._kept:
                raise ConnectionError("the printer hung up")
        return self._kept.pop(0)

    def forget(self) -> None:
        self._kept.clear()
        self._socket.settimeout(0.0)
        for _ in range(UNASKED_MAX // 256):
            try:
                if not self._socket.recv(256):
                    raise ConnectionError("the printer hung up")
            except BlockingIOError:
                return
        raise TalksOnAndOn
