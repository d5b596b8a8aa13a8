"""Relay boards and turnstile controllers on Modbus TCP: a coil a relay, a discrete input for the turn.

MODBUS Application Protocol V1.1b3: 6.2 read discrete inputs (02), 6.5 write single coil (05), 7 exceptions; MODBUS
Messaging on TCP/IP V1.0b: the header before it. An answer that is not exactly the one asked for is a fault, and the
connection is given up with it: what comes on it next could be the answer to the question before.
"""

from __future__ import annotations

import socket
import struct
import threading
import time

from devices.relay.board import RelayFault

READ_INPUTS, WRITE_COIL = 2, 5
_HEAD = struct.Struct(">HHHB")  # transaction, protocol (0), length of what follows, unit
_EXCEPTIONS = {1: "does not know this function", 2: "has no such address", 3: "refuses the value", 4: "has failed"}


class ModbusBoard:
    """A board at an address; connects when it is needed and again after a fault. Thread-safe.

    `coil` and `contact` are the addresses (from 0) of channel 1 and of the input that closes on a turn; `contact` None:
    the board has none. Every call ends within `timeout_s`.
    """

    def __init__(
        self,
        host: str,
        port: int = 502,
        *,
        unit: int = 1,
        coil: int = 0,
        contact: int | None = None,
        timeout_s: float = 1.0,
    ) -> None:
        self._address, self._unit, self._coil, self._contact = (host, port), unit, coil, contact
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None
        self._transaction = 0

    def switch(self, channel: int, on: bool) -> None:
        request = struct.pack(">BHH", WRITE_COIL, self._coil + channel - 1, 0xFF00 if on else 0)
        answer = self._ask(request)
        if answer != request:
            self._refuse(f"answered {answer.hex()} to {request.hex()}")

    def contact(self) -> bool | None:
        if self._contact is None:
            return None
        answer = self._ask(struct.pack(">BHH", READ_INPUTS, self._contact, 1))
        if len(answer) != 3 or answer[:2] != bytes((READ_INPUTS, 1)):
            self._refuse(f"answered {answer.hex()} when asked for an input")
        return bool(answer[2] & 1)

    def close(self) -> None:
        with self._lock:
            self._hang_up()

    def _ask(self, request: bytes) -> bytes:
        """One question and its answer, without headers."""
        with self._lock:
            deadline = time.monotonic() + self._timeout_s
            try:
                return self._exchange(request, deadline)
            except (OSError, EOFError) as fault:
                self._hang_up()
                raise RelayFault(f"no relay board at {self._where}: {fault or 'it hung up'}") from None
            except RelayFault:
                self._hang_up()
                raise

    def _exchange(self, request: bytes, deadline: float) -> bytes:
        if self._connection is None:
            self._connection = socket.create_connection(self._address, self._timeout_s)
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._transaction = (self._transaction + 1) & 0xFFFF
        head = _HEAD.pack(self._transaction, 0, len(request) + 1, self._unit)
        self._connection.settimeout(max(0.001, deadline - time.monotonic()))
        self._connection.sendall(head + request)
        transaction, protocol, length, unit = _HEAD.unpack(self._receive(_HEAD.size, deadline))
        if (transaction, protocol, unit) != (self._transaction, 0, self._unit) or not 2 <= length <= 254:
            raise RelayFault(f"the relay board at {self._where} answered something else than was asked")
        answer = self._receive(length - 1, deadline)
        if answer[0] == request[0] | 0x80:
            why = _EXCEPTIONS.get(answer[1] if len(answer) > 1 else 0, f"answered {answer.hex()}")
            raise RelayFault(f"the relay board at {self._where} {why}")
        return answer

    def _receive(self, count: int, deadline: float) -> bytes:
        assert self._connection is not None
        data = b""
        while len(data) < count:
            self._connection.settimeout(max(0.001, deadline - time.monotonic()))
            piece = self._connection.recv(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def _refuse(self, what: str) -> None:
        self.close()
        raise RelayFault(f"the relay board at {self._where} {what}")

    @property
    def _where(self) -> str:
        return f"{self._address[0]}:{self._address[1]}"

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
