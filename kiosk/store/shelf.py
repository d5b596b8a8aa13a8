"""Signed pages of central's list as they came, on disk beside it, so that a gate can pass them on after a restart too.

Appended, each round with its length and its sum; a torn end is dropped. It is only a copy: when it grows too large the
oldest rounds go, and a gate that would need them asks central.
"""

from __future__ import annotations

import hashlib
import logging
import os
import struct
import zlib
from pathlib import Path

import msgspec

from kiosk.store.database import durable_write, errors
from sync.pages import SignedPage

log = logging.getLogger(__name__)

FILE = "gate-pages.bin"
LARGEST_BYTES = 24 << 20
_HEAD = struct.Struct(">I32s")


class Round(msgspec.Struct, frozen=True, array_like=True):
    """All pages from one state to another."""

    begin: str  # cursor; "0.0" = everything
    cursor: str
    pages: tuple[SignedPage, ...]


class Shelf:
    """The rounds of one gate, oldest first. Not thread-safe by itself: one writer, readers get whole lists."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._size = 0
        self.rounds: tuple[Round, ...] = self._load()

    def _load(self) -> tuple[Round, ...]:
        found: list[Round] = []
        with errors(self._path):
            content = self._path.read_bytes() if self._path.exists() else b""
        at = 0
        while at + _HEAD.size <= len(content):
            length, sum_ = _HEAD.unpack_from(content, at)
            body = content[at + _HEAD.size : at + _HEAD.size + length]
            if hashlib.sha256(body).digest() != sum_:
                break
            try:
                found.append(msgspec.msgpack.decode(zlib.decompress(body), type=Round))
            except (ValueError, zlib.error):
                break
            at += _HEAD.size + length
        self._size = at
        if at != len(content):
            log.warning("%s: what follows byte %d is damaged and dropped", self._path, at)
            with errors(self._path):
                durable_write(self._path, content[:at])
        return tuple(found)

    def put(self, round_: Round) -> None:
        """Durable when this returns; StoreFault, StoreFull otherwise, and it is not there."""
        if any((each.begin, each.cursor) == (round_.begin, round_.cursor) for each in self.rounds):
            return
        rounds = (round_,) if round_.begin == "0.0" else (*self.rounds, round_)
        entry = _entry(round_)
        with errors(self._path):
            if round_.begin == "0.0" or self._size + len(entry) > LARGEST_BYTES:
                rounds, content = _newest(rounds)
                durable_write(self._path, content)
                self._size = len(content)
            else:
                with self._path.open("ab") as file:
                    file.truncate(self._size)  # a write that failed may have left a part of itself
                    file.write(entry)
                    file.flush()
                    os.fsync(file.fileno())
                self._size += len(entry)
        self.rounds = rounds


def _entry(round_: Round) -> bytes:
    body = zlib.compress(msgspec.msgpack.encode(round_), 6)
    return _HEAD.pack(len(body), hashlib.sha256(body).digest()) + body


def _newest(rounds: tuple[Round, ...]) -> tuple[tuple[Round, ...], bytes]:
    """As many of the newest as fill half of the room, and what the file then holds; the last one always."""
    kept: list[Round] = []
    entries: list[bytes] = []
    for each in reversed(rounds):
        entry = _entry(each)
        if kept and sum(map(len, entries)) + len(entry) > LARGEST_BYTES // 2:
            break
        kept.append(each)
        entries.append(entry)
    return tuple(reversed(kept)), b"".join(reversed(entries))


def rounds_from(rounds: tuple[Round, ...], cursor: str) -> tuple[Round, ...]:
    """The rounds that lead on from a cursor, in order; () when there are none, or a step is missing.

    A round that begins before the cursor serves too: of each thing it tells the newest state.
    """
    epoch, seq = parts(cursor)
    found: list[Round] = []
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
