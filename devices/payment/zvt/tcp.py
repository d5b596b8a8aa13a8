"""The line to a terminal on the network: APDUs one after the other on one TCP connection."""

from __future__ import annotations

import contextlib
import socket
import time

from devices.payment.zvt.apdu import Apdu, Garbled, read, size_of

PORT = 20007
CONNECT_S = 3.0
SEND_S = 5.0


class TcpLine:
    """One connection. OSError: it is gone; Garbled: what came is no ZVT."""

    def __init__(self, host: str, port: int = PORT) -> None:
        try:
            self._socket = socket.create_connection((host, port), timeout=CONNECT_S)
        except UnicodeError:  # an empty or too long part between dots
            raise OSError(f"{host!r} cannot be the name of a device") from None
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._come = b""

    def send(self, apdu: Apdu, *, again: bool = True) -> None:
        """TCP itself repeats what was lost, so `again` means nothing here."""
        self._socket.settimeout(SEND_S)
        self._socket.sendall(apdu.packed())

    def receive(self, wait_s: float) -> Apdu | None:
        """The next APDU; None = nothing whole came in this time."""
        until = time.monotonic() + wait_s
        while (size := size_of(self._come)) is None or len(self._come) < size:
            self._socket.settimeout(max(until - time.monotonic(), 0.001))
            try:
                more = self._socket.recv(4096)
            except TimeoutError:
                return None
            if not more:
                raise Garbled("it hung up in the middle") if self._come else OSError("it hung up")
            self._come += more
        raw, self._come = self._come[:size], self._come[size:]
        return read(raw)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()
