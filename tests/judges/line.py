"""Listens on a serial line: a pseudo-terminal in front of another, and all that passes between them, in order."""

from __future__ import annotations

import os
import select
import threading
import tty
from pathlib import Path

ACK, NAK, DLE, STX, ETX = 0x06, 0x15, 0x10, 0x02, 0x03


class SerialTap:
    """`near` is the name to open; what goes in there comes out at `far`."""

    def __init__(self, near: Path, far: Path) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        near.symlink_to(os.ttyname(self._slave))
        self._far = os.open(far, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._far)
        self._passed: list[tuple[bool, bytes]] = []
        self._gone = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def _carry(self) -> None:
        while not self._gone.is_set():
            for source in select.select([self._master, self._far], [], [], 0.05)[0]:
                data = os.read(source, 4096)
                self._passed.append((source == self._master, data))
                os.write(self._far if source == self._master else self._master, data)

    def close(self) -> None:
        self._gone.set()
        self._thread.join()
        for end in (self._master, self._slave, self._far):
            os.close(end)

    def pieces(self) -> list[bytes]:
        """Blocks and acknowledgements, each whole, in the order in which they ended."""
        found: list[bytes] = []
        open_: dict[bool, bytearray] = {True: bytearray(), False: bytearray()}
        for side, data in self._passed:
            piece = open_[side]
            for byte in data:
                piece.append(byte)
                if _whole(piece):
                    found.append(bytes(piece))
                    piece.clear()
        return found


def _whole(piece: bytearray) -> bool:
    if piece[0] in (ACK, NAK):
        return True
    at = 2
    while at + 1 < len(piece):
        if piece[at] == DLE and piece[at + 1] == ETX:
            return len(piece) == at + 4
        at += 2 if piece[at] == DLE else 1
    return False
