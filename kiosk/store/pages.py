"""Journal records straight from the pages of a damaged file, past what SQLite itself still opens.

SQLCipher 4 with a raw key: pages of 4096 bytes, AES-256-CBC, the last 80 bytes of each are its IV (16) and its HMAC.
The HMAC needs the salt in the file's first sector, so one bad bit there makes SQLite refuse every page. Here the proof
that a record is genuine is the journal's own hash chain; pages only have to be found, in the file and in its log, old
and new versions alike. Formats: https://www.sqlite.org/fileformat2.html sections 1.5, 1.6, 2.1 and 4.1.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sync.wire import Record

PAGE = 4096
_RESERVED = 80
_USABLE = PAGE - _RESERVED
_LOCAL_MAX = _USABLE - 35  # the longest payload that lies wholly in its leaf
_LOCAL_MIN = (_USABLE - 12) * 32 // 255 - 23
_TABLE_LEAF = 0x0D
_LOG_HEAD, _FRAME_HEAD = 32, 24
_VERSIONS_MAX = 64  # ways to put together one long record whose pages exist in several versions

Versions = dict[int, list[bytes]]  # by page number; newest last


def records_in(database: Path, key: bytes) -> Iterator[Record]:
    """Everything in the file and its log that looks like a journal record; the chain says which of them are."""
    pages: Versions = {}
    logs = [_of_log(database.with_name(database.name + ending)) for ending in ("-wal.refused", "-wal")]
    for number, raw in itertools.chain(_of_file(database), *logs):
        page = _decrypted(number, raw, key)
        versions = pages.setdefault(number, [])
        if page not in versions:
            versions.append(page)
    for number, versions in pages.items():
        for page in versions:
            yield from _leaf(page, 100 if number == 1 else 0, pages)


def _of_file(path: Path) -> Iterator[tuple[int, bytes]]:
    if path.exists():
        raw = path.read_bytes()
        for at in range(0, len(raw) - PAGE + 1, PAGE):
            yield at // PAGE + 1, raw[at : at + PAGE]


def _of_log(path: Path) -> Iterator[tuple[int, bytes]]:
    """All frames, also those that SQLite leaves out because one before them is broken."""
    if path.exists():
        raw = path.read_bytes()
        for at in range(_LOG_HEAD, len(raw) - _FRAME_HEAD - PAGE + 1, _FRAME_HEAD + PAGE):
            number = int.from_bytes(raw[at : at + 4], "big")
            yield number, raw[at + _FRAME_HEAD : at + _FRAME_HEAD + PAGE]


def _decrypted(number: int, raw: bytes, key: bytes) -> bytes:
    begin = 16 if number == 1 else 0  # the salt lies where a plain file has its magic words
    cipher = Cipher(algorithms.AES(key), modes.CBC(raw[_USABLE : _USABLE + 16])).decryptor()
    return raw[:begin] + cipher.update(raw[begin:_USABLE])


def _leaf(page: bytes, begin: int, pages: Versions) -> Iterator[Record]:
    if page[begin] != _TABLE_LEAF:
        return
    count = int.from_bytes(page[begin + 3 : begin + 5], "big")
    for n in range(min(count, (_USABLE - begin - 8) // 2)):
        at = int.from_bytes(page[begin + 8 + 2 * n : begin + 10 + 2 * n], "big")
        try:
            yield from _cell(page, at, pages)
        except (IndexError, ValueError):  # not a record of ours, or a damaged one
            continue


def _cell(page: bytes, at: int, pages: Versions) -> Iterator[Record]:
    length, at = _varint(page, at)
    seq, at = _varint(page, at)
    if length <= _LOCAL_MAX:
        yield _record(seq, page[at : at + length], length)
        return
    surplus = _LOCAL_MIN + (length - _LOCAL_MIN) % (_USABLE - 4)
    local = surplus if surplus <= _LOCAL_MAX else _LOCAL_MIN
    first = int.from_bytes(page[at + local : at + local + 4], "big")
    for rest in itertools.islice(_overflow(first, length - local, pages), _VERSIONS_MAX):
        yield _record(seq, page[at : at + local] + rest, length)


def _overflow(number: int, length: int, pages: Versions) -> Iterator[bytes]:
    """What follows on overflow pages, in every version there is; newest first."""
    for page in reversed(pages.get(number, [])):
        piece = page[4 : 4 + min(length, _USABLE - 4)]
        if len(piece) == length:
            yield piece
        else:
            for rest in _overflow(int.from_bytes(page[:4], "big"), length - len(piece), pages):
                yield piece + rest


def _record(seq: int, payload: bytes, length: int) -> Record:
    """ValueError when this is not a row of the journal: NULL (seq), text, text, int, text, int, text, text."""
    if len(payload) != length:
        raise ValueError("cut off")
    head, at = _varint(payload, 0)
    columns: list[str | int] = []
    end = head
    while at < head:
        kind, at = _varint(payload, at)
        if kind == 0 and not columns:
            columns.append(seq)
        elif 0 <= kind <= 6 or kind in (8, 9):
            size = (0, 1, 2, 3, 4, 6, 8)[kind] if kind < 7 else 0
            columns.append(int.from_bytes(payload[end : end + size], "big", signed=True) if size else kind - 8)
            end += size
        elif kind >= 13 and kind % 2:
            size = (kind - 13) // 2
            columns.append(payload[end : end + size].decode())
            end += size
        else:
            raise ValueError("not a row of the journal")
    if [type(column) for column in columns] != [int, str, str, int, str, int, str, str] or end != length:
        raise ValueError("not a row of the journal")
    return Record(*columns)  # type: ignore[arg-type]  # looked at one line above


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for n in range(8):
        value = value << 7 | data[at + n] & 0x7F
        if not data[at + n] & 0x80:
            return value, at + n + 1
    return value << 8 | data[at + 8], at + 9
