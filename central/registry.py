"""What a failover must not take back (P1, P11, P12), in a file beside the keys and outside the database.

One JSON object a line, flushed to the disk before anything leaves central: who was enrolled, and what central voided.
The database may be restored to an older state; this file is not. Put `--data` on another medium than the database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Literal

import msgspec

from kiosk.domain.errors import KioskError

Role = Literal["kiosk", "counter", "gate"]


class Enrolled(msgspec.Struct, frozen=True, tag="enrolled", tag_field="kind"):
    """A terminal incarnation with its key and certificate."""

    terminal_id: int
    incarnation: int
    name: str
    role: Role
    stop_place_id: str
    public_key: str  # hex
    machine: str
    enrolled_at: int  # unix s


class Voided(msgspec.Struct, frozen=True, tag="voided", tag_field="kind"):
    """A ticket central voided."""

    terminal_id: int
    incarnation: int
    seq: int
    epoch: int
    reason: str
    voided_at: int  # unix s
    refund_id: str = ""  # under which the terminal that asked gives the money back; "" = a person does


Entry = Enrolled | Voided
_decoder = msgspec.json.Decoder(Entry)


class RegistryDamaged(KioskError):
    """A line of the registry cannot be read."""


class Registry:
    """Append only. A torn last line is what a power cut leaves: nothing that it says had left central."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()

    def append(self, entry: Entry) -> None:
        """Durable when it returns."""
        with self._lock, self._path.open("ab+") as file:
            size = file.seek(0, os.SEEK_END)
            if size:
                file.seek(size - 1)
                torn = file.read(1) != b"\n"
                file.write(b"\n" if torn else b"")
            file.write(msgspec.json.encode(entry) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> Iterator[Entry]:
        """Oldest first."""
        if not self._path.exists():
            return
        lines = self._path.read_bytes().split(b"\n")
        for number, line in enumerate(lines, 1):
            if not line:
                continue
            try:
                yield _decoder.decode(line)
            except msgspec.DecodeError as error:
                if line.endswith(b"}"):
                    raise RegistryDamaged(f"{self._path} line {number}: {error}; put a good copy back") from None
