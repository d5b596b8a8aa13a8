"""Signed pages of central's list as they came, on disk beside it, so that a gate can pass them on after a restart too.

Appended, each round encrypted under the store's key (its pages hold names), which also shows damage; a torn end is
dropped. In memory is only where each round lies. It is only a copy: when it grows too large the oldest rounds go, and
a gate that would need them asks central.
"""

from __future__ import annotations

import logging
import os
import struct
import threading
import zlib
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.store.database import durable_write, errors
from sync.pages import SignedPage

log = logging.getLogger(__name__)

FILE = "gate-pages.bin"
LARGEST_BYTES = 64 << 20  # a first fetch of a million tickets takes 20 MB
_HEAD = struct.Struct(">I12s")


class Round(msgspec.Struct, frozen=True, array_like=True):
    """All pages from one state to another."""

    begin: str  # cursor; "0.0" = everything
    cursor: str
    pages: tuple[SignedPage, ...]


class Kept(NamedTuple):
    """A round on the shelf: from where to where it leads, and its place in the file."""

    begin: str
    cursor: str
    at: int
    length: int


class Shelf:
    """The rounds of one gate, oldest first. Safe for several threads."""

    def __init__(self, folder: Path, key: bytes, largest_bytes: int = LARGEST_BYTES) -> None:
        self._path = folder / FILE
        self._sealed = AESGCM(sha256(b"KSHELF1" + key).digest())
        self._largest = largest_bytes
        self._lock = threading.Lock()
        self._size = 0
        self.kept: tuple[Kept, ...] = self._load()

    def _load(self) -> tuple[Kept, ...]:
        found: list[Kept] = []
        with errors(self._path):
            content = self._path.read_bytes() if self._path.exists() else b""
        at = 0
        while at + _HEAD.size <= len(content):
            length = _HEAD.size + _HEAD.unpack_from(content, at)[0]
            round_ = self._opened(content[at : at + length])
            if round_ is None:
                break
            found.append(Kept(round_.begin, round_.cursor, at, length))
            at += length
        self._size = at
        if at != len(content):
            log.warning("%s: what follows byte %d is damaged and dropped", self._path, at)
            with errors(self._path):
                durable_write(self._path, content[:at])
        return tuple(found)

    def put(self, round_: Round) -> None:
        """Durable when this returns; StoreFault, StoreFull otherwise, and it is not there."""
        with self._lock, errors(self._path):
            if any((each.begin, each.cursor) == (round_.begin, round_.cursor) for each in self.kept):
                return
            entry = self._entry(round_)
            if round_.begin == "0.0":
                self._write([(round_.begin, round_.cursor, entry)])
            elif self._size + len(entry) > self._largest:
                self._write([*self._newest(len(entry)), (round_.begin, round_.cursor, entry)])
            else:
                with self._path.open("ab") as file:
                    file.truncate(self._size)  # a write that failed may have left a part of itself
                    file.write(entry)
                    file.flush()
                    os.fsync(file.fileno())
                self.kept += (Kept(round_.begin, round_.cursor, self._size, len(entry)),)
                self._size += len(entry)

    def after(self, cursor: str) -> Iterator[Round]:
        """The rounds that lead on from a cursor, one at a time; none when a step is missing."""
        for each in rounds_from(self.kept, cursor):
            with self._lock, errors(self._path):
                round_ = self._opened(self._read(each)) if each in self.kept else None
            if round_ is None:
                return
            yield round_

    def _read(self, kept: Kept) -> bytes:
        with self._path.open("rb") as file:
            file.seek(kept.at)
            return file.read(kept.length)

    def _newest(self, more: int) -> list[tuple[str, str, bytes]]:
        """As many of the newest as fill half of the room, with what comes."""
        found: list[tuple[str, str, bytes]] = []
        for each in reversed(self.kept):
            more += each.length
            if more > self._largest // 2:
                break
            found.insert(0, (each.begin, each.cursor, self._read(each)))
        return found

    def _write(self, entries: Sequence[tuple[str, str, bytes]]) -> None:
        durable_write(self._path, b"".join(entry for _, _, entry in entries))
        kept, self._size = [], 0
        for begin, cursor, entry in entries:
            kept.append(Kept(begin, cursor, self._size, len(entry)))
            self._size += len(entry)
        self.kept = tuple(kept)

    def _entry(self, round_: Round) -> bytes:
        nonce = os.urandom(12)
        body = self._sealed.encrypt(nonce, zlib.compress(msgspec.msgpack.encode(round_), 6), None)
        return _HEAD.pack(len(body), nonce) + body

    def _opened(self, entry: bytes) -> Round | None:
        """None for what is damaged, torn or another's."""
        nonce: bytes = _HEAD.unpack_from(entry)[1]
        try:
            body = zlib.decompress(self._sealed.decrypt(nonce, entry[_HEAD.size :], None))
            return msgspec.msgpack.decode(body, type=Round)
        except (InvalidTag, ValueError, zlib.error):
            return None


def rounds_from(rounds: tuple[Kept, ...], cursor: str) -> tuple[Kept, ...]:
    """The rounds that lead on from a cursor, in order; () when there are none, or a step is missing.

    A round that begins before the cursor serves too: of each thing it tells the newest state.
    """
    epoch, seq = parts(cursor)
    found: list[Kept] = []
    for each in rounds:
        (of_epoch, first), (to_epoch, last) = parts(each.begin), parts(each.cursor)
        anew = each.begin == "0.0"
        if (to_epoch, last) <= (epoch, seq):
            continue
        if anew or (of_epoch == epoch and first <= seq):
            found.append(each)
            epoch, seq = to_epoch, last
    return tuple(found)


def parts(cursor: str) -> tuple[int, int]:
    """(epoch, feed_seq); (0, 0) for what is no cursor."""
    epoch, dot, seq = cursor.partition(".")
    return (int(epoch), int(seq)) if dot and epoch.isdecimal() and seq.isdecimal() else (0, 0)
