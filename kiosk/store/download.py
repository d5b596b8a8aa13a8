"""A body on its way to this disk: kept piece by piece, so that a cut line or a restart costs what is unfinished.

Every piece is checked by its hash when it is complete and again after a restart; one that is wrong is thrown away.
The file needs no sync: what a lost power leaves of it is judged by the same hashes.
"""

from __future__ import annotations

import os
import zlib
from hashlib import sha256
from pathlib import Path
from typing import IO

from kiosk.store.database import errors
from sync.wire import CataloguePieces

SIZE_MAX = 256 * 1024 * 1024
UNPACKED_MAX = 512 * 1024 * 1024  # the largest timetables stay far below
PIECE_MIN, PIECE_MAX = 4 * 1024, 4 * 1024 * 1024


class BadPieces(Exception):
    """What came is not what central signed."""


class Download:
    """One body in the terminal's folder. Close it; `drop` when it was taken over."""

    def __init__(self, folder: Path, plan: CataloguePieces) -> None:
        """Goes on with what is there; bodies of other plans are removed. BadPieces for a plan that cannot be right."""
        _check(plan)
        self._plan = plan
        self._path = folder / f"catalogue.{plan.sha256[:16]}.part"
        with errors(self._path):
            for old in folder.glob("catalogue.*.part"):
                if old != self._path:
                    old.unlink()
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            self._file: IO[bytes] = os.fdopen(descriptor, "r+b")
            try:
                self.have = self._right()  # bytes that are here; those of an unfinished piece are not yet proven
                self._cut(self.have)
            except BaseException:
                self._file.close()
                raise

    @property
    def complete(self) -> bool:
        return self.have == self._plan.size_bytes

    def add(self, data: bytes) -> None:
        """The next bytes. BadPieces when they complete a piece that is wrong, which is then gone."""
        with errors(self._path):
            data = data[: self._plan.size_bytes - self.have]
            while data:
                number, within = divmod(self.have, self._plan.piece_bytes)
                begin = number * self._plan.piece_bytes
                now, data = data[: self._length(number) - within], data[self._length(number) - within :]
                self._file.seek(self.have)
                self._file.write(now)
                self.have += len(now)
                if self.have == begin + self._length(number) and not self._is_right(number):
                    self._cut(begin)
                    raise BadPieces(f"piece {number + 1} of {len(self._plan.pieces)} was damaged on the way")

    def body(self) -> bytes:
        """The whole body; BadPieces, and nothing is left of it, when it is not the one that was named."""
        with errors(self._path):
            self._file.seek(0)
            body = self._file.read(self._plan.size_bytes + 1)
            if sha256(body).hexdigest() != self._plan.sha256:
                self._cut(0)
                raise BadPieces("the pieces do not make up the body that was named")
        return body

    def close(self) -> None:
        with errors(self._path):
            self._file.close()

    def drop(self) -> None:
        """It was taken over, or is of no use."""
        self._path.unlink(missing_ok=True)

    def _right(self) -> int:
        """Length of what is there without the first wrong piece and all behind it."""
        size = min(self._file.seek(0, os.SEEK_END), self._plan.size_bytes)
        for number in range(len(self._plan.pieces)):
            begin = number * self._plan.piece_bytes
            if size < begin + self._length(number):
                return size
            if not self._is_right(number):
                return begin
        return size

    def _length(self, number: int) -> int:
        return min(self._plan.piece_bytes, self._plan.size_bytes - number * self._plan.piece_bytes)

    def _is_right(self, number: int) -> bool:
        self._file.seek(number * self._plan.piece_bytes)
        return sha256(self._file.read(self._length(number))).hexdigest() == self._plan.pieces[number]

    def _cut(self, size: int) -> None:
        self._file.truncate(size)
        self.have = size


def unpacked(body: bytes) -> bytes:
    """The content of one gzip member; BadPieces when it is none, is cut off, or is larger than any catalogue."""
    unpacker = zlib.decompressobj(31)
    try:
        plain = unpacker.decompress(body, UNPACKED_MAX)
    except zlib.error as error:
        raise BadPieces(f"it is not gzip ({error})") from None
    if not unpacker.eof or unpacker.unused_data:
        raise BadPieces("it is cut off, too large, or has something behind its end")
    return plain


def _check(plan: CataloguePieces) -> None:
    count = -(-plan.size_bytes // plan.piece_bytes) if plan.piece_bytes > 0 else -1
    if not (
        0 < plan.size_bytes <= SIZE_MAX
        and PIECE_MIN <= plan.piece_bytes <= PIECE_MAX
        and len(plan.pieces) == count
        and len(plan.sha256) == 64
        and set(plan.sha256) <= set("0123456789abcdef")
    ):
        raise BadPieces(
            f"{len(plan.pieces)} pieces of {plan.piece_bytes} bytes cannot make a catalogue of {plan.size_bytes} bytes"
        )
