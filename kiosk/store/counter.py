"""What this terminal did outside, by seq (rules P3, P9, P12): how far it acted, and how far it may have sent.

It lies outside the database and moves after a sale's commit, before anything is printed or sent; a journal that ends
before it is older than what this terminal already did.
"""

from __future__ import annotations

import os
import re
import threading
import zlib
from pathlib import Path

from kiosk.domain.errors import StoreDamaged
from kiosk.domain.protocol.terminal import rolled_back
from kiosk.store import database

# Earlier programs wrote one number, then two, without a sum.
_TEXT = re.compile(rb"([0-9]{20})(?: ([0-9]{20})(?: ([0-9a-f]{8}))?)?")
_LENGTH = 50


class Counter:
    """Two numbers of 20 digits and their CRC-32 in a file, written in place (within one sector) and flushed.

    `fresh`: there was no number yet, which fits only a journal that never did anything outside.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()  # the desk acts while the engine sends: neither may write the other's old number
        with database.errors(path):
            made = not path.exists()
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            if made:  # a name that is not on the disk would take its numbers with it
                database.flush(path.parent)
            text = os.pread(self._file, _LENGTH + 1, 0)
        try:
            self.value, self.sent = _numbers(text)
        except ValueError:
            os.close(self._file)
            raise StoreDamaged(f"{path}: the counter cannot be read. Call the operator.") from None
        self.fresh = not text

    def check(self, head_seq: int) -> None:
        """StoreDamaged when the journal is older than what was done."""
        if rolled_back(head_seq, self.value):
            raise StoreDamaged(
                f"This store ends at record {head_seq}, but the terminal already acted on record {self.value}: "
                "it was restored from a backup or copied. It must not sell; enrol this terminal again."
            )

    def advance(self, seq: int) -> None:
        """Before an effect of record `seq`. Durable when it returns."""
        with self._lock:
            if seq > self.value:
                self._write(seq, self.sent)

    def let_go(self, seq: int) -> None:
        """Before anything up to `seq` is sent: from here on these sales are central's to refund. Durable."""
        with self._lock:
            if seq > self.sent:
                self._write(max(seq, self.value), seq)

    def cover(self, seq: int) -> None:
        """At a start: written anew in any case; after a failed sync the numbers may be only in memory."""
        with self._lock:
            self._write(max(seq, self.value), self.sent)

    def _write(self, value: int, sent: int) -> None:
        with database.errors(self.path):
            os.pwrite(self._file, _text(value, sent), 0)
            os.fdatasync(self._file)
        self.value, self.sent, self.fresh = value, sent, False

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _text(value: int, sent: int) -> bytes:
    numbers = f"{value:020d} {sent:020d}".encode()
    return b"%s %08x" % (numbers, zlib.crc32(numbers))


def stored_numbers(text: bytes) -> tuple[int, int] | None:
    """(acted, sent) in a counter's file; None = it cannot be read."""
    try:
        return _numbers(text[: _LENGTH + 1])
    except ValueError:
        return None


def _numbers(text: bytes) -> tuple[int, int]:
    """ValueError for anything but what `_text` makes: a digit may have changed."""
    if not text:
        return 0, 0
    found = _TEXT.fullmatch(text)
    if found is None or found[3] not in (None, b"%08x" % zlib.crc32(text[:41])):
        raise ValueError("not what was written")
    return int(found[1]), int(found[2] or found[1])
