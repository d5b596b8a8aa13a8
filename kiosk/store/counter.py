"""What this terminal did outside, by seq (rules P3, P9, P12): how far it acted, and how far it may have sent.

It lies outside the database, on another medium where there is one. It moves after a sale's commit and before anything
is printed or sent; a journal that ends before it is older than what this terminal already did.
"""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.domain.errors import StoreDamaged
from kiosk.domain.protocol.terminal import rolled_back
from kiosk.store import database


class Counter:
    """Two numbers in a file, written in place (20 digits each, within one sector) and flushed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with database.errors(path):
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        numbers = os.pread(self._file, 41, 0).split()
        try:
            self.value = int(numbers[0]) if numbers else 0
            self.sent = int(numbers[1]) if len(numbers) > 1 else self.value
        except ValueError:
            os.close(self._file)
            raise StoreDamaged(f"{path}: the counter cannot be read. Call the operator.") from None

    def check(self, head_seq: int) -> None:
        """StoreDamaged when the journal is older than what was done."""
        if rolled_back(head_seq, self.value):
            raise StoreDamaged(
                f"This store ends at record {head_seq}, but the terminal already acted on record {self.value}: "
                "it was restored from a backup or copied. It must not sell; enrol this terminal again."
            )

    def advance(self, seq: int) -> None:
        """Before an effect of record `seq`. Durable when it returns."""
        if seq > self.value:
            self._write(seq, self.sent)

    def let_go(self, seq: int) -> None:
        """Before anything up to `seq` is sent: from here on these sales are central's to refund. Durable."""
        if seq > self.sent:
            self._write(max(seq, self.value), seq)

    def _write(self, value: int, sent: int) -> None:
        with database.errors(self._path):
            os.pwrite(self._file, f"{value:020d} {sent:020d}".encode(), 0)
            os.fdatasync(self._file)
        self.value, self.sent = value, sent

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
