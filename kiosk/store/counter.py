"""The highest seq that had an effect outside (rule P3): tells a restored backup from the real thing.

It lives outside the database, on another medium where there is one. After each sale's commit and before anything is
printed it moves forward; a journal that ends before it is older than what this terminal already did.
"""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.domain.errors import StoreDamaged
from kiosk.store import database


class Counter:
    """A number in a file, written in place (20 digits, one sector) and flushed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with database.errors(path):
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        text = os.pread(self._file, 20, 0)
        try:
            self.value = int(text) if text.strip() else 0
        except ValueError:
            os.close(self._file)
            raise StoreDamaged(f"{path}: the counter cannot be read. Call the operator.") from None

    def check(self, head_seq: int) -> None:
        """StoreDamaged when the journal is older than what was printed."""
        if head_seq < self.value:
            raise StoreDamaged(
                f"This store ends at record {head_seq}, but the terminal already acted on record {self.value}: "
                "it was restored from a backup or copied. It must not sell; enrol this terminal again."
            )

    def advance(self, seq: int) -> None:
        """Durable when it returns."""
        if seq > self.value:
            with database.errors(self._path):
                os.pwrite(self._file, f"{seq:020d}".encode(), 0)
                os.fdatasync(self._file)
            self.value = seq

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
